"""Rows of numbers of any count: in memory while they are few, in a temporary file beyond."""

import tempfile
from itertools import chain

import numpy as np

#: Bytes that `gathered` holds in memory: nine minutes of samples at 16 kHz.
MOST_BYTES = 1 << 25


def gathered(blocks):
    """Blocks end to end.

    Parameters
    ----------
    blocks : iterable of ndarray of shape (n_rows, ...), numeric
        At least one; all of one dtype, and of one shape but for the rows.

    Returns
    -------
    rows : ndarray or Spool of shape (n_rows_in_all, ...)
        A lone block itself; a `Spool` where there are more than `MOST_BYTES`.
    """
    blocks = iter(blocks)
    held, n_bytes = [], 0
    for block in blocks:
        held.append(block)
        n_bytes += block.nbytes
        if n_bytes > MOST_BYTES and len(held) > 1:
            return Spool(chain(held, blocks))
    return held[0] if len(held) == 1 else np.concatenate(held)


class Spool:
    """Rows in a temporary file, read in slices; an array that is not in memory.

    The file has no name, or goes with the object, and lies where `tempfile` puts it
    (``TMPDIR``). `numpy.asarray` reads all of it, and so does pickling, which gives an array.

    Parameters
    ----------
    blocks : iterable of ndarray of shape (n_rows, ...), numeric
        At least one; all of one dtype, and of one shape but for the rows.

    Attributes
    ----------
    shape : tuple of int
    dtype : dtype
    """

    def __init__(self, blocks):
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 closed with the object
        n_rows = 0
        for block in blocks:
            self._file.write(np.ascontiguousarray(block).data)
            n_rows += len(block)
        self.shape = (n_rows, *block.shape[1:])
        self.dtype = block.dtype

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, rows):
        """The rows of a slice without a step, in an array of their own."""
        start, stop, _ = rows.indices(len(self))
        found = np.empty((max(stop - start, 0), *self.shape[1:]), self.dtype)
        if found.size:
            self._file.seek(start * found[0].nbytes)
            self._file.readinto(found.data)
        return found

    def __array__(self, dtype=None, copy=None):
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def __reduce__(self):
        return np.asarray, (self[:],)
