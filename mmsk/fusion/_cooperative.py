"""What both cooperative learners share: linear views fitted at once, held to agree."""

from numbers import Integral, Real

import numpy as np
from scipy.linalg import block_diag, cholesky, solve, solve_triangular
from sklearn.base import is_classifier
from sklearn.linear_model import ElasticNet
from sklearn.utils.validation import check_consistent_length

from mmsk._utils.sklearn_private import HasMethods, Interval
from mmsk.fusion._backfitting import fit_in_turn, said_in_turn, scale_of
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._feature_fusion import FeatureFusion
from mmsk.fusion._out_of_fold import inner_splits

#: Agreements tried unless the user says which, from early to late fusion.
RHOS = (0.0, 0.1, 0.25, 0.5, 1.0)


class CooperativeFusion(ViewsEstimator):
    """Base class: blocks of the views, the agreement by inner folds, the linear fit."""

    __metadata_request__fit = {"groups": True}

    _parameter_constraints = {
        **ViewsEstimator._parameter_constraints,
        "rho": [Interval(Real, 0, None, closed="left"), "array-like"],
        "C": [Interval(Real, 0, None, closed="neither")],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "estimator": [HasMethods(["fit", "predict"]), None],
        "cv": ["cv_object"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        views,
        *,
        rho=RHOS,
        C=10.0,
        l1_ratio=0.0,
        estimator=None,
        cv=5,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.rho = rho
        self.C = C
        self.l1_ratio = l1_ratio
        self.estimator = estimator
        self.cv = cv
        self.n_jobs = n_jobs
        self.memory = memory

    def _fit(self, X, y, targets, sample_weight, groups):
        """Fit blocks, choose ``rho_``, fit ``coef_``; what was said of held-out rows.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ndarray of shape (n_samples,)
        targets : ndarray of shape (n_samples, n_targets)
        sample_weight : ndarray of shape (n_samples,) or None
        groups : array-like of shape (n_samples,) or None

        Returns
        -------
        said : ndarray of shape (n_samples, n_targets) or None
            None where nothing was held out.
        """
        groups = None if groups is None else np.asarray(groups)
        check_consistent_length(X, groups)
        rhos = self._rhos()
        features = FeatureFusion(self.views, sparse_threshold=0, n_jobs=self.n_jobs)
        results = self._fit_blocks(features, X, y, sample_weight)
        blocks, present = self.features_._filled(results)
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        weight = weight * present.any(axis=0)
        self.rho_, said = rhos[0], None
        if len(rhos) > 1 or self._tunes_said():
            splits = inner_splits(self.cv, y, groups, classifier=is_classifier(self))
            tried = [
                self._held_out(splits, blocks, present, targets, weight, rho) for rho in rhos
            ]
            losses = [weight @ self._losses(found, targets) for found in tried]
            best = int(np.argmin(losses))
            self.rho_, said = rhos[best], tried[best]
        found = self._fit_all(blocks, present, targets, weight, self.rho_)
        self.means_ = self.coef_ = self.estimators_ = None
        if self.estimator is None:
            self.means_, self.coef_, self.intercept_ = found
        else:
            self.estimators_, self.intercept_ = found
        return said

    def _fit_all(self, blocks, present, targets, weight, rho):
        """What all views learned at once: as `fit_linear` or `fit_in_turn` give it."""
        rows = (blocks, present, targets, weight, rho)
        if self.estimator is None:
            return self._fit_linear(*rows, self.C, self.l1_ratio)
        return fit_in_turn(self.estimator, *rows)

    def _held_out(self, splits, blocks, present, targets, weight, rho):
        """What is said of each row by a fit on the other folds."""
        said = np.empty(targets.shape)
        for train, test in splits:
            part = [block[train] for block in blocks]
            held_out = [block[test] for block in blocks]
            found = self._fit_all(part, present[:, train], targets[train], weight[train], rho)
            say = said_linear if self.estimator is None else said_in_turn
            said[test] = say(*found, held_out, present[:, test], rho)
        return said

    def _fit_linear(self, *rows_and_strengths):
        return fit_linear(*rows_and_strengths)

    def _losses(self, said, targets):
        """Of each row held out: what the agreement is chosen by."""
        return ((said - targets) ** 2).sum(axis=1)

    def _tunes_said(self):
        """Whether held-out rows are needed even of a single agreement."""
        return False

    def _rhos(self):
        rhos = np.atleast_1d(np.asarray(self.rho, dtype=float))
        if rhos.ndim != 1 or not len(rhos) or not (rhos >= 0).all():
            raise ValueError(
                f"rho must be a number of at least 0 or a list of those, got {self.rho!r}."
            )
        return rhos.tolist()

    def _values(self, X):
        """What the views say in sum, and which rows have none."""
        results, lacking = self._ask_blocks(X)
        blocks, present = self.features_._filled(results)
        if self.estimators_ is None:
            found = (self.means_, self.coef_, self.intercept_)
            return said_linear(*found, blocks, present, self.rho_), lacking
        found = (self.estimators_, self.intercept_)
        return said_in_turn(*found, blocks, present, self.rho_), lacking

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False  # rows may lack a view, but not part of one
        return tags


def fit_linear(blocks, present, targets, weight, rho, C, l1_ratio):
    r"""Coefficients of all views at once.

    Parameters
    ----------
    blocks : list of ndarray of shape (n_samples, n_features)
    present : ndarray of shape (n_views, n_samples), bool
    targets : ndarray of shape (n_samples, n_targets)
    weight : ndarray of shape (n_samples,)
    rho, C, l1_ratio : float

    Returns
    -------
    means : list of ndarray of shape (n_features,)
        Of each block over the rows that have it.
    coef : ndarray of shape (n_features of all blocks, n_targets)
    intercept : ndarray of shape (n_targets,)

    Notes
    -----
    Over the n views that a row has, :math:`\sum_{m<l} (f_m - f_l)^2 = n \sum_m f_m^2 -
    (\sum_m f_m)^2`, so the rows that Ding et al. add need not be written out.
    """
    means = means_of(blocks, present, weight)
    joined = side_by_side(blocks, present, means, rho)
    n_views = present.sum(axis=0)
    stops = np.cumsum([block.shape[1] for block in blocks])[:-1]
    parts = np.split(joined, stops, axis=1)
    within = block_diag(*[(part.T * (weight * n_views)) @ part for part in parts])
    mean = weight @ joined / weight.sum()
    target_mean = weight @ targets / weight.sum()
    centred = (joined - mean).T * weight
    left = (1 - rho) * (centred @ (joined - mean)) + rho * within
    coef = _elastic(left, centred @ (targets - target_mean), C, l1_ratio)
    return means, coef, target_mean - mean @ coef


def means_of(blocks, present, weight):
    """Mean of each block over the rows that have it."""
    shares = [weight * has for has in present]
    return [
        share @ block / max(share.sum(), np.finfo(float).tiny)
        for block, share in zip(blocks, shares, strict=True)
    ]


def _elastic(left, right, C, l1_ratio):
    """Coefficients from normal equations without their penalty.

    With a 1-norm in it the rows are replaced by a root of the equations, which has the same
    squares and is as small as the coefficients are many.
    """
    places = np.diag_indices_from(left)
    if not l1_ratio:
        left[places] += 1 / C
        return solve(left, right, assume_a="pos")
    left[places] += 1e-10 * max(left[places].mean(), 1e-10)
    root = cholesky(left, lower=True)
    aims = solve_triangular(root, right, lower=True)
    net = ElasticNet(
        alpha=1 / (C * len(left)), l1_ratio=l1_ratio, fit_intercept=False, tol=1e-8,
        max_iter=10_000,
    )  # fmt: skip
    return np.reshape(net.fit(root.T, aims).coef_, right.T.shape).T


def side_by_side(blocks, present, means, rho):
    """Centred blocks in one matrix, rows that lack views scaled up as far as views agree.

    With ``rho=1`` each view says a share of the whole, so those that a row has stand in for
    those that it lacks; with ``rho=0`` each says its own part.
    """
    scale = scale_of(present, rho)
    parts = zip(blocks, present, means, strict=True)
    return np.hstack([(block - mean) * (has * scale)[:, None] for block, has, mean in parts])


def said_linear(means, coef, intercept, blocks, present, rho):
    """What the views say in sum."""
    return side_by_side(blocks, present, means, rho) @ coef + intercept
