"""Predictions of several views pooled into one, row by row, whatever views a row has."""

import numpy as np
from scipy.special import logsumexp

_TINY = 1e-12  # a probability of 0 would let one view veto a class for good


def linear_pool(
    probabilities: np.ndarray, weights: np.ndarray, prior: np.ndarray
) -> np.ndarray:
    """Weighted mean of the views' probabilities.

    Parameters
    ----------
    probabilities : ndarray of shape (n_views, n_samples, n_classes)
        NaN where a row lacks a view.
    weights : ndarray of shape (n_views,)
        Non-negative; rescaled to sum to 1 over the views a row has.
    prior : ndarray of shape (n_classes,)
        For rows without any view.

    Returns
    -------
    pooled : ndarray of shape (n_samples, n_classes)
    """
    present = _present(probabilities)
    share = weights[:, None] * present
    total = share.sum(axis=0)
    summed = np.einsum("vn,vnc->nc", share, np.nan_to_num(probabilities))
    pooled = np.tile(prior, (probabilities.shape[1], 1))
    return np.divide(summed, total[:, None], out=pooled, where=total[:, None] > 0)


def log_pool(
    probabilities: np.ndarray, weights: np.ndarray, prior: np.ndarray, view_priors: np.ndarray
) -> np.ndarray:
    r"""Log-opinion pool: what each view says beyond its prior, added up.

    Parameters
    ----------
    probabilities : ndarray of shape (n_views, n_samples, n_classes)
        NaN where a row lacks a view.
    weights : ndarray of shape (n_views,)
        Exponents, not rescaled. All ones is the Bayes posterior of views that are
        independent given the class.
    prior : ndarray of shape (n_classes,)
        Class shares in training.
    view_priors : ndarray of shape (n_views, n_classes)
        Class shares among the training rows that have each view.

    Returns
    -------
    pooled : ndarray of shape (n_samples, n_classes)

    Notes
    -----
    :math:`\log p(c) = \log \pi(c) + \sum_m w_m \log (p_m(c) / \pi_m(c)) + const`.
    Without any view this is the prior. Probabilities are held above 1e-12.
    """
    present = _present(probabilities)
    filled = np.where(present[:, :, None], probabilities, view_priors[:, None, :])
    evidence = _safe_log(filled) - _safe_log(view_priors)[:, None, :]
    logits = _safe_log(prior) + np.einsum("v,vnc->nc", weights, evidence)
    return np.exp(logits - logsumexp(logits, axis=1, keepdims=True))


def vote_shares(
    probabilities: np.ndarray, weights: np.ndarray, prior: np.ndarray
) -> np.ndarray:
    """Weighted share of the views that rank each class first; ties go to the lower class.

    Parameters and returns as in `linear_pool`.
    """
    present = _present(probabilities)
    first = np.nan_to_num(probabilities).argmax(axis=2)
    votes = np.eye(probabilities.shape[2])[first]
    votes[~present] = np.nan
    return linear_pool(votes, weights, prior)


def median_pool(predictions: np.ndarray, weights: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Weighted median of the views' numbers; the mean of the two middle ones where it is even.

    Parameters
    ----------
    predictions : ndarray of shape (n_views, n_samples)
        NaN where a row lacks a view.
    weights : ndarray of shape (n_views,)
        Non-negative.
    prior : float
        For rows without any view.

    Returns
    -------
    pooled : ndarray of shape (n_samples,)
    """
    weight = np.where(np.isnan(predictions), 0.0, weights[:, None])
    order = predictions.argsort(axis=0)
    ranked = np.take_along_axis(predictions, order, axis=0)
    reached = np.take_along_axis(weight, order, axis=0).cumsum(axis=0)
    # rounding must not decide whether two views share the middle
    half = reached[-1] / 2
    slack = 1e-12 * half
    lower, upper = (
        (reached >= half - slack).argmax(axis=0),
        (reached > half + slack).argmax(axis=0),
    )
    column = np.arange(predictions.shape[1])
    middle = (ranked[lower, column] + ranked[upper, column]) / 2
    return np.where(half > 0, middle, prior)


def _safe_log(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, _TINY))


def _present(probabilities: np.ndarray) -> np.ndarray:
    return ~np.isnan(probabilities[:, :, 0])


def with_unseen_classes(
    probabilities: np.ndarray, seen: np.ndarray, prior: np.ndarray
) -> np.ndarray:
    """Probabilities over all classes, of a view whose rows held only some of them.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_seen)
    seen : ndarray of shape (n_seen,), int
        Positions of the view's classes among all.
    prior : ndarray of shape (n_classes,)

    Returns
    -------
    probabilities : ndarray of shape (n_samples, n_classes)
        A class the view never saw keeps its prior, since the view knows nothing of it.
    """
    if len(seen) == len(prior):
        return probabilities
    full = np.tile(prior, (len(probabilities), 1))
    full[:, seen] = probabilities * prior[seen].sum()
    return full
