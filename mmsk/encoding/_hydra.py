"""Hydra: random convolutions in groups, in which one wins at each step."""

from functools import lru_cache
from itertools import product
from numbers import Integral

import numpy as np

from mmsk._kernels import convolutions as kernels
from mmsk._utils.sklearn_private import Interval
from mmsk.base import SampleTransformer
from mmsk.encoding._sequence_transformer import (
    SequenceTransformer,
    drawn_channels,
    first_differences,
)

_MOST_MIXED = 8  # channels that one group sees


class Hydra(SequenceTransformer):
    """How often random convolutions stand out among those of their group.

    At each step of a sequence, one convolution of a group has the largest output and one
    the smallest: the group is a dictionary, and each stretch of the sequence is told by its
    nearest words. Fewer features than `MultiRocket`, which it complements.

    Parameters
    ----------
    extractor : extractor or None, default=None
        What gives the sequence of each sample, as of `MultiRocket`. None: the samples are
        sequences themselves, arrays of shape (n_steps, n_channels) or (n_steps,).
    n_groups : int, default=64
        Groups; half of them work on the differences from one step to the next.
    n_kernels : int, default=8
        Convolutions in a group.
    scaling : {"column", "center", "sample"} or None, default="column"
        What channels are brought to one size by, as of `MultiRocket`.
    random_state : int, RandomState or None, default=0
        Weights, and which channels groups see.
    n_jobs : int or None, default=None
        Samples read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a sample is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a sample that cannot be read: raise, or give a row of NaN; in
        ``fit`` it is then not learned from.

    Attributes
    ----------
    extractor_ : extractor or None
        The fitted copy of ``extractor``.
    means_, spreads_ : ndarray of shape (n_channels,), float64
        Of the channels, as ``scaling`` uses them.
    dilations_ : ndarray of shape (n_dilations,), int64
        Powers of 2, as many as the median length of the sequences of ``fit`` has room for.
    weights_ : list of two ndarray of shape (n_groups, n_kernels, 9), float32
        Of groups on the sequence, and on its differences.
    channels_, signs_ : list of two ndarray of shape (n_dilations, n_groups, n_mixed)
        What those groups see.
    n_features_in_ : int

    Raises
    ------
    ValueError
        In ``fit``: if no sample can be read (`mmsk.exceptions.NothingToLearnError`), or
        sequences differ in channels. In ``transform``: if one has other channels than in
        ``fit``, or is not finite.

    See Also
    --------
    MultiRocket : More features, and the stronger ones alone.

    Notes
    -----
    Features are float32, by kind (sequence, differences), dilation, group, convolution and
    count: the root of the sum of outputs where the convolution has the largest of its group,
    per step (0 if the sum is negative); and the root of the share of steps at which it has
    the smallest, 0..1, whose squares sum to 1 in each group. The authors have sums over
    steps, of series of one length, and leave the root to their scaler.

    Weights are normal, of mean 0 and summed size 1. Beyond the ends of the sequence stands 0. A
    group sees up to eight channels, with random signs, at most half of all. A sequence of a
    single step has differences of 0. A missing sample is a row of NaN. ``fit`` reads at
    most 500 samples.

    References
    ----------
    A. Dempster, D. F. Schmidt, G. I. Webb (2023), "Hydra: competing convolutional kernels
    for fast and accurate time series classification", Data Mining and Knowledge Discovery
    37, 1779-1805.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.encoding import Hydra
    >>> rng = np.random.default_rng(0)
    >>> series = [rng.normal(size=(30 + 10 * k, 3)) for k in range(3)]
    >>> hydra = Hydra(n_groups=4)
    >>> hydra.fit_transform(series).shape
    (3, 192)
    >>> hydra.get_feature_names_out()[[0, 1]]
    array(['raw_d1_g0_k0_max', 'raw_d1_g0_k0_min'], dtype=object)
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        **SequenceTransformer.SEQUENCE_CONSTRAINTS,
        "n_groups": [Interval(Integral, 2, None, closed="left")],
        "n_kernels": [Interval(Integral, 2, None, closed="left")],
    }

    def __init__(
        self,
        extractor=None,
        n_groups=64,
        n_kernels=8,
        scaling="column",
        random_state=0,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.extractor = extractor
        self.n_groups = n_groups
        self.n_kernels = n_kernels
        self.scaling = scaling
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_sequences(self, series, seed):
        rng = np.random.default_rng(seed)
        length = int(np.median([one.shape[1] for one in series]))
        self.dilations_ = 2 ** np.arange(1 + int(np.log2(max(8, length - 1) / 8)))
        self.weights_ = [self._drawn_weights(n_groups, rng) for n_groups in self._sizes()]
        n_channels = len(series[0])
        n_mixed = max(1, min(n_channels // 2, _MOST_MIXED))
        self.channels_, self.signs_ = [], []
        for n_groups in self._sizes():
            shape = len(self.dilations_), n_groups, n_mixed
            drawn = [drawn_channels(n_channels, n_mixed, rng) for _ in np.ndindex(shape[:2])]
            channels, signs = map(np.stack, zip(*drawn, strict=True))
            self.channels_.append(channels.reshape(shape))
            self.signs_.append(signs.reshape(shape))

    def _sizes(self):
        """Groups on the sequence, and on its differences."""
        return self.n_groups - self.n_groups // 2, self.n_groups // 2

    def _drawn_weights(self, n_groups, rng):
        weights = rng.normal(size=(n_groups, self.n_kernels, kernels.N_TAPS))
        weights -= weights.mean(axis=2, keepdims=True)
        weights /= np.abs(weights).sum(axis=2, keepdims=True)
        return weights.astype(np.float32)

    def _encode(self, series):
        both = series, first_differences(series)
        shares = [
            kernels.hydra_shares(one, self.dilations_, *of_kind).ravel()
            for one, *of_kind in zip(
                both, self.channels_, self.signs_, self.weights_, strict=True
            )
        ]
        return np.sqrt(np.maximum(np.concatenate(shares), 0))

    def _feature_names(self):
        return _names(self._sizes(), self.n_kernels, tuple(self.dilations_.tolist()))


@lru_cache(maxsize=4)
def _names(sizes, n_kernels, dilations):
    return tuple(
        f"{kind}_d{dilation}_g{group}_k{k}_{count}"
        for kind, n_groups in zip(("raw", "diff"), sizes, strict=True)
        for dilation, group, k, count in product(
            dilations, range(n_groups), range(n_kernels), ("max", "min")
        )
    )
