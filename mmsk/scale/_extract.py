"""Features of a table of any length, written in parts that survive a kill."""

import os
import re
import warnings
from collections import Counter
from pathlib import Path

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.workers import using_workers
from mmsk.exceptions import MmskWarning
from mmsk.fusion import FeatureFusion
from mmsk.model_io import save_model
from mmsk.scale._executors import check_executor, run_all
from mmsk.scale._folder import FEATURES, part_path, read_plan, remove_leftovers, write_plan
from mmsk.scale._make_part import described, make_part
from mmsk.scale._parts import Parts
from mmsk.scale._table import chunks_of, table_columns

_FORMAT = 1


def extract(
    table, features, out, *, keep=(), rows_per_part=4096, executor="joblib", n_jobs=None
):
    """Describe the rows of a table file and write them to Parquet parts in a folder.

    A run that was killed, and is started again with the same arguments, does what is left
    to do: each part is written under a temporary name and then renamed.

    Parameters
    ----------
    table : str or path
        ``.csv``, ``.csv.gz``, ``.tsv`` or ``.parquet``, of any length. Relative paths in it
        count from the working folder, or from ``root`` of a `MultimodalEncoder`.
    features : list of (name, transformer, columns), or transformer
        Views as fusions take them: their features are written as they are, with NaN where
        a row lacks the view, and sources that cannot be read are missing. Or a transformer
        of tables, such as `MultimodalEncoder`. What is fitted is used as it is; what is
        not is fitted on the first part.
    out : str or path
        The folder, made where it is not there.
    keep : sequence of str, default=()
        Columns of the table that are copied to the parts: target, groups, an id. A
        transformer that is fitted here does not see them.
    rows_per_part : int, default=4096
        What a worker has in memory, and what a killed one loses.
    executor : {"joblib", "dask"}, address or distributed.Client, default="joblib"
        ``"dask"`` starts a cluster on this machine; an address, such as
        ``"tcp://host:8786"``, is that of one that runs. Its workers must see ``out`` and
        the files under the same names.
    n_jobs : int or None, default=None
        Parts made at once, in processes as ``joblib.parallel_config`` says; workers of the
        cluster of ``"dask"``.

    Returns
    -------
    parts : Parts

    Raises
    ------
    ValueError
        If the table cannot be read or has no rows, if a name stands for two columns of a
        part, or if the folder holds parts of something else.

    Notes
    -----
    A part has the columns ``row`` (from 0, int64), those kept, the features (float32), and
    ``error`` (why a source could not be read, else null). An undisturbed run and one that
    was killed and resumed write the same bytes; a resumed run uses the fitted features
    that the folder holds. Two runs at once in one folder are not foreseen.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from mmsk.scale import extract
    >>> from mmsk.text import TextStatistics
    >>> folder = Path(tempfile.mkdtemp())
    >>> table = pd.DataFrame({"note": ["a red kite", "the tin drum"], "label": ["red", "tin"]})
    >>> table.to_csv(folder / "t.csv", index=False)
    >>> views = [("note", TextStatistics(), "note")]
    >>> parts = extract(folder / "t.csv", views, folder / "parts", keep=["label"])
    >>> parts.n_rows
    2
    >>> [(name, len(columns)) for name, _, columns in parts.views]
    [('note', 20)]
    """
    table, out, keep = Path(table), Path(os.path.abspath(out)), list(keep)
    if rows_per_part < 1:
        raise ValueError(f"rows_per_part must be 1 or more, got {rows_per_part!r}.")
    check_executor(executor)
    features = _as_transformer(features)
    plan = _plan(table, features, keep, rows_per_part)
    begun = _begun(out, plan)
    if begun is None:
        with using_workers(n_jobs):
            begun = _begin(out, plan, table, features)
    if not _is_whole(out, begun):
        begun["n_rows"] = _make_all(out, begun, table, executor, n_jobs)
        remove_leftovers(out)
        write_plan(out, begun)
    return Parts(out)


