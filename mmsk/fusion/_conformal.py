"""What conformal predictors share: models that have not seen the rows they are judged on."""

from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit
from sklearn.utils import get_tags
from sklearn.utils.validation import check_consistent_length

from mmsk._utils.absent import with_absent_columns
from mmsk._utils.columns import take_rows
from mmsk._utils.metadata import fit_params_of, own_config
from mmsk._utils.sklearn_private import HasMethods, Interval, StrOptions, validate_params
from mmsk._utils.tables import check_table
from mmsk.fusion._out_of_fold import inner_splits


class Conformal(BaseEstimator):
    """Base class: fits an estimator on parts of a table, and keeps what it has not seen."""

    __metadata_request__fit = {"groups": True}

    _parameter_constraints: dict = {
        "estimator": [HasMethods(["fit", "predict"])],
        "method": [StrOptions({"cross", "split"})],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "cv": ["cv_object"],
        "calibration_share": [Interval(Real, 0, 1, closed="neither")],
        "random_state": ["random_state"],
    }

    def _check_table(self, X, *, reset):
        if reset:
            validate_params(self)
        elif hasattr(self.estimator_, "_used_columns"):
            X = with_absent_columns(self, X)
        return check_table(self, X, reset=reset, accept_sparse=True)

    def _used_columns(self):
        return self.estimator_._used_columns()

    def _fit_parts(self, X, y, sample_weight, groups, *, classifier):
        """Fit ``estimators_`` and ``estimator_``; the rows each of the former has not seen.

        Returns
        -------
        held_out : list of ndarray of shape (n_samples,), bool
        """
        groups = None if groups is None else np.asarray(groups)
        check_consistent_length(X, groups)
        if self.method == "cross":
            splits = inner_splits(self.cv, y, groups, classifier=classifier)
        else:
            splits = [self._split(y, groups, classifier)]
        metadata = {"sample_weight": sample_weight, "groups": groups}
        self.estimators_ = [self._fitted(X, y, train, metadata) for train, _ in splits]
        every = np.ones(len(y), dtype=bool)
        whole = self.method == "cross"
        self.estimator_ = self._fitted(X, y, every, metadata) if whole else self.estimators_[0]
        return [test for _, test in splits]

    def _split(self, y, groups, classifier):
        kind = StratifiedShuffleSplit if classifier else ShuffleSplit
        if groups is not None:
            kind = GroupShuffleSplit
        splitter = kind(1, test_size=self.calibration_share, random_state=self.random_state)
        (found,) = splitter.split(np.zeros(len(y)), y, groups)
        return tuple(np.isin(np.arange(len(y)), rows) for rows in found)

    def _fitted(self, X, y, rows, metadata):
        model = clone(self.estimator)
        params = fit_params_of(model, rows, **metadata)
        with own_config():
            return model.fit(take_rows(X, rows), y[rows], **params)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator).input_tags
        tags.input_tags.allow_nan = inner.allow_nan
        tags.input_tags.sparse = inner.sparse
        tags.input_tags.string = inner.string
        return tags
