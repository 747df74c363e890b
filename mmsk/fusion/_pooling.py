"""Predictions of several views pooled into one, row by row, whatever views a row has."""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import rankdata

_TINY = 1e-12  # a probability of 0 would let one view veto a class for good

# All pools of probabilities take the same four things, so that `POOLS` can call any.


def linear_pool(
    probabilities: np.ndarray,
    weights: np.ndarray,
    prior: np.ndarray,
    view_priors: np.ndarray | None = None,
) -> np.ndarray:
    """Weighted mean of the views' probabilities.

    Parameters
    ----------
    probabilities : ndarray of shape (n_views, n_samples, n_classes)
        NaN where a row lacks a view.
    weights : ndarray of shape (n_views,) or (n_views, n_samples)
        Non-negative; rescaled to sum to 1 over the views a row has.
    prior : ndarray of shape (n_classes,)
        For rows without any view.
    view_priors : ndarray of shape (n_views, n_classes) or None, default=None
        Of no use here.

    Returns
    -------
    pooled : ndarray of shape (n_samples, n_classes)
    """
    share = row_weights(weights, probabilities)
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
    weights : ndarray of shape (n_views,) or (n_views, n_samples)
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
    share = row_weights(weights, probabilities)
    said = evidence(probabilities, view_priors)
    logits = _safe_log(prior) + np.einsum("vn,vnc->nc", share, said)
    return np.exp(logits - logsumexp(logits, axis=1, keepdims=True))


def evidence(probabilities: np.ndarray, view_priors: np.ndarray) -> np.ndarray:
    """What each view says beyond its prior, in logarithms; 0 where a row lacks it."""
    present = is_present(probabilities)
    filled = np.where(present[:, :, None], probabilities, view_priors[:, None, :])
    return _safe_log(filled) - _safe_log(view_priors)[:, None, :]


def product_pool(probabilities, weights, prior, view_priors=None):
    """The weighted product of the views' probabilities: `log_pool` where no prior counts.

    Parameters and returns as in `linear_pool`; weights are exponents.
    """
    even = np.full((len(probabilities), len(prior)), 1 / len(prior))
    pooled = log_pool(probabilities, weights, even[0], even)
    pooled[~is_present(probabilities).any(axis=0)] = prior
    return pooled


def vote_shares(probabilities, weights, prior, view_priors=None):
    """Weighted share of the views that rank each class first; ties go to the lower class.

    Parameters and returns as in `linear_pool`.
    """
    first = np.nan_to_num(probabilities).argmax(axis=2)
    votes = np.eye(probabilities.shape[2])[first]
    votes[~is_present(probabilities)] = np.nan
    return linear_pool(votes, weights, prior)


def rank_pool(probabilities, weights, prior, view_priors=None):
    """Weighted mean of the ranks that the views give the classes (Borda count).

    Parameters and returns as in `linear_pool`. Ranks go from 0 for the least probable
    class, and are scaled to sum to 1; equal classes share the mean of their ranks.
    """
    ranks = rankdata(np.nan_to_num(probabilities), axis=2) - 1
    ranks[~is_present(probabilities)] = np.nan
    return linear_pool(ranks / np.arange(len(prior)).sum(), weights, prior)


def max_pool(probabilities, weights, prior, view_priors=None):
    """The largest weighted probability that any view gives a class, scaled to sum to 1.

    Parameters and returns as in `linear_pool`.
    """
    share = row_weights(weights, probabilities)
    scores = (share[:, :, None] * np.nan_to_num(probabilities)).max(axis=0)
    return normalised(scores, prior)


def medians_pool(probabilities, weights, prior, view_priors=None):
    """The weighted median of the views' probabilities of each class, scaled to sum to 1.

    Parameters and returns as in `linear_pool`.
    """
    classes = [
        median_pool(probabilities[:, :, c], weights, prior[c]) for c in range(len(prior))
    ]
    return normalised(np.column_stack(classes), prior)


def median_pool(predictions: np.ndarray, weights: np.ndarray, prior: float) -> np.ndarray:
    """Weighted median of the views' numbers; the mean of the two middle ones where it is even.

    Parameters
    ----------
    predictions : ndarray of shape (n_views, n_samples)
        NaN where a row lacks a view.
    weights : ndarray of shape (n_views,) or (n_views, n_samples)
        Non-negative.
    prior : float
        For rows without any view.

    Returns
    -------
    pooled : ndarray of shape (n_samples,)
    """
    weight = row_weights(weights, predictions[:, :, None])
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


def is_present(predictions: np.ndarray) -> np.ndarray:
    """Which rows have which view, of shape (n_views, n_samples)."""
    return ~np.isnan(predictions[:, :, 0])


def row_weights(weights: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """Weight of each view in each row, of shape (n_views, n_samples); 0 where it lacks it."""
    return np.where(is_present(predictions), weights.reshape(len(weights), -1), 0.0)


def weights_by_row(
    weights: np.ndarray, opened: np.ndarray, predictions: np.ndarray, *, rescaled: bool
) -> np.ndarray:
    """Weights of views times their gates, so that a row is answered by a view that it has.

    Parameters
    ----------
    weights : ndarray of shape (n_views,)
        Non-negative. Views of weight 0 weigh 1 in rows that have no others.
    opened : ndarray of shape (n_views, n_samples)
        How far each view counts in each row, from 0 to 1.
    predictions : ndarray of shape (n_views, n_samples, n_columns)
        NaN where a row lacks a view.
    rescaled : bool
        Whether the pool rescales weights: all but shut gates then count as much as open
        ones, and where all of a row are shut they count as open too.

    Returns
    -------
    weights : ndarray of shape (n_views, n_samples)
        0 where a row lacks a view.
    """
    weights = row_weights(weights, predictions)
    weights = np.where(weights.any(axis=0), weights, is_present(predictions))
    gated = weights * opened
    return np.where(gated.any(axis=0), gated, weights) if rescaled else gated


def normalised(scores: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Rows scaled to sum to 1; the prior where a row holds nothing."""
    total = scores.sum(axis=1, keepdims=True)
    rows = np.tile(prior, (len(scores), 1))
    return np.divide(scores, total, out=rows, where=total > 0)


def shares_of(counts: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Shares of the classes by their weights in some rows; one not among them keeps its prior.

    Parameters
    ----------
    counts : ndarray of shape (n_classes,)
    prior : ndarray of shape (n_classes,)
    """
    seen = np.flatnonzero(counts)
    return with_unseen_classes((counts[seen] / counts.sum())[None], seen, prior)[0]


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
