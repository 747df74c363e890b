r"""Generalised canonical correlation: what several views say alike.

The problem solved is MAXVAR: a latent :math:`g` closest to a projection of each view. Of
two views that is canonical correlation analysis.

References
----------
J. R. Kettenring (1971), "Canonical analysis of several sets of variables", Biometrika
58(3), 433-451.
"""

import numpy as np
from scipy.linalg import block_diag, eigh

_LEAST = 1e-6  # agreement: below there is none
_RANK = 1e-10  # of the largest: directions of less variance are none


def fit_maxvar(blocks, present, weight, shrinkage, n_components):
    r"""Projections of all views onto what they share.

    Parameters
    ----------
    blocks : list of ndarray of shape (n_samples, n_features)
        0 in rows that lack the view.
    present : ndarray of shape (n_views, n_samples), bool
    weight : ndarray of shape (n_samples,)
    shrinkage : float
        In [0, 1]: how far each covariance is drawn to that of no correlations.
    n_components : int

    Returns
    -------
    means : list of ndarray of shape (n_features,)
    projections : list of ndarray of shape (n_features, n_kept)
        Of rows less their mean; variance 1 in the mean of the views.
    agreement : ndarray of shape (n_kept,)
        Falling, above 0 and up to 1; of two views the canonical correlation.

    Notes
    -----
    With :math:`C_{ml}` the covariance of views m and l over the rows that have both, and
    :math:`D_m` the shrunk :math:`C_{mm}`, solves :math:`\sum_{l \neq m} C_{ml} u_l = (M - 1)
    \rho\, D_m u_m` for the agreement :math:`\rho`. Of one view it finds principal components,
    by their share of what shrinkage leaves.
    """
    means, white, whiteners = [], [], []
    for block, has in zip(blocks, present, strict=True):
        shares = weight * has / max(weight @ has, np.finfo(float).tiny)
        means.append(shares @ block)
        rows = (block - means[-1]) * has[:, None]
        whiteners.append(_whitener((rows.T * shares) @ rows, shrinkage))
        white.append(rows @ whiteners[-1])
    values, vectors = _alike(white, present, weight)
    n_kept = max(np.count_nonzero(values[:n_components] > _LEAST), 1)
    joined = block_diag(*whiteners) @ vectors[:, :n_kept] * np.sqrt(len(blocks))
    joined *= np.sign(joined[np.abs(joined).argmax(axis=0), np.arange(n_kept)])
    stops = np.cumsum([block.shape[1] for block in blocks])[:-1]
    return means, np.split(joined, stops), np.clip(values[:n_kept], 0, 1)


def _alike(white, present, weight):
    """Directions of all views together in which they agree, the most first."""
    if len(white) == 1:
        within = (white[0].T * weight) @ white[0] / weight.sum()
        return tuple(part[..., ::-1] for part in eigh(within))
    pairs = [[None] * len(white) for _ in white]
    for k, (left, has) in enumerate(zip(white, present, strict=True)):
        for other, (right, also) in enumerate(zip(white, present, strict=True)):
            shares = weight * has * also
            pairs[k][other] = (left.T * shares) @ right / max(shares.sum(), 1e-300)
        pairs[k][k] = np.zeros_like(pairs[k][k])
    values, vectors = eigh(np.block(pairs))
    return values[::-1] / (len(white) - 1), vectors[:, ::-1]


def _whitener(scatter, shrinkage):
    """The way to directions of scatter 1, by the shrunk scatter."""
    mean_variance = np.trace(scatter) / len(scatter)
    scatter = (1 - shrinkage) * scatter
    scatter[np.diag_indices_from(scatter)] += shrinkage * mean_variance
    values, vectors = eigh(scatter)
    kept = values > _RANK * values[-1]
    kept[-1] = True
    return vectors[:, kept] / np.sqrt(np.maximum(values[kept], np.finfo(float).tiny))


def variate_covariances(variates, present, weight):
    """How the views' variates go together, over the rows that have both.

    Parameters
    ----------
    variates : ndarray of shape (n_views, n_samples, n_components)
        0 where a row lacks the view.
    present : ndarray of shape (n_views, n_samples), bool
    weight : ndarray of shape (n_samples,)

    Returns
    -------
    covariances : ndarray of shape (n_components, n_views, n_views)
    """
    sums = np.einsum("mic,i,lic->cml", variates, weight, variates, optimize=True)
    totals = (present * weight) @ present.T
    return sums / np.maximum(totals, np.finfo(float).tiny)


def impute(variates, present, covariances):
    """Fill in the variates of absent views by regression on those of present ones.

    Parameters
    ----------
    variates : ndarray of shape (n_views, n_samples, n_components)
        0 where a row lacks the view; changed in place.
    present : ndarray of shape (n_views, n_samples), bool
    covariances : ndarray of shape (n_components, n_views, n_views)

    Returns
    -------
    variates : ndarray
        The same; a row without any view keeps 0, the mean.
    """
    patterns, member = np.unique(present, axis=1, return_inverse=True)
    for k, has in enumerate(patterns.T):
        if has.all() or not has.any():
            continue
        rows = np.flatnonzero(member.ravel() == k)
        inverse = np.linalg.pinv(covariances[:, has][:, :, has], rcond=1e-6, hermitian=True)
        slopes = covariances[:, ~has][:, :, has] @ inverse
        known = variates[has][:, rows]
        filled = np.einsum("cal,lic->aic", slopes, known, optimize=True)
        variates[np.ix_(~has, rows)] = filled
    return variates
