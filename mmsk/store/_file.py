"""The SQLite file of a store: opened for one batch at a time, set aside where damaged."""

import os
import sqlite3
import threading
import time
import warnings
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from mmsk.exceptions import StoreError, StoreWarning

#: Another layout of the tables is another file, so that versions of mmsk can share a folder.
FILE_NAME = "features-1.sqlite"

_APPLICATION_ID = 0x6D6D736B  # "mmsk", written into the header of the file
_BUSY_S = 30.0
_COMPANIONS = ("", "-wal", "-shm")  # what SQLite keeps beside the file
_TABLES = (
    "CREATE TABLE rows (key BLOB PRIMARY KEY, feature TEXT NOT NULL, row BLOB, "
    "mark INTEGER NOT NULL, used REAL NOT NULL)",
    "CREATE INDEX rows_by_use ON rows (used)",
)
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_NOT_WRITABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}

# Held while a connection is open and while a process forks: a connection that a child
# inherits, or locks that it believes to hold, would damage the file.
_open = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_open.acquire, after_in_parent=_open.release, after_in_child=_open.release
    )


class DamagedError(Exception):
    """The file is not what this module wrote."""


def run(folder, work, default):
    """``work(connection)`` on the file of a folder, which is made where there is none.

    Parameters
    ----------
    folder : str
    work : callable
        Takes a connection that commits by itself. Runs twice where the file is damaged:
        the second time on a new one.
    default : object
        What comes back where the file is locked for too long or the disk is full: a store
        saves work, and must not cost any.

    Returns
    -------
    result : object

    Raises
    ------
    StoreError
        If the folder cannot be written.
    """
    path = _path(folder)
    for _ in range(2):
        seen = _identity(path)
        try:
            with _open, closing(_connection(path)) as connection:
                return work(connection)
        except (DamagedError, sqlite3.DatabaseError) as error:
            if not _is_damage(error, path):
                return _without(folder, error, default)
            if seen == _identity(path):  # otherwise another process was faster
                _set_aside(path, error)
    return default


@contextmanager
def transaction(connection):
    """All that is written in the context, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def exists(folder):
    """Whether a folder holds a store."""
    return Path(folder, FILE_NAME).is_file()


def damaged_files(folder):
    """Files that were set aside."""
    return sorted(Path(folder).glob(f"{FILE_NAME}.damaged-*"))


def _path(folder):
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return os.path.join(folder, FILE_NAME)


def _connection(path):
    connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection):
    if _value(connection, "PRAGMA application_id") != _APPLICATION_ID:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before there is any table
        with transaction(connection):
            _make_tables(connection)
    with suppress(sqlite3.OperationalError):  # another process is just doing it
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _make_tables(connection):
    if _value(connection, "PRAGMA application_id") == _APPLICATION_ID:
        return  # another process was faster
    if _value(connection, "SELECT COUNT(*) FROM sqlite_master"):
        raise DamagedError("it is a database of another program")
    for table in _TABLES:
        connection.execute(table)
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")


def _value(connection, statement):
    return connection.execute(statement).fetchone()[0]


def _code(error):
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)


def _is_damage(error, path):
    code = _code(error)
    short = code == sqlite3.SQLITE_IOERR_SHORT_READ
    if code & 0xFF == sqlite3.SQLITE_READONLY:
        # where the system would let us write, it is the file's header that says otherwise
        return os.access(path, os.W_OK) and os.access(os.path.dirname(path), os.W_OK)
    # the low byte is the kind of error; statements are fixed, so that SQLITE_ERROR says
    # that the tables are not those made here
    return isinstance(error, DamagedError) or short or code & 0xFF in _DAMAGE


def _without(folder, error, default):
    if _code(error) & 0xFF in _NOT_WRITABLE:
        raise _unwritable(folder, error) from error
    warnings.warn(
        f"the feature store in {folder!r} could not be used, so that rows are computed and "
        f"not kept: {error}",
        StoreWarning,
    )
    return default


def _unwritable(folder, error):
    return StoreError(
        f"memory={folder!r} cannot be written: {error}. Give a folder that you may write and "
        "that lies on a disk of this machine, or None."
    )


def _identity(path):
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _set_aside(path, error):
    aside = f"{path}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    while os.path.exists(aside):
        aside += "+"
    # the companions first: a log must not be met by the next file of that name
    for ending in reversed(_COMPANIONS):
        with suppress(FileNotFoundError):
            os.replace(path + ending, aside + ending)
    warnings.warn(
        f"the feature store {path!r} is damaged ({error}); it was renamed to {aside!r}, and "
        "rows are computed anew. Delete that file when you like.",
        StoreWarning,
    )
