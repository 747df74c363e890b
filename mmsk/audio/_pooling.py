"""What a recording's row holds of the features of its frames."""

import numpy as np

from mmsk.audio._functionals import functional_names, functionals
from mmsk.audio._modulation import bands_hz, modulations
from mmsk.audio._stretches import POOLS, blocks, moments, over_time

#: Words for how frames become a row.
POOLINGS = {"statistics", "mean", "modulation", "functionals"}


def pooled(rows, pooling, hop_s):
    """A recording's row: `over_time`, `functionals`, means alone, or these and `modulations`.

    Parameters
    ----------
    rows : ndarray or Spool of shape (n_frames, n_series), floating
    pooling : {"statistics", "mean", "modulation", "functionals"}
    hop_s : float
        From one frame to the next.

    Returns
    -------
    row : ndarray of shape (n_features,), float64
        As many as `pooled_names` gives.
    """
    if pooling == "statistics":
        return over_time(rows).ravel()
    if pooling == "functionals":
        return functionals(rows, hop_s).ravel()
    means, _ = moments(blocks(rows))
    if pooling == "mean":
        return means
    return np.concatenate([means, modulations(rows, hop_s).ravel()])


def pooled_names(names, pooling, hop_s):
    """Names of the features that `pooled` gives of series.

    Parameters
    ----------
    names : sequence of str
        Of the series.
    pooling, hop_s
        As of `pooled`.

    Returns
    -------
    names : list of str
    """
    if pooling == "functionals":
        return functional_names(names)
    bands = [f"mod_{hz}hz" for hz in bands_hz(hop_s)]
    pools = {"statistics": POOLS, "mean": ["mean"], "modulation": ["mean", *bands]}[pooling]
    return [f"{name}_{pool}" for pool in pools for name in names]
