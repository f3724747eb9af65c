"""keras_strangers.py keras|tf_keras RNNTRAIN FOLDER TEXTS [NAME...]

Models as strangers publish them (strangers_models.py, strangers_traps.py) are judged as Keras judges
them, or refused with all that stands in the way. FOLDER has pre.h5 and post.h5, data sets whose test
rows are TEXTS, one a line, and tokenizer.json. NAMEs: only models whose names begin so."""
import importlib
import json
import os
import re
import shutil
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import numpy as np

import strangers_models
import strangers_traps

flavour, rnntrain, folder, texts = sys.argv[1:5]
chosen = tuple(sys.argv[5:])
keras = importlib.import_module(flavour)
is_3 = flavour == "keras"
MOST = 2e-6
rows = {}
for padding in ("pre", "post"):
    with h5py.File(f"{folder}/{padding}.h5") as data:
        rows[padding] = data["test/x"][:].astype("int32")
        words, maxlen = int(data.attrs["num_words"]), int(data.attrs["maxlen"])
counts = {"same": 0, "refused": 0, "wrong": 0}
worst = (0.0, "")


def problem(text):
    counts["wrong"] += 1
    print(f"FAILED: {flavour}: {text}", flush=True)


def run(*arguments):
    return subprocess.run([rnntrain, *arguments], capture_output=True, text=True)


def randomize(model, seed):
    """Weights of a trained model's size; what BatchNormalization divides by is not near zero."""
    state = np.random.RandomState(seed)
    model.set_weights([draw(state, known.name, old) for known, old in
                       zip(model.weights, model.get_weights())])


def draw(state, name, old):
    if not np.issubdtype(old.dtype, np.floating):
        return old
    values = state.normal(0, 0.3, old.shape)
    is_ones = old.ndim == 1 and (old == 1).all()
    return (0.5 + np.abs(values) if is_ones or "variance" in name else values).astype(old.dtype)


def save(model, ending):
    """The path, and the options that it needs."""
    path = f"{folder}/stranger{ending}"
    for old in os.listdir(folder):
        if old.startswith("stranger"):
            (shutil.rmtree if os.path.isdir(f"{folder}/{old}") else os.remove)(f"{folder}/{old}")
    if ending not in (".weights.h5", "_weights.h5"):
        model.save(path)
        return path, []
    model.save_weights(path)
    with open(f"{folder}/stranger.json", "w") as file:
        file.write(model.to_json())
    return path, ["--architecture", f"{folder}/stranger.json"]


def compare(name, found, expected, exact):
    """Where Keras itself is farther from its result in float64, rnntrain must be nearer."""
    global worst
    if found.shape != expected.shape:
        return problem(f"{name}: {found.shape} numbers, expected {expected.shape}")
    difference = float(np.abs(found - expected).max())
    if difference > MOST:
        reference = exact()
        own = float(np.abs(reference - expected).max())
        ours = float(np.abs(found - reference).max())
        print(f"{name}: {difference:.1e}; Keras is {own:.1e} from its float64, rnntrain {ours:.1e}")
        difference = ours if own > ours else difference
    worst = max(worst, (difference, name))
    if not difference <= MOST:
        return problem(f"{name}: {difference:.1e}")
    counts["same"] += 1


def in_float64(model, x):
    text = re.sub(r"(mixed_)?b?float(16|32)", "float64", model.to_json())
    exact = keras.models.model_from_json(text)
    exact.set_weights([w.astype("float64") if w.dtype.kind == "f" else w
                       for w in model.get_weights()])
    return exact.predict(x, verbose=0)


def judge(name, model, path, hints, case, padding):
    done = run("predict", path, texts, "--jsonl", "--tokenizer", f"{folder}/tokenizer.json",
               "--padding", padding, *hints, *case.options)
    wanted = case.refused
    if done.returncode not in (0, 64, 65):
        return problem(f"{name}: ended with {done.returncode}: {done.stderr}")
    if done.returncode:
        counts["refused"] += 1
        missing = [word for word in wanted or [] if word not in done.stderr]
        if missing or wanted is None:
            problem(f"{name}: {missing or 'is refused'}: {done.stderr}")
        elif case.shows:
            print(f"{name}: {done.stderr.strip()}")
        return None
    if wanted:
        return problem(f"{name}: is judged, but should be refused for {wanted}")
    for word in case.says:
        if word not in done.stderr:
            problem(f"{name}: does not say {word}: {done.stderr}")
    found = np.array([list(json.loads(line)["probabilities"].values())
                      for line in done.stdout.splitlines()])
    expected = case.judged(model.predict(rows[padding], verbose=0))
    return compare(name, found[:, 1:] if expected.shape[1] == 1 else found, expected,
                   lambda: case.judged(in_float64(model, rows[padding])))


def attempt(case, seed):
    try:
        try_case(case, seed)
    except Exception as error:
        problem(f"{case.name}: Keras: {type(error).__name__}: {str(error)[:300]}")


def try_case(case, seed):
    model = case.build()
    if case.is_random:
        randomize(model, seed)
    for ending in case.endings or (".h5", ".keras"):
        path, hints = save(model, ending)
        judge(f"{case.name}{ending}", model, path, hints, case, ("pre", "post")[seed % 2])
    keras.backend.clear_session()


cases = strangers_models.cases(keras, is_3, words, maxlen) + \
    strangers_traps.cases(keras, is_3, words, maxlen)
for seed, case in enumerate(cases):
    if not chosen or case.name.startswith(chosen):
        attempt(case, seed)
print(f"{flavour} {keras.__version__}: {len(cases)} models, {counts['same']} files judged alike, "
      f"{counts['refused']} refused, {counts['wrong']} wrong, largest difference {worst[0]:.1e}: "
      f"{worst[1]}")
sys.exit(counts["wrong"] != 0)
