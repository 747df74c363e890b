"""Patches of a spectrogram told by a learned dictionary: a convolutional layer, not trained."""

from numbers import Integral, Real

import numpy as np

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.audio._sound_transformer import SoundTransformer
from mmsk.audio._speech_frames import mel_plane, stretched
from mmsk.encoding import PatchTransformer


class PatchEncoder(SoundTransformer, PatchTransformer):
    """Codes of patches of a log-mel spectrogram, pooled in bands and parts of time.

    What one layer of a convolutional network does, without backpropagation: small patches
    of the spectrogram are brought to one level and contrast and whitened, told by a
    dictionary learned in ``fit``, and pooled in cells. Labels are not looked at.

    Parameters
    ----------
    n_centroids : int, default=64
        Words of the dictionary; features for each cell.
    patch_mels : int, default=10
        Height of a patch in mel bands.
    patch_frames : int, default=8
        Width of a patch in frames.
    step_mels, step_frames : int, default=2
        From one patch to the next.
    n_bands : int, default=4
        Cells of each grid along frequency. Within a cell it does not count at which pitch a
        patch lies, so voices of longer and shorter throats look more alike.
    levels : tuple of int, default=(1, 2, 4)
        Cells of each grid along time, equal parts of the recording: what comes first, and
        what then, at any speed.
    n_mels : int, default=40
        Bands of the mel filter bank, which covers 0 Hz to half of ``rate_hz``.
    window_s : float, default=0.032
        Length of a Hann window in seconds.
    hop_s : float, default=0.010
        Time from one frame to the next, in seconds.
    rate_hz : int, default=16000
        Rate that recordings are resampled to, and that bare arrays have.
    silence_db : float or None, default=35
        Frames at both ends are left out that are softer than the loudest one by more, so
        that parts of time are parts of what sounds. None keeps all.
    dictionary : {"spherical", "kmeans", "patches"}, default="spherical"
        Whether centroids are those of spherical k-means (directions, of length 1), of
        k-means, or patches drawn at random.
    code : {"triangle", "projection", "nearest"}, default="triangle"
        What a patch has for each centroid:

        - "triangle": by how much it is nearer than centroids are on average, at least 0;
        - "projection": its product with the centroid, at least 0; goes with "spherical";
        - "nearest": 1 for the ``n_nearest`` nearest, 0 for others.
    n_nearest : int or float, default=0.1
        With ``code="nearest"``: how many, or which share of all. Unused otherwise.
    pool : {"mean", "max"}, default="mean"
        What a cell has of the codes of its patches.
    epsilon : float, default=0.1
        Added to the variance in each direction before whitening, in units of the variance
        of a normalised patch, 1: the more, the less fine detail and noise count.
    max_patches : int, default=50_000
        Patches to learn from, drawn evenly from at most ``max_patches / 25`` recordings.
    max_memory_mb : float, default=16
        What the patches and codes of a recording take at a time, in MiB, for each worker;
        patches of one row of places are the least.
    random_state : int, RandomState or None, default=0
        Of the patches drawn and of k-means. None is another dictionary at each ``fit``.
    n_jobs : int or None, default=None
        Recordings read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a recording is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a recording that cannot be read: raise, or give a row of NaN; it is
        then not learned from.

    Attributes
    ----------
    mean_ : ndarray of shape (n_values,), float32
        Of normalised patches; ``patch_mels * patch_frames`` values by band and frame.
    whitening_ : ndarray of shape (n_values, n_values), float32
        What normalised patches less their mean are multiplied with.
    centroids_ : ndarray of shape (n_centroids, n_values), float32
        Whitened.

    Raises
    ------
    ValueError
        In ``fit``: if there are fewer bands than patches and cells need, fewer centroids
        than ``n_nearest`` or fewer ``max_patches`` than centroids, or if no recording can
        be read.

    Notes
    -----
    Features are float32 of at least 0, by level, band from low to high, part of time, and
    centroid: ``n_bands * sum(levels) * n_centroids``. A missing sample is a row of NaN.

    A patch less its mean is divided by the root of its variance plus 10 squared decibels:
    loudness and the colour of a microphone hardly show. A recording of fewer frames than
    patches and parts need is stretched along time. Speech takes "triangle" with the mean;
    a linear model or an RBF kernel wants features standardised, within each speaker where
    speakers are known (`mmsk.fusion.GroupScaler`).

    References
    ----------
    A. Coates, H. Lee, A. Y. Ng (2011), "An analysis of single-layer networks in
    unsupervised feature learning", AISTATS, PMLR 15, 215-223.

    A. Coates, A. Y. Ng (2012), "Learning feature representations with k-means", Neural
    Networks: Tricks of the Trade, Springer, 561-580: "spherical" and "projection".

    J. Salamon, J. P. Bello (2015), "Unsupervised feature learning for urban sound
    classification", ICASSP, 171-175: patches of log-mel spectrograms.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import PatchEncoder
    >>> sounds = list(np.random.default_rng(0).normal(size=(3, 8000)).astype(np.float32))
    >>> encoder = PatchEncoder(n_centroids=20)
    >>> encoder.fit_transform([*sounds, None]).shape
    (4, 560)
    >>> encoder.get_feature_names_out()[[0, -1]]
    array(['patch_4x1_r0_c0_0', 'patch_4x4_r3_c3_19'], dtype=object)
    """

    _parameter_constraints = {
        **SoundTransformer._parameter_constraints,
        **PatchTransformer.PATCH_CONSTRAINTS,
        "patch_mels": [Interval(Integral, 1, None, closed="left")],
        "patch_frames": [Interval(Integral, 1, None, closed="left")],
        "step_mels": [Interval(Integral, 1, None, closed="left")],
        "step_frames": [Interval(Integral, 1, None, closed="left")],
        "n_bands": [Interval(Integral, 1, None, closed="left")],
        "n_mels": [Interval(Integral, 1, None, closed="left")],
        "window_s": [Interval(Real, 0, None, closed="neither")],
        "hop_s": [Interval(Real, 0, None, closed="neither")],
        "rate_hz": [Interval(Integral, 1, None, closed="left")],
        "silence_db": [Interval(Real, 0, None, closed="left"), None],
        "dictionary": [StrOptions({"kmeans", "spherical", "patches"})],
        "code": [StrOptions({"triangle", "projection", "nearest"})],
    }
    _samples_are = "recordings"

    def __init__(
        self,
        n_centroids=64,
        patch_mels=10,
        patch_frames=8,
        step_mels=2,
        step_frames=2,
        n_bands=4,
        levels=(1, 2, 4),
        n_mels=40,
        window_s=0.032,
        hop_s=0.010,
        rate_hz=16000,
        silence_db=35,
        dictionary="spherical",
        code="triangle",
        n_nearest=0.1,
        pool="mean",
        epsilon=0.1,
        max_patches=50_000,
        max_memory_mb=16,
        random_state=0,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_centroids = n_centroids
        self.patch_mels = patch_mels
        self.patch_frames = patch_frames
        self.step_mels = step_mels
        self.step_frames = step_frames
        self.n_bands = n_bands
        self.levels = levels
        self.n_mels = n_mels
        self.window_s = window_s
        self.hop_s = hop_s
        self.rate_hz = rate_hz
        self.silence_db = silence_db
        self.dictionary = dictionary
        self.code = code
        self.n_nearest = n_nearest
        self.pool = pool
        self.epsilon = epsilon
        self.max_patches = max_patches
        self.max_memory_mb = max_memory_mb
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _check_together(self):
        super()._check_together()
        least = self.patch_mels + (self.n_bands - 1) * self.step_mels
        if self.n_mels < least:
            raise ValueError(
                f"patch_mels={self.patch_mels}, step_mels={self.step_mels} and "
                f"n_bands={self.n_bands} need n_mels of at least {least}, got {self.n_mels}"
            )

    def _shapes(self):
        patch = self.patch_mels, self.patch_frames
        grids = tuple((self.n_bands, n_parts) for n_parts in self.levels)
        return patch, (self.step_mels, self.step_frames), grids

    def _plane(self, sound):
        samples, _ = sound
        levels = mel_plane(
            samples, self.rate_hz, self.n_mels, self.window_s, self.hop_s, self.silence_db
        )
        least = self.patch_frames + (max(self.levels) - 1) * self.step_frames
        return np.asarray(stretched(levels, least)[:, :, None], dtype=np.float32)
