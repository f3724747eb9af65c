"""keras_eras.py RNNTRAIN FOLDER

Models in the layouts that Keras 1 to 2.3 wrote, made with h5py alone, judged by rnntrain and by a
forward pass in float64."""
import json
import subprocess
import sys

import h5py
import numpy as np

rnntrain, folder = sys.argv[1:3]
random = np.random.RandomState(5)
WORDS, MAXLEN, WIDTH, UNITS = 50, 12, 6, 5
vocabulary = {f"w{i}": i for i in range(1, WORDS)}
ids = random.randint(1, WORDS, (64, MAXLEN))
failures = 0
worst = 0.0

with open(f"{folder}/texts", "w") as file:
    file.writelines(" ".join(f"w{i}" for i in row) + "\n" for row in ids)
with open(f"{folder}/tokenizer.json", "w") as file:
    json.dump({"class_name": "Tokenizer", "config": {
        "num_words": None, "filters": "", "lower": True, "split": " ", "char_level": False,
        "oov_token": None, "document_count": 1, "word_counts": json.dumps(vocabulary),
        "word_docs": "{}", "index_docs": "{}", "index_word": "{}",
        "word_index": json.dumps(vocabulary)}}, file)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def hard_sigmoid(z):
    return np.clip(0.2 * z + 0.5, 0, 1)


def normal(*shape):
    return random.normal(0, 0.4, shape).astype("float16").astype("float64")


def judge_lstm(x, kernel, recurrent, bias, gate):
    h = c = np.zeros((len(x), UNITS))
    for t in range(MAXLEN):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = gate(f) * c + gate(i) * np.tanh(g)
        h = gate(o) * np.tanh(c)
    return h


def judge_gru(x, kernel, recurrent, bias, gate):
    """A bias of two rows is that of reset_after."""
    h = np.zeros((len(x), UNITS))
    for t in range(MAXLEN):
        if bias.ndim == 2:
            xz, xr, xh = np.split(x[:, t] @ kernel + bias[0], 3, axis=1)
            hz, hr, hh = np.split(h @ recurrent + bias[1], 3, axis=1)
            z, candidate = gate(xz + hz), np.tanh(xh + gate(xr + hr) * hh)
        else:
            xz, xr, xh = np.split(x[:, t] @ kernel + bias, 3, axis=1)
            uz, ur, uh = np.split(recurrent, 3, axis=1)
            z, r = gate(xz + h @ uz), gate(xr + h @ ur)
            candidate = np.tanh(xh + (r * h) @ uh)
        h = z * h + (1 - z) * candidate
    return h


def separate(cell, kernel, recurrent, bias):
    """Keras 1: three arrays of each gate, an LSTM's in the order i, c, f, o."""
    gates = 4 if cell == "LSTM" else 3
    parts = [np.split(a, gates, axis=-1) for a in (kernel, recurrent, bias)]
    return [part[g] for g in ([0, 2, 1, 3] if gates == 4 else [0, 1, 2]) for part in parts]


def cudnn(gates, kernel, recurrent, bias):
    """CuDNN's matrices, whose numbers Keras writes in another order, and two biases."""
    def turn(a, rows):
        return np.hstack([g.T.reshape(rows, UNITS) for g in np.split(a, gates, axis=1)])
    return [turn(kernel, WIDTH), np.hstack([g.T for g in np.split(recurrent, gates, axis=1)]),
            bias]


def config_of(era, cell, gate):
    """The list of layers, as the era names their settings."""
    old = era == 1
    name = ("CuDNN" if era == "cudnn" else "") + cell
    recurrent = {"name": "rnn_1", "output_dim" if old else "units": UNITS, "activation": "tanh",
                 "return_sequences": False}
    if era != "cudnn":
        recurrent["inner_activation" if old else "recurrent_activation"] = gate
    return [
        {"class_name": "Embedding", "config": {
            "name": "embedding_1", "batch_input_shape": [None, MAXLEN], "input_dim": WORDS,
            "output_dim": WIDTH, "mask_zero": False, "input_length": MAXLEN}},
        {"class_name": name, "config": recurrent},
        {"class_name": "Dense", "config": {
            "name": "dense_1", "output_dim" if old else "units": 1, "activation": "sigmoid",
            "bias" if old else "use_bias": True}}]


def write(path, version, layers, config, strings="fixed", cut=False, weights_only=False, **storage):
    def texts(where, name, values):
        where.attrs[name] = [v.encode() for v in values] if strings == "fixed" else \
            np.array(values, dtype=h5py.string_dtype())

    with h5py.File(path, "w") as file:
        if version:
            file.attrs["keras_version"] = np.bytes_(version) if strings == "fixed" else version
        if config and not weights_only:
            whole = json.dumps({"class_name": "Sequential", "config": config})
            file.attrs["model_config"] = np.bytes_(whole) if strings == "fixed" else whole
        root = file if weights_only else file.create_group("model_weights")
        names = list(layers)
        if cut:
            texts(root, "layer_names0", names[:2])
            texts(root, "layer_names1", names[2:])
        else:
            texts(root, "layer_names", names)
        for name, arrays in layers.items():
            group = root.create_group(name)
            listed = [f"{name}/array_{k}:0" for k in range(len(arrays))]
            texts(group, "weight_names", listed)
            for key, array in zip(listed, arrays):
                group.create_dataset(key, data=array.astype(storage.get("dtype", "float32")),
                                     **{k: v for k, v in storage.items() if k != "dtype"})


