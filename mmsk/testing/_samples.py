"""A few small samples of each modality, decoded and as bytes that decode to the same."""

import io
from typing import NamedTuple

import numpy as np

_N = 5
_RATE_HZ = 16000
_WORDS = "a red kite flies over the quiet tin drum while two children count to ten".split()


class MediaSamples(NamedTuple):
    """Samples to check an extractor with.

    Attributes
    ----------
    decoded : list
        Samples as the reader of the modality returns them.
    encoded : list of bytes
        Files that decode to them, without loss.
    damaged : bytes
        What no reader of the modality accepts.
    tiny : list
        The smallest samples there are: one pixel, one number, one frame, one letter.
    """

    decoded: list
    encoded: list
    damaged: bytes
    tiny: list


def media_samples(modality, random_state=0):
    """A few small samples of a modality.

    Parameters
    ----------
    modality : {"text", "image", "audio", "video"}
    random_state : int, default=0

    Returns
    -------
    samples : MediaSamples
        Of different sizes where the modality has any.

    Examples
    --------
    >>> from mmsk.testing import media_samples
    >>> [len(sound) for sound in media_samples("audio").decoded]
    [3000, 4000, 5000, 6000, 7000]
    """
    return _MAKERS[modality](np.random.default_rng(random_state))


def _text(rng):
    decoded = [" ".join(rng.choice(_WORDS, 6 + k)) + "." for k in range(_N)]
    encoded = [text.encode() for text in decoded]
    return MediaSamples(decoded, encoded, b"\xff\xfe\xfa no text at all", ["a", "."])


def _image(rng):
    shapes = [(40 + 4 * k, 48, 3) for k in range(_N)]
    decoded = [rng.integers(0, 256, shape, dtype=np.uint8) for shape in shapes]
    tiny = [np.zeros((1, 1), np.uint8), np.zeros((1, 1, 3), np.uint8)]
    return MediaSamples(decoded, [_png(image) for image in decoded], b"no picture", tiny)


def _audio(rng):
    decoded = [(0.1 * rng.normal(size=3000 + 1000 * k)).astype(np.float32) for k in range(_N)]
    tiny = [np.zeros(1, np.float32), np.ones(2, np.float32)]
    return MediaSamples(decoded, [_wav(sound) for sound in decoded], b"no recording", tiny)


def _video(rng):
    decoded = [rng.integers(0, 256, (3 + k, 24, 32), dtype=np.uint8) for k in range(_N)]
    tiny = [np.zeros((1, 1, 1), np.uint8), np.zeros((1, 2, 2), np.uint8)]
    return MediaSamples(decoded, [_film(images) for images in decoded], b"no film", tiny)


_MAKERS = {"text": _text, "image": _image, "audio": _audio, "video": _video}


def _png(image):
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def _wav(samples):
    import soundfile

    stream = io.BytesIO()
    soundfile.write(stream, samples, _RATE_HZ, format="WAV", subtype="FLOAT")
    return stream.getvalue()


def _film(images):
    import av

    stream = io.BytesIO()
    with av.open(stream, "w", format="matroska") as container:
        track = container.add_stream("ffv1", rate=25)
        track.pix_fmt = "gray"
        track.height, track.width = images.shape[1:]
        for image in images:
            container.mux(track.encode(av.VideoFrame.from_ndarray(image, format="gray")))
        container.mux(track.encode())
    return stream.getvalue()
