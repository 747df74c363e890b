"""Recordings of all kinds, made on the spot, and what is wrong with some."""

import io
import re
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import soxr

from mmsk.exceptions import DecodeError
from mmsk.io import _audio, _spool, read_audio
from mmsk.io._audio import read_sound
from mmsk.io._sources import Segment
from mmsk.io._spool import Spool

RATE_HZ = 16000
RNG = np.random.default_rng(0)
NOISE = RNG.uniform(-0.5, 0.5, 3 * RATE_HZ).astype(np.float32)
TONE = (0.5 * np.sin(np.arange(3 * RATE_HZ) * 0.2)).astype(np.float32)

LOSSLESS = [  # format, subtype and the step between neighbouring levels
    ("WAV", "PCM_U8", 2**-7),
    ("WAV", "PCM_16", 2**-15),
    ("WAV", "PCM_24", 2**-23),
    ("WAV", "PCM_32", 2**-24),
    ("WAV", "FLOAT", 0),
    ("WAV", "DOUBLE", 0),
    ("AIFF", "PCM_16", 2**-15),
    ("AU", "PCM_16", 2**-15),
    ("CAF", "PCM_16", 2**-15),
    ("W64", "PCM_16", 2**-15),
    ("RF64", "PCM_16", 2**-15),
    ("FLAC", "PCM_16", 2**-15),
    ("FLAC", "PCM_24", 2**-23),
]


def sound_bytes(samples, rate_hz=RATE_HZ, *, format="WAV", subtype=None):
    """The bytes of a file that libsndfile writes."""
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate_hz, format=format, subtype=subtype)
    return stream.getvalue()


