"""Tables of numbers, categories and dates as one dense matrix without gaps."""

from collections import Counter
from numbers import Integral

import narwhals.stable.v2 as nw
import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from mmsk._utils.columns import column_at, column_names, is_frame, is_series
from mmsk._utils.sklearn_private import Interval, check_feature_names_in, validate_params
from mmsk.tabular._columns import (
    OtherKindError,
    check_cells,
    column_of_array,
    column_of_series,
)
from mmsk.tabular._kinds import KINDS, guess_kind


class TabularEncoder(TransformerMixin, BaseEstimator):
    """Numbers, categories and dates of a table as one dense matrix without gaps.

    What a column holds is decided in ``fit``: the first of these kinds that all its present
    cells fit (None, NaN, NA, NaT and blank text are missing).

    - Nothing: all cells are missing. No features, and what comes later is ignored.
    - Numbers, also written as text; bool is 0 or 1, a span or time of day is in seconds.
      One feature ``<column>``. A missing number becomes the median.
    - Dates: dates, datetimes, text in ISO 8601. A time zone is left out: the clock on the
      wall counts. Features ``<column>__days`` since 1970 (with fraction), ``__year``, and
      sine and cosine of ``__month``, ``__weekday`` and, if a date in ``fit`` was not at
      midnight, ``__hour``. A missing date becomes the median date.
    - Categories: all other text, also mixed with numbers, and whatever pandas or polars call
      categorical. One feature ``<column>=<level>`` for each level, 1 in its rows. Rare
      levels share ``<column>__infrequent``, and so do levels not met in ``fit``; without
      rare ones these are zeros everywhere.

    If cells were missing in ``fit``, the column has a feature ``<column>__missing``, 1 where
    they are. Else a missing category is zeros everywhere.

    Parameters
    ----------
    max_categories : int or None, default=30
        Levels of one column that get a feature, the shared one of rare levels included;
        the most frequent ones are kept. None keeps all.

    Attributes
    ----------
    columns_ : list of dict
        Of each column: its ``"name"``, ``"kind"`` ("nothing", "number", "date" or
        "category"), and what was learned of it.
    n_features_in_ : int
        Columns of the table.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if all are strings.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk.tabular import TabularEncoder
    >>> table = pd.DataFrame({"age": [30, None, 50], "colour": ["red", "blue", "red"]})
    >>> encoder = TabularEncoder().fit(table)
    >>> encoder.transform(table)
    array([[30.,  0.,  0.,  1.],
           [40.,  1.,  1.,  0.],
           [50.,  0.,  0.,  1.]], dtype=float32)
    >>> list(encoder.get_feature_names_out())
    ['age', 'age__missing', 'colour=blue', 'colour=red']
    """

    _parameter_constraints = {
        "max_categories": [Interval(Integral, 2, None, closed="left"), None],
    }

    def __init__(self, max_categories=30):
        self.max_categories = max_categories

    def fit(self, X, y=None):
        """Decide what each column holds, and learn medians and levels.

        Parameters
        ----------
        X : table of shape (n_samples, n_columns), or one column
            Frame of pandas or polars, array, list of rows, Series, or list of cells.
        y : ignored

        Returns
        -------
        self : object

        Raises
        ------
        TypeError
            If a cell is no text, number or date.
        ValueError
            If columns share a name, or a number is infinite or beyond float32.
        """
        validate_params(self)
        self.columns_ = [self._learn(column) for column in self._columns(X, reset=True)]
        _check_distinct(
            "features would be", self._names_out([state["name"] for state in self.columns_])
        )
        return self

    def transform(self, X):
        """Features of each row.

        Parameters
        ----------
        X : table of shape (n_samples, n_columns), or one column

        Returns
        -------
        features : ndarray of shape (n_samples, n_features), float32
            Never NaN.

        Raises
        ------
        TypeError
            If a cell is no text, number or date.
        ValueError
            If a column holds another kind than in ``fit``, or a number is infinite or
            beyond float32.
        """
        check_is_fitted(self)
        columns = self._columns(X, reset=False)
        blocks = [
            _encode(column, state) for column, state in zip(columns, self.columns_, strict=True)
        ]
        features = [feature for block in blocks for feature in block]
        matrix = np.empty((len(columns[0].values), len(features)), dtype=np.float32)
        for place, feature in enumerate(features):
            matrix[:, place] = feature
        return matrix

    def get_feature_names_out(self, input_features=None):
        """Names of the features, in the order of the columns.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the columns, where ``fit`` met none; else checked against those.

        Returns
        -------
        names : ndarray of str objects
        """
        check_is_fitted(self)
        names = check_feature_names_in(self, input_features)
        return np.asarray(self._names_out(names), dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # not string=True: scikit-learn would want a table with a dict in it to be taken
        tags.input_tags.categorical = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _learn(self, column):
        kind = guess_kind(column)
        learned = KINDS[kind].learn(column, self.max_categories)
        return {"name": column.name, "kind": kind, **learned}

    def _names_out(self, names):
        named = zip(names, self.columns_, strict=True)
        return [out for name, state in named for out in KINDS[state["kind"]].names(name, state)]

    def _columns(self, X, *, reset):
        if is_series(X):
            X = nw.from_native(X, series_only=True).to_frame().to_native()
        if is_frame(X):
            columns = self._frame_columns(X, reset=reset)
        else:
            X = self._array(X, reset=reset)
            names = self._names_in(X.shape[1])
            columns = [column_of_array(name, X[:, k]) for k, name in enumerate(names)]
        for column in columns:
            check_cells(column)
        return columns

    def _frame_columns(self, X, *, reset):
        if 0 in X.shape:
            raise ValueError(f"X needs at least one row and one column, got shape {X.shape}")
        _check_distinct("columns of X are", column_names(X))
        validate_data(self, X, reset=reset, skip_check_array=True)
        names = self._names_in(X.shape[1])
        return [column_of_series(name, column_at(X, k)) for k, name in enumerate(names)]

    def _array(self, X, *, reset):
        if isinstance(X, (str, bytes, dict)) and not issparse(X):  # one of those is a dict
            raise TypeError(
                f"X must be a table or a column, got a {type(X).__name__}. "
                "Make a table of it, for example pandas.DataFrame(X)."
            )
        if isinstance(X, (list, tuple)):
            X = np.array(X, dtype=object)
            if X.ndim == 1:
                X = X[:, None]
        if not isinstance(X, np.ndarray) or X.dtype.kind in "biufc":
            return validate_data(
                self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan"
            )
        X = X[:, None] if X.ndim == 1 else X
        return validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False)

    def _names_in(self, n_columns):
        generated = [f"x{position}" for position in range(n_columns)]
        return [str(name) for name in getattr(self, "feature_names_in_", generated)]


def _encode(column, state):
    kind = KINDS[state["kind"]]
    try:
        return kind.encode(column, state)
    except OtherKindError as other:
        raise ValueError(
            f"column {column.name!r} held {kind.plural} in fit, but row {other.row} now holds "
            f"{other.cell!r}. Convert it to what it was, or make the column categorical "
            "(in pandas: astype('category')) before fit."
        ) from None


def _check_distinct(what, names):
    repeated = sorted(str(name) for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise ValueError(
            f"several {what} named {', '.join(map(repr, repeated))}. Rename the columns."
        )
