"""A folder that a process and all it starts have in common, gone when the process is."""

import atexit
import os
import shutil
import tempfile

#: How a process tells those it starts, by fork, spawn or otherwise, of its folder.
_VARIABLE = "MMSK_PROCESS_TREE"


def tree_folder():
    """The folder of the tree of processes that this one belongs to.

    The first process that asks makes the folder and removes it when it exits; whatever it
    starts afterwards is told by an environment variable, and finds the same.

    Returns
    -------
    folder : str or None
        None where no temporary folder can be made.
    """
    folder = os.environ.get(_VARIABLE)
    # one that is gone is that of a process which has exited before those it started
    if folder is None or not os.path.isdir(folder):
        folder = _new_folder()
    return folder


def _new_folder():
    try:
        folder = tempfile.mkdtemp(prefix="mmsk-")  # readable by this user only
    except OSError:
        return None
    os.environ[_VARIABLE] = folder
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder, maker):
    if os.getpid() == maker:  # a forked child has inherited the duty, and must not do it
        shutil.rmtree(folder, ignore_errors=True)
