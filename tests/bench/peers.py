"""A training step of a recipe in PyTorch or Keras: forward, backward and Adam.

    peers.py torch|keras RECIPE BATCH MAXLEN ROUNDS THREADS [PROCESSES]

prints the step's milliseconds, the least and the median of ROUNDS after a warm-up, and what
computed it. With PROCESSES > 1 PyTorch shares the batch out by DistributedDataParallel over
gloo.
"""
import os
import statistics
import sys
import time

WORDS, WIDTH = 3800, 32
DROPOUT = {"keras-lstm": 0.2, "keras-bilstm": 0.5, "keras-gru": 0.2}


def measure(step, rounds):
    step()
    step()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def say(times, what):
    print(f"ms {min(times):.1f} {statistics.median(times):.1f} {what}")


def torch_model(recipe, maxlen):
    import torch

    class Classifier(torch.nn.Module):
        def __init__(self):
            super().__init__()
            nn = torch.nn
            both = recipe == "keras-bilstm"
            kind = nn.GRU if recipe == "keras-gru" else nn.LSTM
            self.flatten = both
            self.embedding = nn.Sequential(nn.Embedding(WORDS, WIDTH), nn.Dropout(DROPOUT[recipe]))
            self.recurrent = kind(WIDTH, WIDTH, batch_first=True, bidirectional=both)
            self.head = (
                nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(2 * WIDTH * maxlen, 1))
                if both
                else nn.Sequential(
                    nn.Linear(WIDTH, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 1)
                )
            )

        def forward(self, ids):
            steps, _ = self.recurrent(self.embedding(ids))
            return self.head(steps if self.flatten else steps[:, -1])[:, 0]

    return Classifier()


def torch_rank(rank, recipe, batch, maxlen, rounds, threads, processes):
    import torch

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # gradients vanish over hundreds of steps
    torch.manual_seed(1)
    model = torch_model(recipe, maxlen)
    if processes > 1:
        torch.distributed.init_process_group("gloo", rank=rank, world_size=processes)
        model = torch.nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.Adam(model.parameters())
    loss = torch.nn.BCEWithLogitsLoss()
    x = torch.randint(1, WORDS, (batch // processes, maxlen))
    y = torch.randint(0, 2, (batch // processes,)).float()

    def step():
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    times = measure(step, rounds)
    if rank == 0:
        say(times, f"torch {torch.__version__}")


def run_torch(recipe, batch, maxlen, rounds, threads, processes):
    import torch.multiprocessing

    arguments = (recipe, batch, maxlen, rounds, threads, processes)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(20000 + os.getpid() % 20000))
    if processes > 1:
        torch.multiprocessing.spawn(torch_rank, arguments, processes)
    else:
        torch_rank(0, *arguments)


def run_keras(recipe, batch, maxlen, rounds, threads, _):
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="")
    import numpy
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((maxlen,), dtype="int32"), layers.Embedding(WORDS, WIDTH)])
    model.add(layers.Dropout(DROPOUT[recipe]))
    if recipe == "keras-bilstm":
        model.add(layers.Bidirectional(layers.LSTM(WIDTH, return_sequences=True)))
        model.add(layers.Dropout(0.5))
        model.add(layers.Flatten())
    else:
        model.add(layers.GRU(WIDTH, reset_after=False) if recipe == "keras-gru" else layers.LSTM(WIDTH))
        model.add(layers.Dense(256, activation="relu"))
        model.add(layers.Dropout(0.2))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    draw = numpy.random.default_rng(1)
    x, y = draw.integers(1, WORDS, (batch, maxlen)), draw.integers(0, 2, batch)
    data = tensorflow.constant(x, "int32"), tensorflow.constant(y, "float32")
    times = measure(lambda: model.train_on_batch(*data), rounds)
    say(times, f"keras {keras.__version__} on tensorflow {tensorflow.__version__}")


if __name__ == "__main__":
    if len(sys.argv) not in (7, 8) or sys.argv[2] not in DROPOUT:
        sys.exit(__doc__)
    run = {"torch": run_torch, "keras": run_keras}[sys.argv[1]]
    numbers = [int(argument) for argument in sys.argv[3:]]
    run(sys.argv[2], *numbers[:4], numbers[4] if len(numbers) > 4 else 1)
