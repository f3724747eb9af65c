"""Corpora as people have them, by number: generate(seed, folder) writes one and describes it.

A corpus is drawn in layers, each of which knows nothing of the others: documents; the spelling of their
labels; where they stand (folders, files, parts and their names); the format of a file; its encoding; stray
files beside it; what all is packed in. "hesitates" says why a person would ask before reading it.
"""
import csv
import gzip
import io
import json
import os
import random
import subprocess
import tarfile
import unicodedata
import zipfile

WORDS = """river lamp bread train soup shop lake band walk garden paper window music engine bottle forest
market button candle ticket bridge pencil orange kettle mirror pillow carpet basket hammer ladder saddle
feather thunder winter summer spring autumn monday coffee butter pepper ginger silver copper iron velvet
cotton linen marble granite valley meadow harbor island desert canyon glacier volcano comet planet galaxy
warm cold kind dull bright stale lovely awful great sour pleasant dreary fine bad fresh bitter gentle rude
""".split()
ACCENTED = ["caf\u00e9", "stra\u00dfe", "ni\u00f1o", "\u00fcber", "gar\u00e7on", "fa\u00e7ade"]
GREEK = ["\u03bb\u03cc\u03b3\u03bf\u03b9", "\u03bd\u03b5\u03c1\u03cc", "\u03c6\u03c9\u03ba\u03ac"]

NAMES = [["neg", "pos"], ["ham", "spam"], ["0", "1"], ["1", "2", "3", "4", "5"], ["-1", "1"],
         ["negative", "neutral", "positive"], ["sports", "politics", "science", "travel"],
         ["True", "False"], ["business", "entertainment", "tech", "sci/tech"], ["B\u00fccher", "Caf\u00e9s"],
         ["Very Good", "Very Bad"], ["class_%02d" % i for i in range(12)], ["joy", "anger", "fear", "love", "sadness"]]
TRAIN = ["train", "training", "Train", "TRAIN"]
TEST = ["test", "testing", "Test", "TEST"]
VALIDATION = ["validation", "valid", "val", "dev", "Dev"]
AROUND = ["{}", "{}", "reviews_{}", "{}_v2", "my-{}-data", "{}.final", "2019_{}", "{}Set", "imdb.{}"]
HEADERS = [("text", "label"), ("review", "sentiment"), ("content", "category"), ("Text", "Label"), ("sentence", "label"),
           ("tweet", "target"), ("comment", "class"), ("message", "label"), ("OriginalTweet", "Sentiment"),
           ("review_text", "airline_sentiment"), ("document", "topic")]


def sentence(rng, extra, commas):
    picked = [rng.choice(WORDS) for _ in range(rng.randint(4, 24))]
    if extra and rng.random() < 0.4:
        picked.insert(rng.randrange(len(picked)), rng.choice(extra))
    if rng.random() < 0.3:
        picked[0] = picked[0].capitalize()
    text = " ".join(picked)
    if commas and rng.random() < 0.4:
        text = text.replace(" ", ", ", 1)
    return text + rng.choice(["", ".", "!", " ...", "?"])


def draw_documents(rng, corpus):
    names = rng.choice(NAMES)
    corpus["classes"] = names
    parts = {"train": rng.randint(8, 30)}
    if rng.random() < 0.6:
        parts["test"] = rng.randint(3, 12)
    if rng.random() < 0.3:
        parts["validation"] = rng.randint(3, 12)
    encoding = rng.choice(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "latin-1", "cp1252"])
    extra = {"utf-8": ACCENTED + GREEK, "latin-1": ACCENTED, "cp1252": ACCENTED}.get(encoding, ACCENTED + GREEK)
    corpus["encoding"] = encoding
    documents = {part: [(name, sentence(rng, extra, True)) for name in names for _ in range(n)]
                 for part, n in parts.items()}
    corpus["decomposed"] &= encoding.startswith("utf")
    corpus["sorted"] = rng.random() < 0.3
    if not corpus["sorted"]:
        for rows in documents.values():
            rng.shuffle(rows)
    return documents


def encoded(text, encoding, rng):
    if encoding == "utf-16":
        return rng.choice([b"\xff\xfe" + text.encode("utf-16-le"), b"\xfe\xff" + text.encode("utf-16-be")])
    return text.encode(encoding)


def part_name(rng, names, part):
    """The same style for all parts of a corpus."""
    return {"train": names[0], "test": names[1], "validation": names[2]}[part]


def draw_part_names(rng, around):
    style = rng.randrange(4)
    plain = [TRAIN[style], TEST[style], rng.choice(VALIDATION)]
    shape = rng.choice(around)
    return [shape.format(name) for name in plain]


# Where documents are files, and folders their classes.


