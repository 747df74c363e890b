"""Weights of views: as the user gave them, or learned from what views say of held-out rows."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from mmsk.fusion._pooling import evidence

_TINY = 1e-12


def checked_weights(weights, n_views):
    """One non-negative number for each view; 1 for each where none are given or learned.

    Parameters
    ----------
    weights : array-like of shape (n_views,), "learned" or None
    n_views : int
        Views that are not dropped.

    Returns
    -------
    weights : ndarray of shape (n_views,)

    Raises
    ------
    ValueError
        If there are not as many as views, one is negative, or all are 0.
    """
    if weights is None or is_learned(weights):
        return np.ones(n_views)
    checked = np.asarray(weights, dtype=float)
    if checked.shape != (n_views,) or not (checked >= 0).all() or not checked.any():
        raise ValueError(
            f"weights must be {n_views} non-negative numbers, one for each view and not all 0, "
            f"or 'learned', got {weights!r}."
        )
    return checked


def is_learned(weights):
    """Whether a parameter ``weights`` asks for learned ones."""
    return isinstance(weights, str) and weights == "learned"


def weights_of_mean(said, gates, truth, weight):
    """Weights of a mean of probabilities, of least log-loss; they sum to 1.

    Parameters
    ----------
    said : ndarray of shape (n_views, n_samples, n_classes)
        Of held-out rows; NaN where a row lacks a view.
    gates : ndarray of shape (n_views, n_samples)
        How far each view counts in each row, from 0 to 1.
    truth : ndarray of shape (n_samples,), int
    weight : ndarray of shape (n_samples,)

    Returns
    -------
    weights : ndarray of shape (n_views,)
    """
    told = said[:, np.arange(len(truth)), truth]
    told, weight = _filled(told, gates, weight)

    def loss(weights):
        pooled = np.maximum(weights @ told, _TINY)
        return -(weight @ np.log(pooled)), -(told @ (weight / pooled))

    return _on_simplex(loss, len(said))


def weights_of_regression(said, gates, truth, weight):
    """Weights of a mean of predictions, of least squared error; they sum to 1.

    Parameters
    ----------
    said : ndarray of shape (n_views, n_samples, 1)
    gates : ndarray of shape (n_views, n_samples)
    truth : ndarray of shape (n_samples,)
    weight : ndarray of shape (n_samples,)

    Returns
    -------
    weights : ndarray of shape (n_views,)
    """
    scale = truth.std() or 1.0  # the solver's tolerance is of numbers around 1
    told, weight = _filled((said[:, :, 0] - truth) / scale, gates, weight)

    def loss(weights):
        errors = weights @ told
        return weight @ errors**2, 2 * told @ (weight * errors)

    return _on_simplex(loss, len(said))


def exponents(said, gates, truth, weight, prior, view_priors):
    """Exponents of a log-opinion pool, of least log-loss; not negative, and not rescaled.

    Parameters
    ----------
    said, gates, truth, weight
        As in `weights_of_mean`.
    prior : ndarray of shape (n_classes,)
    view_priors : ndarray of shape (n_views, n_classes)

    Returns
    -------
    exponents : ndarray of shape (n_views,)

    Notes
    -----
    Half the squared distance from 1, the exponents of views that are independent given
    the class, is added to the loss: as much as about one row, so that rows which can be
    told without error do not drive exponents beyond all bounds.
    """
    told = evidence(said, view_priors) * gates[:, :, None]
    start = np.log(np.maximum(prior, _TINY))
    rows = np.arange(len(truth))

    def loss(weights):
        logits = start + np.einsum("v,vnc->nc", weights, told)
        found = -(weight @ log_softmax(logits, axis=1)[rows, truth])
        excess = softmax(logits, axis=1)
        excess[rows, truth] -= 1
        slope = np.einsum("vnc,nc->v", told, excess * weight[:, None])
        return found + ((weights - 1) ** 2).sum() / 2, slope + weights - 1

    bounds = [(0, None)] * len(said)
    return minimize(loss, np.ones(len(said)), jac=True, method="L-BFGS-B", bounds=bounds).x


def _filled(told, gates, weight):
    """What each view says in rows where any does, weights of those rows summing to 1.

    Where a view counts only in part, or not at all, the others speak for it in that part:
    so the loss stays convex in the weights, and complete rows are left as they are.
    """
    present = ~np.isnan(told)
    told, gates = np.nan_to_num(told), np.where(present, gates, 0.0)
    total = gates.sum(axis=0)
    known = (total > 0) & (weight > 0)
    told, gates, weight = told[:, known], gates[:, known], weight[known]
    mean = (gates * told).sum(axis=0) / total[known]
    return gates * told + (1 - gates) * mean, weight / max(weight.sum(), _TINY)


def _on_simplex(loss, n_views):
    """The weights of least loss among those that are not negative and sum to 1."""
    start = np.full(n_views, 1 / n_views)
    total = {"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like}
    found = minimize(
        loss,
        start,
        jac=True,
        method="SLSQP",
        bounds=[(0, 1)] * n_views,
        constraints=total,
        options={"ftol": 1e-12, "maxiter": 1000},
    ).x
    return np.clip(found, 0, None) / np.clip(found, 0, None).sum()
