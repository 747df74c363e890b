"""Attention pooling: a layer of self-attention with drawn weights, summed up over time."""

from numbers import Integral, Real

import numpy as np

from mmsk._utils.sklearn_private import Interval
from mmsk.base import SampleTransformer
from mmsk.encoding._attention import drawn_directions, random_attention, softmax_attention
from mmsk.encoding._sequence_transformer import SequenceTransformer

_N_DIMS = 4  # of a head: with each more, many more random features would be needed
_POOLS = ("mean", "std", "own")


class AttentionPooling(SequenceTransformer):
    r"""What each step of a sequence attends to, summed up over time. Experimental.

    Heads with drawn queries and keys look from every step at all others; what they find is
    pooled. The counterpart of a layer of a Transformer of which only the last, linear layer is
    learned. Steps may be frames, words or patches. Experimental: no published figure on the
    data measured here speaks for it over `MultiRocket`; compare by cross-validation.

    Parameters
    ----------
    extractor : extractor or None, default=None
        What gives the sequence of each sample, as of `MultiRocket`. None: the samples are
        sequences themselves, arrays of shape (n_steps, n_channels) or (n_steps,).
    n_heads : int, default=16
        Ways to look, each with queries and keys of its own.
    sharpness : float, default=1.0
        What products of queries and keys, of deviation 1 over steps, are multiplied with. 0
        looks at all steps alike, which is the mean; the larger, the fewer steps count.
    n_features : int or None, default=128
        Positive random features that stand for the softmax of a head in sequences of more
        steps, in time linear in these. None is the softmax itself for all, in time and
        memory quadratic in them; in shorter sequences that is the cheaper way anyway.
    n_positions : int, default=4
        Waves of relative time that queries and keys see beside the channels. 0: none, and
        the order of steps has no say.
    scaling : {"column", "center", "sample"} or None, default="column"
        What channels are brought to one size by, as of `MultiRocket`.
    random_state : int, RandomState or None, default=0
        Draws queries, keys and random features.
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
    queries_, keys_ : ndarray of shape (n_heads, n_channels + 2 * n_positions, n_dims)
        The maps that heads were drawn.
    directions_ : ndarray of shape (n_heads, n_features, n_dims) or None
        Of the random features.
    n_features_in_ : int

    Raises
    ------
    ValueError
        In ``fit``: if no sample can be read (`mmsk.exceptions.NothingToLearnError`), or
        sequences differ in channels. In ``transform``: if one has other channels than in
        ``fit``, or is not finite.

    See Also
    --------
    MultiRocket : Measures of convolutions, the stronger ones on most data.
    Reservoir : The counterpart of a recurrent network.

    Notes
    -----
    With :math:`z_t` the scaled step, :math:`s_t` the step with waves of its place behind it,
    and maps A, B of a head, the step attends to :math:`c_t = \sum_u a_{tu} z_u`, where
    :math:`a_{tu} \propto \exp(A s_t \cdot B s_u)`. Features are float32: of each head and
    channel the mean of :math:`c_t` over steps, their standard deviation, and the mean of
    :math:`z_t c_t`. A missing sample is a row of NaN.

    References
    ----------
    A. Vaswani et al. (2017), "Attention is all you need", NeurIPS. K. Choromanski et al.
    (2021), "Rethinking attention with Performers", ICLR.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.encoding import AttentionPooling
    >>> rng = np.random.default_rng(0)
    >>> series = [rng.normal(size=(30 + 10 * k, 3)) for k in range(3)]
    >>> AttentionPooling(n_heads=4).fit_transform(series).shape
    (3, 36)
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        **SequenceTransformer.SEQUENCE_CONSTRAINTS,
        "n_heads": [Interval(Integral, 1, None, closed="left")],
        "sharpness": [Interval(Real, 0, None, closed="left")],
        "n_features": [Interval(Integral, 1, None, closed="left"), None],
        "n_positions": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(
        self,
        extractor=None,
        n_heads=16,
        sharpness=1.0,
        n_features=128,
        n_positions=4,
        scaling="column",
        random_state=0,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.extractor = extractor
        self.n_heads = n_heads
        self.sharpness = sharpness
        self.n_features = n_features
        self.n_positions = n_positions
        self.scaling = scaling
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_sequences(self, series, seed):
        rng = np.random.default_rng(seed)
        width = len(series[0]) + 2 * self.n_positions
        n_dims = min(_N_DIMS, width)
        # entries of a step have deviation 1, so products of queries and keys have it too
        scale = 1 / np.sqrt(width * np.sqrt(n_dims))
        shape = (self.n_heads, width, n_dims)
        self.queries_, self.keys_ = (rng.normal(size=shape) * scale for _ in range(2))
        self.directions_ = None
        if self.n_features is not None:
            drawn = [
                drawn_directions(self.n_features, n_dims, rng) for _ in range(self.n_heads)
            ]
            self.directions_ = np.array(drawn)

    def _encode(self, series):
        steps = series.T.astype(np.float64)
        seen = np.hstack([steps, waves(len(steps), self.n_positions)])
        pooled = [_pooled(steps, self._attended(steps, seen, h)) for h in range(self.n_heads)]
        return np.concatenate(pooled)

    def _attended(self, steps, seen, head):
        """What a head finds from each step, (n_steps, n_channels)."""
        root = np.sqrt(self.sharpness)
        queries, keys = root * (seen @ self.queries_[head]), root * (seen @ self.keys_[head])
        if self.directions_ is None or len(steps) <= self.n_features:
            return softmax_attention(queries, keys, steps)
        return random_attention(queries, keys, steps, self.directions_[head])

    def _feature_names(self):
        channels = range(len(self.means_))
        heads = range(self.n_heads)
        return [f"{pool}_h{h}_c{c}" for h in heads for pool in _POOLS for c in channels]


def waves(n_steps, n_waves):
    """Sines and cosines of relative time, of half a turn up to as many halves as waves.

    Parameters
    ----------
    n_steps, n_waves : int

    Returns
    -------
    waves : ndarray of shape (n_steps, 2 * n_waves)
        Of deviation about 1.
    """
    time = (np.arange(n_steps) + 0.5) / n_steps
    turns = np.pi * np.outer(time, np.arange(1, n_waves + 1))
    return np.sqrt(2) * np.hstack([np.sin(turns), np.cos(turns)])


def _pooled(steps, found):
    own = (steps * found).mean(axis=0)
    return np.concatenate([found.mean(axis=0), found.std(axis=0), own])
