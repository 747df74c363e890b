"""A table file read some rows at a time, with the types of its columns told beforehand."""

from pathlib import Path

from mmsk._utils.optional import require

_BLOCK_BYTES = 4 * 2**20  # of a CSV file; the first tells the types


def chunks_of(path, n_rows, columns=None):
    """The rows of a table, so many at a time.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.csv.gz``, ``.tsv`` or ``.parquet``.
    n_rows : int
    columns : list of str or None, default=None
        None is all.

    Yields
    ------
    chunk : pyarrow.Table of n_rows rows
        The last may have fewer. All have the same schema.

    Raises
    ------
    ValueError
        If the file is no such table, or a cell is not of the type of its column.
    """
    pa = _pyarrow(path)
    try:
        yield from _of_height(_batches(path, n_rows, columns), n_rows)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        remedy = ""
        if "conversion error" in str(error):
            remedy = " (types are told by the first rows; a Parquet file says them itself)"
        raise ValueError(f"cannot read the table {str(path)!r}: {error}{remedy}") from error
    except pa.ArrowKeyError as error:
        raise ValueError(f"the table {str(path)!r} lacks a column: {error}") from error


def table_columns(path):
    """The names of the columns of a table.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    columns : list of str

    Raises
    ------
    ValueError
        If there is no such table, or two columns have one name.
    """
    path = Path(path)
    pa = _pyarrow(path)
    try:
        names = _schema(path).names
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ValueError(f"cannot read the table {str(path)!r}: {error}") from error
    if len(set(names)) < len(names):
        raise ValueError(f"the table {str(path)!r} has columns of one name: {names}")
    return names


def _pyarrow(path):
    if not path.is_file():
        raise ValueError(f"there is no table {str(path)!r}.")
    return require("pyarrow", extra="parquet", needed_by=f"reading {path.name} in parts")


def _is_parquet(path):
    return path.suffix in (".parquet", ".pq")


def _schema(path):
    import pyarrow.parquet as pq

    return pq.read_schema(path) if _is_parquet(path) else _csv_schema(path)


def _batches(path, n_rows, columns):
    if not _is_parquet(path):
        schema = _csv_schema(path)
        return _csv_reader(path, {field.name: field.type for field in schema}, columns)
    import pyarrow.parquet as pq

    # buffered, since a row group may be a million rows
    file = pq.ParquetFile(path, pre_buffer=False, buffer_size=2**20)
    return file.iter_batches(n_rows, columns=columns, use_threads=False)


def _csv_schema(path):
    """What the first block holds: numbers, yes or no, and text for everything else."""
    import pyarrow as pa

    with _csv_reader(path) as reader:
        found = reader.schema
    return pa.schema(
        [field if _is_kept(field.type) else (field.name, pa.string()) for field in found]
    )


def _is_kept(type_of_column):
    import pyarrow.types as types

    is_number = types.is_integer(type_of_column) or types.is_floating(type_of_column)
    return is_number or types.is_boolean(type_of_column)


def _csv_reader(path, types=None, columns=None):
    from pyarrow import csv

    return csv.open_csv(
        path,
        csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False),
        csv.ParseOptions(
            delimiter="\t" if ".tsv" in path.suffixes else ",", newlines_in_values=True
        ),
        csv.ConvertOptions(
            column_types=types, include_columns=columns, strings_can_be_null=True
        ),
    )


def _of_height(batches, n_rows):
    """Batches of any height as tables of ``n_rows`` rows."""
    import pyarrow as pa

    waiting, n_waiting = [], 0
    for batch in batches:
        waiting.append(batch)
        n_waiting += len(batch)
        while n_waiting >= n_rows:
            table = pa.Table.from_batches(waiting)
            # copied: a slice would take the whole batch along to another process
            yield table.take(list(range(n_rows)))
            waiting, n_waiting = table.slice(n_rows).to_batches(), n_waiting - n_rows
    if n_waiting:
        yield pa.Table.from_batches(waiting)
