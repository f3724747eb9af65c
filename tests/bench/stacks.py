"""A training step of stacks of layers, ours and Keras's on TensorFlow, in turns: processor time.

    stacks.py BENCH_STEP[,BENCH_STEP...] [--turns 7] [--batch 256] [--maxlen 380] [--classes 2]
              [STACK ...]

STACK is the text of --stack; without one, the stacks below. Each turn has a few steps of every
contender, on one thread of the same core; the table has the least and the median of the turns'
milliseconds of processor time a step, and the median of the turns' ratios to Keras. Both read rows
of Zipf's law over 3,800 words and end in one sigmoid, or of more than two classes in their softmax,
trained by Adam.
"""
import argparse
import os
import statistics
import subprocess
import time

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="")
os.environ.update(OMP_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")

WORDS, STEPS = 3800, 3
STACKS = [
    "embedding:50, dropout:0.2, conv:250:3, max, dense:250:relu, dropout:0.2",
    "embedding:100, conv:128:5, max, dense:10:relu",
    "embedding:128, dropout:0.5, conv:64:5, max",
    "embedding:128, dropout:0.25, conv:64:5, max-pooling:4, lstm:70",
    "embedding:32, conv:32:3:same, max-pooling:2, lstm:100",
    "embedding:100, conv:128:5, max-pooling:5, conv:128:5, max, dense:128:relu",
    "embedding:128, dropout:0.5, conv:128:7:strides=3, conv:128:7:strides=3, max, dense:128:relu",
]


def keras_layers(stack, classes):
    """The layers of a stack, of the words that the stacks above have."""
    from keras import layers

    pools = {"max-pooling": layers.MaxPooling1D, "average-pooling": layers.AveragePooling1D}
    cells = {"lstm": layers.LSTM, "gru": layers.GRU, "rnn": layers.SimpleRNN}
    items = [item.strip().split(":") for item in stack.split(",")]
    for i, (word, *rest) in enumerate(items):
        values = dict(each.split("=") for each in rest if "=" in each)
        names = [each for each in rest if "=" not in each]
        if word == "embedding":
            yield layers.Embedding(WORDS, int(names[0]))
        elif word == "dropout":
            yield layers.Dropout(float(names[0]))
        elif word == "conv":
            padding = ([each for each in names if each in ("same", "causal")] or ["valid"])[0]
            yield layers.Conv1D(
                int(names[0]), int(names[1]), int(values.get("strides", 1)), padding, activation="relu"
            )
        elif word in pools:
            yield pools[word](int(names[0]))
        elif word in cells:
            followed = i + 1 < len(items) and items[i + 1][0] not in ("dense", "dropout")
            yield cells[word](int(names[0]), return_sequences=followed)
        elif word == "flatten":
            yield layers.Flatten()
        elif word in ("max", "mean"):
            yield layers.GlobalMaxPooling1D() if word == "max" else layers.GlobalAveragePooling1D()
        elif word == "dense":
            yield layers.Dense(int(names[0]), activation=names[1])
        else:
            raise SystemExit(f"stacks.py: {word}: no such word here")
    yield layers.Dense(1, activation="sigmoid") if classes == 2 else layers.Dense(
        classes, activation="softmax"
    )


def keras_step(stack, batch, maxlen, classes):
    import keras
    import numpy
    import tensorflow

    model = keras.Sequential([keras.Input((maxlen,), dtype="int32"), *keras_layers(stack, classes)])
    loss = "binary_crossentropy" if classes == 2 else "sparse_categorical_crossentropy"
    model.compile(loss=loss, optimizer="adam")
    draw = numpy.random.default_rng(1)
    x = WORDS ** draw.uniform(size=(batch, maxlen))
    data = tensorflow.constant(x, "int32"), tensorflow.constant(draw.integers(0, classes, batch), "float32")

    def steps():
        start = time.process_time()
        for _ in range(STEPS):
            model.train_on_batch(*data)
        return 1e3 * (time.process_time() - start) / STEPS

    steps()
    return steps


def our_step(bench, stack, batch, maxlen, classes):
    command = [bench, str(STEPS), str(maxlen), "1", str(classes), "--stack", stack]
    command += ["--batch-size", str(batch)]

    def steps():
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        return float(said[said.index("cpu") + 2])

    return steps


def measure(arguments, stack):
    shape = arguments.batch, arguments.maxlen, arguments.classes
    sides = {"Keras": keras_step(stack, *shape)}
    for bench in arguments.bench_step.split(","):
        sides[bench] = our_step(bench, stack, *shape)
    times = {name: [] for name in sides}
    for _ in range(arguments.turns):
        for name, steps in sides.items():
            times[name].append(steps())

    print(stack)
    for name, ms in times.items():
        ratios = [own / peer for own, peer in zip(ms, times["Keras"])]
        print(
            f"  {min(ms):8.1f} {statistics.median(ms):8.1f} ms  {statistics.median(ratios):.3f}"
            f" ({min(ratios):.3f} to {max(ratios):.3f})  {name}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("bench_step")
    parser.add_argument("stacks", nargs="*", default=STACKS)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--maxlen", type=int, default=380)
    parser.add_argument("--classes", type=int, default=2)
    arguments = parser.parse_intermixed_args()

    os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    for stack in arguments.stacks:
        measure(arguments, stack)


if __name__ == "__main__":
    main()
