"""Sequences of two kinds that differ only in the order of their steps, and a toy extractor."""

import numpy as np

from mmsk.base import SampleTransformer
from mmsk.exceptions import DecodeError


def rising_and_falling(n, seed, n_steps=(20, 40)):
    """Noisy ramps up (label 1) and down (label 0) of unequal length, in one of two channels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    sequences = []
    for label in labels:
        ramp = np.linspace(-1, 1, rng.integers(*n_steps))
        noise = 0.3 * rng.normal(size=(len(ramp), 2))
        sequences.append(noise + np.outer(ramp if label else -ramp, [1, 0]))
    return sequences, labels


class Steps(SampleTransformer):
    """The mean of a sequence, which it also gives as it is; negative ones cannot be read."""

    def __init__(self, *, n_jobs=None, memory=None, on_error="raise"):
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _read(self, source):
        if np.min(source) < -1000:
            raise DecodeError("cannot read steps below -1000")
        return source

    def _extract(self, sample):
        return self._sequence(sample).mean(axis=0)

    def _sequence(self, sample):
        return np.asarray(sample, np.float64).reshape(len(sample), -1)

    def _feature_names(self):
        return ["mean"]
