"""What both co-regularised learners share: a ridge per view, held to agree on all rows."""

from numbers import Integral, Real

import numpy as np
from scipy.linalg import block_diag, cho_factor, cho_solve
from sklearn.utils.validation import check_consistent_length

from mmsk._utils.sklearn_private import Interval
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._feature_fusion import FeatureFusion

#: Agreements tried unless the user says which.
AGREEMENTS = (0.0, 0.1, 1.0, 10.0)
_OF_INTERCEPTS = 1e-8  # their ridge, by the weight of all rows: they go to the mean at least


class CoRegularizedFusion(ViewsEstimator):
    """Base class: blocks of the views, the closed form, the agreement by rows left out.

    A subclass defines ``_loss`` of what is said of rows left out.
    """

    __metadata_request__fit = {"groups": True}

    _parameter_constraints = {
        **ViewsEstimator._parameter_constraints,
        "agreement": [Interval(Real, 0, None, closed="left"), "array-like"],
        "C": [Interval(Real, 0, None, closed="neither")],
        "n_jobs": [Integral, None],
    }

    def _fit(self, X, targets, known, weight, groups):
        """Fit blocks, choose ``agreement_``, fit ``coef_``; what was said of rows left out.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        targets : ndarray of shape (n_samples, n_targets)
            Anything where a row has none.
        known : ndarray of shape (n_samples,), bool
        weight : ndarray of shape (n_samples,)
        groups : array-like of shape (n_samples,) or None

        Returns
        -------
        said : ndarray of shape (n_known, n_targets)
            Of each row with a target, by a fit that left out it or its group.
        """
        groups = None if groups is None else np.asarray(groups)
        check_consistent_length(X, groups)
        agreements = self._agreements()
        features = FeatureFusion(self.views, sparse_threshold=0, n_jobs=self.n_jobs)
        results = self._fit_blocks(features, X, None, weight)
        parts = with_intercepts(*self.features_._filled(results))
        weight = weight * np.any([part[:, -1] for part in parts], axis=0)
        total = max(weight[known].sum(), np.finfo(float).tiny)
        self.offset_ = weight[known] @ targets[known] / total
        aims = targets[known] - self.offset_
        own, apart = _sums(parts, known, weight, self.C)
        some = [part[known] for part in parts]
        right = np.hstack(some).T @ (weight[known, None] * aims)
        members = None if groups is None else groups[known]
        tried = []
        for agreement in agreements:
            inverse = cho_solve(cho_factor(own + agreement * apart), np.eye(len(own)))
            coef = inverse @ right
            said = left_out(some, aims, weight[known], members, coef, inverse) + self.offset_
            loss = self._loss(said, targets[known], weight[known])
            tried.append((loss, agreement, coef, said))
        _, self.agreement_, self.coef_, said = min(tried, key=lambda one: one[0])
        return said

    def _agreements(self):
        found = np.atleast_1d(np.asarray(self.agreement, dtype=float))
        if found.ndim != 1 or not len(found) or not (found >= 0).all():
            raise ValueError(
                "agreement must be a number of at least 0 or a list of those, got "
                f"{self.agreement!r}."
            )
        return found.tolist()

    def _values(self, X):
        """The mean of what the views say, and which rows have none."""
        results, lacking = self._ask_blocks(X)
        parts = with_intercepts(*self.features_._filled(results))
        return mean_of_views(parts, said_by_views(parts, self.coef_)) + self.offset_, lacking

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False  # rows may lack a view, but not part of one
        return tags


def with_intercepts(blocks, present):
    """Each block with a last column that is 1 where a row has the view; else all is 0."""
    return [np.column_stack([block, has]) for block, has in zip(blocks, present, strict=True)]


def said_by_views(parts, coef):
    """What each view says of each row, of shape (n_views, n_samples, n_targets)."""
    stops = np.cumsum([part.shape[1] for part in parts])[:-1]
    return np.array(
        [part @ own for part, own in zip(parts, np.split(coef, stops), strict=True)]
    )


def mean_of_views(parts, said):
    """The mean over the views that a row has; 0 where it has none."""
    n_views = np.sum([part[:, -1] for part in parts], axis=0)
    return said.sum(axis=0) / np.maximum(n_views, 1)[:, None]


def _sums(parts, known, weight, C):
    """The normal equations of a ridge per view, and what their disagreement adds.

    Over the n views that a row has, the squared differences of all pairs sum up to n times
    the sum of squares less the square of the sum.
    """
    penalties = [np.append(np.full(part.shape[1] - 1, 1 / C), 0.0) for part in parts]
    own = block_diag(*[_product(part[known], weight[known]) for part in parts])
    ridge = np.concatenate(penalties)
    own[np.diag_indices_from(own)] += np.where(ridge > 0, ridge, _OF_INTERCEPTS * weight.sum())
    rest = [part[~known] for part in parts]
    share = weight[~known]
    if not share.sum():
        return own, np.zeros_like(own)
    n_views = np.sum([part[:, -1] for part in rest], axis=0)
    apart = block_diag(*[_product(part, share * n_views) for part in rest])
    apart -= _product(np.hstack(rest), share)
    return own, apart * (weight[known].sum() / share.sum())


def _product(part, weight):
    return (part.T * weight) @ part


def left_out(parts, aims, weight, groups, coef, inverse):
    """What fits without a row, or without its group, say of it: no second fit is needed.

    Parameters
    ----------
    parts : list of ndarray of shape (n_samples, n_features)
        Of rows with a target; the last column is 1 where a row has the view.
    aims : ndarray of shape (n_samples, n_targets)
    weight : ndarray of shape (n_samples,)
        Of a row of weight 3 one copy is left out, but groups are left out whole.
    groups : ndarray of shape (n_samples,) or None
    coef : ndarray of shape (n_features of all parts, n_targets)
    inverse : ndarray of shape (n_features of all parts, n_features of all parts)
        Of the normal equations.

    Returns
    -------
    said : ndarray of shape (n_samples, n_targets)

    Notes
    -----
    With residuals R of the views' fits to some rows, H their products under ``inverse`` and
    W the weights, residuals without those rows are ``(I - H W)^-1 R``.
    """
    has = np.array([part[:, -1] for part in parts])
    residuals = has[:, :, None] * aims - said_by_views(parts, coef)
    stops = np.cumsum([part.shape[1] for part in parts])[:-1]
    rows = [np.split(row, stops, axis=1) for row in np.split(inverse, stops)]
    if groups is None:
        ways = [[part @ rows[m][k] for k in range(len(parts))] for m, part in enumerate(parts)]
        ties = [[(way * parts[k]).sum(axis=1) for k, way in enumerate(own)] for own in ways]
        ties = np.moveaxis(np.array(ties), 2, 0) * np.minimum(weight, 1)[:, None, None]
        without = np.linalg.solve(np.eye(len(parts)) - ties, np.moveaxis(residuals, 1, 0))
        residuals = np.moveaxis(without, 0, 1)
    else:
        for name in np.unique(groups):
            of = np.flatnonzero(groups == name)
            some = [part[of] for part in parts]
            ties = np.block(
                [[a @ rows[m][k] @ b.T for k, b in enumerate(some)] for m, a in enumerate(some)]
            )
            left = np.eye(len(ties)) - ties * np.tile(weight[of], len(parts))
            own = np.linalg.solve(left, residuals[:, of].reshape(len(ties), -1))
            residuals[:, of] = own.reshape(len(parts), len(of), -1)
    return mean_of_views(parts, has[:, :, None] * aims - residuals)
