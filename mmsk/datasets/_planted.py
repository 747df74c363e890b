"""A latent number per row, planted in several views so that one family of fusion finds it."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from mmsk.datasets._missing import present_cells

SIGNALS = ("early", "late", "joint")
_NUISANCE = 2.0  # of an early signal: what all views share
_SPREAD = 3.0  # across the direction of the signal, so that no column shows it


def generator(random_state):
    """A NumPy generator, from whatever scikit-learn takes as random state."""
    return np.random.default_rng(check_random_state(random_state).randint(2**31, size=4))


def check_planted(n_samples, signal, n_views, n_features, n_noise_views, missing_rate, noise):
    """Raise ValueError where a parameter of `planted_views` is out of range."""
    if signal not in SIGNALS:
        raise ValueError(f"signal must be one of {SIGNALS}, got {signal!r}")
    fewest = 3 if signal == "late" else 2  # a majority of two is no majority
    wanted = {
        "n_samples": (n_samples, 1),
        "n_views": (n_views, fewest),
        "n_features": (n_features, 1),
        "n_noise_views": (n_noise_views, 0),
    }
    for name, (value, least) in wanted.items():
        if not (isinstance(value, Integral) and value >= least):
            context = f" where signal={signal!r}" if name == "n_views" else ""
            raise ValueError(
                f"{name} must be an int of at least {least}{context}, got {value!r}"
            )
    if not (isinstance(missing_rate, Real) and 0 <= missing_rate < 1):
        raise ValueError(f"missing_rate must be a number in [0, 1), got {missing_rate!r}")
    if not (isinstance(noise, Real) and 0 <= noise < np.inf):
        raise ValueError(f"noise must be a number of at least 0, got {noise!r}")


def planted_views(latent, signal, n_views, n_features, n_noise_views, missing_rate, noise, rng):
    """A matrix of views that tell of a latent number together.

    Parameters
    ----------
    latent : ndarray of shape (n_samples,), float64
        Of mean 0 and variance 1.
    signal : {"early", "late", "joint"}
    n_views, n_features, n_noise_views : int
    missing_rate, noise : float
    rng : numpy.random.Generator

    Returns
    -------
    X : ndarray of shape (n_samples, (n_views + n_noise_views) * n_features), float64
    views : dict of str to slice
    """
    readings = _READINGS[signal](latent, n_views, rng)
    readings = readings + noise * rng.normal(size=readings.shape)
    informed = [_spread_out(reading, n_features, signal, rng) for reading in readings.T]
    shape = (len(latent), n_features)
    idle = [_SPREAD * rng.normal(size=shape) for _ in range(n_noise_views)]
    blocks = np.stack([*informed, *idle], axis=1)
    present = present_cells(blocks.shape[:2], missing_rate, n_views, rng)
    blocks[~present] = np.nan
    names = [f"view_{k}" for k in range(n_views)] + [f"noise_{k}" for k in range(n_noise_views)]
    views = {name: slice(k * n_features, (k + 1) * n_features) for k, name in enumerate(names)}
    return blocks.reshape(len(latent), -1), views


def _early(latent, n_views, rng):
    """The latent number under nuisances that the other views hold."""
    nuisances = _NUISANCE * rng.normal(size=(len(latent), n_views - 1))
    covered = latent + nuisances.sum(axis=1) / np.sqrt(n_views - 1)
    return np.column_stack([covered, nuisances])


def _late(latent, n_views, rng):
    """The latent number in every view but one, which is broken."""
    readings = np.repeat(latent[:, None], n_views, axis=1)
    broken = rng.integers(n_views, size=len(latent))
    # as large as all others together
    readings[np.arange(len(latent)), broken] = n_views * rng.choice([-1.0, 1.0], len(latent))
    return readings


def _joint(latent, n_views, rng):
    """The latent number with its sign kept by chance, and in the first view that sign."""
    sign = rng.choice([-1.0, 1.0], len(latent))
    return np.column_stack([sign, np.repeat((sign * latent)[:, None], n_views - 1, axis=1)])


_READINGS = {"early": _early, "late": _late, "joint": _joint}


def _spread_out(reading, n_features, signal, rng):
    """A block with the reading along one direction and chance across it.

    Along a column for a joint signal, as trees find it; else equally along all columns,
    where a linear model finds it and splits of one column do not.
    """
    if signal == "joint":
        direction = np.eye(n_features)[rng.integers(n_features)]
    else:
        direction = rng.choice([-1.0, 1.0], n_features) / np.sqrt(n_features)
    across = _SPREAD * rng.normal(size=(len(reading), n_features))
    return across + np.outer(reading - across @ direction, direction)
