"""One part of a table described and written; what a worker does."""

import warnings
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy import sparse

from mmsk.exceptions import MmskWarning
from mmsk.model_io import load_model
from mmsk.scale._folder import FEATURES, part_path, whole_file


def make_part(out, keep, rows_per_part, number, chunk):
    """Describe some rows and write them, under a temporary name first.

    Parameters
    ----------
    out : str
        The folder, which holds the fitted features.
    keep : list of str
        Columns that are copied.
    rows_per_part : int
    number : int
        Of the part, from 0.
    chunk : pyarrow.Table

    Returns
    -------
    n_rows : int
    """
    features = _features(out, Path(out, FEATURES).stat().st_mtime_ns)
    values, failures = described(features, chunk)
    names = [str(name) for name in features.get_feature_names_out()]
    part = _as_arrow(chunk, values, names, failures, keep, number * rows_per_part)
    with whole_file(part_path(out, number)) as partial:
        _write(part, partial, keep)
    return len(part)


def described(features, chunk):
    """The feature matrix of some rows, and their failures."""
    X = chunk.to_pandas(ignore_metadata=True)
    if hasattr(features, "feature_names_in_"):
        X = X[list(features.feature_names_in_)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MmskWarning)  # the column ``error`` says it by row
        if hasattr(features, "transform_with_errors"):
            values, failures = features.transform_with_errors(X)
        else:
            values, failures = features.transform(X), []
    if sparse.issparse(values):
        raise ValueError(
            "parts hold dense features, but these are sparse. Use sparse_threshold=0, which "
            "reduces wide blocks to 256 columns, or hash text into fewer."
        )
    return np.asarray(values, dtype=np.float32), failures


@lru_cache(maxsize=1)
def _features(out, _written_ns):
    return load_model(Path(out, FEATURES))


def _as_arrow(chunk, values, names, failures, keep, first_row):
    import pyarrow as pa

    reasons = {}
    for failure in failures:
        reasons.setdefault(failure.row, []).append(failure.reason)
    told = ["; ".join(reasons[row]) if row in reasons else None for row in range(len(chunk))]
    columns = {"row": pa.array(np.arange(first_row, first_row + len(chunk)))}
    columns.update((name, chunk.column(name)) for name in keep)
    by_column = np.ascontiguousarray(values.T)
    columns.update(zip(names, map(pa.array, by_column), strict=True))
    columns["error"] = pa.array(told, pa.string())
    return pa.table(columns)


def _write(part, path, keep):
    import pyarrow.parquet as pq

    pq.write_table(
        part,
        path,
        row_group_size=max(len(part), 1),
        compression="zstd",
        use_dictionary=[*keep, "error"],  # features hardly repeat
        write_statistics=False,
        store_schema=False,
    )
