"""Weights of grams in their sum: the ways of multiple kernel learning."""

import numpy as np
from scipy.linalg import cholesky, solve, solve_triangular
from scipy.optimize import nnls
from sklearn.svm import SVC

_RIDGE = 1e-6  # of the mean diagonal: among equals the even split, and a matrix with a root
_LP_STEPS = 50
_SIMPLE_STEPS = 50
_GAP = 0.01  # of the machines' objective
_LEAST = 1e-3  # weights below are 0
_MARGIN = 0.1  # of EasyMKL: from the widest margin alone (0) to the distance of the means


def average(grams, targets, weight, C):
    """The same weight for each: the baseline that is hard to beat."""
    return np.full(len(grams), 1 / len(grams))


def centred_alignment(grams, targets, weight, C):
    """Weights at 0 or above whose sum of grams is the most like the targets' own gram.

    Parameters
    ----------
    grams : list of ndarray of shape (n_samples, n_samples)
        Centred.
    targets : ndarray of shape (n_samples, n_targets)
        Centred: a column per class, or the numbers.
    weight : ndarray of shape (n_samples,)
        Of the rows.
    C : float
        Not used.

    Returns
    -------
    weights : ndarray of shape (n_grams,)
        At least 0, of sum 1. Alike where no gram tells anything of the targets.

    References
    ----------
    C. Cortes, M. Mohri, A. Rostamizadeh (2012), "Algorithms for learning kernels based on
    centered alignment", JMLR 13, 795-828: "alignf".
    """
    root = np.sqrt(weight)
    if (weight != 1).any():
        grams = [gram * root[:, None] * root for gram in grams]
    among = np.array([[np.vdot(one, other) for other in grams] for one in grams])
    own = targets * root[:, None]
    alike = np.array([np.vdot(own, gram @ own) for gram in grams])
    among[np.diag_indices_from(among)] += _RIDGE * max(np.trace(among) / len(among), _RIDGE)
    factor = cholesky(among, lower=True)
    found, _ = nnls(factor.T, solve_triangular(factor, alike, lower=True))
    return _of_sum_one(found)


def easy(grams, targets, weight, C):
    """Weights by how far each gram keeps the classes apart, one against the rest.

    Parameters
    ----------
    As `centred_alignment`.

    Returns
    -------
    weights : ndarray of shape (n_grams,)
        At least 0, of sum 1.

    Notes
    -----
    The nearest points of the convex hulls of two classes are, up to their sum, what a
    support vector machine of hard margin finds, so that is what solves it.

    References
    ----------
    F. Aiolli, M. Donini (2015), "EasyMKL: a scalable multiple kernel learning algorithm",
    Neurocomputing 169, 215-224.
    """
    gram = (1 - _MARGIN) * weighted_sum(
        average(grams, targets, weight, C), grams
    ) + _MARGIN * np.diag(1 / weight)
    apart = np.zeros(len(grams))
    for column in _against_the_rest(targets):
        machine = SVC(kernel="precomputed", C=1e9).fit(gram, column)
        apart += _lengths(grams, machine) / np.abs(machine.dual_coef_).sum() ** 2
    return _of_sum_one(apart)


def simple(grams, targets, weight, C):
    """Weights of sum 1 under which support vector machines, one against the rest, fit best.

    Parameters
    ----------
    As `centred_alignment`; ``C`` is that of the machines.

    Returns
    -------
    weights : ndarray of shape (n_grams,)
        At least 0, of sum 1, and most of them 0 where few grams do.

    Notes
    -----
    The problem of SimpleMKL. Its reduced gradient is replaced by the closed form of the best
    weights for given machines, in turn with the machines, until the duality gap is below 1 %.

    References
    ----------
    A. Rakotomamonjy, F. Bach, S. Canu, Y. Grandvalet (2008), "SimpleMKL", JMLR 9,
    2491-2521. Z. Xu, R. Jin, H. Yang, I. King, M. Lyu (2010), "Simple and efficient multiple
    kernel learning by group lasso", ICML, 1175-1182.
    """
    weights = np.full(len(grams), 1 / len(grams))
    for _ in range(_SIMPLE_STEPS):
        gram = weighted_sum(weights, grams)
        lengths = np.zeros(len(grams))
        for column in _against_the_rest(targets):
            machine = SVC(kernel="precomputed", C=C).fit(gram, column, sample_weight=weight)
            lengths += _lengths(grams, machine)
        if lengths.max() <= (1 + _GAP) * (weights @ lengths):
            break
        weights = _of_sum_one(weights * np.sqrt(np.maximum(lengths, 0)))
    return _of_sum_one(np.where(weights < _LEAST, 0, weights))


def _against_the_rest(targets):
    """Members of each class that a landmark is of; one of two complementary ones."""
    members = [column > 0 for column in targets.T if (column > 0).any()]
    return members[:1] if len(members) == 2 else members


def _lengths(grams, machine):
    """Squared length of what a machine has learned, under each gram."""
    some, dual = machine.support_, machine.dual_coef_[0]
    return np.array([dual @ gram[np.ix_(some, some)] @ dual for gram in grams])


def lp_norm(grams, targets, weight, C):
    """Weights of 2-norm 1 under which ridge regression of the targets fits best.

    Parameters
    ----------
    As `centred_alignment`; ``C`` is the inverse of the ridge.

    Returns
    -------
    weights : ndarray of shape (n_grams,)
        At least 0, rescaled to a sum of 1.

    References
    ----------
    M. Kloft, U. Brefeld, S. Sonnenburg, A. Zien (2011), "lp-norm multiple kernel learning",
    JMLR 12, 953-997: the weights in closed form, in turn with the fit.
    """
    weights = np.full(len(grams), len(grams) ** -0.5)
    ridge = np.diag(1 / (C * weight))
    for _ in range(_LP_STEPS):
        dual = solve(weighted_sum(weights, grams) + ridge, targets, assume_a="pos")
        lengths = weights**2 * [np.vdot(dual, gram @ dual) for gram in grams]
        before, weights = weights, _of_sum_one(np.maximum(lengths, 0) ** (1 / 3))
        weights /= np.linalg.norm(weights)
        if np.abs(weights - before).max() < 1e-4:
            break
    return _of_sum_one(weights)


def weighted_sum(weights, grams):
    """The sum of grams, those of weight 0 left out."""
    total = np.zeros_like(grams[0])
    for weight, gram in zip(weights, grams, strict=True):
        if weight:
            total += weight * gram
    return total


def _of_sum_one(weights):
    weights = np.maximum(weights, 0)
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(weights), 1 / len(weights))


COMBINATIONS = {
    "average": average,
    "cka": centred_alignment,
    "easymkl": easy,
    "lp": lp_norm,
    "simplemkl": simple,
}
