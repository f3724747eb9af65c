"""An independent reader of corpora: knows what was written where, and reads it by Python's own modules.

read(corpus) gives {part: [(label, words), ...]} of a corpus that generate.py described, whatever it is
packed in. What rnnprep must find out by itself is told here.
"""
import bz2
import csv
import gzip
import io
import json
import lzma
import os
import re
import subprocess
import tarfile
import unicodedata
import zipfile

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n\r'
BLANK = str.maketrans(FILTERS, " " * len(FILTERS))
DECOMPRESS = {"gz": gzip.decompress, "bz2": bz2.decompress, "xz": lzma.decompress,
              "zst": lambda data: subprocess.run(["zstd", "-dcq"], input=data, check=True,
                                                 capture_output=True).stdout}


def words(text):
    """As Keras's text_to_word_sequence, with <...> taken out before."""
    return [word for word in re.sub("<[^>]*>", "", text).lower().translate(BLANK).split(" ") if word]


def label(given):
    """Blanks around a label and its normal form are no part of it."""
    return unicodedata.normalize("NFC", str(given).strip())


def members(corpus):
    """(name, bytes) of every file, unpacked."""
    path, packing = corpus["path"], corpus["packing"]
    if packing == "folder":
        for folder, _, names in os.walk(path):
            for name in names:
                whole = os.path.join(folder, name)
                with open(whole, "rb") as file:
                    yield os.path.relpath(whole, path), file.read()
    elif packing == "zip":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    yield entry.filename, archive.read(entry)
    elif packing.startswith("tar"):
        with tarfile.open(path) as archive:
            for entry in archive:
                if entry.isfile():
                    yield entry.name, archive.extractfile(entry).read()
    else:
        with open(path, "rb") as file:
            data = file.read()
        yield os.path.basename(path), data


def unpacked(name, data):
    ending = name.rsplit(".", 1)[-1]
    return (name[: -len(ending) - 1], DECOMPRESS[ending](data)) if ending in DECOMPRESS else (name, data)


def delimited(text, dialect):
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect["separator"],
                           quoting=csv.QUOTE_MINIMAL if dialect["quoted"] else csv.QUOTE_NONE,
                           skipinitialspace=dialect.get("blank_behind", False)))
    if rows and rows[0] and rows[0][0].startswith("sep="):
        rows = rows[1:]
    rows = [row for row in rows if any(field.strip() for field in row)]
    header = dialect["header"]
    for row in rows:
        if header and [field.strip() for field in row] == header:
            continue
        yield row[dialect["label"]], row[dialect["text"]]


def json_lines(text, dialect):
    for line in text.splitlines():
        if line.strip():
            record = json.loads(line)
            yield json_label(record[dialect["label"]]), record[dialect["text"]]


def json_label(value):
    return value if isinstance(value, str) else json.dumps(value)


def json_array(text, dialect):
    for record in json.loads(text):
        yield json_label(record[dialect["label"]]), record[dialect["text"]]


def fasttext(text, _):
    for line in text.splitlines():
        if line.strip():
            first, rest = line.split(None, 1)
            yield first[len("__label__"):], rest


RECORDS = {"delimited": delimited, "jsonl": json_lines, "json": json_array, "fasttext": fasttext}


def decode(data, encoding):
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark):].decode(name)
    return data.decode(encoding)


def read(corpus):
    """What of a file is data, its part and, of a document, its class is in corpus["files"]."""
    parts = {}
    for name, data in members(corpus):
        said = corpus["files"].get(unicodedata.normalize("NFC", name.removeprefix("./")))
        if said is None:
            continue
        name, data = unpacked(name, data)
        text = decode(data, corpus["encoding"])
        rows = parts.setdefault(said["part"], [])
        if "class" in said:
            rows.append((label(said["class"]), words(text)))
        else:
            dialect = said["dialect"]
            rows += [(label(l), words(t)) for l, t in RECORDS[dialect["kind"]](text, dialect)]

    known = {word for _, row in parts["train"] for word in row}
    return {part: sorted((name, tuple(word for word in row if word in known)) for name, row in rows)
            for part, rows in parts.items()}
