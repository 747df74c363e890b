"""MultiRocket: fixed convolutions of many dilations, told by their positive outputs."""

from functools import lru_cache
from numbers import Integral
from typing import NamedTuple

import numpy as np

from mmsk._kernels import convolutions as kernels
from mmsk._utils.sklearn_private import Interval
from mmsk.base import SampleTransformer
from mmsk.encoding._sequence_transformer import (
    SequenceTransformer,
    dilations_for,
    drawn_channels,
    first_differences,
)

_MEASURES = ("ppv", "mpv", "mipv", "lspv")
_N_FIXED = len(kernels.FIXED_WEIGHTS)
_LEAST_FEATURES = 2 * _N_FIXED * len(_MEASURES)
_MOST_DILATIONS = 32
_MOST_MIXED = 9  # channels that one convolution sees
_GOLDEN_RATIO = (1 + 5**0.5) / 2


class RocketBank(NamedTuple):
    """What `mmsk._kernels.convolutions.rocket_measures` takes beside the series."""

    dilations: np.ndarray
    ends: np.ndarray
    channels: np.ndarray
    signs: np.ndarray
    n_biases: np.ndarray
    biases: np.ndarray


class MultiRocket(SequenceTransformer):
    """Measures of a sequence under fixed convolutions of many dilations.

    Each of 84 convolutions of nine steps sees a few channels, drawn at random, and is told
    by its outputs above a bias: how many there are, how large, where, and how long they
    last. The counterpart of a convolutional network over time that needs no training; made
    for linear models behind a StandardScaler.

    Parameters
    ----------
    extractor : extractor or None, default=None
        What gives the sequence of each sample: `mmsk.audio.MFCC`, ``LogMel``, ``Chroma``
        and ``SpectralStatistics`` their frames, `mmsk.video.FramePooling` and
        ``FrameStatistics`` what they find in each picture, ``AudioTrack`` what its own
        extractor gives. None: the samples are sequences themselves, arrays of shape
        (n_steps, n_channels) or (n_steps,).
    n_features : int, default=10_000
        At most so many, and at least 672; rounded down to a multiple of 672.
    scaling : {"column", "center", "sample"} or None, default="column"
        What channels are brought to one size by. ``"column"``: mean and deviation over the
        steps of all samples. ``"center"``: the sample's own mean, and the deviation from it
        over all samples, so that what stays the same throughout a sample, such as its
        microphone, does not count; in short samples much of what is said does. ``"sample"``:
        mean and deviation of the sample. None: nothing.
    random_state : int, RandomState or None, default=0
        Which channels convolutions see, and which samples biases come from.
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
    banks_ : list of two tuples of arrays
        Dilations, channels, signs and biases of the convolutions of the sequence, and of
        its steps from one value to the next.
    n_features_in_ : int

    Raises
    ------
    ValueError
        In ``fit``: if no sample can be read (`mmsk.exceptions.NothingToLearnError`), or
        sequences differ in channels. In ``transform``: if one has other channels than in
        ``fit``, or is not finite.

    See Also
    --------
    Hydra : Counts of what stands out, on random convolutions.
    mmsk.fusion.SequenceFusion : Sequences of several views as one.

    Notes
    -----
    Features are float32, of the sequence and then of its differences, by dilation,
    convolution, bias and measure: ``ppv``, the share of outputs above the bias, 0..1;
    ``mpv``, by how much they are above it on average; ``mipv``, their mean place, 0..1;
    ``lspv``, the longest unbroken stretch of them, 0..1. All are 0 where there is none.
    Places and stretches are shares of the steps, because sequences differ in length; the
    authors' are numbers of steps, of series of one length.

    As in the authors' code, a convolution sees from one to nine channels, dilations rise
    to where it spans the sequence (of median length here), half of them look beyond the
    ends, where 0 stands, and biases are quantiles of the outputs of samples of ``fit``. A
    sequence that a convolution spans beyond is seen with its ends; one of a single step
    has differences of 0. Other than there, each channel has a random sign: the sign of a
    channel is a convention, and differences of channels tell as much as sums.

    A missing sample is a row of NaN. ``fit`` reads at most 500 samples.

    References
    ----------
    C. W. Tan, A. Dempster, C. Bergmeir, G. I. Webb (2022), "MultiRocket: multiple pooling
    operators and transformations for fast and effective time series classification", Data
    Mining and Knowledge Discovery 36, 1623-1646.

    A. Dempster, D. F. Schmidt, G. I. Webb (2021), "MiniRocket: a very fast (almost)
    deterministic transform for time series classification", KDD, 248-257.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import MFCC
    >>> from mmsk.encoding import MultiRocket
    >>> sounds = [np.sin(np.arange(8000) ** 2 / 10**k) for k in (4, 5)]
    >>> rocket = MultiRocket(MFCC(), n_features=672)
    >>> rocket.fit_transform([*sounds, None]).shape
    (3, 672)
    >>> rocket.get_feature_names_out()[[0, -1]]
    array(['raw_d1_k0_b0_ppv', 'diff_d1_k83_b0_lspv'], dtype=object)
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        **SequenceTransformer.SEQUENCE_CONSTRAINTS,
        "n_features": [Interval(Integral, _LEAST_FEATURES, None, closed="left")],
    }

    def __init__(
        self,
        extractor=None,
        n_features=10_000,
        scaling="column",
        random_state=0,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.extractor = extractor
        self.n_features = n_features
        self.scaling = scaling
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_sequences(self, series, seed):
        rng = np.random.default_rng(seed)
        n_each = self.n_features // _LEAST_FEATURES
        self.banks_ = [
            tuple(_drawn_bank(some, n_each, rng))
            for some in (series, [first_differences(one) for one in series])
        ]

    def _encode(self, series):
        both = series, first_differences(series)
        measures = [
            kernels.rocket_measures(one, *bank)
            for one, bank in zip(both, self.banks_, strict=True)
        ]
        return np.concatenate(measures).ravel()

    def _feature_names(self):
        names = []
        for kind, bank in zip(("raw", "diff"), self.banks_, strict=True):
            bank = RocketBank(*bank)
            sizes = tuple(zip(bank.dilations.tolist(), bank.n_biases.tolist(), strict=True))
            names += _names(kind, sizes)
        return names


def _drawn_bank(series, n_each, rng):
    """Dilations, mixes of channels, and biases that are quantiles of outputs."""
    length = int(np.median([one.shape[1] for one in series]))
    dilations, n_biases = dilations_for(length, min(n_each, _MOST_DILATIONS))
    n_biases = n_biases * (n_each // n_biases.sum())
    n_biases[: n_each - n_biases.sum()] += 1  # what division leaves: at small dilations
    n_channels = series[0].shape[0]
    most = np.log2(min(n_channels, _MOST_MIXED) + 1)
    golden = (np.arange(1, 1 + n_each * _N_FIXED) / _GOLDEN_RATIO) % 1
    mixes, biases = [], []
    for dilation, n_here in zip(dilations, n_biases, strict=True):
        for weights in kernels.FIXED_WEIGHTS:
            mixes.append(drawn_channels(n_channels, int(2 ** rng.uniform(0, most)), rng))
            mixed = kernels.mixed_channels(series[rng.integers(len(series))], *mixes[-1])
            outputs = kernels.convolved(mixed, weights, dilation)
            taken, golden = golden[:n_here], golden[n_here:]
            biases.append(np.quantile(outputs, taken))
    channels, signs = map(np.concatenate, zip(*mixes, strict=True))
    ends = np.cumsum([len(some) for some, _ in mixes])
    biases = np.concatenate(biases).astype(np.float32)
    return RocketBank(dilations, ends, channels, signs, n_biases, biases)


@lru_cache(maxsize=8)
def _names(kind, sizes):
    return [
        f"{kind}_d{dilation}_k{k}_b{b}_{measure}"
        for dilation, n_biases in sizes
        for k in range(_N_FIXED)
        for b in range(n_biases)
        for measure in _MEASURES
    ]
