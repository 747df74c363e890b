"""Tables that lack whole columns of those that ``fit`` had."""

import warnings
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from mmsk._utils.columns import column_names, is_frame
from mmsk._utils.sklearn_private import get_column_indices
from mmsk.exceptions import AbsentColumnWarning


class ViewColumns(NamedTuple):
    """The columns of one view, in any way that scikit-learn's ColumnTransformer takes.

    Attributes
    ----------
    name : str
    columns : column or list of columns
        All that it needs.
    sources : column or list of columns
        Those without which there is no view at all.
    """

    name: str
    columns: Any
    sources: Any


def with_absent_columns(estimator, X):
    """A table with the columns of views that it lacks altogether put back, empty.

    Parameters
    ----------
    estimator : estimator
        Fitted; says in ``_used_columns`` what its views are, as a list of `ViewColumns`.
    X : table

    Returns
    -------
    X : table
        The same X where no column is absent or has a name, and where scikit-learn is to
        refuse it: it has columns that ``fit`` had not or in another order, part of a view,
        or no view at all. Columns of no view may be absent without a word.
    """
    if not (is_frame(X) and hasattr(estimator, "feature_names_in_")):
        return X
    names, views = list(estimator.feature_names_in_), estimator._used_columns()
    have = column_names(X)
    absent = [name for name in names if name not in have]
    if not absent or have != [name for name in names if name not in absent]:
        return X
    whole = _filled(X, absent, names)
    lacking, gone = [], set()
    for view in views:
        used, sources = (_names(whole, names, part) for part in (view.columns, view.sources))
        if sources and sources <= set(absent):
            lacking.append(view.name)
            gone |= used & set(absent)
    needed = [_names(whole, names, v.columns) for v in views if v.name not in lacking]
    if not needed or any(used & set(absent) for used in needed):
        return X
    if lacking:
        warnings.warn(
            f"X lacks the columns {sorted(gone)}: all its rows count as lacking the views "
            f"{lacking}.",
            AbsentColumnWarning,
        )
    return whole


def _names(X, names, columns):
    return {names[k] for k in get_column_indices(X, columns)}


def _filled(X, absent, names):
    if hasattr(X, "iloc"):
        return X.assign(**dict.fromkeys(absent, None))[names]
    frame = nw.from_native(X, eager_only=True)
    empty = [nw.lit(None).alias(name) for name in absent]
    return frame.with_columns(*empty).select(names).to_native()