def write_folders(rng, corpus, documents):
    has_parts = len(documents) > 1 or rng.random() < 0.5
    names = draw_part_names(rng, ["{}", "{}", "{}", "{}_data", "my-{}"])
    top = rng.choice(["", "", "corpus/", "data/en/"])
    deep = rng.random() < 0.25
    files = {}
    for part, rows in documents.items():
        counts = {}
        for name, text in rows:
            if "/" in name:
                name = name.replace("/", "_")
            i = counts[name] = counts.get(name, 0) + 1
            below = ("%d/" % (2018 + i % 3)) if deep else ""
            folder = top + (part_name(rng, names, part) + "/" if has_parts else "") + name + "/" + below
            path = folder + rng.choice(["%d.txt", "doc_%04d.txt"]) % i if rng.random() < 0 else folder + "doc_%04d.txt" % i
            files[path] = encoded(text, corpus["encoding"], rng)
            corpus["files"][unicodedata.normalize("NFC", path)] = {"part": part, "class": name}
    return files


# Where documents are records of files.


def table(rng, corpus, rows, dialect, suffix):
    out = io.StringIO(newline="")
    end = dialect["end"]
    writer = csv.writer(out, delimiter=dialect["separator"], lineterminator=end,
                        quoting=csv.QUOTE_MINIMAL if dialect["quoted"] else csv.QUOTE_NONE)
    if dialect.get("sep_line"):
        out.write("sep=%s%s" % (dialect["separator"], end))
    header = dialect["header"]
    if header:
        writer.writerow(header)
    for i, (name, text) in enumerate(rows):
        if not dialect["quoted"]:
            text = text.replace(dialect["separator"], " ")
        if dialect["quoted"] and rng.random() < 0.1:
            text = text.replace(" ", '\n', 1) if rng.random() < 0.5 else 'She said "well" ' + text
        row = [None] * dialect["n"]
        for at, kind in enumerate(dialect["others"]):
            row[at] = kind(rng, i) if kind else None
        row[dialect["text"]], row[dialect["label"]] = text, spelled(rng, corpus, name)
        writer.writerow(row)
        if header and dialect.get("repeats") and i == len(rows) // 2:
            writer.writerow(header)
    if rng.random() < 0.1:
        out.write(end)
    return out.getvalue()


def spelled(rng, corpus, name):
    """As people leave labels: with a blank behind, decomposed."""
    if corpus["blanks"] and rng.random() < 0.2:
        name += " "
    if corpus["decomposed"] and rng.random() < 0.5:
        name = unicodedata.normalize("NFD", name)
    return name


OTHERS = {"id": lambda rng, i: str(1000 + i), "date": lambda rng, i: "2019-%02d-%02d" % (1 + i % 12, 1 + i % 28),
          "likes": lambda rng, i: str(rng.randint(0, 300)), "user": lambda rng, i: "user%d" % rng.randint(0, 5000)}


def draw_table(rng, corpus):
    kind = rng.choice(["csv", "csv", "csv", "tsv", "semicolon"])
    separator = {"csv": ",", "tsv": "\t", "semicolon": ";"}[kind]
    text_name, label_name = rng.choice(HEADERS)
    has_header = rng.random() < 0.75
    columns = [text_name, label_name] if rng.random() < 0.5 else [label_name, text_name]
    if has_header:
        for name in rng.sample(sorted(OTHERS), rng.choice([0, 0, 1, 2])):
            columns.insert(0 if name == "id" else rng.randint(0, len(columns)), name)
    dialect = {"kind": "delimited", "separator": separator, "quoted": kind != "tsv",
               "header": columns if has_header else None, "n": len(columns), "text": columns.index(text_name),
               "label": columns.index(label_name), "others": [OTHERS.get(name) for name in columns],
               "end": rng.choice(["\n", "\n", "\r\n"]), "sep_line": kind != "tsv" and rng.random() < 0.05,
               "repeats": has_header and rng.random() < 0.05}
    suffix = {"csv": "csv", "tsv": rng.choice(["tsv", "txt", "tab"]), "semicolon": "csv"}[kind]
    return dialect, suffix, lambda rows: table(rng, corpus, rows, dialect, suffix)


def draw_json(rng, corpus):
    text_name, label_name = rng.choice(HEADERS)
    as_number = all(name.lstrip("-").isdigit() for name in corpus["classes"])
    is_array = rng.random() < 0.2
    dialect = {"kind": "json" if is_array else "jsonl", "text": text_name, "label": label_name}

    def write(rows):
        records = []
        for i, (name, text) in enumerate(rows):
            record = {"id": i, label_name: int(name) if as_number else spelled(rng, corpus, name), text_name: text}
            if rng.random() < 0.2:
                record["stars"] = float("nan")
            if rng.random() < 0.2:
                record["big"] = 2 ** 70
            records.append(record)
        ascii_only = rng.random() < 0.3
        if is_array:
            return json.dumps(records, ensure_ascii=ascii_only)
        return "".join(json.dumps(record, ensure_ascii=ascii_only) + "\n" for record in records)

    return dialect, "json" if is_array else rng.choice(["jsonl", "jsonl", "ndjson", "json"]), write


