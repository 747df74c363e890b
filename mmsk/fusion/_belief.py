"""Dempster-Shafer pooling: views as witnesses, each believed as far as it is reliable."""

import numpy as np

from mmsk.fusion._pooling import normalised, row_weights


def dempster_shafer(probabilities, weights, prior, view_priors=None):
    r"""Discounted views combined by Dempster's rule; what stays undecided goes by the prior.

    Parameters
    ----------
    probabilities : ndarray of shape (n_views, n_samples, n_classes)
        NaN where a row lacks a view.
    weights : ndarray of shape (n_views,) or (n_views, n_samples)
        Reliabilities from 0 to 1: what is taken off goes to "any class".
    prior : ndarray of shape (n_classes,)
        Shares out what the views leave undecided; the whole answer where they contradict
        each other completely, or a row has none.
    view_priors : ndarray of shape (n_views, n_classes) or None, default=None
        Of no use here.

    Returns
    -------
    pooled : ndarray of shape (n_samples, n_classes)

    Notes
    -----
    View :math:`m` of reliability :math:`r_m` gives class :math:`c` the mass
    :math:`r_m p_m(c)` and the set of all classes the mass :math:`1 - r_m`. Where masses
    lie on single classes and on that set, Dempster's rule is
    :math:`m(c) \propto \prod_m (r_m p_m(c) + 1 - r_m) - \prod_m (1 - r_m)`.

    References
    ----------
    G. Shafer (1976), "A mathematical theory of evidence", Princeton University Press.
    """
    masses, undecided = _masses(probabilities, weights)
    return normalised(masses + undecided[:, None] * prior, prior)


def conflict(probabilities, weights):
    """The mass that Dempster's rule finds on no class at all, before it is scaled away.

    Parameters
    ----------
    probabilities, weights
        As in `dempster_shafer`.

    Returns
    -------
    conflict : ndarray of shape (n_samples,)
        From 0, where the views agree or leave all open, to 1, where they exclude each other.
    """
    masses, undecided = _masses(probabilities, weights)
    return np.clip(1 - masses.sum(axis=1) - undecided, 0, 1)


def _masses(probabilities, weights):
    """Masses of the classes and of the set of all classes, not scaled."""
    rates = row_weights(weights, probabilities)
    doubts = 1 - rates
    undecided = doubts.prod(axis=0)
    believed = rates[:, :, None] * np.nan_to_num(probabilities) + doubts[:, :, None]
    # rounding must not make a mass of 0 negative
    return np.maximum(believed.prod(axis=0) - undecided[:, None], 0), undecided
