"""What the library and the programs say of a failure, as exceptions."""

import os
from typing import Dict, Type


class Error(Exception):
    """A failure, in the words of librnntrain or of the programs; `code` is theirs."""

    def __init__(self, message: str, code: int = 70) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self):
        return type(self), (str(self), self.code)


class UsageError(Error, ValueError):
    """An argument or an option is out of range, or does not fit the model."""


class FormatError(Error, ValueError):
    """A file is damaged, or not what was expected."""


class InputError(Error, OSError):
    """A file cannot be read or written."""

    def __str__(self) -> str:
        return str(self.args[0])


class MissingError(InputError, FileNotFoundError):
    """A file, the library or a program is not there."""


_BY_CODE: Dict[int, Type[Error]] = {
    64: UsageError, 65: FormatError, 66: InputError, 73: InputError, 74: InputError,
}


def error(code: int, message: str, path: str = "") -> Error:
    """The exception of a code; `path` is the file that was to be opened."""
    kind = _BY_CODE.get(code, Error)
    if code == 66 and path and not os.path.lexists(path):
        kind = MissingError
    return kind(message, code)
