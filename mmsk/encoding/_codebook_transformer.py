"""The base of extractors whose samples are sets of local descriptors."""

from functools import lru_cache
from itertools import product
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.base import SampleTransformer
from mmsk.encoding._codebook import Mixture, fit_centers, fit_mixture, principal_axes
from mmsk.encoding._fisher import fisher_vector, power_normalized, unit_length
from mmsk.encoding._pyramid import pyramid_members, pyramid_names
from mmsk.encoding._sampling import sampled_descriptors
from mmsk.encoding._vlad import vlad


class CodebookTransformer(SampleTransformer):
    """Base class: describe, project, encode by a codebook, in the cells of a pyramid.

    A subclass defines ``_read`` and ``_describe`` (sample to descriptors and positions),
    and names the axes of positions; it has the parameters of ``CODEBOOK_CONSTRAINTS``.
    What is learned, in ``fit``, is learned from a bounded and seeded sample of
    descriptors: ``descriptor_mean_`` and ``axes_`` (main axes), ``position_scale_``, and
    ``weights_``, ``means_`` and ``variances_`` of a mixture, or of k-means ``means_`` only.
    """

    CODEBOOK_CONSTRAINTS = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "n_dims": [Interval(Integral, 1, None, closed="left"), None],
        "encoding": [StrOptions({"fisher", "vlad"})],
        "positions": ["boolean"],
        "pyramid": ["array-like"],
        "max_descriptors": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }
    _position_names: tuple[str, ...] = ()
    #: Whether values are brought to one variance along the main axes: for descriptors of
    #: several units. Otherwise axes along which descriptors vary more count for more.
    _whitens = False
    _pyramid_axes: int | None = None  # how many of them grids divide, from the first; all

    def _describe(self, sample):
        """Descriptors, (n_descriptors, n_values), and positions, (n_descriptors, n_axes)."""
        raise NotImplementedError

    def _fit_cells(self, cells):
        levels = list(self.pyramid)
        if not levels or not all(isinstance(n, Integral) and n > 0 for n in levels):
            raise ValueError(
                f"pyramid must hold cells per side of each grid, such as (1, 2), got "
                f"{self.pyramid!r}"
            )
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        found = sampled_descriptors(self, cells, seed)
        descriptors, positions = map(np.concatenate, zip(*found, strict=True))
        self.descriptor_mean_, self.axes_ = principal_axes(
            descriptors, self.n_dims, whiten=self._whitens
        )
        projected = (descriptors - self.descriptor_mean_) @ self.axes_.T
        # positions then weigh in k-means as much as one of the values
        spread = float(positions.var(axis=0).mean())
        self.position_scale_ = float(np.sqrt(projected.var(axis=0).mean() / (spread or 1)))
        values = self._with_positions(projected, positions)
        if self.encoding == "vlad":
            codebook = Mixture(None, fit_centers(values, self.n_components, seed)[0], None)
        else:
            codebook = fit_mixture(values, self.n_components, seed)
        self.weights_, self.means_, self.variances_ = codebook

    def _with_positions(self, projected, positions):
        if not self.positions:
            return projected
        return np.hstack(
            [projected, (positions - np.float32(0.5)) * np.float32(self.position_scale_)]
        )

    def _extract(self, sample):
        return self._vector(*self._describe(sample))

    def _vector(self, descriptors, positions):
        """The features of a sample that has these descriptors, of shape (n_features,)."""
        projected = (descriptors - self.descriptor_mean_) @ self.axes_.T
        values = self._with_positions(projected, positions)
        parts = [
            self._encode(values[members])
            for members in pyramid_members(positions[:, : self._pyramid_axes], self.pyramid)
        ]
        return unit_length(np.concatenate(parts))

    def _encode(self, values):
        if self.encoding == "vlad":
            return unit_length(vlad(values, self.means_).ravel())
        mixture = Mixture(self.weights_, self.means_, self.variances_)
        return power_normalized(fisher_vector(values, *mixture))

    def _feature_names(self):
        axes = self._position_names if self.positions else ()
        size = (*self.means_.shape, *axes)
        n_axes = len(self._position_names[: self._pyramid_axes])
        return _names(self.encoding, tuple(self.pyramid), n_axes, size)


@lru_cache(maxsize=4)
def _names(encoding, levels, n_axes, size):
    n_components, n_values, *axes = size
    values = [*range(n_values - len(axes)), *axes]
    names = []
    for cell in pyramid_names(levels, n_axes):
        if encoding == "fisher":
            names += [f"fisher_weight_{cell}_{k}" for k in range(n_components)]
        for kind in ("fisher_mean", "fisher_variance") if encoding == "fisher" else ("vlad",):
            pairs = product(range(n_components), values)
            names += [f"{kind}_{cell}_{k}_{value}" for k, value in pairs]
    return tuple(names)
