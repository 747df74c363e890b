"""Sound in: any recording becomes mono float32 at one rate."""

import re
from contextlib import suppress
from numbers import Real

import numpy as np

from mmsk.exceptions import DecodeError, NoSoundError
from mmsk.io._container import open_container
from mmsk.io._sources import Segment, decoding, is_stored, openable, segment
from mmsk.io._spool import Gathering, Spool

#: Longest stretch that is read at once, in seconds.
MAX_AUDIO_S = 4 * 3600.0

_BLOCK_S = 10  # a block is mixed to mono and resampled before the next one is decoded
_LEAD_S = 1.0  # compressed sound is decoded from before a segment: frames lean on earlier ones
_MAX_CHANNELS = 256
_MOST_SAMPLES = 2**60  # libsndfile's word for a length it does not know is still larger
_LOUDEST = 1e15  # the power of anything louder overflows float32

# What libsndfile notes about a header that promises more bytes than there are
_CUT_OFF = re.compile(
    r"^\s*(?:data|SSND|Data Size)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE
)
_UNKNOWN_SIZE = 0x7FFF0000  # sizes from here on are written by programs that stream
_SLACK_BYTES = 64  # some programs count the header in


def read_audio(source, *, rate_hz=None, start_s=0.0, end_s=None):
    """A recording as mono samples.

    Parameters
    ----------
    source : str, pathlib.Path, bytes, ndarray, (ndarray, rate_hz) or Segment
        A file in any format that libsndfile or FFmpeg reads (the sound of a film, too),
        its bytes, samples at ``rate_hz``, or samples with their own rate. Samples have
        shape (n_samples,) or (n_samples, n_channels).
    rate_hz : int or None, default=None
        Rate to resample to. None keeps the source's own.
    start_s, end_s : float, default=0.0, None
        The stretch wanted, in seconds from the first sample; None is the end. It may not
        begin behind the end of the recording. Within a Segment, the narrower one counts.

    Returns
    -------
    samples : ndarray of shape (n_samples,), float32
        Channels are averaged; at least one sample. In [-1, 1] for integer formats and
        arrays of uint8, int8, int16 and int32; others keep their range.
    rate_hz : int

    Raises
    ------
    DecodeError
        If the source is no recording, is damaged, cut off or empty, holds NaN, or the
        stretch is longer than ``mmsk.io._audio.MAX_AUDIO_S`` or lies outside the recording.
        A lossy file (MP3, Vorbis…) that was cut off may be read as far as it goes.
    NoSoundError
        A DecodeError: if the source is a whole film, or other container, without sound.
    ValueError
        If ``rate_hz`` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.io import read_audio
    >>> samples, rate_hz = read_audio((np.zeros((8000, 2), np.int16), 8000), rate_hz=16000)
    >>> samples.shape, samples.dtype, rate_hz
    ((16000,), dtype('float32'), 16000)
    """
    samples, rate_hz = read_sound(source, rate_hz=rate_hz, start_s=start_s, end_s=end_s)
    return np.asarray(samples), rate_hz


def read_sound(source, *, rate_hz=None, start_s=0.0, end_s=None):
    """A recording as `read_audio` gives it, but for where its samples are.

    Parameters
    ----------
    source, rate_hz, start_s, end_s
        As of `read_audio`; what this function returns is a source as well.

    Returns
    -------
    samples : ndarray or Spool of shape (n_samples,), float32
        Of more than `mmsk.io._spool.MOST_BYTES`, a spool: whatever the length, no more than
        those bytes are in memory.
    rate_hz : int
    """
    if rate_hz is not None and not rate_hz > 0:
        raise ValueError(f"rate_hz must be positive, got {rate_hz}")
    part = Segment.of(source)
    with decoding("a recording", part.source):
        wanted = segment(part.source, start_s, end_s)
        start, end = max(part.start_s, wanted.start_s), min(part.end_s, wanted.end_s)
        if start >= end:
            raise DecodeError(f"the stretch from {start} s to {end} s is empty")
        read = _from_file if is_stored(part.source) else _from_samples
        blocks, own_rate_hz = read(part.source, start, end, rate_hz)
        sound = _Sound(own_rate_hz, rate_hz or own_rate_hz)
        for block in blocks:
            sound.add(block)
        return sound.samples(), rate_hz or own_rate_hz


# A reader returns blocks of mono float32 samples, and their rate


