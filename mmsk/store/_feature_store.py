"""Rows of features by key, in one SQLite file."""

import os
import sqlite3
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from mmsk.exceptions import StoreError
from mmsk.store import _file
from mmsk.store._process_tree import tree_folder

_KEYS_AT_ONCE = 500  # SQLite's oldest limit is 999 in a statement
_EVICTED_AT_ONCE = 64
_SHARE_LEFT = 0.9  # of the limit, after rows were evicted: not a few at every batch
_SAME_USE_S = 600.0  # a row's last use is written this seldom, as reading is then reading only
_MIB = 2**20
_LIMIT_OF_TREE_MB = 2048  # the temporary folder may lie in memory
_DELETE_OLDEST = (
    "DELETE FROM rows WHERE rowid IN (SELECT rowid FROM rows ORDER BY used, rowid LIMIT ?)"
)


@dataclass(frozen=True)
class FeatureStore:
    """Rows of features that any number of threads and processes share.

    Extractors take a folder, or one of these, as ``memory=``.

    Parameters
    ----------
    folder : str or path
        On a disk of this machine; made if it is not there.
    identity : {"path", "content"}, default="path"
        Whether a file is told by its resolved path, size and time of change, or by its
        content, which costs reading it at every look-up.
    limit_mb : float, default=10_240
        In MiB. Where the file would grow beyond, rows least recently used are evicted.

    Notes
    -----
    It holds no connection, so that it can be copied, pickled and forked. Rows are
    written in transactions, each with a checksum: a process that is killed loses the batch
    it was writing, and a row that is not as it was written is never given.
    """

    folder: str
    identity: str = "path"
    limit_mb: float = 10_240

    def __post_init__(self):
        object.__setattr__(self, "folder", os.fspath(self.folder))
        if self.identity not in ("path", "content"):
            raise ValueError(f"identity must be 'path' or 'content', got {self.identity!r}.")
        if not self.limit_mb > 0:
            raise ValueError(f"limit_mb must be more than 0, got {self.limit_mb!r}.")

    @classmethod
    def of(cls, memory):
        """The store that an extractor's ``memory`` stands for.

        Parameters
        ----------
        memory : FeatureStore, str, path or None
            Itself, that of a folder, with ``"auto"`` that of the process tree, or none.

        Returns
        -------
        store : FeatureStore or None
            None also where ``"auto"`` finds no temporary folder.
        """
        if memory == "auto":
            folder = tree_folder()
            return None if folder is None else cls(folder, limit_mb=_LIMIT_OF_TREE_MB)
        return memory if memory is None or isinstance(memory, cls) else cls(memory)

    def get(self, keys):
        """Rows by key, of those that are there.

        Parameters
        ----------
        keys : sequence of bytes

        Returns
        -------
        rows : dict of bytes to ndarray of shape (n_features,), float32, or None
            Read-only. None is a sample that is whole, but holds nothing of what is described.

        Raises
        ------
        StoreError
            If the folder cannot be written.
        """
        return _file.run(self.folder, lambda file: _found(file, list(keys)), {})

    def put(self, feature, rows):
        """Keep rows, all or none of them.

        Parameters
        ----------
        feature : str
            What `info` counts them under.
        rows : dict of bytes to ndarray of shape (n_features,), float32, or None

        Raises
        ------
        StoreError
            If the folder cannot be written.
        """
        now = time.time()
        entries = [_entry(key, feature, row, now) for key, row in rows.items()]

        def write(file):
            with _file.transaction(file):
                file.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)", entries)
                _evict(file, self.limit_mb)

        if entries:
            _file.run(self.folder, write, None)

    def info(self):
        """What is in the store.

        Returns
        -------
        info : dict
            ``features``: list of (feature, rows, MiB), ``size_mb`` of the file, and
            ``set_aside``: damaged files, as paths.
        """
        self._check_there()
        statement = (
            "SELECT feature, COUNT(*), COALESCE(SUM(LENGTH(row)), 0) FROM rows "
            "GROUP BY feature ORDER BY feature"
        )
        counts = _file.run(self.folder, lambda file: file.execute(statement).fetchall(), [])
        return {
            "features": [(name, rows, size / _MIB) for name, rows, size in counts],
            "size_mb": _file.run(self.folder, _size, 0) / _MIB,
            "set_aside": [os.fspath(path) for path in _file.damaged_files(self.folder)],
        }

    def prune(self, limit_mb):
        """Evict rows least recently used until the file is no larger.

        Parameters
        ----------
        limit_mb : float
            In MiB.

        Returns
        -------
        n_rows : int
            Rows evicted.
        """
        if not limit_mb >= 0:
            raise ValueError(f"limit_mb must be 0 or more, got {limit_mb!r}.")
        self._check_there()

        def shrink(file):
            with _file.transaction(file):
                n_rows = _evict(file, limit_mb, share_left=1.0)
            _give_back(file)
            return n_rows

        return _file.run(self.folder, shrink, 0)

    def clear(self):
        """Delete all rows, and the files that were set aside.

        Returns
        -------
        n_rows : int
            Rows deleted.
        """
        self._check_there()

        def empty(file):
            with _file.transaction(file):
                n_rows = file.execute("DELETE FROM rows").rowcount
            _give_back(file)
            return n_rows

        for path in _file.damaged_files(self.folder):
            path.unlink(missing_ok=True)
        return _file.run(self.folder, empty, 0)

    def _check_there(self):
        if not _file.exists(self.folder):
            raise StoreError(f"there is no feature store in {self.folder!r}")


def _entry(key, feature, row, now):
    content = None if row is None else np.ascontiguousarray(row, "<f4").tobytes()
    return key, feature, content, _mark(key, content), now


def _mark(key, content):
    """A checksum of a row and of what it is found by."""
    return zlib.crc32(b"none" if content is None else content, zlib.crc32(key))


def _found(file, keys):
    rows, stale = {}, []
    lately = time.time() - _SAME_USE_S
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        places = ",".join("?" * len(some))
        # the places are question marks: nothing of the caller's stands in the statement
        statement = f"SELECT key, row, mark, used FROM rows WHERE key IN ({places})"
        for key, content, mark, used in file.execute(statement, some):
            rows[key] = _row(key, content, mark)
            if used < lately:
                stale.append(key)
    if stale:
        _note_use(file, stale)
    return rows


def _note_use(file, keys):
    now = time.time()
    # rows that were found are not given up because another process is writing
    with suppress(sqlite3.OperationalError), _file.transaction(file):
        file.executemany("UPDATE rows SET used = ? WHERE key = ?", [(now, k) for k in keys])


def _row(key, content, mark):
    sound = content is None or (isinstance(content, bytes) and len(content) % 4 == 0)
    if not sound or mark != _mark(key, content):
        raise _file.DamagedError("a row differs from what was written")
    return None if content is None else np.frombuffer(content, "<f4")


def _size(file):
    """Bytes in use; pages that were freed are filled again before the file grows."""
    pages, free, page = (
        file.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * page


def _evict(file, limit_mb, share_left=_SHARE_LEFT):
    """Delete the rows used longest ago, if there is more than the limit; how many."""
    n_rows = 0
    if _size(file) <= limit_mb * _MIB:
        return n_rows
    while _size(file) > limit_mb * _MIB * share_left:
        deleted = file.execute(_DELETE_OLDEST, (_EVICTED_AT_ONCE,)).rowcount
        if not deleted:
            break
        n_rows += deleted
    return n_rows


def _give_back(file):
    """Return freed pages to the disk."""
    file.executescript("PRAGMA incremental_vacuum")  # execute would return one page only
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
