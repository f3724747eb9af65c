"""compare.py RNNPREP SEED N: N generated corpora, read by rnnprep and by reader.py, must be equal.

Equal are the rows of each part: label and words. A refusal counts as wrong unless the corpus says why a person
would hesitate. KEEP=FOLDER keeps what differs.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

import generate
import reader

ROW = re.compile(r"^(train|test|validation) row \d+, (.*?): ?(.*)$")


def rows_of(rnnprep, dataset):
    shown = subprocess.run([rnnprep, "inspect", dataset, "--rows", "100000"], check=True, capture_output=True)
    parts = collections.defaultdict(list)
    for line in shown.stdout.decode().splitlines():
        match = ROW.match(line)
        if match:
            parts[match[1]].append((match[2], tuple(match[3].split())))
    return {part: sorted(rows) for part, rows in parts.items()}


def run(rnnprep, corpus, dataset):
    """None if all is well, else what is wrong."""
    with open(corpus["path"] if corpus["stdin"] else os.devnull, "rb") as given:
        made = subprocess.run([rnnprep, "-" if corpus["stdin"] else corpus["path"], "-o", dataset, "--num-words", "all", "--threads", "1"]
                              + corpus["options"], stdin=given, capture_output=True)
    said = made.stderr.decode("utf-8", "replace")
    if made.returncode:
        return None if corpus["hesitates"] and made.returncode < 70 else "refused (%d): %s" % (made.returncode, said[:600])
    found, meant = rows_of(rnnprep, dataset), reader.read(corpus)
    for part in sorted(set(found) | set(meant)):
        a, b = found.get(part, []), meant.get(part, [])
        if a != b:
            extra, lost = list((collections.Counter(a) - collections.Counter(b)).items()), list((collections.Counter(b) - collections.Counter(a)).items())
            return "%s: %d rows, meant %d; too many %s; lost %s" % (part, len(a), len(b), extra[:2], lost[:2])
    return None


def main():
    rnnprep, first, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    keep, n_bad = os.environ.get("KEEP"), 0
    for seed in range(first, first + n):
        with tempfile.TemporaryDirectory() as folder:
            corpus = generate.generate(seed, folder)
            wrong = run(rnnprep, corpus, os.path.join(folder, "dataset.h5"))
            if wrong:
                n_bad += 1
                shape = {key: corpus[key] for key in ("seed", "packing", "stdin", "encoding", "classes", "single", "options")}
                print("%s\n  %s\n  %s" % (wrong, shape, sorted(corpus["files"])[:4]))
                if keep:
                    shutil.copytree(folder, os.path.join(keep, str(seed)), dirs_exist_ok=True)
    print("%d corpora, %d differ" % (n, n_bad))
    sys.exit(n_bad > 0)


main()
