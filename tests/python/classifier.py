"""RnnClassifier in the folder of a sample of rnnprep, as scikit-learn wants an estimator to be;
without scikit-learn what remains of that."""

import glob
import pickle
import subprocess
import warnings

import numpy
import pandas

import rnntrain

try:
    import sklearn
except ImportError:
    sklearn = None

files = sorted(glob.glob("sample/train/*/*.txt"))
X = [open(name, encoding="utf-8").read() for name in files]
y = [name.split("/")[-2] for name in files]
small = dict(recipe=None, units=4, epochs=1, num_words=400, maxlen=60, random_state=3)


def new(**more):
    return rnntrain.RnnClassifier(**{**small, **more})


def refused(kind, words, call, *arguments, **more):
    try:
        call(*arguments, **more)
    except kind as failure:
        assert words in str(failure), failure
        return
    raise AssertionError(f"no {kind.__name__}: {words}")


# Parameters are as given, a fit sets nothing else, returns itself and is repeatable.
fresh = new()
assert vars(fresh) == fresh.get_params()
assert new().set_params(units=8).get_params()["units"] == 8
refused(ValueError, "unitz", fresh.set_params, unitz=8)
refused(ValueError, "not fitted", fresh.predict, X)
fitted = new()
assert fitted.fit(X, y) is fitted
assert {name: vars(fitted)[name] for name in fresh.get_params()} == fresh.get_params()
public = {name for name in vars(fitted) if not name.startswith("_")} - set(fresh.get_params())
assert public == {"classes_", "log_", "n_iter_"}, public
before = {name: value for name, value in vars(fitted).items() if name != "_opened"}
probabilities = fitted.predict_proba(X)
assert {name: value for name, value in vars(fitted).items() if name != "_opened"} == before
assert list(fitted.classes_) == ["neg", "pos"] and fitted.n_iter_ == 1
assert (fitted.predict(X) == fitted.classes_[probabilities.argmax(axis=1)]).all()
assert fitted.score(X, y) == (fitted.predict(X) == numpy.array(y)).mean()
again = fitted.fit(pandas.Series(X), pandas.Series(y)).predict_proba(numpy.array(X))
assert (again == probabilities).all()

# The programs' bits, on any number of ranks, from a pickle and from a file.
assert (new(ranks=2).fit(X, y).predict_proba(X) == probabilities).all()
copy = pickle.loads(pickle.dumps(fitted))
assert (copy.predict_proba(X) == probabilities).all()
assert pickle.loads(pickle.dumps(new())).get_params() == fresh.get_params()
fitted.save("saved.h5")
with rnntrain.Model.open("saved.h5") as model:
    assert (model.predict_proba(X) == probabilities).all()
assert subprocess.run(["rnntrain", "inspect", "saved.h5", "--verify"],
                      stdout=subprocess.DEVNULL).returncode == 0

# Classes of every kind, in scikit-learn's order, each as it is called.
for classes in ([7, -3], [False, True], ["NaN", "None"], ["A", "a"], ["1", "1.0"], [1, 0],
                ["zwei Wörter", 'a"b\\c']):
    named = numpy.array([classes[one == "pos"] for one in y])
    some = new(options={"batch_size": 64}).fit(X, named)
    assert list(some.classes_) == sorted(classes), some.classes_
    assert set(some.predict(X)) <= set(classes)
several = numpy.array([[one == "pos", len(text) % 2, 1] for one, text in zip(y, X)]).astype(int)
some = new().fit(X, several)
assert some.predict(X).shape == several.shape and some.predict_proba(X[:3]).shape == (3, 3)

# Models that the corpus chooses, and texts of nothing.
linear = new(recipe="fast", units=None, epochs=None).fit(X + [""], y + ["pos"])
assert linear.predict_proba(["", "x\0"]).shape == (2, 2) and linear.n_iter_ >= 1
both = new(recipe="auto").fit(X, y)
assert pickle.loads(pickle.dumps(both)).predict_proba(X).shape == (len(X), 2)

# What is refused, in the words of the programs.
refused(rnntrain.UsageError, "--epochs", new(epochs=-1).fit, X, y)
refused(rnntrain.UsageError, "did you mean --epochs", new(options={"epocs": 1}).fit, X, y)
refused(rnntrain.UsageError, "rnnprep: ", new(prep_options={"nothing": 1}).fit, X, y)
refused(ValueError, "200 texts and y 199", fresh.fit, X, y[1:])
refused(ValueError, "1 class", fresh.fit, X, ["pos"] * len(X))
refused(ValueError, "is missing", fresh.fit, X, [None] + y[1:])
refused(ValueError, "continuous", fresh.fit, X, numpy.linspace(0, 1, len(X)))
refused(TypeError, "one text", fresh.fit, "superb", ["pos"])
refused(TypeError, "text 0", fresh.fit, [None] + X[1:], y)

if sklearn:
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that most checks make tables of numbers
        check_estimator(new())
    assert is_classifier(fresh) and clone(fresh).get_params() == fresh.get_params()
    search = GridSearchCV(new(), {"units": [2, 4], "recipe": [None]}, cv=2, n_jobs=2).fit(X, y)
    assert numpy.isfinite(search.cv_results_["mean_test_score"]).all()
    lower = FunctionTransformer(lambda texts: [text.lower() for text in texts])
    assert make_pipeline(lower, new()).fit(X, y).predict(X).shape == (len(X),)
