"""Cooperative learning with any regressor: views fitted in turn to what the others leave."""

import numpy as np
from sklearn.base import clone
from sklearn.multioutput import MultiOutputRegressor
from sklearn.utils.validation import has_fit_parameter

_N_ROUNDS = 30
_STILL = 1e-6  # of the deviation of the targets: views that change less have settled


def fit_in_turn(estimator, blocks, present, targets, weight, rho):
    r"""A regressor per view, each fitted in turn to what the others leave of the targets.

    Parameters
    ----------
    estimator : regressor
    blocks : list of ndarray of shape (n_samples, n_features)
    present : ndarray of shape (n_views, n_samples), bool
    targets : ndarray of shape (n_samples, n_targets)
    weight : ndarray of shape (n_samples,)
    rho : float

    Returns
    -------
    fitted : list of regressor
    offset : ndarray of shape (n_targets,)

    Notes
    -----
    Given the other n - 1 views of a row, :math:`(y - \sum f)^2 + \rho \sum_{m<l} (f_m -
    f_l)^2` is least where :math:`f_m = (y - (1 - \rho) \sum_{l \neq m} f_l) / (1 + (n - 1)
    \rho)`, which is what view m is fitted to.
    """
    offset = weight @ targets / weight.sum()
    aims = targets - offset
    scale = scale_of(present, rho)[:, None]
    sure = 1 + (np.maximum(present.sum(axis=0), 1) - 1)[:, None] * rho
    counts = weight * (scale**2 * sure)[:, 0]
    said = np.zeros((len(blocks), *targets.shape))
    fitted = [None] * len(blocks)
    for _ in range(_N_ROUNDS):
        before = said.copy()
        for m, block in enumerate(blocks):
            rows = present[m] & (weight > 0)
            others = said.sum(axis=0) - said[m]
            own = (aims - (1 - rho) * others) / (sure * scale)
            fitted[m] = _fit(estimator, block[rows], own[rows], counts[rows])
            said[m] = scale * _predictions(fitted[m], block, present[m], targets.shape)
        if np.abs(said - before).max() <= _STILL * aims.std():
            break
    return fitted, offset


def said_in_turn(fitted, offset, blocks, present, rho):
    """What the views say in sum, rows that lack some scaled up as far as views agree."""
    shape = (present.shape[1], len(offset))
    parts = zip(fitted, blocks, present, strict=True)
    said = sum(_predictions(model, block, has, shape) for model, block, has in parts)
    return scale_of(present, rho)[:, None] * said + offset


def scale_of(present, rho):
    """By how much rows are scaled up that lack views, as far as the others say the same."""
    n_views = np.maximum(present.sum(axis=0), 1)
    return (len(present) / n_views) ** min(rho, 1.0)


def _fit(estimator, block, own, counts):
    estimator = clone(estimator)
    params = {}
    if (counts != counts[0]).any():
        if not has_fit_parameter(estimator, "sample_weight"):
            raise ValueError(f"{type(estimator).__name__} takes no sample_weight.")
        params["sample_weight"] = counts / counts.mean()
    if own.shape[1] > 1:
        return MultiOutputRegressor(estimator).fit(block, own, **params)
    return estimator.fit(block, own[:, 0], **params)


def _predictions(model, block, has, shape):
    """0 where a row lacks the view."""
    said = np.zeros(shape)
    if has.any():
        said[has] = np.reshape(model.predict(block[has]), (-1, shape[1]))
    return said