def _as_transformer(features):
    """One transformer of tables, for which what cannot be read is missing."""
    if isinstance(features, (list, tuple)):
        features = FeatureFusion(list(features), scaler=None, missing="nan", sparse_threshold=0)
    if _is_fitted(features):
        return features
    return _with(clone(features), {"on_error": lambda _: "missing"})


def _with(features, changes):
    """Change parameters by the last part of their names, wherever they are."""
    parameters = {
        name: changes[last](value)
        for name, value in features.get_params().items()
        if (last := name.rpartition("__")[2]) in changes
    }
    return features.set_params(**parameters)


def _is_fitted(features):
    try:
        check_is_fitted(features)
    except NotFittedError:
        return False
    return True


def _plan(table, features, keep, rows_per_part):
    columns = table_columns(table)
    absent = [column for column in keep if column not in columns]
    if absent:
        raise ValueError(f"the table {str(table)!r} has no column {absent}.")
    status = table.stat()
    no_say = dict.fromkeys(("n_jobs", "memory", "verbose"), lambda _: None)
    told = _with(clone(features), no_say).__repr__(N_CHAR_MAX=2**31)
    return {
        "format": _FORMAT,
        "table": {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns},
        "features": re.sub(r" at 0x[0-9a-f]+", "", told),  # of functions and objects
        "rows_per_part": rows_per_part,
        "keep": keep,
    }


def _begun(out, plan):
    """The plan that a folder holds, if it is this one; None where it holds none."""
    begun = read_plan(out)
    if begun is None:
        return None
    other = [name for name in plan if begun.get(name) != plan[name]]
    if other:
        raise ValueError(
            f"{str(out)!r} holds parts of an extraction with other {' and '.join(other)}. "
            "Give another folder, or delete that one."
        )
    return begun


def _is_whole(out, plan):
    """Whether all parts are there, also those that a user may have deleted since."""
    if plan["n_rows"] is None:
        return False
    n_parts = -(-plan["n_rows"] // plan["rows_per_part"])
    return all(part_path(out, number).exists() for number in range(n_parts))


def _begin(out, plan, table, features):
    """Fit the features where need be, and write down what is to be done."""
    if part_path(out, 0).exists():
        raise ValueError(f"{str(out)!r} holds parts without a plan. Give another folder.")
    first = next(chunks_of(table, plan["rows_per_part"]), None)
    if first is None:
        raise ValueError(f"the table {str(table)!r} has no rows.")
    if not _is_fitted(features):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MmskWarning)
            features.fit(_learned_from(first, features, plan["keep"]))
    described(features, first.slice(0, 1))  # complains here of what no part could be made of
    names = [str(name) for name in features.get_feature_names_out()]
    counts = Counter(["row", *plan["keep"], *names, "error"])
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise ValueError(f"a part would have two columns of the name {twice}.")
    out.mkdir(parents=True, exist_ok=True)
    save_model(features, out / FEATURES)
    begun = {**plan, "reads": _reads(features, plan), "names": names, "n_rows": None}
    write_plan(out, begun)
    return begun


def _learned_from(first, features, keep):
    """The first part; a target that is kept is no feature unless a view names it."""
    if not isinstance(features, FeatureFusion):
        first = first.drop_columns(keep)
    return first.to_pandas(ignore_metadata=True)


def _reads(features, plan):
    """The columns of the table that are read, or None for all."""
    if not hasattr(features, "feature_names_in_"):
        return None
    return list(dict.fromkeys([*map(str, features.feature_names_in_), *plan["keep"]]))


def _make_all(out, plan, table, executor, n_jobs):
    """Make the parts that are not there; how many rows there are."""
    n_rows = 0

    def missing():
        nonlocal n_rows
        for number, chunk in enumerate(chunks_of(table, plan["rows_per_part"], plan["reads"])):
            n_rows += len(chunk)
            if not part_path(out, number).exists():
                yield str(out), plan["keep"], plan["rows_per_part"], number, chunk

    run_all(make_part, missing(), executor, n_jobs)
    return n_rows
