"""librnntrain through ctypes: <rnntrain/rnntrain.h>, function by function."""

import ctypes
import functools
from ctypes import POINTER, c_char_p, c_double, c_int, c_size_t, c_void_p
from typing import Any, List, Tuple

from . import _find
from ._errors import Error, MissingError, error

_FUNCTIONS = {
    "rnntrain_version": (c_char_p, []),
    "rnntrain_open": (c_int, [c_char_p, POINTER(c_void_p)]),
    "rnntrain_close": (None, [c_void_p]),
    "rnntrain_classes": (c_size_t, [c_void_p]),
    "rnntrain_label": (c_char_p, [c_void_p, c_size_t]),
    "rnntrain_is_multi_label": (c_int, [c_void_p]),
    "rnntrain_maxlen": (c_size_t, [c_void_p]),
    "rnntrain_num_words": (c_size_t, [c_void_p]),
    "rnntrain_threshold": (c_double, [c_void_p, c_size_t]),
    "rnntrain_predict_texts": (c_int, [c_void_p, POINTER(c_char_p), c_size_t,
                                       POINTER(c_double)]),
    "rnntrain_explain_texts": (c_int, [c_void_p, POINTER(c_char_p), c_size_t, c_int,
                                       POINTER(c_void_p)]),
    "rnntrain_free": (None, [c_void_p]),
    "rnntrain_message": (c_char_p, []),
}


def _declare(library: ctypes.CDLL, path: str) -> None:
    for name, (result, arguments) in _FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise Error(f"{path} has no {name}: it is older than this package; "
                        "install both of one version") from None
        function.restype = result
        function.argtypes = arguments


def _check_version(library: ctypes.CDLL, path: str) -> None:
    from . import __version__

    found = library.rnntrain_version().decode()
    if found.split(".")[:2] != __version__.split(".")[:2]:
        raise Error(f"{path} is version {found}, this package {__version__}: "
                    "install both of one version")


@functools.lru_cache(maxsize=None)
def _loaded() -> Tuple[ctypes.CDLL, str]:
    tried: List[str] = []
    for path in _find.libraries():
        try:
            library = ctypes.CDLL(path)
        except OSError as failure:
            tried.append(str(failure))
            continue
        _declare(library, path)
        _check_version(library, path)
        return library, path
    raise MissingError(f"librnntrain cannot be loaded ({'; '.join(tried)}): install rnntrain "
                       "and add its programs to PATH, or name the library in LIBRNNTRAIN", 66)


def library() -> Any:
    """The library, loaded once. MissingError where it is not there."""
    return _loaded()[0]


def path() -> str:
    """What was loaded."""
    return _loaded()[1]


def check(code: int, path: str = "") -> None:
    """Raises what the library says of its last failure in this thread."""
    if code:
        raise error(code, library().rnntrain_message().decode(errors="replace"), path)