def check(what, path, expected, *hints):
    global failures, worst
    done = subprocess.run([rnntrain, "predict", path, f"{folder}/texts", "--jsonl", "--tokenizer",
                           f"{folder}/tokenizer.json", *hints], capture_output=True, text=True)
    if done.returncode:
        failures += 1
        print(f"FAILED: {what}: {done.stderr}")
        return
    found = [list(json.loads(line)["probabilities"].values())[1]
             for line in done.stdout.splitlines()]
    difference = float(np.abs(np.array(found) - expected).max())
    worst = max(worst, difference)
    if not difference <= 2e-6:
        failures += 1
        print(f"FAILED: {what}: {difference:.1e}")


def try_model(era, version, cell, gate, layout, **how):
    gates, after = (4 if cell == "LSTM" else 3), era == "cudnn" and cell == "GRU"
    table, kernel, recurrent = normal(WORDS, WIDTH), normal(WIDTH, gates * UNITS), normal(
        UNITS, gates * UNITS)
    two = normal(2, gates * UNITS)
    bias = two if after else two.sum(0) if era == "cudnn" else two[0]
    out, out_bias = normal(UNITS, 1), normal(1)
    judge = judge_lstm if cell == "LSTM" else judge_gru
    h = judge(table[ids], kernel, recurrent, bias, sigmoid if gate == "sigmoid" else hard_sigmoid)
    arrays = {1: lambda: separate(cell, kernel, recurrent, bias),
              2: lambda: [kernel, recurrent, bias],
              "cudnn": lambda: cudnn(gates, kernel, recurrent, two.ravel())}[era]()
    config = config_of(era, cell, gate)
    path = f"{folder}/era.h5"
    write(path, version, {"embedding_1": [table], "rnn_1": arrays, "dense_1": [out, out_bias]},
          config if layout == "bare" else {"name": "sequential_1", "layers": config}, **how)
    hints = ["--maxlen", str(MAXLEN)] if how.get("weights_only") else []
    check((era, version, cell, gate, layout, how), path,
          sigmoid(h @ out + out_bias)[:, 0], *hints)


hows = [{}, {"strings": "variable"}, {"cut": True}, {"dtype": "float64"}, {"dtype": "float16"},
        {"chunks": True, "compression": "gzip"}, {"weights_only": True}]
for cell in ("LSTM", "GRU"):
    for how in hows:
        for era, version, gate, layout in (
                (1, None, "hard_sigmoid", "bare"), (1, "1.2.2", "hard_sigmoid", "bare"),
                (2, "2.0.4", "hard_sigmoid", "bare"), (2, "2.2.4", "hard_sigmoid", "dict"),
                (2, "2.3.1", "sigmoid", "dict"), ("cudnn", "2.1.6", "sigmoid", "bare")):
            try_model(era, version, cell, gate, layout, **how)

# A GRU without bias says itself when it resets.
for after in (False, True):
    table, kernel, recurrent = normal(WORDS, WIDTH), normal(WIDTH, 3 * UNITS), normal(
        UNITS, 3 * UNITS)
    out, out_bias = normal(UNITS, 1), normal(1)
    config = config_of(2, "GRU", "sigmoid")
    config[1]["config"].update(use_bias=False, reset_after=after)
    h = judge_gru(table[ids], kernel, recurrent,
                  np.zeros((2, 3 * UNITS) if after else 3 * UNITS), sigmoid)
    write(f"{folder}/bare.h5", "2.3.1",
          {"embedding_1": [table], "rnn_1": [kernel, recurrent], "dense_1": [out, out_bias]},
          {"name": "sequential_1", "layers": config})
    check(("without bias", after), f"{folder}/bare.h5", sigmoid(h @ out + out_bias)[:, 0])

# The default rate, a float in Keras's files, is left out: Keras 2.2 calls it lr.
path, ours = f"{folder}/era.h5", f"{folder}/ours.h5"
with h5py.File(path, "a") as file:
    file.attrs["training_config"] = np.bytes_(json.dumps({"optimizer_config": {
        "class_name": "Adam", "config": {"lr": float(np.float32(0.001))}}}))
subprocess.run([rnntrain, "import", path, "-o", ours, "--maxlen", str(MAXLEN)], check=True,
               capture_output=True)
with h5py.File(ours) as file:
    if "learning_rate" in bytes(file.attrs["training_config"]).decode():
        failures += 1
        print("FAILED: the default rate is written")

# What is not supported is refused by name before anything is written.
write(f"{folder}/cnn.h5", "2.1.6", {"conv1d_1": [normal(3, WIDTH, 4)]}, [
    {"class_name": "Conv1D", "config": {"name": "conv1d_1", "filters": 4}}])
refused = subprocess.run([rnntrain, "import", f"{folder}/cnn.h5", "-o", f"{folder}/no.h5"],
                         capture_output=True, text=True)
if refused.returncode == 0 or '"conv1d_1" (Conv1D, Keras 2.1.6)' not in refused.stderr:
    failures += 1
    print(f"FAILED: Conv1D: {refused.stderr}")
print(f"largest difference {worst:.1e}")
sys.exit(failures != 0)
