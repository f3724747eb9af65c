"""What python.sh asks of the package, in the folder with its files; a module that is named is
taken for one that is not installed."""

import json
import pickle
import sys
import threading

for missing in sys.argv[1:]:
    sys.modules[missing] = None

import rnntrain

try:
    import numpy
except ImportError:
    numpy = None


def lines(name):
    with open(name, encoding="utf-8", newline="\n") as file:
        return file.read().split("\n")[:-1]


def rows(found):
    return [[float(p) for p in row] for row in found]


def refused(kind, words, call, *arguments, **more):
    try:
        call(*arguments, **more)
    except kind as failure:
        assert words in str(failure), failure
        return failure
    raise AssertionError(f"no {kind.__name__}: {arguments}")


# The program's numbers, and its decisions.
texts = lines("texts")
judged = [json.loads(line) for line in lines("judged")]
expected = [[one["probabilities"]["neg"], one["probabilities"]["pos"]] for one in judged]
assert len(texts) == len(expected) > 100
with rnntrain.Model.open("run") as model:
    assert model.classes == ["neg", "pos"] and not model.is_multi_label
    assert (model.maxlen, model.num_words) == (60, 400)
    found = model.predict_proba(texts)
    assert rows(found) == expected
    assert list(model.predict(iter(texts))) == [one["label"] for one in judged]
    assert model.thresholds[0] is None and 0 < model.thresholds[1] < 1
    assert (numpy is None) == isinstance(found, list)
    if numpy is not None:
        assert found.shape == (len(texts), 2) and found.dtype == numpy.float64
        assert (model.predict_proba(numpy.array(texts, dtype=object)) == found).all()
        assert (model.predict_proba(numpy.array(texts)) == found).all()
    assert rows(model.predict_proba(texts * 20, threads=3)) == expected * 20
    assert len(model.predict_proba([])) == len(model.predict([])) == 0

    refused(ValueError, "null character", rnntrain.Model.open, "run\0else")

    strange = [json.loads(line) for line in lines("judged-strange")]
    found = model.predict_proba([one["text"] for one in strange])
    assert rows(found) == [list(one["probabilities"].values()) for one in strange]

    # Threads share a model, and one that closes it takes it from no other.
    answers = []
    workers = [threading.Thread(target=lambda: answers.append(rows(model.predict_proba(texts))))
               for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert answers == [expected] * 4

    # What speaks for a label.
    told = model.explain("\u00e4 superb dull", method="leave-one-out")
    assert [told["text"][w["start"] : w["end"]] for w in told["words"]][-2:] == ["superb", "dull"], told
    told = model.explain([one["text"] for one in strange])  # of the first, bytes are others
    assert told[1:] == [json.loads(line) for line in lines("explained")][1:], told
    assert told[0]["words"][0]["end"] == len("superb dull")
    assert model.explain([]) == []
    refused(ValueError, "leave-one-out", model.explain, "superb", method="none")
    refused(TypeError, "text 0", model.explain, [None])

    # What is no list of texts.
    refused(TypeError, "one text", model.predict_proba, "superb")
    refused(TypeError, "text 1 is None", model.predict_proba, ["superb", None])
    refused(TypeError, "text 0 is nan", model.predict, [float("nan")])
    refused(TypeError, "a dict", model.predict, {"superb": 1})
    refused(TypeError, "not a int", model.predict, 1)
    refused(ValueError, "threads is 0", model.predict, texts, threads=0)
refused(ValueError, "'run' is closed", model.predict, texts)
refused(TypeError, "pickled", pickle.dumps, model)

# The library's words.
failure = refused(rnntrain.MissingError, "nowhere: ", rnntrain.Model.open, "nowhere")
assert isinstance(failure, FileNotFoundError) and failure.code == 66
assert str(pickle.loads(pickle.dumps(failure))) == str(failure)
assert refused(rnntrain.FormatError, "texts: ", rnntrain.Model.open, "texts").code == 65
refused(rnntrain.InputError, "not a regular file", rnntrain.Model.open, "sample")

# Logs.
log = rnntrain.read_log("run")
assert [one["event"] for one in log][:2] == ["start", "epoch"], log
assert rnntrain.read_log("run/log.jsonl", event="epoch") == [log[1]]
with open("torn.jsonl", "w") as file:
    file.write(json.dumps(log[0]) + "\n" + '{"event": "epo')
assert rnntrain.read_log("torn.jsonl") == log[:1]
refused(rnntrain.FormatError, "line 1", rnntrain.read_log, "texts")
refused(rnntrain.FormatError, "no text", rnntrain.read_log, "sample.h5")
refused(FileNotFoundError, "log.jsonl", rnntrain.read_log, "sample")

# Data sets, where there is h5py.
try:
    import h5py
except ImportError:
    refused(ImportError, "pip install h5py", rnntrain.load_dataset, "sample.h5")
else:
    data = rnntrain.load_dataset("sample.h5")
    assert data.labels == ["neg", "pos"] and data.validation is None
    assert repr(data) == "<rnntrain.Dataset of 2 labels: train 200, test 100 rows>"
    assert repr(data.test) == "<rnntrain.Part of 100 rows of 60 ids>"
    assert data.train.x.shape == (200, 60) and len(data.test) == 100
    assert set(data.train.y) == {0, 1} and data.train.length.max() <= 60
    assert json.loads(data.tokenizer)["config"]["num_words"] == 400
    assert data.provenance["documents"]["test"] == {"neg": 50, "pos": 50}
    refused(rnntrain.FormatError, "data set", rnntrain.load_dataset, "run/best.h5")
