"""What a stored row is found by: which sample, described how."""

import hashlib
import os
import re
import stat
import sys
from numbers import Number

import numpy as np

#: Raised when a reader of `mmsk.io` gives another sample of the same file than before.
READERS_VERSION = 1

#: Attributes that have no say in the row of a single sample once the state is known.
_NOT_IN_ROWS = {
    "n_jobs", "memory", "on_error", "random_state", "verbose", "n_features_in_",
    "feature_names_in_", "pools_lists_",
}  # fmt: skip
#: What scikit-learn notes on estimators for itself, such as the Pipeline one stands in.
_OF_SCIKIT_LEARN = re.compile(r"_.*(sklearn|callback|metadata_request)")


def row_key(recipe, sample):
    """The key of a row: of its recipe and its sample.

    Parameters
    ----------
    recipe, sample : bytes
        As `recipe_key` and `sample_key` give them.

    Returns
    -------
    key : bytes of length 32
    """
    return hashlib.sha256(recipe + sample).digest()


def sample_key(source, identity="path", *, is_text=False):
    """What a sample is told by.

    Parameters
    ----------
    source : path, bytes, array, or tuple of those and numbers
        One sample as it stands in a cell; a `Segment` is such a tuple.
    identity : {"path", "content"}, default="path"
        Whether a file is told by its resolved path, size and time of change in
        nanoseconds, or by its bytes and the ending of its name.
    is_text : bool, default=False
        Whether a str is the sample itself rather than the path of one.

    Returns
    -------
    key : bytes of length 32, or None
        None where it cannot be told: a file that cannot be opened, an object of a
        decoder. Such samples are not stored.
    """
    digest = hashlib.sha256()
    try:
        _add_sample(digest, source, identity, is_text)
    except (OSError, ValueError, OverflowError, _NotToldError):
        return None
    return digest.digest()


def recipe_key(extractor):
    """What an extractor is told by: class, code version, parameters and fitted state.

    Parameters
    ----------
    extractor : estimator
        Fitted. ``n_jobs``, ``memory``, ``on_error`` and ``random_state`` have no say, and
        neither has the version of mmsk.

    Returns
    -------
    key : bytes of length 32

    Raises
    ------
    TypeError
        If a parameter is a function, or something else that cannot be told from a later,
        different one of the same name.
    """
    digest = hashlib.sha256()
    _add(digest, "readers", str(READERS_VERSION))
    _add_value(digest, extractor, type(extractor).__name__)
    return digest.digest()


class _NotToldError(Exception):
    """A sample is of a kind that has no key."""


def _add(digest, kind, content):
    """Add to a digest so that no two sequences of additions look the same."""
    content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    content = memoryview(content)
    digest.update(f"{kind}:{content.nbytes}:".encode())
    digest.update(content)


def _add_sample(digest, source, identity, is_text):
    if isinstance(source, str) and is_text:
        _add(digest, "text", source)
    elif isinstance(source, (str, os.PathLike)):
        _add_file(digest, os.fspath(source), identity)
    elif isinstance(source, (bytes, bytearray, memoryview)):
        _add(digest, "bytes", bytes(source) if isinstance(source, memoryview) else source)
    elif type(source) in (np.ndarray, np.memmap) and source.dtype.kind in "biufc":
        _add_array(digest, source)
    elif isinstance(source, tuple):
        _add(digest, "tuple", f"{type(source).__name__} {len(source)}")
        for part in source:
            _add_sample(digest, part, identity, is_text)
    elif isinstance(source, Number):
        _add(digest, "number", repr(complex(source)))
    else:
        raise _NotToldError


def _add_file(digest, path, identity):
    resolved = os.path.realpath(path)
    status = os.stat(resolved)
    if not stat.S_ISREG(status.st_mode):
        raise _NotToldError  # reading a pipe here would leave nothing to decode
    if identity == "path":
        _add(digest, "path", os.fsencode(resolved))
        _add(digest, "as of", f"{status.st_size} {status.st_mtime_ns}")
        return
    with open(resolved, "rb") as file:
        content = hashlib.file_digest(file, "sha256").digest()
    ending = os.path.splitext(os.fsencode(path))[1]  # a hint to decoders
    _add(digest, "ending", ending)
    _add(digest, "file", content)


def _add_array(digest, array):
    _add(digest, "array", f"{array.dtype.str} {array.shape}")
    _add(digest, "numbers", np.ascontiguousarray(array).reshape(-1).view(np.uint8))


def _add_value(digest, value, name):
    """Add a parameter or a part of the fitted state; ``name`` is for the message."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufcSU":
        _add(digest, "array", f"{value.dtype.str} {value.shape}")
        _add(digest, "values", np.ascontiguousarray(value).tobytes())
    elif isinstance(value, np.ndarray) and value.dtype == object:
        _add(digest, "objects", str(value.shape))
        _add_value(digest, value.ravel().tolist(), name)
    elif isinstance(value, (list, tuple)):
        _add(digest, "list", str(len(value)))
        for place, part in enumerate(value):
            _add_value(digest, part, f"{name}[{place}]")
    elif isinstance(value, dict):
        _add(digest, "dict", str(len(value)))
        for key, part in value.items():  # as they stand: columns may follow their order
            _add_value(digest, key, f"{name}, a key")
            _add_value(digest, part, f"{name}[{key!r}]")
    elif isinstance(value, (bytes, str)):
        _add(digest, type(value).__name__, value)
    elif value is None or isinstance(value, (Number, np.generic, np.ufunc, np.dtype)):
        _add(digest, type(value).__name__, repr(value))
    elif isinstance(value, os.PathLike):
        _add(digest, "path", os.fsencode(value))
    elif hasattr(value, "get_params") and not isinstance(value, type):
        _add_estimator(digest, value, name)
    else:
        raise TypeError(
            f"memory= keeps rows by parameters that can be told again in another process, "
            f"but {name} is {value!r}. Give numbers, strings, arrays or estimators made of "
            "those, or leave memory=None."
        )


def _add_estimator(digest, estimator, name):
    kind = type(estimator)
    _add(digest, "class", f"{kind.__module__}.{kind.__qualname__} {_code_version(kind)}")
    state = vars(estimator)
    counted = [k for k in state if k not in _NOT_IN_ROWS and not _OF_SCIKIT_LEARN.match(k)]
    _add(digest, "state", str(len(counted)))
    for attribute in sorted(counted):
        _add(digest, "attribute", attribute)
        _add_value(digest, state[attribute], f"{name}.{attribute}")


def _code_version(kind):
    """The version of a feature's code, or that of its package, where it counts none."""
    if hasattr(kind, "_version"):
        return kind._version
    package = sys.modules.get(kind.__module__.partition(".")[0])
    return getattr(package, "__version__", "")
