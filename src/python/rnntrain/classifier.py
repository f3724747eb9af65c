"""A classifier of texts as scikit-learn has them, which the programs train."""

import json
import os
import tempfile
from typing import Any, Dict, List, Optional

import numpy

from ._programs import options as _options
from ._programs import run
from ._texts import as_list, to_bytes
from .files import read_log
from .model import Model

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.multiclass import check_classification_targets
except ImportError:
    from ._plain import (  # type: ignore[assignment]
        BaseEstimator, ClassifierMixin, NotFittedError, check_classification_targets)

_CORPUS_RECIPES = ("auto", "fast", "best")  # which rnnprep --for knows too


class RnnClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Texts in, classes out: `fit` runs rnnprep and rnntrain in a temporary folder.

    What is None is not given to the programs, which then have their own default, so that a
    fit is what the same options typed would make: the same bits, on any number of ranks.

    Parameters
    ----------
    recipe : "auto", "fast", "best" (chosen by the corpus, also by `rnnprep --for`),
        "keras-lstm", "keras-bilstm", "keras-gru", or None.
    model, stack, units, embedding, epochs, patience, batch_size, learning_rate :
        options of rnntrain.
    num_words, maxlen, ngrams : options of rnnprep.
    random_state : int or RandomState; rnntrain's --seed.
    ranks : processes that mpirun starts; 1: without mpirun.
    options, prep_options : dicts of further options of rnntrain and rnnprep:
        {"dense_dropout": 0.5, "mask": True}.
    verbose : show what the programs say.

    Attributes
    ----------
    classes_ : the classes of y, sorted. Of y as a matrix of 0 and 1 (texts, labels), where
        a text may have several labels: their numbers.
    log_ : the events of the run's log, as read_log has them.
    n_iter_ : epochs trained.
    """

    def __init__(self, recipe: Optional[str] = "auto", *, model: Optional[str] = None,
                 stack: Optional[str] = None, units: Any = None,
                 embedding: Optional[int] = None, epochs: Optional[int] = None,
                 patience: Optional[int] = None, batch_size: Optional[int] = None,
                 learning_rate: Optional[float] = None, num_words: Any = None,
                 maxlen: Optional[int] = None, ngrams: Optional[int] = None,
                 random_state: Any = None, ranks: int = 1,
                 options: Optional[Dict[str, Any]] = None,
                 prep_options: Optional[Dict[str, Any]] = None, verbose: bool = False) -> None:
        self.recipe = recipe
        self.model = model
        self.stack = stack
        self.units = units
        self.embedding = embedding
        self.epochs = epochs
        self.patience = patience
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.num_words = num_words
        self.maxlen = maxlen
        self.ngrams = ngrams
        self.random_state = random_state
        self.ranks = ranks
        self.options = options
        self.prep_options = prep_options
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.classifier_tags.multi_label = True
        return tags

    def _seed(self) -> Optional[int]:
        state = self.random_state
        return int(state.randint(2**31 - 1)) if hasattr(state, "randint") else state

    def _prep_arguments(self) -> List[str]:
        corpus = self.recipe if self.recipe in _CORPUS_RECIPES else None
        given = {"for": corpus, "num_words": self.num_words, "maxlen": self.maxlen,
                 "ngrams": self.ngrams, **(self.prep_options or {})}
        return _options(given)

    def _train_arguments(self) -> List[str]:
        names = ("recipe", "model", "stack", "units", "embedding", "epochs", "patience",
                 "batch_size", "learning_rate")
        given = {name: getattr(self, name) for name in names}
        if isinstance(self.units, (list, tuple)):
            given["units"] = ",".join(map(str, self.units))
        return _options({**given, "seed": self._seed(), **(self.options or {})})

    def fit(self, X: Any, y: Any) -> "RnnClassifier":
        """Trains on texts X, and y: a class a text, or a matrix of 0 and 1, a column a label.

        Raises what the programs refuse, in their words.
        """
        texts = as_list(X)
        labels = _Labels(y, len(texts))
        with tempfile.TemporaryDirectory(prefix="rnntrain-") as folder:
            labels.write(folder, texts)
            run("rnnprep", ["corpus.jsonl", "-o", "dataset.h5", *labels.arguments(),
                            *self._prep_arguments()], folder, verbose=self.verbose)
            run("rnntrain", ["train", "dataset.h5", "--run-dir", "run",
                             *self._train_arguments()], folder, self.ranks, self.verbose)
            self._take(os.path.join(folder, "run"))
        self.classes_ = labels.classes
        return self

    def _take(self, folder: str) -> None:
        """What is kept of a run: its model, as bytes, so that a pickle holds it."""
        names = ("ensemble.h5", "best.h5", "linear/best.h5")
        best = next(path for path in (os.path.join(folder, name) for name in names)
                    if os.path.exists(path))
        with open(best, "rb") as file:
            self._bytes = file.read()
        self._opened: Optional[Model] = None
        self.log_ = read_log(folder)
        self.n_iter_ = max(sum(one["event"] == "epoch" for one in self.log_), 1)

    def __getstate__(self) -> Dict[str, Any]:
        state = super().__getstate__()
        return {**state, "_opened": None} if "_opened" in state else state

    def _model(self) -> Model:
        if not hasattr(self, "_bytes"):
            raise NotFittedError(f"this {type(self).__name__} is not fitted yet: call fit first")
        if self._opened is None:
            with tempfile.NamedTemporaryFile(prefix="rnntrain-", suffix=".h5") as file:
                file.write(self._bytes)
                file.flush()
                self._opened = Model(file.name)
        return self._opened

    def predict_proba(self, X: Any) -> Any:
        """Probabilities (texts, classes), columns in the order of `classes_`."""
        model = self._model()
        found = model.predict_proba(X)
        order = [model.classes.index(_name(one)) for one in self.classes_]
        return found[:, order]

    def predict(self, X: Any) -> Any:
        """The class of each text; of several labels a matrix of 0 and 1."""
        model = self._model()
        named = model.predict(X)
        if model.is_multi_label:
            order = [_name(one) for one in self.classes_]
            given = [[int(one in row) for one in order] for row in named]
            return numpy.array(given, dtype=int).reshape(-1, len(order))
        of = {_name(one): i for i, one in enumerate(self.classes_)}
        return self.classes_[[of[name] for name in named]]

    def save(self, path: Any) -> None:
        """Writes the model, for Model.open and the programs."""
        self._model()
        with open(path, "wb") as file:
            file.write(self._bytes)


def _name(label: Any) -> str:
    """What a class is called in the files."""
    return str(label)


class _Labels:
    """y, checked, and how rnnprep is told of it."""

    def __init__(self, y: Any, n_texts: int) -> None:
        self.rows = numpy.asarray(y)
        self.is_matrix = self.rows.ndim == 2 and self.rows.shape[1] > 1
        if self.rows.ndim != 1 and not self.is_matrix:
            self.rows = self.rows.ravel()
        if len(self.rows) != n_texts:
            raise ValueError(f"X has {n_texts} texts and y {len(self.rows)} labels")
        if self.is_matrix:
            if not numpy.isin(self.rows, (0, 1)).all():
                raise ValueError("y has several columns: expected 0 and 1, a column a label")
            self.classes = numpy.arange(self.rows.shape[1])
            return

        missing = [i for i, one in enumerate(self.rows.tolist()) if one is None or one != one]
        if missing:
            raise ValueError(f"label {missing[0]} of y is missing ({self.rows[missing[0]]})")
        check_classification_targets(self.rows)
        self.classes = numpy.unique(self.rows)
        self._check_names([_name(one) for one in self.classes])

    def _check_names(self, names: List[str]) -> None:
        if len(names) < 2:
            raise ValueError(f"y has {len(names)} class, expected 2 or more classes")
        for name in names:
            if name != name.strip() or not name or len(name.splitlines()) > 1:
                raise ValueError(f"a class of y is called {name!r}: expected a name without "
                                 "blanks around it, in one line")
        if len(set(names)) < len(names):
            raise ValueError(f"classes of y have the same name as text: {sorted(names)}")

    def _of(self, row: int) -> Any:
        if self.is_matrix:
            return [_name(i) for i in numpy.flatnonzero(self.rows[row])]
        return _name(self.rows[row])

    def write(self, folder: str, texts: List[Any]) -> None:
        with open(os.path.join(folder, "corpus.jsonl"), "w", encoding="utf-8") as file:
            for i, text in enumerate(texts):
                clean = to_bytes(text, i).decode("utf-8", "replace")
                row = {"text": clean, "label": self._of(i)}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        with open(os.path.join(folder, "labels.txt"), "w", encoding="utf-8") as file:
            file.writelines(_name(one) + "\n" for one in self.classes)

    def arguments(self) -> List[str]:
        """Classes in their order, each as it is called: none is merged or taken for missing."""
        more = ["--multi-label=on"] if self.is_matrix else ["--merge-labels=none",
                                                            "--missing-labels=keep"]
        return ["--format=jsonl", "--text-field=text", "--label-field=label",
                "--labels=labels.txt", *more]
