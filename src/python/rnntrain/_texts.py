"""Texts as callers have them, and what is given back to them."""

import ctypes
from typing import Any, Iterable, List

try:
    import numpy
except ImportError:
    numpy = None  # type: ignore[assignment]


def as_list(texts: Any) -> List[Any]:
    """A list, array, Series or other iterable as a list; TypeError of what is none."""
    if isinstance(texts, (str, bytes)):
        raise TypeError("expected texts, not one text: put it into a list, [text]")
    if hasattr(texts, "columns") or isinstance(texts, (dict, set, frozenset)):
        raise TypeError(f"expected texts in an order, not a {type(texts).__name__}: give a "
                        "list or one column of a table")
    if getattr(texts, "ndim", 1) != 1:
        raise ValueError(f"expected one dimension of texts, not {texts.ndim}: give one column")
    try:
        return list(texts)
    except TypeError:
        raise TypeError(f"expected texts, not a {type(texts).__name__}") from None


def to_bytes(text: Any, number: int) -> bytes:
    """UTF-8 without NUL, which becomes U+FFFD as in the programs."""
    if not isinstance(text, str):
        raise TypeError(f"text {number} is {text!r}, expected a str: leave such rows out, or "
                        "put texts there (pandas: fillna, astype(str))")
    return text.replace("\0", "\ufffd").encode("utf-8", "surrogatepass")


def strings(texts: Iterable[Any], first: int) -> ctypes.Array:
    """The texts as C has them; `first` is the number of the first one."""
    encoded = [to_bytes(text, first + i) for i, text in enumerate(texts)]
    return (ctypes.c_char_p * len(encoded))(*encoded)


def array(rows: List[Any], **how: Any) -> Any:
    """An array where numpy is installed, else the list itself."""
    return rows if numpy is None else numpy.array(rows, **how)
