"""What the programs write, read: logs and data sets."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

from ._errors import FormatError, MissingError

Path_ = Union[str, "os.PathLike[str]"]


def _event(line: str, number: int, path: Path) -> Dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError as failure:
        raise FormatError(f"{path}: line {number}: {failure}", 65) from None
    if not isinstance(event, dict) or "event" not in event:
        raise FormatError(f"{path}: line {number} is no event: expected the log.jsonl of a run",
                          65)
    return event


def read_log(run: Path_, event: Optional[str] = None, frame: bool = False) -> Any:
    """The events of a run's log in their order, as a list of dicts.

    `run` is the folder of a run or its log.jsonl. `event` takes those of one kind alone
    ("epoch", "test", ...); with `frame` they are a pandas DataFrame, a row an event. A last
    line that is still being written is passed over.
    """
    path = Path(run)
    path = path / "log.jsonl" if path.is_dir() else path
    if not path.exists():
        raise MissingError(f"{path} is not there: expected the folder of a run, or its "
                           "log.jsonl", 66)

    try:
        lines = path.read_text("utf-8").split("\n")[:-1]
    except UnicodeDecodeError:
        raise FormatError(f"{path} is no text: expected the log.jsonl of a run", 65) from None
    events = [_event(line, i + 1, path) for i, line in enumerate(lines)]
    chosen = [one for one in events if event is None or one["event"] == event]
    if not frame:
        return chosen
    import pandas

    return pandas.DataFrame(chosen)


@dataclass
class Part:
    """Rows of a data set: of training, validation, test, or without labels."""

    x: Any
    """(rows, maxlen) ids, padded with 0."""
    y: Optional[Any]
    """(rows,) class numbers; of several labels (rows, labels) of 0 and 1."""
    length: Any
    """(rows,) ids of each text before padding."""
    more: Dict[str, Any]
    """What else the file keeps of these rows, as arrays: "ngrams/index", ..."""

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        return f"<rnntrain.Part of {len(self.x)} rows of {self.x.shape[1]} ids>"


@dataclass
class Dataset:
    """A data set of rnnprep. Parts that the file has not are None."""

    labels: List[str]
    tokenizer: str
    """JSON, as Keras's tokenizer_from_json takes it."""
    provenance: Dict[str, Any]
    train: Optional[Part] = None
    validation: Optional[Part] = None
    test: Optional[Part] = None
    unlabelled: Optional[Part] = None

    def __repr__(self) -> str:
        names = "train", "validation", "test", "unlabelled"
        parts = [f"{name} {len(part)}" for name in names if (part := getattr(self, name))]
        return f"<rnntrain.Dataset of {len(self.labels)} labels: {', '.join(parts)} rows>"


def _text(array: Any) -> str:
    return bytes(array[()].tobytes()).decode("utf-8")


def _part(group: Any) -> Part:
    arrays: Dict[str, Any] = {}

    def take(name: str, item: Any) -> None:
        if hasattr(item, "shape"):
            arrays[name] = item[()]

    group.visititems(take)
    first = [arrays.pop(name, None) for name in ("x", "y", "length")]
    return Part(*first, more=arrays)


def load_dataset(path: Path_) -> Dataset:
    """Reads a data set that rnnprep wrote into memory. Needs h5py.

    A file that is damaged need not be noticed: `rnnprep inspect FILE --verify` does.
    """
    try:
        import h5py
    except ImportError:
        raise ImportError("load_dataset reads HDF5 files by h5py: pip install h5py") from None
    if not os.path.exists(path):
        raise MissingError(f"{os.fspath(path)} is not there", 66)

    with h5py.File(path, "r") as file:
        if "labels" not in file or "provenance" not in file:
            raise FormatError(f"{os.fspath(path)}: expected a data set of rnnprep", 65)
        names = _labels(file["labels"])
        parts = {name: _part(file[name])
                 for name in ("train", "validation", "test", "unlabelled") if name in file}
        return Dataset(labels=names, tokenizer=_text(file["tokenizer"]),
                       provenance=json.loads(_text(file["provenance"])), **parts)


def _labels(array: Any) -> List[str]:
    return [name.decode("utf-8") if isinstance(name, bytes) else str(name)
            for name in array[()].tolist()]
