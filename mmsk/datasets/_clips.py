"""Pictures, sounds, films and captions that show one of a few kinds.

Each function takes the number of the kind, of how many, and a random generator, and
gives a decoded sample. What tells the kinds apart is the direction of stripes in a picture,
the vowel in a sound, the place and speed of motion in a film, and words in a caption.
"""

from fractions import Fraction

import numpy as np

IMAGE_SIZE_PX = (64, 64)
FILM_SIZE_PX = (64, 96)  # height and width
FILM_RATE_HZ = 12
SOUND_RATE_HZ = 16000

# the kinds: name, words, and first two formants of a vowel in hertz
# (G. E. Peterson, H. L. Barney (1952), rounded: a, i, u, e, o, ae)
KINDS = (
    ("harbour", "boat crane gull rope tide quay", (730, 1090)),
    ("forest", "moss fern owl bark path pine", (270, 2290)),
    ("kitchen", "pan bread steam knife table salt", (300, 870)),
    ("street", "tram lamp crowd kerb signal shop", (530, 1840)),
    ("stadium", "ball goal flag cheer team grass", (570, 840)),
    ("library", "shelf page desk ink hush card", (660, 1720)),
)
COMMON_WORDS = "the a of and with near under some early late grey small old quiet two".split()
COLOURS = ("blue", "green", "red", "grey", "white", "yellow")


def draw_image(kind, n_kinds, rng):
    """Stripes in the direction of the kind, in any colour, under noise.

    Returns
    -------
    image : ndarray of shape (64, 64, 3), uint8
    """
    height, width = IMAGE_SIZE_PX
    angle = np.pi * kind / n_kinds + rng.normal(0, np.radians(8))
    y, x = np.mgrid[:height, :width] / width
    cycles = rng.uniform(3, 5)
    along = x * np.cos(angle) + y * np.sin(angle)
    wave = np.sin(2 * np.pi * (cycles * along + rng.random()))
    tint = rng.uniform(0.5, 1, size=3)
    image = 128 + 50 * wave[:, :, None] * tint + rng.normal(0, 18, size=(height, width, 3))
    return _as_uint8(image)


def make_sound(kind, pitch_hz, duration_s, rng):
    """The vowel of the kind, sung at a pitch, under noise.

    Parameters
    ----------
    pitch_hz, duration_s : float

    Returns
    -------
    samples : ndarray of shape (n_samples,), float32
        At 16 kHz, in [-1, 1].
    """
    time_s = np.arange(round(duration_s * SOUND_RATE_HZ)) / SOUND_RATE_HZ
    harmonics_hz = pitch_hz * np.arange(1, int(4000 / pitch_hz) + 1)
    strength = 0.02 * pitch_hz / harmonics_hz
    for formant_hz in KINDS[kind][2]:
        formant_hz = formant_hz * rng.normal(1, 0.03)
        strength = strength + 1 / (1 + ((harmonics_hz - formant_hz) / 90) ** 2)
    turns = np.outer(harmonics_hz, time_s) + rng.random(len(harmonics_hz))[:, None]
    voice = strength @ np.sin(2 * np.pi * (turns % 1).astype(np.float32))
    samples = voice / np.abs(voice).max() + rng.normal(0, 0.1, size=len(time_s))
    return (samples / np.abs(samples).max() * rng.uniform(0.3, 0.9)).astype(np.float32)


def draw_film(kind, n_kinds, duration_s, rng):
    """A disc that goes round, at the place and speed of the kind, over a still ground.

    Returns
    -------
    frames : ndarray of shape (n_frames, 64, 96), uint8
        At 12 frames a second.
    """
    height, width = FILM_SIZE_PX
    time_s = np.arange(round(duration_s * FILM_RATE_HZ)) / FILM_RATE_HZ
    y, x = np.mgrid[:height, :width]
    around = 2 * np.pi * kind / n_kinds
    centre_x = width / 2 + 24 * np.cos(around) + rng.normal(0, 3)
    centre_y = height / 2 + 14 * np.sin(around) + rng.normal(0, 3)
    turns_hz = 0.6 + 1.2 * kind / n_kinds + rng.normal(0, 0.1)
    angle = 2 * np.pi * (turns_hz * time_s + rng.random())
    disc_x = (centre_x + 9 * np.cos(angle))[:, None, None]
    disc_y = (centre_y + 9 * np.sin(angle))[:, None, None]
    disc = (x - disc_x) ** 2 + (y - disc_y) ** 2 < rng.uniform(6, 9) ** 2
    ground = rng.uniform(40, 120) + 15 * np.sin(x / rng.uniform(3, 9) + rng.random())
    frames = np.where(disc, rng.uniform(160, 230), ground)
    return _as_uint8(frames + rng.normal(0, 4, size=frames.shape))


def write_caption(kind, rng):
    """A few words of the kind among common ones.

    Returns
    -------
    caption : str
        Of 8 to 14 words.
    """
    n_words = rng.integers(8, 15)
    telling = rng.random(n_words) < 0.3
    telling[rng.integers(n_words)] = True
    own = KINDS[kind][1].split()
    return " ".join(rng.choice(own if tells else COMMON_WORDS) for tells in telling)


def _as_uint8(levels):
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def save_image(path, image):
    """Write a JPEG file."""
    from PIL import Image

    Image.fromarray(image).save(path, format="JPEG", quality=90)


def save_sound(path, samples):
    """Write a WAV file of 16 bits."""
    import soundfile

    soundfile.write(path, samples, SOUND_RATE_HZ, subtype="PCM_16", format="WAV")


def save_film(path, frames, samples):
    """Write an MP4 file with sound: H.264, or MPEG-4 where FFmpeg lacks x264, and AAC."""
    import av

    if "libx264" in av.codecs_available:
        codec, options = "libx264", {"preset": "ultrafast", "crf": "20"}
    else:
        codec, options = "mpeg4", {}
    with av.open(str(path), "w", format="mp4") as container:
        pictures = container.add_stream(codec, rate=FILM_RATE_HZ, options=options)
        pictures.height, pictures.width = frames.shape[1:]
        pictures.pix_fmt = "yuv420p"
        pictures.codec_context.thread_count = 1  # the same film from the same frames
        sound = container.add_stream("aac", rate=SOUND_RATE_HZ)
        sound.layout = "mono"
        for image in frames:
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(image, format="gray")))
        container.mux(pictures.encode())
        block = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        block.rate, block.pts, block.time_base = SOUND_RATE_HZ, 0, Fraction(1, SOUND_RATE_HZ)
        container.mux(sound.encode(block))
        container.mux(sound.encode())