def _from_samples(source, start_s, end_s, rate_hz):
    samples = source
    if isinstance(source, tuple) and len(source) == 2 and isinstance(source[1], Real):
        samples, rate_hz = source
    if not isinstance(samples, (np.ndarray, Spool)):
        raise DecodeError(
            "expected a path, bytes, an array or a pair (array, rate_hz), "
            f"got {type(source).__name__}"
        )
    if rate_hz is None or not rate_hz > 0:
        raise DecodeError("an array needs its rate: give a pair (samples, rate_hz)")
    if isinstance(samples, Spool):
        start, stop = _stretch(len(samples), rate_hz, start_s, end_s)
        return _spool_blocks(samples, start, stop, rate_hz), int(rate_hz)
    _check_shape(samples)
    start, stop = _stretch(len(samples), rate_hz, start_s, end_s)
    return [_mono(_as_float32(samples[start:stop]))], int(rate_hz)


def _spool_blocks(samples, start, stop, rate_hz):
    n_samples = max(1, int(_BLOCK_S * rate_hz))
    for first in range(start, stop, n_samples):
        yield samples[first : min(first + n_samples, stop)]


def _check_shape(samples):
    if samples.ndim not in (1, 2) or 0 in samples.shape or samples.dtype.kind not in "iuf":
        raise DecodeError(
            "expected samples of shape (n_samples,) or (n_samples, n_channels), "
            f"got {samples.dtype} of shape {samples.shape}"
        )
    if samples.ndim == 2 and samples.shape[1] > _MAX_CHANNELS:
        raise DecodeError(
            f"{samples.shape[1]} channels are too many. If the array has shape "
            "(n_channels, n_samples), turn it: samples.T"
        )


def _as_float32(samples):
    dtype = samples.dtype
    if dtype.kind == "f" or dtype == np.int64:  # no sound is stored as int64: just numbers
        with np.errstate(over="ignore"):  # what becomes infinite is refused later
            return samples.astype(np.float32, copy=False)
    if dtype == np.uint8:  # the one unsigned format of WAV, silent at 128
        return (samples.astype(np.float32) - 128) / 128
    if dtype.kind == "i":
        return (samples / -float(np.iinfo(dtype).min)).astype(np.float32)
    raise DecodeError(f"expected floating, signed or uint8 samples, got {dtype}")


def _mono(samples):
    return samples if samples.ndim == 1 else samples.mean(axis=1, dtype=np.float32)


def _stretch(n_samples, rate_hz, start_s, end_s):
    """First sample of a stretch, and the one behind its last; at least one sample."""
    duration_s = n_samples / rate_hz
    if start_s >= duration_s:
        raise DecodeError(f"it lasts {duration_s:.3f} s, and the stretch starts at {start_s} s")
    _check_length(min(end_s, duration_s) - start_s)
    start = min(round(start_s * rate_hz), n_samples - 1)
    stop = n_samples if end_s >= duration_s else round(end_s * rate_hz)
    return start, max(stop, start + 1)


def _check_length(duration_s):
    if duration_s > MAX_AUDIO_S:
        raise DecodeError(
            f"{duration_s:.0f} s are more than {MAX_AUDIO_S:.0f} s. Cut it into segments"
        )


def _from_file(source, start_s, end_s, rate_hz):
    import soundfile

    try:
        file = soundfile.SoundFile(openable(source))
    except soundfile.LibsndfileError as error:
        return _from_container(source, start_s, end_s, f"libsndfile: {error.error_string} ")
    if file.format == "MP3" or not 0 < file.frames < _MOST_SAMPLES:
        file.close()  # libsndfile guesses the length of some MP3, and reads no further
        return _from_container(source, start_s, end_s, "")
    return _soundfile_blocks(file, start_s, end_s), file.samplerate


def _soundfile_blocks(file, start_s, end_s):
    with file:
        for promised, there in _CUT_OFF.findall(file.extra_info):
            if int(there) + _SLACK_BYTES < int(promised) < _UNKNOWN_SIZE:
                raise DecodeError(f"it is cut off: {there} of {promised} bytes of sound")
        start, stop = _stretch(file.frames, file.samplerate, start_s, end_s)
        if start:
            file.seek(start)
        while start < stop:
            n_samples = min(stop - start, max(1, int(_BLOCK_S * file.samplerate)))
            block = file.read(n_samples, "float32", always_2d=True)
            if not len(block):
                raise DecodeError(f"it is cut off: {start} of {file.frames} samples")
            start += len(block)
            yield _mono(block)


