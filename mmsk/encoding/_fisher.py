"""Fisher vectors: how a set of descriptors would change the mixture that describes all."""

import numpy as np

_BLOCK = 1024  # descriptors looked at together: their shares stay in the cache


def fisher_vector(descriptors, weights, means, variances):
    """Gradients of the likelihood of some descriptors, by the parameters of a mixture.

    Parameters
    ----------
    descriptors : ndarray of shape (n_descriptors, n_values), floating
    weights : ndarray of shape (n_components,), floating
        Of the components of a Gaussian mixture; they sum to 1.
    means, variances : ndarray of shape (n_components, n_values), floating
        Variances are positive.

    Returns
    -------
    gradients : ndarray of shape (n_components * (1 + 2 * n_values),), floating
        By weights, by means and by variances, of the type that descriptors and mixture
        share. Without descriptors, 0.

    Notes
    -----
    With ``share[i, k]`` of descriptor ``i`` in component ``k``, and ``z = (x - mean) /
    deviation``, averages over descriptors of ``(share - weight) / sqrt(weight)``, ``share *
    z / sqrt(weight)`` and ``share * (z**2 - 1) / sqrt(2 * weight)``. These are those of
    ``skimage.feature.fisher_vector``, whose sign by variances is the other one.

    The part by weights is small, and left out by many. It is all that tells two samples
    apart which lie in different components, but there as the mixture expects.

    References
    ----------
    F. Perronnin, J. Sanchez, T. Mensink (2010), "Improving the Fisher kernel for
    large-scale image classification", ECCV, 143-156.

    Examples
    --------
    One component: nothing to share.

    >>> import numpy as np
    >>> from mmsk.encoding import fisher_vector
    >>> one, zero = np.ones((1, 1)), np.zeros((1, 1))
    >>> fisher_vector(np.array([[0.0], [4.0]]), np.ones(1), means=zero, variances=one).round(2)
    array([0.  , 2.  , 4.95])
    """
    dtype = np.result_type(descriptors, means)
    # squares far from the origin would drown the differences that count
    middle = weights @ means
    descriptors, means = descriptors - middle, means - middle
    counts, firsts, squares = component_sums(descriptors, weights, means, variances)
    by_weights = counts - len(descriptors) * weights
    counts = counts[:, None]
    by_means = (firsts - counts * means) / np.sqrt(variances)
    by_variances = (squares - 2 * means * firsts + counts * (means**2 - variances)) / variances
    by_values = np.stack([by_means, by_variances / np.sqrt(2)]) / np.sqrt(weights)[:, None]
    gradients = np.concatenate([by_weights / np.sqrt(weights), by_values.ravel()])
    return (gradients / max(1, len(descriptors))).astype(dtype)


def component_sums(descriptors, weights, means, variances):
    """What descriptors give to each component of a mixture: their shares, summed.

    Parameters
    ----------
    descriptors, weights, means, variances
        As of `fisher_vector`.

    Returns
    -------
    counts : ndarray of shape (n_components,), floating
        Sums of shares; together as many as there are descriptors.
    firsts, squares : ndarray of shape (n_components, n_values), floating
        Sums of descriptors, and of their squares, times their shares.
    """
    dtype = np.result_type(descriptors, means)
    n_values = means.shape[1]
    # log density is linear in the values and their squares: one matrix product
    slopes = np.hstack([means / variances, -0.5 / variances]).T
    heights = np.log(weights) - 0.5 * (means**2 / variances + np.log(variances)).sum(axis=1)
    counts, sums = np.zeros(len(means), dtype), np.zeros((len(means), 2 * n_values), dtype)
    for start in range(0, len(descriptors), _BLOCK):
        block = descriptors[start : start + _BLOCK]
        powers = np.hstack([block, block**2])
        shares = _softmax(powers @ slopes + heights)
        counts += shares.sum(axis=0)
        sums += shares.T @ powers
    return counts, sums[:, :n_values], sums[:, n_values:]


def _softmax(scores):
    """Shares of each row, in place."""
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def power_normalized(vector):
    """Signed roots of a vector, divided by their length; zeros stay zeros.

    Parameters
    ----------
    vector : ndarray of shape (n_values,), floating

    Returns
    -------
    normalized : ndarray of shape (n_values,), floating
    """
    rooted = np.sign(vector) * np.sqrt(np.abs(vector))
    return unit_length(rooted)


def unit_length(vectors):
    """Vectors along the last axis divided by their length; zeros stay zeros.

    Parameters
    ----------
    vectors : ndarray of shape (..., n_values), floating

    Returns
    -------
    units : ndarray of the same shape
    """
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)
