"""Features less what a speaker or a recording gives to all of its rows."""

from numbers import Real
from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from mmsk._utils.columns import as_cells, is_frame, is_missing, is_series, position_of
from mmsk._utils.sklearn_private import (
    Interval,
    StrOptions,
    check_feature_names_in,
    safe_indexing,
    validate_params,
)


class GroupScaler(TransformerMixin, BaseEstimator):
    """Features standardised within each group: a speaker, a recording, a camera.

    What all rows of a group share, such as the timbre of a voice, goes; what tells its rows
    apart stays. For models that are to work on groups they were not fitted on.

    Parameters
    ----------
    groups : str, int or None, default=None
        Column of X that holds the groups, which is then no feature: a name for a frame, a
        position for a matrix. None takes what ``fit`` and ``transform`` are given as
        ``groups``; where they are given none either, all rows are one group.
    unseen : {"own", "pooled"}, default="own"
        What a group in ``transform`` is scaled by that ``fit`` did not meet:

        - "own": statistics of its rows in this very call. Labels are not looked at, but a
          row then depends on the others that are given with it;
        - "pooled": statistics of all rows of ``fit``.
    prior_rows : float, default=1
        How many rows the pooled statistics count for, beside those of a group beyond its
        first: with 1, a group of one row has the pooled statistics, one of two the mean of
        pooled and own, one of a hundred 99 % its own. 0 scales any group of two rows or
        more by its own alone.

    Attributes
    ----------
    groups_ : ndarray of shape (n_groups,)
        That ``fit`` met, in rising order; empty where it was given none.
    means_, scales_ : ndarray of shape (n_groups, n_features), float64
        By which each group is scaled; of one row where there are no groups.
    pooled_mean_ : ndarray of shape (n_features,), float64
        Of all rows.
    pooled_variance_ : ndarray of shape (n_features,), float64
        Mean squared difference of rows from the mean of their group, over groups of two
        rows or more; from the mean of all where that is 0.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Raises
    ------
    ValueError
        In ``fit`` and ``transform``: if ``groups`` is no column of X, or is given in both
        ways. In ``transform``: if ``fit`` was given groups and ``transform`` is not.

    Notes
    -----
    A feature becomes ``(x - mean) / scale``. With ``w = (n - 1) / (n - 1 + prior_rows)`` of a
    group of ``n`` rows, its mean is ``w`` times its own and ``1 - w`` times the pooled one,
    and so is its variance, of which the scale is the root; a feature that does not vary is
    divided by 1. Rows whose group is missing have the pooled statistics. NaN stays NaN and
    does not count.

    With metadata routing on, ``groups`` are requested by ``fit`` and ``transform`` by
    default. With routing off a pipeline or a search hands ``groups`` to neither: name the
    column.

    References
    ----------
    B. Schuller, B. Vlasenko, F. Eyben, M. Wollmer, A. Stuhlsatz, A. Wendemuth, G. Rigoll
    (2010), "Cross-corpus acoustic emotion recognition: variances and strategies", IEEE
    Transactions on Affective Computing 1(2), 119-131: normalising by speaker.

    Examples
    --------
    Two voices, one an octave above the other, that both go up:

    >>> import numpy as np
    >>> from mmsk.fusion import GroupScaler
    >>> pitch_hz = np.array([[100.0], [110.0], [120.0], [200.0], [220.0], [240.0]])
    >>> speakers = ["ann", "ann", "ann", "bo", "bo", "bo"]
    >>> GroupScaler(prior_rows=0).fit_transform(pitch_hz, groups=speakers).ravel().round(2)
    array([-1.22,  0.  ,  1.22, -1.22,  0.  ,  1.22])

    A column of a table, so that the groups come along wherever the table goes:

    >>> import pandas as pd
    >>> table = pd.DataFrame({"pitch_hz": pitch_hz.ravel(), "speaker": speakers})
    >>> scaler = GroupScaler("speaker", prior_rows=0).fit(table)
    >>> scaler.get_feature_names_out()
    array(['pitch_hz'], dtype=object)
    >>> scaler.transform(pd.DataFrame({"pitch_hz": [120.0], "speaker": ["ann"]})).round(2)
    array([[1.22]])
    """

    __metadata_request__fit = {"groups": True}
    __metadata_request__transform = {"groups": True}

    _parameter_constraints = {
        "groups": [str, int, None],
        "unseen": [StrOptions({"own", "pooled"})],
        "prior_rows": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(self, groups=None, *, unseen="own", prior_rows=1):
        self.groups = groups
        self.unseen = unseen
        self.prior_rows = prior_rows

    def fit(self, X, y=None, *, groups=None):
        """Learn the statistics of each group, and of all.

        Parameters
        ----------
        X : frame or ndarray of shape (n_samples, n_features)
            Numbers, but for the column of groups.
        y : ignored
        groups : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        self : object
        """
        validate_params(self)
        values, groups = self._split(X, groups, reset=True)
        members = {} if groups is None else _members(groups)
        found = [_moments(values[rows]) for rows in members.values()]
        self.pooled_mean_, self.pooled_variance_ = _pooled(values, found)
        self.groups_ = np.array(list(members))
        if groups is None:
            found = [_moments(values)._replace(counts=np.inf)]  # nothing to be shrunk to
        scales = [self._shrunk(moments) for moments in found]
        self.means_, self.scales_ = map(np.stack, zip(*scales, strict=True))
        return self

    def fit_transform(self, X, y=None, *, groups=None):
        """Fit, and scale the same rows.

        Parameters
        ----------
        X : frame or ndarray of shape (n_samples, n_features)
        y : ignored
        groups : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        scaled : ndarray of shape (n_samples, n_features), float64
        """
        return self.fit(X, y, groups=groups).transform(X, groups=groups)

    def transform(self, X, *, groups=None):
        """Rows scaled by the statistics of their group.

        Parameters
        ----------
        X : frame or ndarray of shape (n_samples, n_features)
        groups : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        scaled : ndarray of shape (n_samples, n_features), float64
        """
        check_is_fitted(self)
        values, groups = self._split(X, groups, reset=False)
        if not len(self.groups_):  # fitted without groups: those given now are none it knows
            return (values - self.means_[0]) / self.scales_[0]
        if groups is None:
            raise ValueError(
                "GroupScaler was fitted with groups, but transform is given none. Give "
                "groups=, or name the column that holds them by the parameter groups: a "
                "Pipeline hands on no groups unless metadata routing is enabled."
            )
        known = {group: k for k, group in enumerate(self.groups_.tolist())}
        scaled = (values - self.pooled_mean_) / _root(self.pooled_variance_)
        for group, rows in _members(groups).items():
            if group in known:
                mean, scale = self.means_[known[group]], self.scales_[known[group]]
            elif self.unseen == "own":
                mean, scale = self._shrunk(_moments(values[rows]))
            else:
                continue
            scaled[rows] = (values[rows] - mean) / scale
        return scaled

    def get_feature_names_out(self, input_features=None):
        """Names of the features, without that of the groups.

        Parameters
        ----------
        input_features : array-like of str or None, default=None

        Returns
        -------
        names : ndarray of str objects
        """
        check_is_fitted(self)
        names = check_feature_names_in(self, input_features)
        return names if self.groups is None else np.delete(names, self._position(names))

    def _position(self, names):
        names = list(names)
        return names.index(self.groups) if isinstance(self.groups, str) else self.groups

    def _split(self, X, groups, *, reset):
        """Values of shape (n_samples, n_features), float64, and the groups, a list or None."""
        kind = {"dtype": np.float64, "ensure_all_finite": "allow-nan"}
        if self.groups is None:
            values = validate_data(self, X, reset=reset, **kind)
        else:
            if groups is not None:
                raise ValueError(
                    f"groups are given, and groups={self.groups!r} names a column too: "
                    "which is meant?"
                )
            X = X if is_frame(X) else check_array(X, dtype=None, ensure_all_finite=False)
            validate_data(self, X, reset=reset, skip_check_array=True)
            place = position_of(X, self.groups, wanted_by="groups")
            others = [k for k in range(X.shape[1]) if k != place]
            groups = safe_indexing(X, place, axis=1)
            values = check_array(safe_indexing(X, others, axis=1), **kind)
        if groups is None:
            return values, None
        check_consistent_length(values, groups)
        return values, [_plain(cell) for cell in _cells(groups)]

    def _shrunk(self, moments):
        """Mean and scale of a group, drawn to the pooled ones where it has few rows."""
        beyond = np.maximum(moments.counts - 1, 0.0)
        with np.errstate(invalid="ignore"):  # one row and no prior; inf / inf
            own = np.where(np.isinf(beyond), 1.0, beyond / (beyond + self.prior_rows))
        own = np.nan_to_num(own)
        mean = own * moments.mean + (1 - own) * self.pooled_mean_
        variance = own * moments.variance + (1 - own) * self.pooled_variance_
        return mean, _root(variance)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags


class _Moments(NamedTuple):
    """Of each feature: values that are there, their mean and variance (0 without any)."""

    counts: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


def _moments(values):
    there = ~np.isnan(values)
    counts = there.sum(axis=0)
    at_least_one = np.maximum(counts, 1)
    mean = np.where(there, values, 0).sum(axis=0) / at_least_one
    apart = np.where(there, values - mean, 0)
    return _Moments(counts, mean, (apart**2).sum(axis=0) / at_least_one)


def _pooled(values, groups):
    """Mean of all rows, and variance within the groups that have one."""
    all_rows = _moments(values)
    counts, squares = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for group in groups:
        several = group.counts > 1
        counts += np.where(several, group.counts, 0)
        squares += np.where(several, group.counts * group.variance, 0)
    within = squares / np.maximum(counts, 1)
    return all_rows.mean, np.where(within > 0, within, all_rows.variance)


def _root(variance):
    """Standard deviations, 1 where nothing but rounding varies."""
    deviation = np.sqrt(variance)
    return np.where(deviation > 0, deviation, 1.0)


def _members(groups):
    """Rows of each group in rising order of groups; rows without a group are left out."""
    rows = {}
    for row, group in enumerate(groups):
        if not is_missing(group):
            rows.setdefault(group, []).append(row)
    return {group: rows[group] for group in sorted(rows)}


def _cells(groups):
    if is_frame(groups) or is_series(groups):
        return as_cells(groups)
    return list(np.asarray(groups, dtype=object).ravel())


def _plain(cell):
    return cell.item() if isinstance(cell, np.generic) else cell