def draw_fasttext(rng, corpus):
    corpus["blanks"] = False

    def write(rows):
        return "".join("__label__%s %s\n" % (name.replace(" ", "-"), text) for name, text in rows)

    return {"kind": "fasttext"}, rng.choice(["txt", "txt", "ft", "train"]), write


def write_records(rng, corpus, documents):
    draw = rng.choice([draw_table, draw_table, draw_json, draw_fasttext])
    dialect, suffix, write = draw(rng, corpus)
    where = rng.choice(["files", "files", "folders", "hive"])
    packed = rng.choice([""] * 6 + [".gz", ".xz", ".zst", ".bz2"])
    names = draw_part_names(rng, AROUND)
    top = rng.choice(["", "", "corpus/", "data/en/"])
    if suffix == "train":
        suffix = "txt"
    if len(documents) == 1 and rng.random() < 0.6:
        corpus["single"] = rng.choice(["reviews", "data", "all", "IMDB Dataset", "corpus"]) + "." + suffix
    files = {}
    for part, rows in documents.items():
        shards = 1 if corpus["single"] or where == "files" else rng.choice([1, 1, 2, 3])
        for shard in range(shards):
            some = rows[shard::shards]
            name = part_name(rng, names, part)
            if corpus["single"]:
                path = corpus["single"]
            elif where == "files":
                path = "%s%s.%s" % (top, name, suffix)
            elif where == "folders":
                path = "%s%s/%s.%s" % (top, name, rng.choice(["data", "part"]) + "-%05d" % shard, suffix)
            else:
                path = "%ssplit=%s/part-%d.%s" % (top, {"train": "train", "test": "test", "validation": "validation"}[part], shard, suffix)
            data = encoded(write(some), corpus["encoding"], rng)
            files[path + packed] = compressed(data, packed[1:])
            corpus["files"][path + packed] = {"part": part, "dialect": dialect}
    return files


def compressed(data, how):
    if how == "gz":
        return gzip.compress(data, mtime=0)
    if how in ("xz", "bz2", "zst"):
        return subprocess.run([{"xz": "xz", "bz2": "bzip2", "zst": "zstd"}[how], "-cq"], input=data, check=True,
                              capture_output=True).stdout
    return data


STRAYS = {"README.md": b"# A corpus\n\nCollected by nobody in particular.\n", ".DS_Store": b"\0\0\0\1Bud1\0", "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64,
          "desktop.ini": b"[.ShellClassInfo]\r\nIconResource=x\r\n", "LICENSE": b"Free for all.\n"}


def add_strays(rng, corpus, files):
    for name in rng.sample(sorted(STRAYS), rng.randint(0, 2)):
        folder = rng.choice([""] + sorted({path.rsplit("/", 1)[0] + "/" for path in files if "/" in path}))
        if name in ("README.md", "LICENSE"):
            folder = ""  # in a class folder it would be a document
        files.setdefault(folder + name, STRAYS[name])


def pack(rng, corpus, files, folder):
    """Writes the files, packed or not; what rnnprep is given."""
    single = corpus["single"] and rng.random() < 0.8
    packing = "file" if single else rng.choice(["folder", "folder", "tar", "tar.gz", "tar.xz", "zip"])
    order = sorted(files)
    rng.shuffle(order)
    if packing == "file":
        order = [name for name in order if name in corpus["files"]]
        path = os.path.join(folder, order[0])
        with open(path, "wb") as file:
            file.write(files[order[0]])
    elif packing == "folder":
        path = os.path.join(folder, rng.choice(["corpus", "my data", "d"]))
        for name in order:
            whole = os.path.join(path, name)
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "wb") as file:
                file.write(files[name])
    elif packing == "zip":
        path = os.path.join(folder, "corpus.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in order:
                archive.writestr(name, files[name])
                if rng.random() < 0.05:
                    archive.writestr("__MACOSX/" + "/".join(name.split("/")[:-1] + ["._" + name.split("/")[-1]]), b"\0\5\x16\7")
    else:
        path = os.path.join(folder, "corpus." + packing)
        with tarfile.open(path, "w:" + packing[4:]) as archive:
            for name in order:
                entry = tarfile.TarInfo(rng.choice(["./", ""]) + name if rng.random() < 0 else name)
                entry.size = len(files[name])
                archive.addfile(entry, io.BytesIO(files[name]))
    corpus["packing"], corpus["path"] = packing, path
    corpus["stdin"] = packing != "folder" and rng.random() < 0.25


def generate(seed, folder):
    rng = random.Random(seed)
    corpus = {"seed": seed, "files": {}, "single": None, "options": [], "hesitates": None,
              "blanks": rng.random() < 0.1, "decomposed": rng.random() < 0.1}
    documents = draw_documents(rng, corpus)
    files = (write_folders if rng.random() < 0.35 else write_records)(rng, corpus, documents)
    if corpus["encoding"] in ("latin-1", "cp1252"):
        corpus["options"] += ["--encoding", corpus["encoding"]]
    add_strays(rng, corpus, files)
    pack(rng, corpus, files, folder)
    return corpus
