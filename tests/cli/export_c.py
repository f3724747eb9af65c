"""Hostile texts for export_c.sh, and the comparison of what two programs say of them.

export_c.py corpus FOLDER       three classes of lines in FOLDER/0, FOLDER/1, FOLDER/2
export_c.py texts N             N lines of any bytes on standard output
export_c.py compare ONE OTHER   the same labels, probabilities within 2e-6"""
import random
import sys

RANDOM = random.Random(11)
WORDS = ["the", "The", "FILM", "film", "a", "of", "it's", "don't", "ΟΔΟΣ", "ΟΔΌΣ.", "ΑΣ'Σ", "Σ", "ΣΑΣ", "σας", "unk",
         "İstanbul", "ISTANBUL", "ÉTÉ", "été", "Straße", "ẞ", "<br />", "<b>bold</b>", "<>", "<", ">", "<b", "a--b", "--",
         "&eacute;", "&#201;", "&#x3a3;", "&#128;", "&#0;", "&bogus;", "&;", "&#;", "&#xg;", "&amp;lt;", "&thetasym;",
         "«oui»", "non…", "wow!", "x?y", "??/", "a\\b", '"quoted"', "tab\tbed", "--a", "a,b", "日本", "ไทย", "😀", "👩\u200d👧"]
ODD = list("İıIiſKÅẞßǄǅǆΣσςﬁŉǰΐԱևᾳᾼὩᏸꭰⅧⓐＡ𐐀𐐨ΌɐⱯꞍ") + [
    "\u00a0", "\u0085", "\u2028", "\u2003", "\u200b", "\u200d", "\ufeff", "\u0301", "\u0307", "\u0345", "\u1680", "\x1c",
    "\x0b", "\x0c", "\x7f", "\u00ad", "\u0130\u0307", "i\u0307", "\U0001e900", "\ufffd", "\uffff", "\U0010ffff"]
BAD = [b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xf0\x9f\x98", b"\xc0\xaf", b"\0", b"\0\0",
       b"\xe2\0", b"\xf4\x90\x80\x80", b"\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\r", b"a\rb"]
CASED = [chr(c) for c in range(0x80, 0x1E944) if not 0xD800 <= c < 0xE000 and chr(c).lower() != chr(c)]


def piece(any_bytes):
    kind = RANDOM.randrange(12)
    if kind < 7:
        return RANDOM.choice(WORDS).encode()
    if kind < 8:
        return RANDOM.choice("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t'").encode()
    if kind < 9:
        return RANDOM.choice(ODD).encode()
    if kind < 10:
        return "".join(RANDOM.choices(CASED, k=RANDOM.randrange(1, 4))).encode()
    if kind < 11:
        code = RANDOM.choice([RANDOM.randrange(32, 0x800), RANDOM.randrange(0x800, 0x20000)])
        return b"" if 0xD800 <= code < 0xE000 else chr(code).encode()
    return RANDOM.choice(BAD) if any_bytes else b" "


def text(any_bytes):
    n = RANDOM.choice([0, 1, 2, 3, 8, 20, 60])
    return b"".join(piece(any_bytes) + RANDOM.choice([b"", b" ", b" ", b"  ", b",", b"--"]) for _ in range(n))


def write_corpus(folder):
    for label in "012":
        with open(f"{folder}/{label}", "wb") as out:
            out.writelines(b"x " + text(False) + b"\n" for _ in range(150))


def write_texts(n):
    out = sys.stdout.buffer
    lines = [text(True) for _ in range(n)] + [b"word film " * 20000, "É".encode() * 100000, b"<" * 10000, b"\r", b"\0"]
    for line in lines:
        out.write(line.replace(b"\n", b" ") + RANDOM.choice([b"\n", b"\n", b"\r\n", b"\n\n"]))
    out.write(b"no newline at the end")


def compare(*paths):
    one, other = ([line.rsplit("\t", 1) for line in open(path, encoding="utf-8")] for path in paths)
    assert len(one) == len(other) > 0, (len(one), len(other))
    for i, ((label, p), (other_label, q)) in enumerate(zip(one, other)):
        assert label == other_label, f"line {i + 1}: {label} {p}, {other_label} {q}"
        of_labels, others = ([float(x) for x in of.split("|") if x.strip()] for of in (p, q))
        worst = max((abs(a - b) for a, b in zip(of_labels, others)), default=0)
        assert worst < 2.5e-6 and len(of_labels) == len(others), f"line {i + 1}: {p}, {q}"  # 6 digits
    distinct = len({p for _, p in one})
    assert distinct > min(len(one), 400) / 5, f"all texts look alike: {distinct} probabilities"


{"corpus": write_corpus, "texts": lambda n: write_texts(int(n)), "compare": compare}[sys.argv[1]](*sys.argv[2:])
