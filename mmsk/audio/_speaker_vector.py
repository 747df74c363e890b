"""Voices: how a recording moves the mixture of everybody's sounds."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.audio._sound_transformer import SoundTransformer
from mmsk.audio._speech_frames import cepstral_frames, check_coefficients
from mmsk.encoding._codebook import fit_mixture, principal_axes
from mmsk.encoding._fisher import component_sums
from mmsk.encoding._sampling import sampled_descriptors
from mmsk.encoding._total_variability import (
    component_grams,
    fit_total_variability,
    map_means,
    posteriors,
)


class SpeakerVector(SoundTransformer):
    """The voice in a recording, as an i-vector or a supervector.

    ``fit`` learns a Gaussian mixture of the frames of all recordings (a universal background
    model) of mel-frequency cepstral coefficients and deltas, silence left out. A recording
    then is how far its own frames move the means of that mixture: all means
    ("supervector"), or their place in the few directions along which recordings differ
    ("ivector"). Labels are not looked at: what of it is the speaker is told by
    `mmsk.audio.PLDA` or scikit-learn's ``LinearDiscriminantAnalysis`` behind it.

    Parameters
    ----------
    kind : {"ivector", "supervector"}, default="ivector"
        What a row is.
    n_components : int, default=64
        Components of the mixture.
    n_dims : int, default=50
        Of i-vectors. Unused otherwise.
    relevance : float, default=16
        Of supervectors: frames that the mean of everybody counts for beside those of the
        recording. Unused otherwise.
    n_mfcc : int, default=20
        Cepstral coefficients; their deltas come to as many again.
    n_mels : int, default=40
        Bands of the mel filter bank, which covers 0 Hz to half of ``rate_hz``.
    window_s : float, default=0.032
        Length of a Hann window in seconds.
    hop_s : float, default=0.010
        Time from one frame to the next, in seconds.
    rate_hz : int, default=16000
        Rate that recordings are resampled to, and that bare arrays have.
    silence_db : float or None, default=35
        Frames are left out that are softer than the loudest one by more. None keeps all.
    subtract_mean : bool, default=True
        Whether the mean of each coefficient over the recording is taken off: the line and
        the microphone are not the speaker. False where all speakers used the same ones.
    max_descriptors : int, default=300_000
        Frames that ``fit`` learns from, which bounds its memory and time. They come from at
        most 1,000 recordings.
    random_state : int, RandomState or None, default=0
        Which frames ``fit`` takes, and where k-means and the directions begin.
    n_jobs : int or None, default=None
        Recordings read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a recording is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a recording that cannot be read: raise, or give a row of NaN; in
        ``fit`` it is then not learned from.

    Attributes
    ----------
    descriptor_mean_ : ndarray of shape (2 * n_mfcc,), float32
        Of the frames that ``fit`` took.
    axes_ : ndarray of shape (n_values, 2 * n_mfcc), float32
        Their main axes, divided by the deviation along them.
    weights_ : ndarray of shape (n_components,), float32
        Of the components of the mixture.
    means_, variances_ : ndarray of shape (n_components, n_values), float32
        Of the mixture, along the axes.
    directions_ : ndarray of shape (n_components, n_values, n_dims), float64, or None
        Of i-vectors, in deviations: the total variability matrix.
    grams_ : ndarray of shape (n_components, n_dims, n_dims), float64, or None
        Products of the directions within each component.

    Raises
    ------
    ValueError
        In ``fit``: if ``n_mfcc`` is more than ``n_mels``, or if there are fewer than two
        frames in all (`mmsk.exceptions.NothingToLearnError`).

    Notes
    -----
    Features are float32. Of "ivector": the posterior mean of the weights of the directions,
    which are normal with unit covariance beforehand, so the row of a very short recording
    is near 0. Of "supervector": by component and value, ``sqrt(weight) / deviation`` times
    how far the adapted mean is from the common one, so that distances approximate the
    divergence of mixtures. There are fewer where ``fit`` meets fewer different frames than
    components. A missing sample is a row of NaN.

    References
    ----------
    D. A. Reynolds, T. F. Quatieri, R. B. Dunn (2000), "Speaker verification using adapted
    Gaussian mixture models", Digital Signal Processing 10, 19-41.

    W. M. Campbell, D. E. Sturim, D. A. Reynolds (2006), "Support vector machines using GMM
    supervectors for speaker verification", IEEE Signal Processing Letters 13(5), 308-311.

    N. Dehak, P. Kenny, R. Dehak, P. Dumouchel, P. Ouellet (2011), "Front-end factor analysis
    for speaker verification", IEEE Transactions on Audio, Speech, and Language Processing
    19(4), 788-798.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import SpeakerVector
    >>> sounds = list(np.random.default_rng(0).normal(size=(4, 8000)).astype(np.float32))
    >>> SpeakerVector(n_components=4, n_dims=3).fit_transform([*sounds, None]).shape
    (5, 3)
    >>> SpeakerVector("supervector", n_components=4, n_mfcc=5).fit_transform(sounds).shape
    (4, 40)
    """

    _parameter_constraints = {
        **SoundTransformer._parameter_constraints,
        "kind": [StrOptions({"ivector", "supervector"})],
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "n_dims": [Interval(Integral, 1, None, closed="left")],
        "relevance": [Interval(Real, 0, None, closed="left")],
        "n_mfcc": [Interval(Integral, 1, None, closed="left")],
        "n_mels": [Interval(Integral, 1, None, closed="left")],
        "window_s": [Interval(Real, 0, None, closed="neither")],
        "hop_s": [Interval(Real, 0, None, closed="neither")],
        "rate_hz": [Interval(Integral, 1, None, closed="left")],
        "silence_db": [Interval(Real, 0, None, closed="left"), None],
        "subtract_mean": ["boolean"],
        "max_descriptors": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        kind="ivector",
        n_components=64,
        n_dims=50,
        relevance=16,
        n_mfcc=20,
        n_mels=40,
        window_s=0.032,
        hop_s=0.010,
        rate_hz=16000,
        silence_db=35,
        subtract_mean=True,
        max_descriptors=300_000,
        random_state=0,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.kind = kind
        self.n_components = n_components
        self.n_dims = n_dims
        self.relevance = relevance
        self.n_mfcc = n_mfcc
        self.n_mels = n_mels
        self.window_s = window_s
        self.hop_s = hop_s
        self.rate_hz = rate_hz
        self.silence_db = silence_db
        self.subtract_mean = subtract_mean
        self.max_descriptors = max_descriptors
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        check_coefficients(self)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        recordings = [frames for frames, _ in sampled_descriptors(self, cells, seed)]
        frames = np.concatenate(recordings)
        self.descriptor_mean_, self.axes_ = principal_axes(frames, None, whiten=True)
        mixture = fit_mixture(self._projected(frames), self.n_components, seed)
        self.weights_, self.means_, self.variances_ = mixture
        self.directions_ = self.grams_ = None
        if self.kind == "ivector":
            sums = [self._centered(*self._sums(frames)) for frames in recordings]
            counts, centered = map(np.stack, zip(*sums, strict=True))
            self.directions_ = fit_total_variability(counts, centered, self.n_dims, seed)
            self.grams_ = component_grams(self.directions_)

    def _projected(self, frames):
        return (frames - self.descriptor_mean_) @ self.axes_.T

    def _sums(self, frames):
        """Shares of the frames in each component, and their weighted sums, float64."""
        frames = self._projected(frames)
        mixture = self.weights_, self.means_, self.variances_
        counts, firsts, _ = component_sums(frames, *mixture)
        return counts.astype(np.float64), firsts.astype(np.float64)

    def _centered(self, counts, firsts):
        away = firsts - counts[:, None] * self.means_
        return counts, away / np.sqrt(self.variances_)

    def _describe(self, sound):
        return cepstral_frames(self, sound)

    def _extract(self, sound):
        counts, firsts = self._sums(self._describe(sound)[0])
        if self.kind == "ivector":
            counts, centered = self._centered(counts, firsts)
            return posteriors(counts[None], centered[None], self.directions_, self.grams_)[0][0]
        moved = map_means(counts, firsts, self.means_, self.relevance) - self.means_
        return (np.sqrt(self.weights_[:, None] / self.variances_) * moved).ravel()

    def _feature_names(self):
        if self.kind == "ivector":
            return [f"ivector_{k}" for k in range(self.directions_.shape[2])]
        n_components, n_values = self.means_.shape
        pairs = ((k, value) for k in range(n_components) for value in range(n_values))
        return [f"supervector_{k}_{value}" for k, value in pairs]
