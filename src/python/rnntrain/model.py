"""A trained model that judges texts."""

import ctypes
import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List, Union

from ._library import check, library
from ._texts import array, as_list, numpy, strings

_METHODS = ["integrated-gradients", "leave-one-out"]  # enum rnntrain_method
_AT_ONCE = 1024  # texts a call, so that Ctrl-C need not wait long


def _in_characters(explanation: Dict[str, Any]) -> Dict[str, Any]:
    """With places of words as Python counts them, in characters instead of bytes."""
    places, n_bytes = {0: 0}, 0
    for number, character in enumerate(explanation["text"], 1):
        n_bytes += len(character.encode("utf-8", "surrogatepass"))
        places[n_bytes] = number
    for word in explanation["words"]:
        word["start"], word["end"] = places[word["start"]], places[word["end"]]
    return explanation


class _Handle:
    """The library's model, closed when nobody has it any more: no call loses it while it
    works, whichever thread closes."""

    def __init__(self, path: str) -> None:
        self.model = ctypes.c_void_p()
        self.close = library().rnntrain_close
        name = os.fsencode(path)
        if b"\0" in name:  # C would open what stands in front of it
            raise ValueError(f"{path!r} has a null character, as no path has")
        check(library().rnntrain_open(name, ctypes.byref(self.model)), path)

    def __del__(self) -> None:
        if self.model:
            self.close(self.model)


class Model:
    """A trained model: a checkpoint, the folder of a run, or a model of Keras.

    Any number of threads may use it at the same time. The numbers are those of
    `rnntrain predict`, bit for bit. It cannot be pickled: pickle its path.
    """

    def __init__(self, path: Union[str, "os.PathLike[str]"]) -> None:
        self.path = os.fspath(path)
        self._opened: Union[_Handle, None] = None
        self._opened = _Handle(self.path)
        model, functions = self._opened.model, library()
        n = functions.rnntrain_classes(model)

        self.classes: List[str] = [
            functions.rnntrain_label(model, i).decode(errors="replace") for i in range(n)]
        self.is_multi_label = bool(functions.rnntrain_is_multi_label(model))
        self.maxlen: int = functions.rnntrain_maxlen(model)
        self.num_words: int = functions.rnntrain_num_words(model)
        thresholds = [functions.rnntrain_threshold(model, i) for i in range(n)]
        # Of each class the probability from which on it is given, as --calibrate chose it;
        # None: nobody chose one.
        self.thresholds = [None if one < 0 else one for one in thresholds]

    @classmethod
    def open(cls, path: Union[str, "os.PathLike[str]"]) -> "Model":
        """Reads the model into memory; the file is not needed any more.

        Raises MissingError, InputError or FormatError with the library's words.
        """
        return cls(path)

    def close(self) -> None:
        """Gives the memory back, once calls of other threads are done."""
        self._opened = None

    def __enter__(self) -> "Model":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<rnntrain.Model {self.path!r}, {len(self.classes)} classes>"

    def __reduce__(self) -> Any:
        raise TypeError(f"a Model cannot be pickled: open {self.path!r} again instead")

    def _handle(self) -> _Handle:
        if self._opened is None:
            raise ValueError(f"the model {self.path!r} is closed")
        return self._opened

    def _judge(self, handle: _Handle, texts: List[Any], first: int) -> Any:
        """(texts, classes) from number `first` on, as C has them."""
        some = strings(texts[first : first + _AT_ONCE], first)
        found = (ctypes.c_double * (len(some) * len(self.classes)))()
        check(library().rnntrain_predict_texts(handle.model, some, len(some), found))
        return found

    def _judge_all(self, texts: Any, threads: int) -> List[Any]:
        texts, handle = as_list(texts), self._handle()
        starts = range(0, len(texts), _AT_ONCE)
        if threads < 1:
            raise ValueError(f"threads is {threads}, expected 1 or more")
        if threads == 1 or len(starts) < 2:
            return [self._judge(handle, texts, first) for first in starts]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda first: self._judge(handle, texts, first), starts))

    def _rows(self, texts: Any, threads: int) -> List[List[float]]:
        n = len(self.classes)
        return [list(block[i : i + n]) for block in self._judge_all(texts, threads)
                for i in range(0, len(block), n)]

    def predict_proba(self, texts: Any, threads: int = 1) -> Any:
        """Probabilities (texts, classes), float64, columns in the order of `classes`.

        `texts` is a list, a numpy array, a pandas Series or another iterable of str. An
        array where numpy is installed, else a list of lists. Of several labels a text
        each probability stands for itself. `threads` share long lists.
        """
        if numpy is None:
            return self._rows(texts, threads)
        blocks = [numpy.frombuffer(block, dtype=numpy.float64)
                  for block in self._judge_all(texts, threads)]
        flat = numpy.concatenate(blocks) if blocks else numpy.empty(0)
        return flat.reshape(-1, len(self.classes))

    def predict(self, texts: Any, threads: int = 1) -> Any:
        """The class of each text: the first of the largest probability.

        An array of names where numpy is installed, else a list. Of a model with several
        labels a text, a list of lists: those above one half. Where the model has
        `thresholds` of its own it decides by them.
        """
        rows = self._rows(texts, threads)
        if self.is_multi_label:
            return [[name for i, name in enumerate(self.classes) if self._gives(i, row[i])]
                    for row in rows]
        return array([self.classes[self._decide(row)] for row in rows], dtype=str)

    def _gives(self, i: int, p: float) -> bool:
        threshold = self.thresholds[i]
        return p > 0.5 if threshold is None else p >= threshold

    def _decide(self, row: List[float]) -> int:
        if self.thresholds[-1] is None:
            return row.index(max(row))
        return int(self._gives(1, row[1]))

    def explain(self, texts: Any, method: str = "integrated-gradients") -> Any:
        """What each word adds to the logit of the class decided for.

        Of one text a dict, of several a list of dicts, with "label", "probability", "logit",
        and "words": a "word" stands at text[start:end], a "share" above 0 speaks for the
        label. By "integrated-gradients" shares add up to the logit but for "baseline" and
        "gap"; by "leave-one-out" each word has "without", the label's probability without
        it. <rnntrain/rnntrain.h> has the rest.
        """
        if method not in _METHODS:
            raise ValueError(f"method is {method!r}, expected one of {', '.join(_METHODS)}")
        handle, given = self._handle(), as_list([texts] if isinstance(texts, str) else texts)
        found = [self._explain(handle, text, i, method) for i, text in enumerate(given)]
        return found[0] if isinstance(texts, str) else found

    def _explain(self, handle: _Handle, text: Any, number: int, method: str) -> Any:
        lines = ctypes.c_void_p()
        check(library().rnntrain_explain_texts(handle.model, strings([text], number), 1,
                                               _METHODS.index(method), ctypes.byref(lines)))
        try:
            return _in_characters(json.loads(ctypes.string_at(lines).decode("utf-8")))
        finally:
            library().rnntrain_free(lines)
