"""The programs, run with what Python gives them and nothing else."""

import os
import re
import subprocess
from typing import Any, Dict, List

from . import _find
from ._errors import Error, error

_SAID = re.compile(r"^(?:rnnprep|rnntrain): (?!note: )(.*)", re.MULTILINE)


def options(given: Dict[str, Any]) -> List[str]:
    """{"batch_size": 32, "mask": True, "layers": None} as --batch-size 32 --mask."""
    arguments: List[str] = []
    for name, value in given.items():
        option = name.replace("_", "-")
        if value is None:
            continue
        if isinstance(value, bool):
            arguments.append(f"--{option}" if value else f"--no-{option}")
            continue
        for one in value if isinstance(value, (list, tuple)) else [value]:
            arguments.append(f"--{option}={one}")
    return arguments


def _environment() -> Dict[str, str]:
    """Options in the environment would be parameters that nobody sees. Ranks of several
    fits at once share the cores, so none is bound to one."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("RNNTRAIN_", "RNNPREP_"))}
    for name, value in {
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "OMPI_MCA_hwloc_base_binding_policy": "none",
    }.items():
        kept.setdefault(name, value)
    return kept


def run(name: str, arguments: List[str], folder: str, ranks: int = 1,
        verbose: bool = False) -> None:
    """Runs a program in a folder. Raises its own words where it fails."""
    command = [_find.program(name), *arguments]
    if ranks > 1:
        command = [_find.program("mpirun"), "-np", str(ranks), *command]

    done = subprocess.run(command, cwd=folder, env=_environment(), text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=None if verbose else subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode == 0:
        return
    said = _SAID.findall(done.stderr)
    if done.returncode < 0 or not said:
        raise Error(f"{name} ended with {done.returncode}: {done.stderr.strip()}",
                    abs(done.returncode))
    raise error(done.returncode, f"{name}: {said[-1]}")
