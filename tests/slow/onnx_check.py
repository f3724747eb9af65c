"""onnx_check.py texts DATASET: the test rows as texts, one a line, and rows of 0, 1 and 2 words.
onnx_check.py check FOLDER CASE...: CASE.onnx in ONNX's checker and in onnxruntime, on those rows, beside
what rnntrain predicts for the texts (CASE.jsonl). The first line of CASE.txt names the data set.
"""
import json
import re
import sys

import h5py
import numpy
import onnx
import onnxruntime

TOLERANCE = 2e-6


def rows_of(path):
    """The test rows and short ones, padded as the data set is; the words of the ids."""
    with h5py.File(path) as data:
        rows = data["test/x"][:].astype("int64")
        tokenizer = json.loads(bytes(data["tokenizer"][:]))["config"]
        padding = data.attrs["padding"]
        labels = [label.decode() for label in data["labels"][:]]
    words = {i: word for word, i in json.loads(tokenizer["word_index"]).items()}
    pre = (padding.decode() if isinstance(padding, bytes) else padding) == "pre"
    known = rows[rows != 0]
    short = numpy.zeros((5, rows.shape[1]), "int64")
    for row, n in zip(short, (0, 1, 2, rows.shape[1] - 1, rows.shape[1])):
        row[len(row) - n if pre else 0 : len(row) if pre else n] = known[:n]
    return numpy.concatenate([rows, short]), words, labels


def print_texts(path):
    rows, words, _ = rows_of(path)
    for row in rows:
        print(" ".join(words[i] for i in row if i != 0))


def session_of(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])


def check_properties(model, rows, labels):
    properties = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(properties["labels"]) == labels, properties
    if model.graph.input[0].name != "ids":
        assert "maxlen" not in properties and "words" in properties, properties
        return
    assert int(properties["maxlen"]) == rows.shape[1], properties
    pads = "pre" if (rows[:, 0] == 0).sum() > (rows[:, -1] == 0).sum() else "post"
    assert properties["padding"] == pads, properties
    assert model.producer_name == "rnntrain", model.producer_name


def check_uses(graph):
    """Nothing is computed or stored in vain."""
    used = {name for node in graph.node for name in node.input} | {"probabilities"}
    made = {name for node in graph.node for name in node.output if name}
    made |= {tensor.name for tensor in graph.initializer}
    assert made <= used, made - used


def words_of(text, cut):
    """A text's words, as the property "words" of a model of n-grams says."""
    if cut["tags"] != "keep":
        text = re.sub("<[^>]+>", "" if cut["tags"] == "remove" else " ", text)
    if cut["lower"]:
        text = text.lower()
    ends = {mark: f" {mark} " if mark in cut["punctuation"] else " " for mark in cut["filters"]}
    words = "".join(ends.get(letter, letter) for letter in text).split(cut["split"])
    words = [word for word in words if word and word not in cut["stop_words"]]
    spelled = [["", "\1", *("\1" + letter for letter in word), "\1"] for word in words
               if "characters" in cut and word not in cut["punctuation"]]
    return words + [letter for word in spelled for letter in word]


def inputs_of(model, data, rows):
    """What the model reads: the rows of ids, or the words of their texts, "" behind them."""
    names = [value.name for value in model.graph.input]
    inputs = {"ids": rows} if "ids" in names else {}
    if "words" not in names:
        return inputs
    cut = json.loads({entry.key: entry.value for entry in model.metadata_props}["words"])
    with open(data.removesuffix(".h5") + ".texts") as lines:
        texts = [words_of(line.rstrip("\n"), cut) for line in lines]
    words = numpy.full((len(texts), max(map(len, texts))), "", dtype=object)
    for row, text in zip(words, texts):
        row[: len(text)] = text
    return {**inputs, "words": words}


def check(case):
    """The largest difference to what rnntrain says, and how far rows differ."""
    with open(case + ".txt") as text:
        data = text.readline().strip()
    rows, _, labels = rows_of(data)
    model = onnx.load(case + ".onnx")
    onnx.checker.check_model(model, full_check=True)
    check_properties(model, rows, labels)
    check_uses(model.graph)
    session = session_of(case + ".onnx")
    inputs = inputs_of(model, data, rows)
    found = session.run(["probabilities"], inputs)[0]
    assert found.shape == (len(rows), len(labels) if len(labels) > 2 else 1), found.shape
    for row in (0, len(rows) - 5):  # alone, among others an empty row
        single = {name: values[row : row + 1] for name, values in inputs.items()}
        alone = session.run(["probabilities"], single)[0]
        assert abs(alone[0] - found[row]).max() <= TOLERANCE, (alone, found[row])
    if len(labels) == 2:
        found = numpy.concatenate([1 - found, found], axis=1)
    with open(case + ".jsonl") as lines:
        said = [json.loads(line)["probabilities"] for line in lines]
    ours = numpy.array([[row[label] for label in labels] for row in said])
    assert ours.shape == found.shape, (ours.shape, found.shape)
    return abs(found - ours).max(), numpy.ptp(ours, axis=0).max()


def main():
    if sys.argv[1] == "texts":
        return print_texts(sys.argv[2])
    worst = 0
    for case in sys.argv[3:]:
        path = f"{sys.argv[2]}/{case}"
        difference, spread = check(path)
        with open(path + ".txt") as text:
            options = text.read().split("\n")[1]
        print(f"{case:>3} {difference:.1e} of {spread:.3f}  {options}")
        assert difference <= TOLERANCE, (options, difference)
        assert spread > 1e-3, "the rows are all judged alike: nothing was compared"
        worst = max(worst, difference)
    print(f"onnxruntime {onnxruntime.__version__}: {len(sys.argv) - 3} models, worst {worst:.1e}")


main()
