"""Arguments, exit codes, and errors in one line."""

import argparse
import importlib
import sys
import warnings

from mmsk import __version__
from mmsk.exceptions import MmskWarning

_COMMANDS = {
    "demo": "make files of four modalities, fit, fuse, print the scores",
    "fit": "fit a model on a table and write it to a file",
    "predict": "predict the rows of a table with a model file",
    "features": "describe the rows of a table and write the features to a file",
    "store": "look into a feature store, make it smaller or empty it",
    "list": "list what there is, room by room",
}


def main(arguments=None):
    """Run one command.

    Parameters
    ----------
    arguments : list of str or None, default=None
        None takes those of the process.

    Returns
    -------
    exit_code : int
        0 where all went well, 1 where the input is at fault, 2 for a wrong call, 130
        where the user stopped it.
    """
    parser = argparse.ArgumentParser(
        prog="mmsk", description="Tables of text, pictures, sound and video."
    )
    parser.add_argument("--version", action="version", version=f"mmsk {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, summary in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        module = importlib.import_module(f"mmsk.cli._{name}")
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("always", MmskWarning)
        warnings.showwarning = _say_warning
        try:
            options.run(options)
        except (ValueError, TypeError, OSError, ModuleNotFoundError, MemoryError) as error:
            # what the user gave is at fault: one line, without a traceback
            _say("error", " ".join([str(error), *getattr(error, "__notes__", [])]))
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


def _say_warning(message, category, filename, lineno, file=None, line=None):
    _say("note", str(message))


def _say(kind, text):
    print(f"mmsk: {kind}: {' '.join(text.split())}", file=sys.stderr)
