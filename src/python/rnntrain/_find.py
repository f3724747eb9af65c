"""Where the programs and the library are."""

import os
import shutil
import sys
from pathlib import Path
from typing import Iterator, List

from ._errors import MissingError

SONAME = "librnntrain.so.0"
_FOLDERS = ["lib", "lib64", f"lib/{os.uname().machine}-linux-gnu"]


def _in_prefix(prefix: Path) -> List[Path]:
    return [prefix / folder / SONAME for folder in _FOLDERS]


def libraries() -> Iterator[str]:
    """What to try, in this order. A name without a folder is the system loader's affair."""
    named = os.environ.get("LIBRNNTRAIN")
    if named:
        yield named
        return

    found = shutil.which("rnntrain")
    if found:
        folder = Path(found).resolve().parent
        yield from map(str, filter(Path.exists, _in_prefix(folder.parent)))
        yield from map(str, filter(Path.exists, [folder / SONAME]))  # a build
    yield from map(str, filter(Path.exists, _in_prefix(Path(sys.prefix))))
    yield SONAME


def program(name: str) -> str:
    """The path of rnnprep, rnntrain or mpirun: of PATH, else beside the library."""
    found = shutil.which(name)
    if found:
        return found

    from ._library import path  # which finds libraries, and so needs this module

    for library in [path()] if os.sep in path() else []:
        folder = Path(library).resolve().parent
        for up in (folder.parent, folder.parent.parent):
            beside = shutil.which(name, path=str(up / "bin"))
            if beside:
                return beside
        beside = shutil.which(name, path=str(folder))
        if beside:
            return beside
    raise MissingError(f"{name} is not in PATH: install rnntrain, or add the folder of its "
                       "programs to PATH", 66)
