"""Text classifiers of rnntrain: to judge with, to train, and their logs and data sets.

    with rnntrain.Model.open("run") as model:
        model.predict_proba(["A touching film."])

    classifier = rnntrain.RnnClassifier(units=32).fit(texts, labels)
    rnntrain.read_log("run")
    rnntrain.load_dataset("dataset.h5").train.x
"""

from typing import TYPE_CHECKING, Any

from ._errors import Error, FormatError, InputError, MissingError, UsageError
from .files import Dataset, Part, load_dataset, read_log
from .model import Model

if TYPE_CHECKING:
    from .classifier import RnnClassifier

__version__ = "0.1.0"
__all__ = [
    "Dataset", "Error", "FormatError", "InputError", "MissingError", "Model", "Part",
    "RnnClassifier", "UsageError", "load_dataset", "read_log",
]


def __getattr__(name: str) -> Any:
    # Late, as scikit-learn takes a second to load, which who only judges does not have.
    if name == "RnnClassifier":
        from .classifier import RnnClassifier

        return RnnClassifier
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
