"""rnnprep beside Keras's own Tokenizer and pad_sequences: 20,000 hostile texts, all options.

keras_strings.py RNNPREP FOLDER; needs keras-preprocessing (numpy < 2) and h5py."""
import io
import itertools
import json
import random
import subprocess
import sys
import tarfile

import h5py
import numpy as np
from keras_preprocessing.sequence import pad_sequences
from keras_preprocessing.text import Tokenizer

RANDOM = random.Random(5)
FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
ODD = list("İıIiſKÅẞßǄǅǆΣσςΑΣ'ﬁŉǰΐԱևᾳᾼὩᏸꭰⅧⓐＡ𐐀𐐨ΌɐⱯꞍ") + [
    "\u00a0", "\u0085", "\u2028", "\u2003", "\u200b", "\u200d", "\ufeff", "\u0301", "\u0307", "\u0345",
    "\u1680", "\x1c", "\x1f", "\x0b", "\x0c", "\r", "\n", "\t", "\x7f", "\u00ad", "\u0130\u0307", "i\u0307",
    "日本", "的", "ไทย", "😀", "👩\u200d👧", "\U0001e900", "\ufffd", "\uffff", "\U0010ffff"]
BAD = [b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xf0\x9f\x98", b"\xc0\xaf",
       b"\xf4\x90\x80\x80", b"\x80", b"\xed\xa0\xbd\xed\xb8\x80"]
CASED = [chr(c) for c in range(0x80, 0x1E944) if not 0xD800 <= c < 0xE000 and chr(c).lower() != chr(c)]


def piece():
    kind = RANDOM.randrange(10)
    if kind < 4:
        return RANDOM.choice(["the", "The", "FILM", "film", "a", "of", "it's", "ΣΑΣ", "unk"]).encode()
    if kind < 5:
        return RANDOM.choice(FILTERS + "'").encode()
    if kind < 7:
        return RANDOM.choice(ODD).encode()
    if kind < 8:
        return "".join(RANDOM.choices(CASED, k=RANDOM.randrange(1, 4))).encode()
    if kind < 9:
        code = RANDOM.choice([RANDOM.randrange(1, 0x800), RANDOM.randrange(0x800, 0x11000)])
        return b"" if 0xD800 <= code < 0xE000 else chr(code).encode()
    return RANDOM.choice(BAD) if RANDOM.random() < 0.2 else b" "


def text():
    pieces = [piece() + RANDOM.choice([b"", b" ", b" ", b"  "]) for _ in range(RANDOM.choice([0, 1, 3, 12, 40]))]
    whole = b"".join(pieces)
    marks = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00", b"\xfb\xee\x28", b"\x0e\xfe\xff", b"\xdd\x73")
    return b"x" + whole if whole.startswith(marks) or whole[:1] == b"+" else whole


def write_corpus(path):
    texts = [text() for _ in range(19995)] + [b"", b" ", "é".encode() * 500000, b"word " * 200000, b"a" * 1000000]
    with tarfile.open(path, "w") as tar:
        for i, content in enumerate(texts):
            entry = tarfile.TarInfo(f"train/{'ab'[i * 2 // len(texts)]}/{i:05}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return [content.decode("utf-8", "replace") for content in texts]


def tokenizers():
    for num_words, filters, lower, split, level, oov in itertools.product(
            [None, 40], [FILTERS, "", "aé—日\x85"], [True, False], [" ", "x", "th"], [False, True],
            [None, "<OOV>"]):
        yield dict(num_words=num_words, filters=filters, lower=lower, split=split, char_level=level,
                   oov_token=oov)


def arguments(options, padding):
    found = ["--num-words", str(options["num_words"] or "all"), "--filters=" + options["filters"],
             "--split=" + options["split"]]
    found += [] if options["lower"] else ["--no-lower"]
    found += ["--char-level"] if options["char_level"] else []
    found += ["--oov-token", options["oov_token"]] if options["oov_token"] else []
    for name, value in padding.items():
        found += [f"--{name}", str(value)]
    return found


def parsed(document):
    config = json.loads(document)["config"]
    return {k: json.loads(v) if k.startswith(("word_", "index_")) else v for k, v in config.items()}


def main(rnnprep, folder):
    texts = write_corpus(folder + "/odd.tar")
    paddings = itertools.cycle(dict(maxlen=m, padding=p, truncating=t) for m, p, t in
                               itertools.product([7, 100], ["pre", "post"], ["pre", "post"]))
    n = 0
    for options in tokenizers():
        padding = next(paddings)
        subprocess.run([rnnprep, folder + "/odd.tar", "-o", folder + "/odd.h5", "--quiet", "--tags", "keep",
                        *arguments(options, padding)], check=True)
        theirs = Tokenizer(**options)
        theirs.fit_on_texts(texts)
        rows = pad_sequences(theirs.texts_to_sequences(texts), **padding)
        with h5py.File(folder + "/odd.h5") as file:
            ours, document = file["train/x"][:], bytes(file["tokenizer"][:])
        assert np.array_equal(ours, rows), (options, padding, np.argwhere(ours != rows)[:3])
        assert parsed(document) == parsed(theirs.to_json()), options
        n += 1
    print(f"{len(texts)} texts, {n} combinations of options: equal")


main(*sys.argv[1:])
