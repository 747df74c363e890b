"""The base of extractors that tell the patches of a plane by a learned dictionary."""

from functools import lru_cache, partial
from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from mmsk._utils.sklearn_private import Interval, RealNotInt, StrOptions
from mmsk._utils.workers import map_samples
from mmsk.base import SampleTransformer
from mmsk.encoding._patches import (
    PatchCoding,
    PatchDictionary,
    cell_names,
    drawn_patches,
    encoded,
    learned_dictionary,
)

_LEAST_PER_SAMPLE = 25  # patches drawn; it bounds how many samples `fit` reads


class PatchTransformer(SampleTransformer):
    """Base class: draw patches, learn a dictionary, code all patches, pool them in cells.

    A subclass defines ``_reading``, ``_plane`` (sample to plane) and ``_shapes`` (patch, step
    and grids), may check parameters of its own in ``_check_together``, and has the
    parameters of ``PATCH_CONSTRAINTS``. What is learned are ``mean_``, ``whitening_`` and
    ``centroids_``.
    """

    PATCH_CONSTRAINTS = {
        "n_centroids": [Interval(Integral, 2, None, closed="left")],
        "code": [StrOptions({"triangle", "nearest"})],
        "n_nearest": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
        ],
        "levels": [tuple, list],
        "pool": [StrOptions({"mean", "max"})],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "max_patches": [Interval(Integral, 1, None, closed="left")],
        "max_memory_mb": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }
    #: Added to the variance of a patch, in the squared unit of the plane.
    _contrast = 10.0
    #: What samples are, for messages.
    _samples_are = "samples"

    def _plane(self, sample):
        """A sample as a plane of shape (height, width, n_channels), float32."""
        raise NotImplementedError

    def _shapes(self):
        """The shape of a patch, the step between patches, and the grids of cells."""
        raise NotImplementedError

    def _fit_cells(self, cells):
        self._check_together()
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        self.mean_, self.whitening_, self.centroids_ = learned_dictionary(
            self._sampled_patches(cells, seed),
            self.n_centroids,
            self.dictionary,
            self._contrast,
            self.epsilon,
            seed,
        )

    def _check_together(self):
        levels = self.levels
        if not levels or not all(isinstance(k, Integral) and k > 0 for k in levels):
            raise ValueError(f"levels must be whole numbers of at least 1, got {levels!r}")
        if self.n_nearest > self.n_centroids:
            raise ValueError(
                f"n_nearest={self.n_nearest} is more than n_centroids={self.n_centroids}"
            )
        if self.max_patches < self.n_centroids:
            raise ValueError(
                f"n_centroids={self.n_centroids} are learned from as many patches at least, "
                f"got max_patches={self.max_patches}"
            )

    def _sampled_patches(self, cells, seed):
        """Patches from random places of random samples, the same whatever ``n_jobs``."""
        sources = [(row, s) for row, cell in enumerate(cells) for s in self._members(cell)]
        n_read = min(len(sources), max(1, self.max_patches // _LEAST_PER_SAMPLE))
        chosen = np.random.default_rng(seed).permutation(len(sources))[:n_read]
        n_each = -(-self.max_patches // max(1, n_read))
        draw = partial(self._drawn_patches, n_patches=n_each, seed=seed)
        found = map_samples(draw, [(k, *sources[k]) for k in chosen.tolist()], self.n_jobs)
        patches = [drawn for drawn in found if drawn is not None]
        if not patches:
            raise ValueError(
                f"{type(self).__name__} learns from {self._samples_are} in fit, but none of "
                f"the {len(cells)} samples can be read."
            )
        return np.concatenate(patches)[: self.max_patches]

    def _drawn_patches(self, numbered_source, *, n_patches, seed):
        number, row, source = numbered_source
        plane = None
        with self._passing_over(row, source):
            sample = self._read(*self._sources(source))
            plane = None if sample is None else self._plane(sample)
        if plane is None:
            return None
        rng = np.random.default_rng([seed, number])
        return drawn_patches(plane, self._shapes()[0], n_patches, rng)

    def _extract(self, sample):
        dictionary = PatchDictionary(self.mean_, self.whitening_, self.centroids_)
        return encoded(self._plane(sample), dictionary, self._coding())

    def _coding(self):
        n_nearest = self.n_nearest
        if not isinstance(n_nearest, Integral):
            n_nearest = max(1, int(n_nearest * self.n_centroids))
        patch, step, grids = self._shapes()
        return PatchCoding(
            patch=patch,
            step=step,
            grids=grids,
            contrast=self._contrast,
            n_nearest=n_nearest if self.code == "nearest" else None,
            projects=self.code == "projection",
            pool=self.pool,
            max_bytes=self.max_memory_mb * 2**20,
        )

    def _feature_names(self):
        return _names(self._shapes()[2], self.n_centroids)


@lru_cache(maxsize=4)
def _names(grids, n_centroids):
    return tuple(f"patch_{name}" for name in cell_names(grids, n_centroids))
