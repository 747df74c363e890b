"""The folder of an extraction: a plan, the fitted features, and one file for each part."""

import contextlib
import json
import os
import uuid
from pathlib import Path

PLAN = "plan.json"
FEATURES = "features.skops"
_PART = "part-{:06d}.parquet"


def part_path(out, number):
    """The file of a part."""
    return Path(out, _PART.format(number))


def read_plan(out):
    """What a folder's extraction was asked for and came to; None where there is none."""
    try:
        return json.loads(Path(out, PLAN).read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ValueError(f"{str(out)!r} holds no extraction: {error}") from error


def write_plan(out, plan):
    """Write the plan, whole or not at all."""
    with whole_file(Path(out, PLAN)) as partial:
        partial.write_text(json.dumps(plan, indent=2) + "\n")


@contextlib.contextmanager
def whole_file(path):
    """A temporary name beside a file, which takes its place where all went well.

    Two processes may write one file: it is then that of the later one.
    """
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        yield partial
        with open(partial, "rb+") as file:
            os.fsync(file.fileno())  # or a power cut would leave the name without content
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def remove_leftovers(out):
    """Delete what killed processes had begun to write."""
    for partial in Path(out).glob(".part-*"):
        partial.unlink(missing_ok=True)
