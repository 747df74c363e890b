"""Which columns a command uses, and as what."""

import os
from pathlib import Path

from mmsk.cli._progress import print_table
from mmsk.cli._table import check_columns


def add_table_arguments(parser):
    """The table, where its files are, and how many are read at once."""
    parser.add_argument("table", help=".csv, .csv.gz, .tsv or .parquet; paths relative to it")
    parser.add_argument("--root", help="the folder of relative paths (that of the table)")
    parser.add_argument("--n-jobs", type=int, default=None, help="samples read at once")


def root_of(options):
    """The folder of relative paths, whatever folder a worker stands in."""
    return os.path.abspath(options.root or Path(options.table).parent)


def add_column_arguments(parser):
    """``--columns`` or ``--drop``, not both."""
    used = parser.add_mutually_exclusive_group()
    used.add_argument(
        "--columns",
        nargs="+",
        metavar="COL[=ROLE]",
        help="the columns to use, all others dropped; ROLE (text, image, audio, video, "
        "tabular, segment) where looking at the cells would not tell",
    )
    used.add_argument("--drop", nargs="+", metavar="COL", default=[], help="columns not to use")


def asked_modalities(table, options, no_features=None):
    """``{column: role}`` for the columns to use.

    Parameters
    ----------
    table : pandas.DataFrame
        Its columns count, not its rows.
    options : argparse.Namespace
        With ``columns`` and ``drop``.
    no_features : dict of str to str or None, default=None
        Columns that have another part, and the option that gave it to them.

    Returns
    -------
    modalities : dict of str to str
    """
    no_features = no_features or {}
    check_columns(table, [*options.drop, *no_features])
    if not options.columns:
        left_out = {*options.drop, *no_features}
        return {column: "auto" for column in table.columns if column not in left_out}
    named = dict(_column_and_role(word, table) for word in options.columns)
    check_columns(table, list(named))
    for column in no_features.keys() & named.keys():
        raise ValueError(f"column {column!r} is {no_features[column]}, so it is no feature.")
    return named


def _column_and_role(word, table):
    """``COL=ROLE`` or ``COL`` taken apart; a column may have "=" in its name."""
    column, separator, role = word.rpartition("=")
    if word in table.columns or not separator:
        return word, "auto"
    return column, role


def print_views(views):
    """What each view was taken for, and why; ``views_`` of an encoder or predictor."""
    rows = [
        (name, view["modality"], str(view["columns"]), view["reason"], view["features"])
        for name, view in views.items()
    ]
    print_table("views", ("view", "modality", "columns", "because", "described by"), rows)
