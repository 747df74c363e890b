"""Sound in: any recording becomes mono float32 at one rate."""

from numbers import Real

import numpy as np

from mmsk.exceptions import DecodeError
from mmsk.io._container import open_container
from mmsk.io._sources import Segment, decoding, is_stored, openable

#: Longest stretch that is read into memory at once, in seconds.
MAX_AUDIO_S = 4 * 3600.0

_BLOCK_S = 10  # a block is mixed to mono and resampled before the next one is decoded


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
        The stretch wanted, in seconds; None is the end. It may not begin behind the
        end of the recording.

    Returns
    -------
    samples : ndarray of shape (n_samples,), float32
        Channels are averaged. In [-1, 1] for integer formats; floating files and arrays
        keep their range.
    rate_hz : int

    Raises
    ------
    DecodeError
        If the source is no recording, is damaged or empty, holds NaN, or the stretch is
        longer than ``mmsk.io._audio.MAX_AUDIO_S`` or lies outside the recording.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.io import read_audio
    >>> samples, rate_hz = read_audio((np.zeros((8000, 2), np.int16), 8000), rate_hz=16000)
    >>> samples.shape, samples.dtype, rate_hz
    ((16000,), dtype('float32'), 16000)
    """
    part = Segment.of(source)
    start = max(part.start_s, start_s)
    end = part.end_s if end_s is None else min(part.end_s, end_s)
    with decoding("a recording", part.source):
        if is_stored(part.source):
            samples, own_rate_hz = _from_file(part.source, start, end, rate_hz)
        else:
            samples, own_rate_hz = _from_samples(part.source, rate_hz)
            cut = _stretch(len(samples), own_rate_hz, start, end)
            samples = _resampled(samples[cut], own_rate_hz, rate_hz)
        if not np.isfinite(samples).all():
            raise DecodeError("it holds NaN or infinite samples")
        return samples, rate_hz or own_rate_hz


def _from_samples(source, rate_hz):
    if isinstance(source, tuple) and len(source) == 2 and isinstance(source[1], Real):
        samples, rate_hz = source
    else:
        samples = source
    if not isinstance(samples, np.ndarray):
        raise DecodeError(
            "expected a path, bytes, an array or a pair (array, rate_hz), "
            f"got {type(source).__name__}"
        )
    if rate_hz is None or rate_hz <= 0:
        raise DecodeError("an array needs its rate: give a pair (samples, rate_hz)")
    return _mono(_as_float32(samples)), int(rate_hz)


def _as_float32(samples):
    if samples.ndim not in (1, 2) or 0 in samples.shape or samples.dtype.kind not in "biuf":
        raise DecodeError(
            "expected samples of shape (n_samples,) or (n_samples, n_channels), "
            f"got {samples.dtype} of shape {samples.shape}"
        )
    if samples.dtype.kind == "f":
        return np.asarray(samples, dtype=np.float32)
    if samples.dtype == np.uint8:  # the one unsigned format of WAV, silent at 128
        return (samples.astype(np.float32) - 128) / 128
    if samples.dtype.kind != "i":
        raise DecodeError(f"expected floating, signed or uint8 samples, got {samples.dtype}")
    return (samples / -float(np.iinfo(samples.dtype).min)).astype(np.float32)


def _mono(samples):
    if samples.ndim == 1:
        return samples
    return samples.mean(axis=1, dtype=np.float32)


def _stretch(n_samples, rate_hz, start_s, end_s):
    duration_s = n_samples / rate_hz
    if start_s >= duration_s:
        raise DecodeError(f"it starts at {start_s} s of a recording of {duration_s:.3f} s")
    stop = n_samples if end_s >= duration_s else round(end_s * rate_hz)
    _check_length((stop / rate_hz) - start_s)
    return slice(round(start_s * rate_hz), max(stop, round(start_s * rate_hz) + 1))


def _check_length(duration_s):
    if duration_s > MAX_AUDIO_S:
        raise DecodeError(
            f"{duration_s:.0f} s are more than {MAX_AUDIO_S:.0f} s. Cut it into segments"
        )


def _resampled(samples, own_rate_hz, rate_hz):
    if rate_hz is None or rate_hz == own_rate_hz:
        return samples
    import soxr

    return soxr.resample(samples, own_rate_hz, rate_hz)


def _from_file(source, start_s, end_s, rate_hz):
    import soundfile

    try:
        with soundfile.SoundFile(openable(source)) as file:
            cut = _stretch(file.frames, file.samplerate, start_s, end_s)
            file.seek(cut.start)
            return _joined(_soundfile_blocks(file, cut), file.samplerate, rate_hz)
    except soundfile.LibsndfileError as error:
        return _from_container(source, start_s, end_s, rate_hz, error)


def _soundfile_blocks(file, cut):
    left = cut.stop - cut.start
    while left > 0:
        block = file.read(min(left, _BLOCK_S * file.samplerate), "float32", always_2d=True)
        if not len(block):
            return  # the header promised more than there is
        left -= len(block)
        yield _mono(block)


def _from_container(source, start_s, end_s, rate_hz, first_error):
    """Sound that libsndfile does not read (m4a, the sound of a film), by FFmpeg."""
    import av

    try:
        container = open_container(source)
    except av.FFmpegError as error:
        raise DecodeError(f"{first_error}; FFmpeg: {error}") from error
    with container:
        if not container.streams.audio:
            raise DecodeError("it has no sound")
        stream = container.streams.audio[0]
        own_rate_hz = stream.codec_context.sample_rate
        blocks = _container_blocks(container, stream, start_s, end_s)
        return _joined(blocks, own_rate_hz, rate_hz)


def _container_blocks(container, stream, start_s, end_s):
    import av

    planar = av.AudioResampler(format="fltp")  # floats, one row per channel
    rate_hz = stream.codec_context.sample_rate
    origin_s = float((stream.start_time or 0) * stream.time_base)
    if start_s > 0:
        container.seek(int((start_s + origin_s) / stream.time_base), stream=stream)
    position = None
    for frame in container.decode(stream):
        if position is None:
            first_s = (frame.time if frame.time is not None else origin_s) - origin_s
            position = round(first_s * rate_hz)
        for piece in planar.resample(frame):
            block = piece.to_ndarray().mean(axis=0, dtype=np.float32)
            low = max(round(start_s * rate_hz) - position, 0)
            high = len(block)
            if end_s < float("inf"):
                high = min(high, round(end_s * rate_hz) - position)
            position += len(block)
            if high > low:
                yield block[low:high]
        if position >= end_s * rate_hz:
            return


def _joined(blocks, own_rate_hz, rate_hz):
    """Blocks end to end at the wanted rate; the full-rate recording is never held."""
    if rate_hz is None or rate_hz == own_rate_hz:
        pieces = list(_bounded(blocks, own_rate_hz))
    else:
        import soxr

        stream = soxr.ResampleStream(own_rate_hz, rate_hz, num_channels=1, dtype="float32")
        pieces = [stream.resample_chunk(block) for block in _bounded(blocks, own_rate_hz)]
        if pieces:
            pieces.append(stream.resample_chunk(np.empty(0, np.float32), last=True))
    if not sum(map(len, pieces)):
        raise DecodeError("it holds no samples in the stretch wanted")
    return np.concatenate(pieces), own_rate_hz


def _bounded(blocks, rate_hz):
    n_samples = 0
    for block in blocks:
        n_samples += len(block)
        _check_length(n_samples / rate_hz)
        yield block
