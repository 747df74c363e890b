"""Features of a film's sound."""

import numpy as np
from sklearn.base import clone

from mmsk.base import TimedTransformer
from mmsk.exceptions import NoSoundError
from mmsk.io import read_audio
from mmsk.io._audio import read_sound
from mmsk.io._sources import Segment
from mmsk.video._nested import EXTRACTOR_CONSTRAINT, describe
from mmsk.video._one_pass import described_in_one_pass, film_opened, is_whole


class AudioTrack(TimedTransformer):
    """Features that an extractor of recordings finds in the sound of a film.

    Parameters
    ----------
    extractor : transformer
        Of one column of recordings, with ``fit``, ``transform`` and
        ``get_feature_names_out``; it gets pairs ``(samples, rate_hz)``, mono float32.
    n_jobs : int or None, default=None
        Films read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a film is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        Whether a film that cannot be read, or whose sound cannot be described, stops
        ``transform`` or is a row of NaN. In ``fit``, ``"missing"`` passes over such films.

    Attributes
    ----------
    extractor_ : transformer
        The fitted copy of ``extractor``.
    n_features_in_ : int

    See Also
    --------
    FramePooling : Features of a film's pictures.

    Notes
    -----
    A row is float32 of what ``extractor`` gives. A film without sound lacks it, as a
    missing film does: both are rows of NaN and no error, whatever ``on_error``, and a
    view that their row lacks. A film given as an array of frames has no sound. A silent
    track is sound, and so is a track that ends before the segment wanted, which raises
    DecodeError.

    Sound is read at the ``rate_hz`` of the extractor where it has one, otherwise at the
    film's own. The pictures are not decoded; in a `MediaUnion` with what looks at them, the
    sound of a whole film is taken from the same pass over the file.

    ``fit`` fits a copy of the extractor on the sound of the first film that has any. An
    extractor that has more to learn is better fitted beforehand, on many recordings, and
    given as ``sklearn.frozen.FrozenEstimator(extractor)``.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.preprocessing import FunctionTransformer
    >>> from mmsk.video import AudioTrack
    >>> loudest = FunctionTransformer(
    ...     lambda sounds: [[np.abs(samples).max()] for samples, rate_hz in sounds],
    ...     feature_names_out=lambda *_: ["loudest"],
    ... )
    >>> sound = np.array([0.0, 0.5, -0.25], np.float32), 16000
    >>> frames_without_sound = np.zeros((25, 6, 6), np.uint8)
    >>> AudioTrack(loudest).fit_transform([sound, frames_without_sound, None])
    array([[0.5],
           [nan],
           [nan]], dtype=float32)
    """

    _parameter_constraints = {
        "extractor": EXTRACTOR_CONSTRAINT,
        **TimedTransformer._parameter_constraints,
    }

    def __init__(self, extractor, *, n_jobs=None, memory=None, on_error="raise"):
        self.extractor = extractor
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        self.extractor_ = clone(self.extractor)
        self.extractor_.fit([self._first_read(cells, self._read)], None)

    def _feature_names(self):
        return self.extractor_.get_feature_names_out()

    def _read(self, source):
        if _is_frames(Segment.of(source).source):
            return None
        read = read_sound if self._rate_hz else read_audio
        try:
            return read(source, rate_hz=self._rate_hz)
        except NoSoundError:
            return None

    @property
    def _rate_hz(self):
        """Of an extractor of ours, which takes samples that are not in memory; or None."""
        return getattr(self.extractor_, "rate_hz", None)

    def _shared_source(self, source):
        # a stretch is sought and decoded by itself: from elsewhere its first bits may differ
        return film_opened(source) if is_whole(source) else None

    def _described_together(self, wanted):
        return described_in_one_pass(wanted)

    def _heard(self, sounds):
        """Features of the sound that was heard in a pass over the film, or None."""
        recording = sounds.recording(self._rate_hz)
        if recording is None:
            return None
        if not self._rate_hz:
            recording = np.asarray(recording[0]), recording[1]
        try:
            return self._extract(recording)
        except ValueError:
            return None  # describing it alone will say what is wrong

    def _extract(self, sample):
        return describe(self.extractor_, sample)

    def _sequence(self, sample):
        return self.extractor_._sequence(sample)


def _is_frames(media):
    """Whether a film is given as frames: (n, height, width[, 3]), or those and a rate."""
    frames = media[0] if isinstance(media, tuple) and len(media) == 2 else media
    return isinstance(frames, np.ndarray) and frames.ndim in (3, 4)
