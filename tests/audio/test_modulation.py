"""Modulation of series made to measure."""

import numpy as np
import pytest

from mmsk.audio import MFCC, Chroma, LogMel
from mmsk.audio._modulation import bands_hz, modulations

HOP_S = 0.01
TIME_S = np.arange(1000) * HOP_S
RATE_HZ = 16000


@pytest.mark.parametrize(("hz", "band"), [(1.5, 0), (3, 1), (5, 2), (11, 3), (23, 4)])
def test_a_wave_has_its_deviation_in_its_octave(hz, band):
    rows = 7 + 3 * np.sin(2 * np.pi * hz * TIME_S)[:, None]
    found = modulations(rows, HOP_S).ravel()
    # a window of 2 s tells frequencies apart to 1 Hz
    assert found[band] == pytest.approx(3 / np.sqrt(2), rel=0.1)
    assert np.delete(found, band).max() < found[band] / 2


@pytest.mark.parametrize("n_frames", [1, 2, 50, 199, 200, 1000])
def test_bands_have_no_more_than_all_of_the_variance(n_frames):
    rows = np.random.default_rng(0).normal(size=(n_frames, 3))
    found = modulations(rows, HOP_S)
    assert found.shape == (5, 3)
    assert ((found**2).sum(axis=0) <= 1.5).all()
    if n_frames == 1000:  # white: what octaves from 1 to 32 Hz have of 50 Hz
        np.testing.assert_allclose((found**2).sum(axis=0), 31 / 50, atol=0.15)


def test_an_offset_counts_nothing_and_a_gain_in_proportion():
    rows = np.random.default_rng(0).normal(size=(500, 2))
    np.testing.assert_allclose(
        modulations(5 - 3 * rows, HOP_S), 3 * modulations(rows, HOP_S), rtol=1e-9
    )


def test_bands_lie_below_half_the_rate_of_frames():
    assert bands_hz(0.01) == [1, 2, 4, 8, 16]
    assert bands_hz(0.1) == [1, 2, 4]
    assert bands_hz(1.0) == []
    assert modulations(np.ones((5, 2)), 1.0).shape == (0, 2)


@pytest.mark.parametrize("extractor", [MFCC, LogMel, Chroma])
def test_syllables_show_in_their_octave(extractor):
    time_s = np.arange(6 * RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(0).normal(size=len(time_s))
    tone = np.sin(2 * np.pi * 440 * time_s)
    on = np.sin(2 * np.pi * 5 * time_s) > 0
    sound = 0.1 * np.where(on, noise if extractor is not Chroma else tone, 0.01 * noise)
    pooled = extractor(pooling="modulation", hop_s=0.02).fit([sound])
    row = dict(zip(pooled.get_feature_names_out(), pooled.transform([sound])[0], strict=True))
    first = next(iter(row)).removesuffix("_mean")
    if extractor is Chroma:
        first = "chroma_c"
    bands = [row[f"{first}_mod_{hz}hz"] for hz in (1, 2, 4, 8, 16)]
    assert int(np.argmax(bands)) == 2
