"""Cooperative learning of classes by their likelihood: linear views, held to agree."""

import numpy as np
from scipy.linalg import block_diag, cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from mmsk.fusion._cooperative import means_of, side_by_side

_SETTLED = {"maxiter": 2000, "ftol": 1e-13, "gtol": 1e-7, "maxcor": 20}


def fit_likelihood(blocks, present, targets, weight, rho, C, l1_ratio):
    r"""Coefficients of all views at once, by the multinomial likelihood.

    Parameters
    ----------
    As `mmsk.fusion._cooperative.fit_linear`; each row of ``targets`` has one 1.

    Returns
    -------
    means : list of ndarray of shape (n_features,)
        Of each block over the rows that have it.
    coef : ndarray of shape (n_features of all blocks, n_classes)
    intercept : ndarray of shape (n_classes,)

    Notes
    -----
    The disagreement of a row's n views is :math:`n \sum_m f_m^2 - (\sum_m f_m)^2`. The
    curvature of the likelihood is at most half the rows' products (Bohning 1992), so in
    coordinates of a Cholesky factor of that bound a quasi-Newton method sees a sphere. With a
    1-norm, coefficients are differences of two that are not negative.

    References
    ----------
    D. Bohning (1992), "Multinomial logistic regression algorithm", Annals of the Institute
    of Statistical Mathematics 44(1), 197-200.
    """
    means = means_of(blocks, present, weight)
    joined = side_by_side(blocks, present, means, rho)
    # of two classes, what is penalised is their difference: opposite columns hold half of it
    doubled = 2.0 if targets.shape[1] == 2 else 1.0
    among = joined.T @ (joined * weight[:, None])
    squares = doubled * rho * (_within(joined, blocks, present, weight) - among)
    squares[np.diag_indices_from(squares)] += doubled * (1 - l1_ratio) / C
    rows = (joined, targets, weight, squares)
    if l1_ratio:
        coef, intercept = _sparse(rows, l1_ratio / C)
    else:
        coef, intercept = _smooth(rows, among)
    return means, coef, intercept - intercept.mean()


def _within(joined, blocks, present, weight):
    """Squares of each view's own features, as often as a row has views."""
    stops = np.cumsum([block.shape[1] for block in blocks])[:-1]
    count = weight * present.sum(axis=0)
    return block_diag(*[(part.T * count) @ part for part in np.split(joined, stops, axis=1)])


def _smooth(rows, among):
    """Coefficients and intercepts without a 1-norm."""
    joined, targets, _, squares = rows
    shape = (joined.shape[1] + 1, targets.shape[1])
    factor = cholesky(squares + among / 4, lower=True)

    def value_and_slope(flat):
        found = flat.reshape(shape)
        coef = solve_triangular(factor, found[:-1], lower=True, trans="T")
        value, slope, at_zero = _value_and_slope(rows, coef, found[-1])
        slope = solve_triangular(factor, slope, lower=True)
        return value, np.vstack([slope, at_zero]).ravel()

    start = np.zeros(shape)
    start[-1] = _prior(rows)
    found = minimize(
        value_and_slope, start.ravel(), jac=True, method="L-BFGS-B", options=_SETTLED
    )
    found = found.x.reshape(shape)
    return solve_triangular(factor, found[:-1], lower=True, trans="T"), found[-1]


def _sparse(rows, strength):
    """Coefficients and intercepts under a 1-norm of so much strength."""
    joined, targets, _, _ = rows
    n_features, n_classes = joined.shape[1], targets.shape[1]
    n_coef = n_features * n_classes

    def value_and_slope(flat):
        above, below = flat[:n_coef], flat[n_coef : 2 * n_coef]
        coef = (above - below).reshape(n_features, n_classes)
        value, slope, at_zero = _value_and_slope(rows, coef, flat[2 * n_coef :])
        slope = slope.ravel()
        value += strength * (above.sum() + below.sum())
        return value, np.concatenate([slope + strength, strength - slope, at_zero])

    start = np.concatenate([np.zeros(2 * n_coef), _prior(rows)])
    bounds = [(0, None)] * (2 * n_coef) + [(None, None)] * n_classes
    found = minimize(
        value_and_slope, start, jac=True, method="L-BFGS-B", bounds=bounds, options=_SETTLED
    ).x
    coef = found[:n_coef] - found[n_coef : 2 * n_coef]
    return coef.reshape(n_features, n_classes), found[2 * n_coef :]


def _value_and_slope(rows, coef, intercept):
    """The penalised negative log-likelihood, and how it changes with both."""
    joined, targets, weight, squares = rows
    said = joined @ coef + intercept
    pulled = squares @ coef
    value = -weight @ (targets * log_softmax(said, axis=1)).sum(axis=1)
    value += np.vdot(coef, pulled) / 2
    errors = (softmax(said, axis=1) - targets) * weight[:, None]
    return value, joined.T @ errors + pulled, errors.sum(axis=0)


def _prior(rows):
    """Logarithms of the classes' weighted shares, drawn in where an inner fold lacks one."""
    _, targets, weight, _ = rows
    return np.log((weight @ targets + 1e-3) / (weight.sum() + 1e-3))
