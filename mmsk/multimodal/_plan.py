"""Which columns of a table make which views, and why."""

from functools import lru_cache
from typing import Any, NamedTuple

from mmsk import fusion
from mmsk._utils.columns import column_at, column_names, is_frame
from mmsk.io import guess_modality
from mmsk.modalities import MODALITIES

ROLES = (*MODALITIES, "segment", "drop", "auto")
_SEGMENT_NAMES = ("start_s", "end_s")


class Column(NamedTuple):
    """The part that a column plays.

    Attributes
    ----------
    column : str or int
        Name in a frame, position in an array.
    role : str
        A modality, ``"segment"`` or ``"drop"``.
    reason : str
        Why, in words.
    view : str
        The view it belongs to, where the user named one.
    """

    column: Any
    role: str
    reason: str
    view: str = ""


class PlannedView(NamedTuple):
    """A view to come: its name, modality, columns as a fusion takes them, and the reason."""

    name: str
    modality: str
    columns: Any
    reason: str


def column_roles(X, modalities, left_out=()):
    """The part that each column of a table plays.

    Parameters
    ----------
    X : frame or ndarray
    modalities : "auto" or dict
        The user's word: ``{column: role}``. Columns not named are dropped. ``"auto"``,
        for a column or for all, looks at the cells.
    left_out : tuple of columns
        No features, whatever they hold: groups.

    Returns
    -------
    roles : list of Column
        In the order of the table.
    """
    columns = _column_names(X)
    if not isinstance(modalities, str):
        _check_named(modalities, columns)
    roles = []
    for position, column in enumerate(columns):
        if column in left_out:
            roles.append(Column(column, "drop", "it holds the groups"))
            continue
        role = modalities if isinstance(modalities, str) else modalities.get(column, "drop")
        if role == "auto":
            roles.append(Column(column, *_guess(X, position)))
        else:
            reason = "not asked for" if role == "drop" else "as asked"
            role, _, view = role.partition(":")
            roles.append(Column(column, role, reason, view))
    return _with_segments(roles)


def plan_views(roles):
    """The views that columns of such roles make.

    Parameters
    ----------
    roles : list of Column

    Returns
    -------
    views : list of PlannedView
        One for each column of a medium, one for all tabular columns of the same name.

    Raises
    ------
    ValueError
        If no column can be used.
    """
    segment = [role.column for role in roles if role.role == "segment"]
    if len(segment) not in (0, 2):
        raise ValueError(f"segments need two columns, start and end in seconds, got {segment}.")
    views = []
    for column, role, reason, name in roles:
        if role not in MODALITIES:
            continue
        if MODALITIES[role].together:
            name = name or role
            same = [view for view in views if (view.modality, view.name) == (role, name)]
            if same:
                merged = same[0]._replace(columns=[*same[0].columns, column])
                views[views.index(same[0])] = merged
                continue
            views.append(PlannedView(name, role, [column], reason))
        elif MODALITIES[role].timed and segment:
            views.append(PlannedView(str(column), role, [column, *segment], reason))
        else:
            views.append(PlannedView(str(column), role, column, reason))
    if not views:
        told = "; ".join(f"{r.column!r}: {r.reason}" for r in roles[:10])
        raise ValueError(f"no column of X can be learned from. {told}")
    return _with_legal_names(views)


def as_fusion_columns(columns, names):
    """A view's columns as a fusion takes them: by position where names are no strings.

    Parameters
    ----------
    columns : column or list of columns
    names : list
        All columns of the table; a fusion takes a name that is an int for a position.
    """
    if all(isinstance(name, str) for name in names):
        return columns
    if isinstance(columns, list):
        return [names.index(column) for column in columns]
    return names.index(columns)


def _column_names(X):
    if not is_frame(X):
        return list(range(X.shape[1]))
    columns = column_names(X)
    repeated = sorted({str(column) for column in columns if columns.count(column) > 1})
    if repeated:
        raise ValueError(f"X has several columns named {repeated}. Rename them.")
    return columns


def _guess(X, position):
    if is_frame(X):
        return guess_modality(column_at(X, position))
    if X.dtype.kind in "biuf":
        return "tabular", "the array is numeric"
    return guess_modality(X[:, position])


def _check_named(modalities, columns):
    absent = [column for column in modalities if column not in columns]
    if absent:
        raise ValueError(f"modalities names columns that X lacks: {absent}. X has {columns}.")
    for column, role in modalities.items():
        if role not in ROLES and not _names_a_view(role):
            raise ValueError(
                f"modalities[{column!r}] must be one of {list(ROLES)} or 'tabular:NAME', got "
                f"{role!r}."
            )


def _names_a_view(role):
    modality, _, name = str(role).partition(":")
    return bool(name) and modality in MODALITIES and MODALITIES[modality].together


def _with_segments(roles):
    """``start_s`` and ``end_s`` beside a recording or film cut segments from it."""
    timed = [r.column for r in roles if r.role in MODALITIES and MODALITIES[r.role].timed]
    found = [
        r.column
        for r in roles
        if r.column in _SEGMENT_NAMES and r.role == "tabular" and r.reason != "as asked"
    ]
    if not timed or len(found) != 2:
        return roles
    reason = f"a column of that name beside {timed[0]!r} cuts segments"
    return [
        r._replace(role="segment", reason=reason) if r.column in _SEGMENT_NAMES else r
        for r in roles
    ]


def _with_legal_names(views):
    """View names that scikit-learn's nested parameters can carry, all different."""
    taken = set(_parameters_of_fusions())
    named = []
    for view in views:
        name = view.name.replace("__", "_").strip("_") or "view"
        while name in taken:
            name += "_view"
        taken.add(name)
        named.append(view._replace(name=name))
    return named


@lru_cache
def _parameters_of_fusions():
    """What no view can be called, since some fusion has a parameter of that name."""
    found = {name for public in fusion.__all__ for name in _parameters(getattr(fusion, public))}
    return frozenset(found)


def _parameters(public):
    return getattr(public, "_parameter_constraints", {})
