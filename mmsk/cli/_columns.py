"""Which columns a command uses, and as what."""

from mmsk.cli._table import check_columns


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
