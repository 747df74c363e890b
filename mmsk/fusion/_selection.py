"""Ensemble selection: how often each view counts, picked greedily on held-out rows."""

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils import check_random_state

from mmsk.fusion._out_of_fold import inner_splits, out_of_fold
from mmsk.fusion._pooling import linear_pool

_TINY = 1e-12


def fit_selection(fusion, X, y, truth, weight, groups):
    """Fit the views of an ensemble selection, and pick the ensemble.

    Parameters
    ----------
    fusion : LateFusion
        Of which the target is known. Gets ``views_``, ``weights_``, ``losses_`` and
        ``loss_``.
    X : frame or ndarray of n_samples rows
    y : ndarray of shape (n_samples,)
    truth : ndarray of shape (n_samples,)
        Positions of the classes, or the numbers.
    weight : ndarray of shape (n_samples,) or None
    groups : array-like of shape (n_samples,) or None
        No group is in two inner folds.

    Returns
    -------
    fusion : LateFusion
    """
    groups = None if groups is None else np.asarray(groups)
    splits = inner_splits(fusion.cv, y, groups, classifier=is_classifier(fusion))
    fusion._fit_views(X, y, weight, groups)
    said = out_of_fold(fusion, splits, X, y, weight, groups)
    told, fallback, loss = fusion._told(said, truth, weight)
    alone = np.array([loss(np.where(np.isnan(view), fallback, view)) for view in told])
    fusion.weights_, fusion.loss_ = _selected(fusion, told, fallback, loss, alone)
    names = [name for name, _, _ in fusion.views_]
    fusion.losses_ = dict(zip(names, alone.tolist(), strict=True))
    return fusion


def pooled_selection(fusion, X, method, prior):
    """What the views picked say on the mean; the best of the others where a row has no such.

    Parameters
    ----------
    fusion : LateFusion
        Fitted by `fit_selection`.
    X : frame or ndarray of n_samples rows
    method : str
    prior : ndarray of shape (n_columns,)
        For rows without any view.

    Returns
    -------
    pooled : ndarray of shape (n_samples, n_columns)
    """
    X = fusion._check_table(X, reset=False)
    said = np.full((len(fusion.views_), X.shape[0], len(prior)), np.nan)
    pooled = np.tile(prior, (X.shape[0], 1))
    lacking, failures = np.ones(X.shape[0], dtype=bool), []
    for team, weights in _teams(fusion):
        failures += fusion._ask(X, method, lacking, team, said)
        pooled[lacking] = linear_pool(said[team][:, lacking], weights, prior)
        lacking &= np.isnan(said[team, :, 0]).all(axis=0)
        if not lacking.any():
            break
    fusion._warn_of(failures, said)
    return pooled


def _teams(fusion):
    """Places and weights of the views picked; then of each other, the best one first."""
    picked, spare = np.flatnonzero(fusion.weights_), np.flatnonzero(fusion.weights_ == 0)
    losses = np.array([fusion.losses_[fusion.views_[k][0]] for k in spare])
    yield picked, fusion.weights_[picked]
    for k in spare[losses.argsort(kind="stable")]:
        yield [k], np.ones(1)


def _selected(fusion, told, fallback, loss, alone):
    """Shares of the views that sum to 1, and their loss: never above the best view's."""
    rng = check_random_state(fusion.random_state)
    n_views = len(told)
    best = np.eye(n_views)[alone.argmin()]
    size = max(1, round(fusion.bag_share * n_views))
    bags = [rng.permutation(n_views)[:size] for _ in range(fusion.n_bags)]
    picked = [greedy_counts(told[bag], fallback, loss, fusion.n_rounds) for bag in bags]
    shares = np.zeros(n_views)
    for bag, counts in zip(bags, picked, strict=True):
        shares[bag] += counts / counts.sum() / len(bags)
    # the bags guard against chance; where they lose, what is simpler is taken
    every = greedy_counts(told, fallback, loss, fusion.n_rounds)
    candidates = [best, every / every.sum(), *([shares] if bags else [])]
    losses = [loss(mean_of(told, weights, fallback)) for weights in candidates]
    last = len(candidates) - 1
    chosen = last if losses[last] <= losses[0] else int(np.argmin(losses))
    return candidates[chosen], losses[chosen]


def greedy_counts(told, fallback, loss, n_rounds):
    """How often each view is picked, of picks that each lower the loss most.

    Parameters
    ----------
    told : ndarray of shape (n_views, n_samples)
        NaN where a row lacks a view.
    fallback : float or ndarray of shape (n_samples,)
        What is said where a row has none of the views picked.
    loss : callable
        Of an ndarray of shape (n_samples,).
    n_rounds : int
        Picks at most; a view may be picked again. The shortest run of picks with the
        least loss counts.

    Returns
    -------
    counts : ndarray of shape (n_views,), float
    """
    known, held = ~np.isnan(told), np.nan_to_num(told)
    total, number = np.zeros(told.shape[1]), np.zeros(told.shape[1])
    picks: list[int] = []
    losses: list[float] = []
    for _ in range(n_rounds):
        tried = [
            loss(_mean(total + more, number + has, fallback))
            for more, has in zip(held, known, strict=True)
        ]
        best = int(np.argmin(tried))
        total, number = total + held[best], number + known[best]
        picks.append(best)
        losses.append(tried[best])
    return np.bincount(picks[: int(np.argmin(losses)) + 1], minlength=len(told)).astype(float)


def mean_of(told, weights, fallback):
    """The weighted mean of what views say, over those that a row has."""
    known = ~np.isnan(told)
    return _mean(weights @ np.nan_to_num(told), weights @ known, fallback)


def _mean(total, number, fallback):
    return np.where(number > 0, total / np.maximum(number, _TINY), fallback)
