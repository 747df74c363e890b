"""Reservoir: a recurrent network with drawn weights, told by its states."""

from numbers import Integral, Real

import numpy as np

from mmsk._kernels import reservoir as kernels
from mmsk._utils.sklearn_private import Interval
from mmsk.base import SampleTransformer
from mmsk.encoding._sequence_transformer import SequenceTransformer

_N_LINKS = 10  # that a unit listens to: enough to mix, few enough to be fast
_POOLS = ("mean", "std", "last")


class Reservoir(SequenceTransformer):
    """States of an echo-state network that a sequence runs through. Experimental.

    Units with drawn weights hear the sequence and each other; their states are a nonlinear
    memory of what came. The counterpart of a recurrent network of which only the last,
    linear layer is learned. Experimental: no published figure on the data measured here
    speaks for it over `MultiRocket`; compare by cross-validation.

    Parameters
    ----------
    extractor : extractor or None, default=None
        What gives the sequence of each sample, as of `MultiRocket`. None: the samples are
        sequences themselves, arrays of shape (n_steps, n_channels) or (n_steps,).
    n_units : int, default=500
        Units of the network, at least 2.
    leak : float, default=0.3
        Share of a state that is new at each step: the less, the slower. Above 0, at most 1.
    spectral_radius : float, default=0.9
        By how much states would grow at each step without input and bounds; below 1, what
        came long ago is forgotten.
    input_scale : float, default=1.0
        Deviation of what a unit hears of a sequence of scaled channels.
    scaling : {"column", "center", "sample"} or None, default="column"
        What channels are brought to one size by, as of `MultiRocket`.
    random_state : int, RandomState or None, default=0
        The weights.
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
    input_weights_ : ndarray of shape (n_units, n_channels), float32
    biases_ : ndarray of shape (n_units,), float32
    sources_ : ndarray of shape (n_units, n_links), int64
        The units that each unit listens to.
    weights_ : ndarray of shape (n_units, n_links), float32
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

    Notes
    -----
    With ``u`` the scaled step and ``h`` the states, zero before the first step,
    ``h = (1 - leak) * h + leak * tanh(W_in u + b + W h)``. Features are float32: of each
    unit the mean of its states over time and their standard deviation, then the last
    state, all in -1..1. A missing sample is a row of NaN.

    References
    ----------
    H. Jaeger (2001), "The echo state approach to analysing and training recurrent neural
    networks", GMD report 148.

    M. Lukosevicius (2012), "A practical guide to applying echo state networks", in Neural
    Networks: Tricks of the Trade, Springer, 659-686.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.encoding import Reservoir
    >>> rng = np.random.default_rng(0)
    >>> series = [rng.normal(size=(30 + 10 * k, 3)) for k in range(3)]
    >>> Reservoir(n_units=20).fit_transform(series).shape
    (3, 60)
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        **SequenceTransformer.SEQUENCE_CONSTRAINTS,
        "n_units": [Interval(Integral, 2, None, closed="left")],
        "leak": [Interval(Real, 0, 1, closed="right")],
        "spectral_radius": [Interval(Real, 0, None, closed="left")],
        "input_scale": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        extractor=None,
        n_units=500,
        leak=0.3,
        spectral_radius=0.9,
        input_scale=1.0,
        scaling="column",
        random_state=0,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.extractor = extractor
        self.n_units = n_units
        self.leak = leak
        self.spectral_radius = spectral_radius
        self.input_scale = input_scale
        self.scaling = scaling
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_sequences(self, series, seed):
        rng = np.random.default_rng(seed)
        n_units, n_channels = self.n_units, len(series[0])
        into = rng.normal(size=(n_units, n_channels)) * self.input_scale / np.sqrt(n_channels)
        self.input_weights_ = into.astype(np.float32)
        self.biases_ = rng.uniform(-0.5, 0.5, n_units).astype(np.float32)
        n_links = min(_N_LINKS, n_units)
        drawn = [rng.choice(n_units, n_links, replace=False) for _ in range(n_units)]
        self.sources_ = np.stack(drawn).astype(np.int64)
        weights = rng.normal(size=self.sources_.shape)
        links = np.zeros((n_units, n_units))
        np.put_along_axis(links, self.sources_, weights, axis=1)
        radius = np.abs(np.linalg.eigvals(links)).max()
        self.weights_ = (weights * self.spectral_radius / radius).astype(np.float32)

    def _encode(self, series):
        # tap by tap, so that rows do not depend on how a matrix product is cut
        inputs = np.einsum("ct,uc->tu", series, self.input_weights_) + self.biases_
        states = kernels.reservoir_states(
            np.ascontiguousarray(inputs), self.sources_, self.weights_, float(self.leak)
        ).astype(np.float64)
        return np.concatenate([states.mean(axis=0), states.std(axis=0), states[-1]])

    def _feature_names(self):
        return [f"{pool}_u{unit}" for pool in _POOLS for unit in range(self.n_units)]
