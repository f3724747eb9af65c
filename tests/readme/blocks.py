"""The fenced blocks of documents, and who runs them.

blocks.py FOLDER DOCUMENT...         each block as FOLDER/N.LANGUAGE; prints N, language, place, heading
blocks.py --check TEST... DOCUMENT.md...
                                     every block with commands stands under a heading that one of the
                                     tests runs (`section "HEADING"`), and no commands stand elsewhere
"""
import os
import re
import sys

RUN = {"sh", "python", "c"}
COMMAND = re.compile(r" *(\$ )?(rnntrain|rnnprep|mpirun|srun|sbatch|salloc|cmake|ctest|pip|python3?|git|cc|"
                     r"module|apt(-get)?|\./bootstrap|build/\w+|export) ")


def blocks(path):
    heading, language, lines, begin = "", None, [], 0
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if line.startswith("```"):
            if language is None:
                language, lines, begin = line[3:].strip() or "text", [], number
            else:
                yield language, f"{os.path.basename(path)}:{begin}", heading, "".join(lines)
                language = None
        elif language is not None:
            lines.append(line)
        elif line.startswith("#"):
            heading = line.lstrip("#").strip()
    if language is not None:
        sys.exit(f"{path}:{begin}: a block without an end")


def all_blocks(paths):
    return [block for path in paths for block in blocks(path)]


def check(tests, documents):
    claimed = {}
    for test in tests:
        for heading in re.findall(r'\b(?:section|script) "([^"]*)"', open(test, encoding="utf-8").read()):
            claimed.setdefault(heading, test)
    wrong, seen = [], set()
    for language, place, heading, text in all_blocks(documents):
        if language in RUN:
            seen.add(heading)
            if heading not in claimed:
                wrong.append(f"{place}: no test runs the commands under \"{heading}\"")
        elif language != "text" or any(COMMAND.match(line) for line in text.splitlines()):
            wrong.append(f"{place}: commands that no test runs, as the block is marked \"{language}\"")
    wrong += [f"{claimed[heading]}: no document has commands under \"{heading}\""
              for heading in claimed if heading not in seen]
    if len(seen) < 5:
        wrong.append(f"only {len(seen)} headings with commands were found")
    sys.exit("\n".join(wrong) or 0)


def write(folder, documents):
    for n, (language, place, heading, text) in enumerate(all_blocks(documents), 1):
        with open(os.path.join(folder, f"{n}.{language}"), "w", encoding="utf-8") as out:
            out.write(text)
        print(n, language, place, heading, sep="\t")


if sys.argv[1] == "--check":
    check([a for a in sys.argv[2:] if a.endswith(".sh")], [a for a in sys.argv[2:] if a.endswith(".md")])
else:
    write(sys.argv[1], sys.argv[2:])
