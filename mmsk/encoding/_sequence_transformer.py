"""The base of extractors whose samples are sequences: steps in time, some channels each."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state

from mmsk._utils.sklearn_private import HasMethods, StrOptions
from mmsk._utils.workers import map_samples
from mmsk.base import SampleTransformer, TimedTransformer
from mmsk.exceptions import DecodeError, NothingToLearnError
from mmsk.io._sources import Segment, describe_source

_MOST_ROWS = 500  # that ``fit`` reads: what is learned are means, spreads and quantiles
_NOTHING = 1e-6  # scaled values below are rounding, which must not decide who is largest
_LEAST_SPREAD = 0.01  # of a channel within a sample, as a share of that within all


class SequenceTransformer(TimedTransformer):
    """Base class: sequences from an extractor or from the column itself, scaled, encoded.

    A subclass defines ``_fit_sequences`` (of scaled series and a seed) and ``_encode``
    (scaled series to features), and has the parameters of ``SEQUENCE_CONSTRAINTS``. An
    extractor gives sequences if it has ``_sequence``: decoded sample to an array of shape
    (n_steps, n_channels). Learned from a bounded and seeded sample of rows:
    ``means_`` and ``spreads_`` of channels, and what ``_fit_sequences`` learns.
    """

    SEQUENCE_CONSTRAINTS = {
        "extractor": [HasMethods(["fit", "_sequence"]), None],
        "scaling": [StrOptions({"center", "sample", "column"}), None],
        "random_state": ["random_state"],
    }

    def _fit_sequences(self, series, seed):
        """Learn from a list of series, (n_channels, n_steps), float32."""
        raise NotImplementedError

    def _encode(self, series):
        """Features of a series, (n_channels, n_steps), float32."""
        raise NotImplementedError

    def _fit_cells(self, cells):
        self.extractor_ = None
        if self.extractor is not None:
            self.extractor_ = clone(self.extractor).fit(cells)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        sequences = self._sampled(cells, seed)
        widths = {sequence.shape[1] for sequence in sequences}
        if len(widths) > 1:
            raise ValueError(
                f"sequences must have the same channels, got some of {sorted(widths)} channels"
            )
        steps = np.concatenate(sequences)
        self.means_ = steps.mean(axis=0)
        if self.scaling == "column":
            within = steps - self.means_
        else:
            within = np.concatenate([s - s.mean(axis=0) for s in sequences])
        spreads = np.sqrt((within**2).mean(axis=0))
        self.spreads_ = np.where(spreads > 0, spreads, 1)
        self._fit_sequences([self._scaled(sequence) for sequence in sequences], seed)

    def _sampled(self, cells, seed):
        """Sequences of at most so many rows, float64."""
        rows = [row for row, cell in enumerate(cells) if self._members(cell)]
        chosen = np.sort(np.random.default_rng(seed).permutation(rows)[:_MOST_ROWS])
        numbered = [(int(row), cells[int(row)]) for row in chosen]
        found = map_samples(self._sequences_of_cell, numbered, self.n_jobs, reported=False)
        sequences = [sequence for of_cell in found for sequence in of_cell]
        if not sequences:
            raise NothingToLearnError(
                f"{type(self).__name__} learns from at least 1 sequence, but none of the "
                f"{len(cells)} samples can be read."
            )
        return sequences

    def _sequences_of_cell(self, numbered_cell):
        row, cell = numbered_cell
        with self._passing_over(row, cell):
            samples = [self._read(source) for source in self._sources(cell)]
            return [self._sequence_of(sample) for sample in samples if sample is not None]
        return []

    def _reading(self):
        if self.extractor_ is None:
            return read_sequence, {}
        if type(self.extractor_)._read is SampleTransformer._read:
            return self.extractor_._reading()  # shared with what else reads so
        return self.extractor_._read, {}

    def _sequence_of(self, sample):
        """The sequence of a decoded sample, (n_steps, n_channels), float64."""
        if self.extractor_ is not None:
            sample = self.extractor_._sequence(sample)
        sequence = np.asarray(sample, dtype=np.float64)
        if not np.isfinite(sequence).all():
            raise ValueError(
                f"a sequence must be finite, got NaN or infinity in {describe_source(sample)}"
            )
        return sequence

    def _scaled(self, sequence):
        """A series, (n_channels, n_steps), float32, C-contiguous."""
        if self.scaling == "column":
            sequence = (sequence - self.means_) / self.spreads_
        elif self.scaling is not None:
            spreads = self.spreads_
            if self.scaling == "sample":
                spreads = np.maximum(sequence.std(axis=0), _LEAST_SPREAD * spreads)
            sequence = (sequence - sequence.mean(axis=0)) / spreads
        series = np.ascontiguousarray(sequence.T, dtype=np.float32)
        if self.scaling is not None:
            series[np.abs(series) < _NOTHING] = 0
        return series

    def _extract(self, sample):
        sequence = self._sequence_of(sample)
        if sequence.shape[1] != len(self.means_):
            raise ValueError(
                f"{type(self).__name__} was fitted on sequences of {len(self.means_)} "
                f"channels, got {sequence.shape[1]}"
            )
        return self._encode(self._scaled(sequence))


def read_sequence(source):
    """A sequence as an array of shape (n_steps, n_channels).

    Parameters
    ----------
    source : ndarray of shape (n_steps,) or (n_steps, n_channels), numeric
        At least one step and one channel.

    Returns
    -------
    sequence : ndarray of shape (n_steps, n_channels)

    Raises
    ------
    DecodeError
        For anything else.
    """
    array = source.source if isinstance(source, Segment) else source
    numeric = isinstance(array, np.ndarray) and array.dtype.kind in "biuf"
    if array is not source or not numeric or array.ndim not in (1, 2) or not array.size:
        raise DecodeError(
            "a sequence is an array of numbers of shape (n_steps, n_channels), got "
            f"{describe_source(source)}. For files, give the extractor that reads them"
        )
    return array.reshape(len(array), -1)


def first_differences(series):
    """Steps of a series to the next; zeros for a series of one step.

    Parameters
    ----------
    series : ndarray of shape (n_channels, n_steps), float32

    Returns
    -------
    differences : ndarray of shape (n_channels, max(1, n_steps - 1)), float32
    """
    if series.shape[1] == 1:
        return np.zeros_like(series)
    return np.ascontiguousarray(np.diff(series, axis=1))


def dilations_for(n_steps, most):
    """Dilations up to where a convolution spans a series, and how often each is drawn.

    Parameters
    ----------
    n_steps : int
        Of a series of common length.
    most : int
        At most so many different ones.

    Returns
    -------
    dilations : ndarray of shape (n_dilations,), int64
    counts : ndarray of shape (n_dilations,), int64
        Sum to ``most``.
    """
    largest = max(0.0, np.log2(max(1, n_steps - 1) / 8))
    exponents = np.linspace(0, largest, most)
    return np.unique((2**exponents).astype(np.int64), return_counts=True)


def drawn_channels(n_channels, n_drawn, rng):
    """Different channels and a sign of each.

    Parameters
    ----------
    n_channels, n_drawn : int
    rng : numpy.random.Generator

    Returns
    -------
    channels : ndarray of shape (n_drawn,), int64
    signs : ndarray of shape (n_drawn,), float32
        -1 or 1: the sign of a channel is a convention, and differences of channels tell
        as much as sums.
    """
    channels = rng.choice(n_channels, n_drawn, replace=False).astype(np.int64)
    return channels, rng.choice(np.array([-1, 1], np.float32), n_drawn)