def _from_container(source, start_s, end_s, first_error):
    """Sound that libsndfile does not read (m4a, the sound of a film), by FFmpeg."""
    import av

    try:
        container = open_container(source)
    except av.FFmpegError as error:
        raise DecodeError(f"{first_error}FFmpeg: {error.strerror}.") from error
    if not container.streams.audio:
        raise NoSoundError("it has no sound")
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise DecodeError("its sound is of a kind that cannot be decoded")
    return _container_blocks(
        container, stream, start_s, end_s
    ), stream.codec_context.sample_rate


def _container_blocks(container, stream, start_s, end_s):
    import av

    rate_hz = stream.codec_context.sample_rate
    start = round(start_s * rate_hz)
    stop = round(end_s * rate_hz) if end_s < float("inf") else end_s
    try:
        with container:
            for first, samples in _decoded(container, stream, start_s - _LEAD_S):
                if first >= stop:
                    return
                low, high = max(start - first, 0), min(stop - first, len(samples))
                if low < high:
                    yield samples[low:high]
    except av.FFmpegError as error:
        raise DecodeError(f"FFmpeg: {error.strerror}") from error


def _decoded(container, stream, seek_s):
    """Blocks of mono samples, each with the number of its first sample."""
    import av

    mono = _MonoFrames(stream)
    if seek_s > 0:
        with suppress(av.FFmpegError):  # what cannot seek is decoded from its start
            place_s = seek_s + mono.origin_s
            container.seek(int(place_s / stream.time_base), stream=stream)
    for frame in container.decode(stream):
        yield from mono.blocks(frame)


class _MonoFrames:
    """The frames of a stream of sound as mono samples, counted from its start."""

    def __init__(self, stream):
        import av

        self.origin_s = float((stream.start_time or 0) * stream.time_base)
        self._rate_hz = stream.codec_context.sample_rate
        self._planar = av.AudioResampler(format="fltp")  # floats, one row per channel
        self._position = None

    def blocks(self, frame):
        """Blocks of a frame, each with the number of its first sample."""
        if self._position is None:
            first_s = self.origin_s if frame.time is None else frame.time
            self._position = round((first_s - self.origin_s) * self._rate_hz)
        is_planar = frame.format.name == "fltp"
        for piece in [frame] if is_planar else self._planar.resample(frame):
            samples = piece.to_ndarray().mean(axis=0, dtype=np.float32)
            yield self._position, samples
            self._position += len(samples)


class Listener:
    """The sound of a whole film, of frames that come in the course of a pass over it.

    Parameters
    ----------
    stream : av.audio.AudioStream
    rate_hz : int or None
        As of `read_audio`, whose samples these are.
    """

    def __init__(self, stream, rate_hz):
        self.rate_hz = rate_hz or stream.codec_context.sample_rate
        self._frames = _MonoFrames(stream)
        self._sound = _Sound(stream.codec_context.sample_rate, self.rate_hz)

    def add(self, frame):
        """Hear a decoded frame."""
        for first, samples in self._frames.blocks(frame):
            if first + len(samples) > 0:
                self._sound.add(samples[max(-first, 0) :])

    def recording(self):
        """Samples and their rate, or DecodeError."""
        return self._sound.samples(), self.rate_hz


class _Sound:
    """Blocks end to end at the wanted rate; the full-rate recording is never held."""

    def __init__(self, own_rate_hz, rate_hz):
        self._own_rate_hz = own_rate_hz
        self._n_read = 0
        self._n_kept = 0
        self._kept = Gathering()
        self._last = None
        self._resampler = None
        if rate_hz != own_rate_hz:
            import soxr

            self._resampler = soxr.ResampleStream(
                own_rate_hz, rate_hz, num_channels=1, dtype="float32"
            )

    def add(self, block):
        """Put a block of mono samples at its own rate behind the others."""
        self._n_read += len(block)
        _check_length(self._n_read / self._own_rate_hz)
        self._last = block
        self._keep(block if self._resampler is None else self._resampler.resample_chunk(block))

    def samples(self):
        """All samples, as `read_sound` gives them."""
        if self._resampler is not None and self._last is not None:
            self._keep(self._resampler.resample_chunk(self._last[:0], last=True))
            self._resampler = None  # it ends once, however often one asks
            if not self._n_kept:
                # less than half a sample at the new rate is still a sample
                self._keep(self._last[-1:])
        if not self._n_kept:
            raise DecodeError("it holds no samples in the stretch wanted")
        return self._kept.rows()

    def _keep(self, block):
        if not len(block):
            return
        if not (block.min() > -_LOUDEST and block.max() < _LOUDEST):  # NaN is neither
            raise DecodeError("it holds NaN, infinite or absurdly loud samples")
        self._n_kept += len(block)
        self._kept.add(block)
