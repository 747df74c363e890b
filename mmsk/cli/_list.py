"""``mmsk list``: what there is, room by room."""

import importlib
import inspect

from mmsk.cli._progress import print_table

_ROOMS = ("mmsk", "text", "image", "audio", "video", "tabular", "encoding", "union", "fusion",
          "io", "datasets", "scale", "model_io", "testing")  # fmt: skip


def add_arguments(parser):
    """What the command takes."""
    parser.add_argument("room", nargs="?", choices=_ROOMS, help="one room only")


def run(options):
    """Print the public names of each room, and what each is in a line."""
    for room in [options.room] if options.room else _ROOMS:
        module = importlib.import_module("mmsk" if room == "mmsk" else f"mmsk.{room}")
        rows = [(name, _summary(getattr(module, name))) for name in _names(module)]
        print_table(module.__name__, ("name", "what it is"), rows)


def _names(module):
    names = getattr(module, "__all__", None) or [n for n in vars(module) if n[0].islower()]
    public = [name for name in names if not inspect.ismodule(getattr(module, name))]
    own = [n for n in public if getattr(module, n).__module__.startswith("mmsk")]
    return sorted(n for n in own if not n.startswith("_"))


def _summary(public):
    return (inspect.getdoc(public) or "").partition("\n")[0]
