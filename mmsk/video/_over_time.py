"""What features of films share: frames at a distance, and statistics without storing values."""

import numpy as np

_TOLERANCE_S = 0.001  # Matroska rounds times to milliseconds


def spaced(film, every_s):
    """The frames that lie at least so many seconds behind the one yielded before.

    Parameters
    ----------
    film : iterable of Frame
        In the order of their times.
    every_s : float or None
        None yields each frame.

    Yields
    ------
    frame : Frame
    """
    last_s = -np.inf
    for frame in film:
        if every_s is None or frame.time_s - last_s > every_s - _TOLERANCE_S:
            last_s = frame.time_s
            yield frame


class RunningStatistics:
    """Statistics of values that come one after the other.

    Parameters
    ----------
    n_values : int
        How many values come at once.

    Attributes
    ----------
    count : int
    mean, std, min, max : ndarray of shape (n_values,), float64
        Of what was added, each value by itself. Before anything was, ``mean`` and ``std``
        are 0.
    """

    def __init__(self, n_values):
        self.count = 0
        self.mean = np.zeros(n_values)
        self.min = np.full(n_values, np.inf)
        self.max = np.full(n_values, -np.inf)
        self._squares = np.zeros(n_values)  # of deviations from the mean

    def add(self, values):
        """Take the next values in; Welford's recurrence, exact for long films."""
        self.count += 1
        deviation = values - self.mean
        self.mean += deviation / self.count
        self._squares += deviation * (values - self.mean)
        np.minimum(self.min, values, out=self.min)
        np.maximum(self.max, values, out=self.max)

    @property
    def std(self):
        return np.sqrt(self._squares / max(self.count, 1))
