#!/usr/bin/env python3
"""Writes judge.json: 200 random predictions and what scikit-learn's sklearn.metrics says of them.

Usage: make_judge.py > judge.json     (needs scikit-learn 1.9 and NumPy)

Probabilities are drawn as integers, which are divided by their sum (several labels: by the greatest that
may be drawn), so that both sides divide alike and a file holds them exactly. Small ranges of integers give
ties; classes that no row is of, classes that are never decided for, parts of one class and single rows come
up on purpose. Written with scikit-learn 1.9.1.
"""
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.simplefilter("ignore")
rng = np.random.default_rng(22)
BINS = 10


def number(value):
    return None if np.isnan(value) else float(value)


def averages(truth, decided):
    found = {}
    for average in "micro", "macro", "weighted":
        for name in "precision", "recall", "f1":
            function = getattr(metrics, name + "_score")
            found[f"{average}_{name}"] = float(function(truth, decided, average=average, zero_division=0))
    return found


def calibration(came_true, p):
    share, mean = calibration_curve(came_true, p, n_bins=BINS, strategy="uniform")
    edges = np.linspace(0, 1, BINS + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], p), minlength=BINS)
    counts = counts[counts > 0]
    error = float(np.sum(counts * np.abs(mean - share)) / len(p))
    return {"n": counts.tolist(), "probability": mean.tolist(), "share": share.tolist()}, error


def by_class(hot, p, counts):
    return [{"counts": [int(tp), int(fp), int(fn)],
             "roc_auc": number(metrics.roc_auc_score(hot[:, c], p[:, c])),
             "average_precision": number(metrics.average_precision_score(hot[:, c], p[:, c]))}
            for c, (tp, fp, fn) in enumerate(counts)]


def counts_of(hot, given):
    tables = [metrics.confusion_matrix(hot[:, c], given[:, c], labels=[0, 1]) for c in range(hot.shape[1])]
    return [(t[1, 1], t[0, 1], t[1, 0]) for t in tables]


def one_label(i):
    n, classes = int(rng.integers(1, 50)), int(rng.choice([2, 2, 3, 4, 6]))
    greatest = int(rng.choice([1, 3, 10, 300]))
    drawn = rng.integers(0, greatest + 1, (n, classes))
    drawn[drawn.sum(1) == 0, 0] = 1
    truth = rng.integers(0, classes, n)
    if i % 3 == 0:  # mostly right
        drawn[np.arange(n), truth] += greatest
    if i % 5 == 1:
        truth[truth == classes - 1] = 0  # an empty class
    if i % 7 == 2:
        truth[:] = rng.integers(0, classes)  # all of one class
    if i % 11 == 3:
        drawn[:, 0] = drawn.max() + 1  # one decision
    p = drawn / drawn.sum(1, keepdims=True)
    decided = drawn.argmax(1)
    hot = np.eye(classes)[truth].astype(int)
    given = np.eye(classes)[decided].astype(int)
    every = list(range(classes))

    asked = (truth == 1, p[:, 1]) if classes == 2 else (truth == decided, p[np.arange(n), decided])
    bins, error = calibration(asked[0].astype(int), asked[1])
    figures = {
        "accuracy": float(metrics.accuracy_score(truth, decided)),
        "balanced_acc": float(metrics.balanced_accuracy_score(truth, decided)),
        "mcc": float(metrics.matthews_corrcoef(truth, decided)),
        **averages(truth, decided),
        "log_loss": float(metrics.log_loss(truth, p, labels=every)),
        "brier": float(metrics.brier_score_loss(truth, p if classes > 2 else p[:, 1], labels=every)),
        "calibration_error": error,
    }
    if classes == 2:
        figures["roc_auc"] = number(metrics.roc_auc_score(truth, p[:, 1]))
        figures["average_precision"] = number(metrics.average_precision_score(truth, p[:, 1]))
    else:
        figures["roc_auc"] = number(metrics.roc_auc_score(truth, p, multi_class="ovr", labels=every))
        figures["average_precision"] = number(metrics.average_precision_score(hot, p))
    return {"drawn": drawn.tolist(), "labels": truth.tolist(), "figures": figures, "bins": bins,
            "classes": by_class(hot, p, counts_of(hot, given))}


def several_labels(i):
    n, classes = int(rng.integers(1, 30)), int(rng.choice([2, 3, 5]))
    greatest = int(rng.choice([1, 4, 10, 1000]))
    drawn = rng.integers(0, greatest + 1, (n, classes))
    hot = (rng.random((n, classes)) < rng.random(classes)).astype(int)
    if i % 3 == 0:
        hot[:, 0] = 0  # a label that no row has
    if i % 4 == 1:
        hot[:, -1] = 1  # one that all have
    if i % 9 == 2:
        hot[:] = 0
    if i % 10 == 3:
        drawn[:] = 0
    p = drawn / greatest
    given = (p > 0.5).astype(int)

    bins, error = calibration(hot.ravel(), p.ravel())
    figures = {
        "accuracy": float(metrics.accuracy_score(hot, given)),
        "balanced_acc": None,
        "mcc": None,
        **averages(hot, given),
        "log_loss": float(np.mean([metrics.log_loss(hot[:, c], p[:, c], labels=[0, 1]) for c in range(classes)])),
        "brier": float(np.mean((p - hot) ** 2)),
        "calibration_error": error,
        "roc_auc": number(metrics.roc_auc_score(hot, p)),
        "average_precision": number(metrics.average_precision_score(hot, p)),
    }
    return {"drawn": drawn.tolist(), "greatest": greatest, "labels": hot.tolist(), "figures": figures,
            "bins": bins, "classes": by_class(hot, p, counts_of(hot, given))}


cases = [one_label(i) for i in range(150)] + [several_labels(i) for i in range(50)]
text = json.dumps({"scikit-learn": sklearn.__version__, "cases": cases}, separators=(",", ":"))
sys.stdout.write(text.replace('{"drawn"', '\n{"drawn"') + "\n")
