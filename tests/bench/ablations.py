#!/usr/bin/env python3
"""What options of training gain on validation rows.

    tests/bench/ablations.py BUILD NAME=DATA.h5 ... [--option "--ema 0.99"] ... [--seeds 11,12,13]
        [--base OPTIONS] [--auto] [--log FILE]

A row an option, or several in one string: the best val_acc over the epochs of a run, its mean over
seeds, a column a data set; the mean difference to the base (no option) over data sets and seeds and
its standard error, run beside run; the same of val_loss at its least. Test rows are never judged.
With --log each run's figures are kept in that file, and a later call goes on from there.

With --auto the base is `--recipe auto`, and accuracy and loss are those of the test part, alone and
beside the linear model. It must be training rows that were set aside, as the recipe chooses epoch
and blend on the validation part: `rnnprep TRAIN --validation SOME --test OTHERS --for auto`.
"""
import argparse
import json
import shlex
import statistics
import subprocess
import tempfile
from pathlib import Path

BASE = (
    "--model bilstm --units 64 --embedding 64 --head max --dense 0 --mask --batch-size 32"
    " --embedding-dropout .5 --rnn-dropout .5 --validation-split .25 --epochs 40 --monitor val_acc"
    " --patience 5"
)
AUTO = "--recipe auto --validation own"


def of_epochs(events):
    """The greatest val_acc and the least val_loss of a run."""
    epochs = [event for event in events if event["event"] == "epoch"]
    return max(e["val_acc"] for e in epochs), min(e["val_loss"] for e in epochs)


def of_models(events):
    """Accuracy and loss of test rows: of the network, and of the linear model beside it."""
    judged = {e["name"].split("-")[0]: e for e in events if e["event"] == "model"}
    pairs = [(judged[name]["test_acc"], judged[name]["test_loss"]) for name in ("seed", "ensemble")]
    return sum(pairs, ())


def train(build, data, seed, options, figures):
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        command = [build / "rnntrain", data, "--run-dir", run, "--quiet", "--seed", str(seed)]
        subprocess.run(command + options, check=True)
        events = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return figures(events)


class Runs:
    """Figures of runs that were made, also by an earlier call."""

    def __init__(self, log, figures):
        self.log = log
        self.figures = figures
        self.known = {}
        for line in log.read_text().splitlines() if log and log.exists() else []:
            run = json.loads(line)
            self.known[tuple(run["key"])] = tuple(run["figures"])

    def get(self, build, name, data, seed, options):
        key = (name, str(seed), options)
        if key not in self.known:
            self.known[key] = train(build, data, seed, shlex.split(options), self.figures)
            if self.log:
                with open(self.log, "a") as log:
                    log.write(json.dumps({"key": key, "figures": self.known[key]}) + "\n")
        return self.known[key]


def differences(runs, base):
    """Mean and standard error, figure by figure, of runs beside those of the base."""
    for figure in range(len(base[0])):
        pairs = [run[figure] - other[figure] for run, other in zip(runs, base)]
        spread = statistics.stdev(pairs) if len(pairs) > 1 else 0
        yield statistics.mean(pairs), spread / len(pairs) ** 0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("data", nargs="+", help="NAME=DATA.h5")
    parser.add_argument("--option", action="append", default=[])
    parser.add_argument("--seeds", default="11,12,13")
    parser.add_argument("--base")
    parser.add_argument("--auto", action="store_true")
    parser.add_argument("--log", type=Path)
    given = parser.parse_args()
    data = [text.split("=", 1) for text in given.data]
    seeds = given.seeds.split(",")
    runs = Runs(given.log, of_models if given.auto else of_epochs)
    options = given.base or (AUTO if given.auto else BASE)

    columns = ["option", *(name for name, _ in data), "points", "loss"]
    columns += ["points beside linear", "loss beside linear"] if given.auto else []
    print(f"| {' | '.join(columns)} |")
    print("|---" * len(columns) + "|")
    base = None
    for option in ["", *given.option]:
        found = [
            [runs.get(given.build, name, path, seed, f"{options} {option}") for seed in seeds]
            for name, path in data
        ]
        cells = " | ".join(f"{100 * statistics.mean(r[0] for r in row):.1f}" for row in found)
        flat = [run for row in found for run in row]
        base = base or flat
        shown = list(differences(flat, base))
        gains = [
            f"{100 * acc:+.2f} +- {100 * error:.2f} | {loss:+.3f}"
            for (acc, error), (loss, _) in zip(shown[::2], shown[1::2])
        ]
        print(f"| {option or 'none'} | {cells} | {' | '.join(gains)} |", flush=True)


if __name__ == "__main__":
    main()
