"""What features of films share: statistics without storing values."""

import numpy as np


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
