"""Rows of numbers of any count: in memory while they are few, in a temporary file beyond."""

import os
import tempfile

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
    gathering = Gathering()
    for block in blocks:
        gathering.add(block)
    return gathering.rows()


class Gathering:
    """`gathered` for blocks that are handed over one by one."""

    def __init__(self):
        self._held, self._n_bytes, self._spool = [], 0, None

    def add(self, block):
        """Put a block behind those that are there."""
        if self._spool is not None:
            self._spool.append(block)
            return
        self._held.append(block)
        self._n_bytes += block.nbytes
        if self._n_bytes > MOST_BYTES and len(self._held) > 1:
            self._spool = Spool(self._held)
            self._held = []

    def rows(self):
        """All blocks end to end, of which there is one at least."""
        if self._spool is not None:
            return self._spool
        return self._held[0] if len(self._held) == 1 else np.concatenate(self._held)


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
        self.shape = None
        for block in blocks:
            self.append(block)

    def append(self, block):
        """Put a block behind the rows that are there."""
        self._file.seek(0, os.SEEK_END)
        self._file.write(np.ascontiguousarray(block).data)
        before = 0 if self.shape is None else len(self)
        self.shape, self.dtype = (before + len(block), *block.shape[1:]), block.dtype

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
