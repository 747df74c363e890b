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
        """Take the next values in."""
        self.add_rows(np.asarray(values)[None])

    def add_rows(self, rows):
        """Take several in, of shape (n_rows, n_values); Chan's update, exact for long films."""
        if not len(rows):
            return
        mean = rows.mean(axis=0)
        away = mean - self.mean
        share = len(rows) / (self.count + len(rows))
        self._squares += ((rows - mean) ** 2).sum(axis=0) + away**2 * (self.count * share)
        self.mean += away * share
        self.count += len(rows)
        np.minimum(self.min, rows.min(axis=0), out=self.min)
        np.maximum(self.max, rows.max(axis=0), out=self.max)

    @property
    def std(self):
        return np.sqrt(self._squares / max(self.count, 1))


class Timeline:
    """Sums of values in equal stretches of time, of a bounded number.

    As long as there are few values, each has a stretch of its own; then neighbours are
    joined again and again, so that a film of any length can be cut into parts afterwards.

    Parameters
    ----------
    most : int, default=96
        Stretches; an even number. Parts are cut to within two of them.
    """

    def __init__(self, most=96):
        self._most = most
        self._sums = []
        self._counts = []
        self._each = 1  # values in a full stretch

    def add(self, values):
        """Take the next values in."""
        if self._counts and self._counts[-1] < self._each:
            self._sums[-1] = self._sums[-1] + values
            self._counts[-1] += 1
            return
        if len(self._sums) == self._most:
            self._sums = [a + b for a, b in zip(self._sums[::2], self._sums[1::2], strict=True)]
            self._counts = [2 * self._each] * len(self._sums)
            self._each *= 2
        self._sums.append(np.array(values, np.float64))
        self._counts.append(1)

    def part_means(self, n_parts):
        """Means over equal parts of the time, one per row; None if empty.

        With fewer values than parts, neighbouring parts share one.
        """
        length = len(self._sums)
        if not length:
            return None
        means = []
        for part in range(n_parts):
            start = part * length // n_parts
            stop = max(start + 1, (part + 1) * length // n_parts)
            means.append(sum(self._sums[start:stop]) / sum(self._counts[start:stop]))
        return np.stack(means)
