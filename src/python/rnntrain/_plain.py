"""What of scikit-learn's base classes a classifier is without it."""

import inspect
from typing import Any, Dict, List

import numpy


class NotFittedError(ValueError, AttributeError):
    """As sklearn.exceptions.NotFittedError."""


def check_classification_targets(y: Any) -> None:
    """ValueError of numbers that are no classes."""
    if y.dtype.kind == "f" and (y != y.astype(int)).any():
        raise ValueError("Unknown label type: continuous: expected classes, not numbers")


class BaseEstimator:
    """Parameters are the arguments of __init__, kept under their names."""

    @classmethod
    def _names(cls) -> List[str]:
        return sorted(name for name in inspect.signature(cls.__init__).parameters
                      if name != "self")

    def get_params(self, deep: bool = True) -> Dict[str, Any]:
        """The parameters by their names."""
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **params: Any) -> "BaseEstimator":
        """Sets some of them; ValueError of a name that is none."""
        for name, value in params.items():
            if name not in self._names():
                raise ValueError(f"{name!r} is no parameter: {', '.join(self._names())}")
            setattr(self, name, value)
        return self

    def __getstate__(self) -> Dict[str, Any]:
        return dict(self.__dict__)


class ClassifierMixin:
    """Accuracy as the score."""

    def score(self, X: Any, y: Any) -> float:
        """The share of texts, or of rows of labels, that are right."""
        right = numpy.asarray(self.predict(X)) == numpy.asarray(y)  # type: ignore
        return float(right.reshape(len(right), -1).all(axis=1).mean())