def container_bytes(
    samples, rate_hz, *, format, codec, film=False, muxer=(), options=(), pix_fmt="yuv420p"
):
    """The bytes of a file that FFmpeg writes, with moving pictures beside the sound or not."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=format, options=dict(muxer)) as container:
        sound = container.add_stream(codec, rate=rate_hz, options=dict(options))
        sound.layout = "mono"
        if film:
            pictures = container.add_stream("mpeg4", rate=10)
            pictures.width = pictures.height = 16
            pictures.pix_fmt = pix_fmt
            for level in range(30):
                image = av.VideoFrame.from_ndarray(np.full((16, 16), level, np.uint8), "gray")
                container.mux(pictures.encode(image.reformat(format=pix_fmt)))
            container.mux(pictures.encode())
        frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.rate = rate_hz
        container.mux(sound.encode(frame))
        container.mux(sound.encode())
    return stream.getvalue()


def mp3_bytes(samples, *, variable=False, counted=True):
    options = {"flags": "+qscale", "global_quality": "236"} if variable else {"b": "64000"}
    muxer = {"write_xing": str(int(counted)), "id3v2_version": "0"}
    return container_bytes(
        samples, RATE_HZ, format="mp3", codec="libmp3lame", muxer=muxer, options=options
    )


COMPRESSED = {
    "ogg": lambda: sound_bytes(TONE, format="OGG", subtype="VORBIS"),
    "opus": lambda: sound_bytes(TONE, format="OGG", subtype="OPUS"),
    "mp3": lambda: sound_bytes(TONE, format="MP3"),
    "m4a": lambda: container_bytes(TONE, RATE_HZ, format="ipod", codec="aac"),
    "aac": lambda: container_bytes(TONE, RATE_HZ, format="adts", codec="aac"),
    "alac": lambda: container_bytes(TONE, RATE_HZ, format="mov", codec="alac"),
    "webm": lambda: container_bytes(
        soxr.resample(TONE, RATE_HZ, 48000), 48000, format="webm", codec="libopus"
    ),
    "mp4 film": lambda: container_bytes(TONE, RATE_HZ, format="mp4", codec="aac", film=True),
    "mkv film": lambda: container_bytes(
        TONE, RATE_HZ, format="matroska", codec="aac", film=True
    ),
}


@pytest.mark.parametrize(("format", "subtype", "step"), LOSSLESS)
def test_a_lossless_file_gives_its_samples(format, subtype, step):
    data = sound_bytes(NOISE, format=format, subtype=subtype)
    samples, rate_hz = read_audio(data)
    assert (samples.dtype, rate_hz) == (np.float32, RATE_HZ)
    np.testing.assert_allclose(samples, NOISE, atol=step, rtol=0)


@pytest.mark.parametrize("subtype", ["ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM", "GSM610"])
def test_a_wav_of_an_odd_width_gives_nearly_its_samples(subtype):
    samples, rate_hz = read_audio(sound_bytes(TONE, subtype=subtype))
    assert rate_hz == RATE_HZ
    length = min(len(samples), len(TONE))
    assert len(TONE) <= len(samples) < len(TONE) + 2048  # blocks are filled up
    assert np.corrcoef(samples[:length], TONE[:length])[0, 1] > 0.95


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_clipped_samples_stay_clipped_and_floats_keep_their_range(subtype):
    samples, _ = read_audio(sound_bytes(4 * TONE, subtype=subtype))
    largest = 2.0 if subtype == "FLOAT" else 1.0
    assert np.abs(samples).max() == pytest.approx(largest, abs=1e-3)
    assert (np.abs(samples) >= 0.999).mean() > 0.5


@pytest.mark.parametrize("kind", COMPRESSED)
def test_a_compressed_file_gives_nearly_its_samples(kind):
    samples, rate_hz = read_audio(COMPRESSED[kind](), rate_hz=RATE_HZ)
    assert (samples.dtype, rate_hz) == (np.float32, RATE_HZ)
    assert len(samples) == pytest.approx(len(TONE), abs=2100)  # an encoder may pad
    middle = slice(RATE_HZ, 2 * RATE_HZ)
    spectra = [np.abs(np.fft.rfft(sound[middle])) for sound in (samples, TONE)]
    assert spectra[0].argmax() == spectra[1].argmax()
    assert samples[middle].std() == pytest.approx(TONE.std(), rel=0.02)


def test_a_path_a_string_and_bytes_give_the_same(tmp_path):
    data = sound_bytes(NOISE)
    path = tmp_path / "sound.bin"
    path.write_bytes(data)
    for source in (path, str(path), bytearray(data), memoryview(data)):
        np.testing.assert_array_equal(read_audio(source)[0], read_audio(data)[0])


def test_channels_are_averaged():
    stereo = np.stack([NOISE, TONE], axis=1)
    mean = (NOISE + TONE) / 2
    np.testing.assert_allclose(read_audio((stereo, RATE_HZ))[0], mean, atol=1e-7)
    data = sound_bytes(stereo, subtype="FLOAT")
    np.testing.assert_allclose(read_audio(data)[0], mean, atol=1e-7)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (np.array([0, 128, 255], np.uint8), [-1, 0, 127 / 128]),
        (np.array([-128, 64], np.int8), [-1, 0.5]),
        (np.array([-(2**15), 2**14], np.int16), [-1, 0.5]),
        (np.array([-(2**31), 2**30], np.int32), [-1, 0.5]),
        (np.array([-3, 2000]), [-3, 2000]),
        (np.array([-0.5, 2.0]), [-0.5, 2.0]),
        (np.array([-0.5, 2.0], np.float16), [-0.5, 2.0]),
    ],
)
def test_an_array_is_scaled_as_its_type_says(samples, expected):
    found, rate_hz = read_audio((samples, 8000))
    assert (found.dtype, rate_hz) == (np.float32, 8000)
    np.testing.assert_array_equal(found, np.float32(expected))


def test_a_bare_array_has_the_rate_asked_for():
    samples, rate_hz = read_audio(NOISE, rate_hz=8000)
    assert rate_hz == 8000
    np.testing.assert_array_equal(samples, NOISE)


@pytest.mark.parametrize("own_rate_hz", [8000, 11025, 16000, 22050, 44100, 48000])
def test_resampling_keeps_the_length_in_seconds_and_files_equal_arrays(own_rate_hz):
    of_array, rate_hz = read_audio((NOISE, own_rate_hz), rate_hz=RATE_HZ)
    assert rate_hz == RATE_HZ
    assert len(of_array) == round(len(NOISE) * RATE_HZ / own_rate_hz)
    data = sound_bytes(NOISE, own_rate_hz, subtype="FLOAT")
    np.testing.assert_array_equal(read_audio(data, rate_hz=RATE_HZ)[0], of_array)


def test_resampling_keeps_a_tone():
    slow = np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    samples, _ = read_audio((slow, 8000), rate_hz=RATE_HZ)
    expected = np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    np.testing.assert_allclose(samples[500:-500], expected[500:-500], atol=1e-3)


@pytest.mark.parametrize("n_samples", [1, 2, 3])
def test_a_few_samples_at_a_high_rate_are_still_a_recording(n_samples):
    samples = np.full(n_samples, 0.25, np.float32)
    for source in ((samples, 192000), sound_bytes(samples, 192000)):
        np.testing.assert_allclose(read_audio(source, rate_hz=8000)[0], [0.25], atol=1e-4)


@pytest.mark.parametrize("rate_hz", [None, 22050])
def test_it_does_not_matter_in_which_blocks_a_file_is_read(monkeypatch, rate_hz):
    data = sound_bytes(NOISE)
    expected, _ = read_audio(data, rate_hz=rate_hz)
    monkeypatch.setattr(_audio, "_BLOCK_S", 0.01)
    np.testing.assert_array_equal(read_audio(data, rate_hz=rate_hz)[0], expected)


@pytest.mark.parametrize("kind", ["wav", "m4a", "array"])
@pytest.mark.parametrize("rate_hz", [None, 22050])
def test_a_long_recording_has_the_same_samples_out_of_memory(kind, rate_hz, monkeypatch):
    make = {**COMPRESSED, "wav": lambda: sound_bytes(NOISE), "array": lambda: (NOISE, RATE_HZ)}
    source = make[kind]()
    expected, _ = read_audio(source, rate_hz=rate_hz)
    monkeypatch.setattr(_audio, "_BLOCK_S", 0.1)
    monkeypatch.setattr(_spool, "MOST_BYTES", 1000)
    found, found_rate_hz = read_sound(source, rate_hz=rate_hz)
    assert isinstance(found, Spool) == (kind != "array" or rate_hz is not None)
    np.testing.assert_array_equal(np.asarray(found), expected)
    again, _ = read_sound((found, found_rate_hz), start_s=0.5, end_s=1.0)
    part = slice(round(0.5 * found_rate_hz), round(1.0 * found_rate_hz))
    np.testing.assert_array_equal(np.asarray(again), expected[part])


def test_a_segment_does_not_read_the_rest_of_its_file(monkeypatch):
    n_read = []
    read = soundfile.SoundFile.read

    def counted(file, *arguments, **parameters):
        block = read(file, *arguments, **parameters)
        n_read.append(len(block))
        return block

    monkeypatch.setattr(soundfile.SoundFile, "read", counted)
    source = sound_bytes(np.resize(NOISE, 60 * RATE_HZ), format="FLAC")
    read_audio(source, start_s=30, end_s=31)
    assert sum(n_read) == RATE_HZ


def test_a_segment_of_a_container_is_decoded_from_shortly_before_it(monkeypatch):
    positions = []
    decoded = _audio._decoded

    def noted(*arguments):
        for position, samples in decoded(*arguments):
            positions.append(position)
            yield position, samples

    monkeypatch.setattr(_audio, "_decoded", noted)
    samples = np.resize(NOISE, 60 * RATE_HZ)
    source = container_bytes(samples, RATE_HZ, format="ipod", codec="aac")
    read_audio(source, start_s=30, end_s=31)
    assert 27 * RATE_HZ < min(positions) <= 30 * RATE_HZ < max(positions) < 32 * RATE_HZ


SEGMENTED = {
    "array": lambda: (TONE, RATE_HZ),
    "wav": lambda: sound_bytes(TONE),
    "flac": lambda: sound_bytes(TONE, format="FLAC"),
    **COMPRESSED,
    "mp3 without a count": lambda: mp3_bytes(TONE, variable=True, counted=False),
}


@pytest.mark.parametrize("kind", SEGMENTED)
@pytest.mark.parametrize(("start_s", "end_s"), [(0, 0.5), (0.7, 1.1), (1.75, 2.25), (2.5, 9)])
def test_a_segment_is_a_slice_of_the_whole(kind, start_s, end_s):
    source = SEGMENTED[kind]()
    whole, rate_hz = read_audio(source)
    expected = whole[round(start_s * rate_hz) : round(end_s * rate_hz)]
    tolerance = 1e-3 if kind in ("opus", "webm") else 1e-6  # Opus is heard a little late
    for found, _ in (
        read_audio(source, start_s=start_s, end_s=end_s),
        read_audio(Segment(source, start_s, end_s)),
    ):
        np.testing.assert_allclose(found, expected, atol=tolerance, rtol=0)


def test_of_a_stretch_within_a_segment_the_narrower_counts():
    found, _ = read_audio(Segment((NOISE, RATE_HZ), 0.5, 2.0), start_s=1.0, end_s=5.0)
    np.testing.assert_array_equal(found, NOISE[RATE_HZ : 2 * RATE_HZ])


def test_a_segment_narrower_than_a_sample_is_one_sample():
    found, _ = read_audio((NOISE, RATE_HZ), start_s=1.0, end_s=1.00001)
    np.testing.assert_array_equal(found, NOISE[[RATE_HZ]])
    found, _ = read_audio((NOISE, RATE_HZ), start_s=3 - 1e-5)
    np.testing.assert_array_equal(found, NOISE[[-1]])


@pytest.mark.parametrize(
    ("start_s", "end_s", "reason"),
    [
        (3.0, None, "it lasts 3.000 s, and the stretch starts at 3.0 s"),
        (2.0, 1.0, "start_s < end_s"),
        (-1.0, None, "start_s=-1.0"),
        ("x", None, "start_s='x'"),
    ],
)
@pytest.mark.parametrize("kind", ["array", "wav"])
def test_a_stretch_outside_the_recording_is_refused(kind, start_s, end_s, reason):
    with pytest.raises(DecodeError, match=re.escape(reason)):
        read_audio(SEGMENTED[kind](), start_s=start_s, end_s=end_s)


def test_a_stretch_behind_the_end_of_a_film_is_refused():
    with pytest.raises(DecodeError, match="no samples in the stretch wanted"):
        read_audio(COMPRESSED["mp4 film"](), start_s=7.0)


def test_an_mp3_of_varying_rate_without_a_count_is_read_to_its_end():
    sound = np.concatenate([NOISE, np.zeros(5 * RATE_HZ, np.float32), NOISE])
    samples, _ = read_audio(mp3_bytes(sound, variable=True, counted=False))
    assert len(samples) == pytest.approx(len(sound), abs=2000)


def test_a_flac_of_unknown_length_is_read_to_its_end():
    data = bytearray(sound_bytes(NOISE, format="FLAC"))
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    samples, _ = read_audio(bytes(data))
    np.testing.assert_allclose(samples, NOISE, atol=2**-15)


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_wav_written_to_a_pipe_is_read_to_its_end(size):
    data = bytearray(sound_bytes(NOISE))
    at = data.index(b"data") + 4
    data[at : at + 4] = size.to_bytes(4, "little")
    samples, _ = read_audio(bytes(data))
    np.testing.assert_allclose(samples, NOISE, atol=2**-15)


@pytest.mark.parametrize("format", ["MP3", "OGG"])
def test_a_lossy_file_that_was_cut_off_is_read_as_far_as_it_goes(format):
    data = sound_bytes(NOISE, format=format)
    samples, _ = read_audio(data[: len(data) * 2 // 3])
    assert 0.3 * len(NOISE) < len(samples) < 0.7 * len(NOISE)


def corrupted(data):
    middle = len(data) // 2
    return data[:middle] + bytes(200) + data[middle + 200 :]


WRONG = {
    "no bytes": (b"", "it is empty (0 bytes)"),
    "text": (b"RIFF or not, this is a text\n" * 20, "Invalid data found"),
    "half a WAV": (sound_bytes(NOISE)[:48000], "it is cut off: 47956 of 96000 bytes"),
    "half an AIFF": (sound_bytes(NOISE, format="AIFF")[:48000], "it is cut off"),
    "half a FLAC": (sound_bytes(NOISE, format="FLAC")[:48000], "lost sync"),
    "the start of an Ogg": (sound_bytes(NOISE, format="OGG")[:2000], "malformed"),
    "half an m4a": (COMPRESSED["m4a"]()[:9000], "Invalid data found"),
    "a damaged FLAC": (corrupted(sound_bytes(NOISE, format="FLAC")), "lost sync"),
    "a WAV of nothing": (sound_bytes(np.zeros(0)), "it holds no samples"),
    "a WAV with NaN": (sound_bytes(np.array([0, np.nan]), subtype="FLOAT"), "it holds NaN"),
    "a WAV with inf": (sound_bytes(np.array([0, -np.inf]), subtype="FLOAT"), "it holds NaN"),
    "a deafening WAV": (sound_bytes(np.array([0, 1e20]), subtype="FLOAT"), "absurdly loud"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "cannot read a recording from 108 bytes"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_sound_recording_says_what_is_wrong(what, tmp_path):
    data, reason = WRONG[what]
    with pytest.raises(DecodeError, match=re.escape(reason)):
        read_audio(data)
    path = tmp_path / "sound.wav"
    path.write_bytes(data)
    with pytest.raises(DecodeError, match=f"^cannot read a recording from '.*{path.name}': "):
        read_audio(path)


def test_a_film_without_sound_says_so():
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        pictures.width = pictures.height = 16
        container.mux(pictures.encode(av.VideoFrame(16, 16, "yuv420p")))
        container.mux(pictures.encode())
    with pytest.raises(DecodeError, match="it has no sound"):
        read_audio(stream.getvalue())


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("https://example.org/a.wav", "it is a URL. Download it first"),
        (Path("absent.wav"), "No such file or directory"),
        (Path(__file__).parent, "it is a folder"),
        (3.5, "got float"),
        ((NOISE, "fast"), "got tuple"),
        ((RATE_HZ, NOISE), "got tuple"),
        (NOISE, "an array needs its rate"),
        ((NOISE, 0), "an array needs its rate"),
        ((NOISE, float("nan")), "an array needs its rate"),
        ((NOISE.reshape(-1, 2, 2), RATE_HZ), "got float32 of shape (12000, 2, 2)"),
        ((np.zeros((0,)), RATE_HZ), "got float64 of shape (0,)"),
        ((NOISE.astype(complex), RATE_HZ), "got complex128"),
        ((np.array(["a"]), RATE_HZ), "got <U1"),
        ((NOISE.astype(np.uint16), RATE_HZ), "signed or uint8 samples, got uint16"),
        ((NOISE[None], RATE_HZ), "turn it: samples.T"),
        ((np.array([0.0, np.nan]), RATE_HZ), "it holds NaN"),
        ((np.array([0.0, 1e300]), RATE_HZ), "infinite"),
    ],
)
def test_a_wrong_source_is_refused_with_the_remedy(source, reason):
    with pytest.raises(DecodeError, match=re.escape(reason)):
        read_audio(source)


@pytest.mark.parametrize("rate_hz", [0, -8000])
def test_a_rate_must_be_positive(rate_hz):
    with pytest.raises(ValueError, match="rate_hz must be positive"):
        read_audio(NOISE, rate_hz=rate_hz)


def test_what_is_longer_than_memory_allows_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(_audio, "MAX_AUDIO_S", 2.0)
    for source in (sound_bytes(NOISE), (NOISE, RATE_HZ), COMPRESSED["m4a"]()):
        with pytest.raises(DecodeError, match=r"more than 2 s\. Cut it into segments"):
            read_audio(source)
        assert len(read_audio(source, start_s=0.5, end_s=2.0)[0]) == 1.5 * RATE_HZ


def test_the_array_given_is_left_alone():
    samples = NOISE.copy()
    found, _ = read_audio((samples, RATE_HZ), rate_hz=8000)
    found[:] = 0
    np.testing.assert_array_equal(samples, NOISE)
