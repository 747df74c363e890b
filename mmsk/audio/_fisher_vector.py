"""Fisher vectors: frames of a recording, compared with those of all recordings."""

from numbers import Integral, Real

from mmsk._utils.sklearn_private import Interval
from mmsk.audio._sound_transformer import SoundTransformer
from mmsk.audio._speech_frames import cepstral_frames, check_coefficients
from mmsk.encoding import CodebookTransformer


class FisherVector(SoundTransformer, CodebookTransformer):
    """Fisher vector of the cepstra of a recording's frames.

    ``fit`` learns a Gaussian mixture of frames, described by mel-frequency cepstral
    coefficients and their deltas, from a sample of them; a recording becomes the change of
    the mixture that would suit its own frames better. Made for linear models.

    Parameters
    ----------
    n_components : int, default=32
        Components of the mixture, or centres of k-means for "vlad".
    n_dims : int or None, default=None
        Main axes to which frames are reduced; None keeps all ``2 * n_mfcc``.
    encoding : {"fisher", "vlad"}, default="fisher"
        "vlad" compares with centres only: half as many features, faster, weaker.
    positions : bool, default=True
        Whether a frame's place in time is one of its values, so that it counts when
        something sounds. Costs one more value, where a pyramid multiplies the features.
    pyramid : sequence of int, default=(1,)
        Parts of time that are encoded one by one; 1 is the whole recording, (1, 3) adds
        its thirds.
    n_mfcc : int, default=13
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
        Whether the mean of each coefficient over the recording is taken off, which takes
        away loudness and the colour of room and microphone, and some of the voice's.
    max_descriptors : int, default=100_000
        Frames that ``fit`` learns from, which bounds its memory and time. They come from at
        most 1,000 recordings.
    random_state : int, RandomState or None, default=0
        Which frames ``fit`` takes, and where k-means begins.
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
    axes_ : ndarray of shape (n_dims, 2 * n_mfcc), float32
        Their main axes, divided by the deviation along them.
    position_scale_ : float
        By which places in time are multiplied, so that they vary as much as other values.
    means_, variances_ : ndarray of shape (n_components, n_dims + 1), float32
        Of the mixture; for "vlad" the centres, and None.
    weights_ : ndarray of shape (n_components,), float32, or None
        Of the components of the mixture.

    Raises
    ------
    ValueError
        In ``fit``: if ``pyramid`` is not positive, if ``n_mfcc`` is more than ``n_mels``, or if
        there are fewer than two frames in all (`mmsk.exceptions.NothingToLearnError`).

    Notes
    -----
    Features are float32 in -1..1, and the squares of a row sum to 1: by part of the pyramid;
    gradients by weights, by means, by variances; component; value, the time last. There are
    ``n_components * (1 + 2 * (n_dims + 1))`` by default, fewer where ``fit`` meets fewer
    different frames than components. A missing sample is a row of NaN. Gradients are those
    of ``skimage.feature.fisher_vector(improved=True)``, but for the sign by variances.

    References
    ----------
    F. Perronnin, J. Sanchez, T. Mensink (2010), "Improving the Fisher kernel for
    large-scale image classification", ECCV, 143-156.

    H. Kaya, A. A. Karpov, A. A. Salah (2015), "Fisher vectors with cascaded normalization
    for paralinguistic analysis", Interspeech, 909-913: of cepstra.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import FisherVector
    >>> sounds = list(np.random.default_rng(0).normal(size=(4, 8000)).astype(np.float32))
    >>> extractor = FisherVector(n_components=4, n_mfcc=5)
    >>> extractor.fit_transform([*sounds, None]).shape
    (5, 92)
    >>> extractor.get_feature_names_out()[[0, 14, -1]]
    array(['fisher_weight_1_0_0', 'fisher_mean_1_0_0_time',
           'fisher_variance_1_0_3_time'], dtype=object)
    """

    _parameter_constraints = {
        **SoundTransformer._parameter_constraints,
        **CodebookTransformer.CODEBOOK_CONSTRAINTS,
        "n_mfcc": [Interval(Integral, 1, None, closed="left")],
        "n_mels": [Interval(Integral, 1, None, closed="left")],
        "window_s": [Interval(Real, 0, None, closed="neither")],
        "hop_s": [Interval(Real, 0, None, closed="neither")],
        "rate_hz": [Interval(Integral, 1, None, closed="left")],
        "silence_db": [Interval(Real, 0, None, closed="left"), None],
        "subtract_mean": ["boolean"],
    }
    _position_names = ("time",)
    _whitens = True  # deltas are a tenth of what they are deltas of

    def __init__(
        self,
        n_components=32,
        n_dims=None,
        *,
        encoding="fisher",
        positions=True,
        pyramid=(1,),
        n_mfcc=13,
        n_mels=40,
        window_s=0.032,
        hop_s=0.010,
        rate_hz=16000,
        silence_db=35,
        subtract_mean=True,
        max_descriptors=100_000,
        random_state=0,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_components = n_components
        self.n_dims = n_dims
        self.encoding = encoding
        self.positions = positions
        self.pyramid = pyramid
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
        super()._fit_cells(cells)

    def _describe(self, sound):
        return cepstral_frames(self, sound)
