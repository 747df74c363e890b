"""What only AudioTrack does; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.audio import MFCC
from mmsk.exceptions import DecodeError, FailedSamplesWarning, NoSoundError
from mmsk.fusion import VotingFusionClassifier
from mmsk.io import read_audio
from mmsk.video import AudioTrack

from ..io.films import film_bytes, film_with_sound, ramp

RNG = np.random.default_rng(0)
SOUNDS = [(0.1 * RNG.normal(size=n)).astype(np.float32) for n in (16000, 24000)]
FILMS = [film_with_sound(sound) for sound in SOUNDS]
MUTE = film_bytes(ramp(5), format="matroska", codec="ffv1", pix_fmt="gray")


def test_a_film_is_described_as_its_sound_is():
    track = AudioTrack(MFCC())
    np.testing.assert_array_equal(track.fit_transform(FILMS), MFCC().fit_transform(SOUNDS))
    assert list(track.get_feature_names_out()) == list(
        MFCC().fit(SOUNDS).get_feature_names_out()
    )


class Remembers(MFCC):
    """What it was fitted on is kept."""

    def _fit_cells(self, cells):
        self.cells_ = cells


@pytest.mark.parametrize("rate_hz", [8000, 22050])
def test_sound_is_read_at_the_rate_of_the_extractor(rate_hz):
    extractor = Remembers(rate_hz=rate_hz)
    expected = extractor.fit_transform(FILMS)  # MFCC reads the sound of films by itself
    track = AudioTrack(extractor)
    np.testing.assert_array_equal(track.fit_transform(FILMS), expected)
    assert track.extractor_.cells_[0][1] == rate_hz


def test_an_extractor_without_a_rate_gets_the_films_own():
    pipeline = make_pipeline(MFCC(rate_hz=8000), StandardScaler()).fit(FILMS)
    features = AudioTrack(FrozenEstimator(pipeline)).fit_transform(FILMS)
    np.testing.assert_allclose(features, pipeline.transform(FILMS), atol=1e-2)


def test_segments_are_stretches_of_the_sound():
    table = pd.DataFrame({"film": FILMS, "start_s": [None, 0.5], "end_s": [0.5, 1.0]})
    cut = [SOUNDS[0][:8000], SOUNDS[1][8000:16000]]
    features = AudioTrack(MFCC()).fit_transform(table)
    np.testing.assert_array_equal(features, MFCC().fit_transform(cut))


def test_a_silent_track_is_sound():
    silent = film_with_sound(np.zeros(16000, np.float32))
    assert np.isfinite(AudioTrack(MFCC()).fit_transform([silent])).all()


# Films without sound


def test_reading_the_sound_of_a_film_without_any_says_so():
    with pytest.raises(NoSoundError, match=r"cannot read a recording .*: it has no sound"):
        read_audio(MUTE)


@pytest.mark.parametrize("on_error", ["raise", "missing"])
@pytest.mark.parametrize(
    "mute",
    [MUTE, np.zeros((2, 6, 6), np.uint8), (np.zeros((2, 6, 6, 3), np.uint8), 25.0)],
    ids=["file", "frames", "frames and their rate"],
)
def test_a_film_without_sound_is_a_row_of_nan_and_no_error(mute, on_error):
    track = AudioTrack(MFCC(), on_error=on_error)
    features = track.fit_transform([mute, *FILMS])  # a warning would fail the test
    np.testing.assert_array_equal(np.isnan(features).all(axis=1), [True, False, False])
    np.testing.assert_array_equal(features[1:], track.fit_transform(FILMS))


def test_it_is_no_error_but_not_present():
    fitted = AudioTrack(MFCC()).fit(FILMS)
    _, present, errors = fitted.transform_present([FILMS[0], None, MUTE])
    assert present.tolist() == [True, False, False]
    assert errors == []


def test_among_several_films_in_a_cell_one_without_sound_does_not_count():
    fitted = AudioTrack(MFCC()).fit([FILMS, FILMS[0]])
    with_mute, without, none = fitted.transform([[*FILMS, MUTE], FILMS, [MUTE, MUTE]])
    np.testing.assert_array_equal(with_mute, without)
    assert np.isnan(none).all()


def test_a_damaged_film_is_an_error_still():
    fitted = AudioTrack(MFCC()).fit(FILMS)
    with pytest.raises(DecodeError) as info:
        fitted.transform([b"no film at all"])
    assert not isinstance(info.value, NoSoundError)
    with pytest.warns(FailedSamplesWarning, match="1 of 2 samples"):
        fitted.set_params(on_error="missing").transform([b"no film at all", MUTE])


def test_a_column_without_sound_fits_what_has_nothing_to_learn():
    features = AudioTrack(MFCC(n_mfcc=2, pooling="mean")).fit_transform([MUTE, None])
    np.testing.assert_array_equal(features, np.full((2, 2), np.nan))


def test_a_fusion_predicts_for_films_without_sound():
    table = pd.DataFrame({"film": [*FILMS * 4, MUTE], "x": np.arange(9.0)})
    labels = [0, 1] * 4 + [0]
    sound = make_pipeline(AudioTrack(MFCC()), LogisticRegression())
    views = [("sound", sound, "film"), ("numbers", LogisticRegression(), ["x"])]
    model = VotingFusionClassifier(views).fit(table, labels)  # a warning would fail the test
    assert model.errors_ == []
    assert np.isfinite(model.predict_proba(table)).all()


# What the extractor learns


def test_the_extractor_is_cloned_and_gets_the_first_film_that_has_sound():
    extractor = Remembers()
    track = AudioTrack(extractor, on_error="missing").fit([None, b"?", MUTE, *FILMS])
    ((samples, rate_hz),) = track.extractor_.cells_
    np.testing.assert_array_equal(samples, SOUNDS[0])
    assert rate_hz == 16000
    assert not hasattr(extractor, "cells_")


def test_a_film_that_cannot_be_read_stops_fit_where_errors_are_raised():
    with pytest.raises(DecodeError) as info:
        AudioTrack(MFCC()).fit([MUTE, b"no film"])
    assert info.value.__notes__ == ["AudioTrack: row 1, source 7 bytes"]


def test_parameters_of_the_extractor_can_be_set():
    track = AudioTrack(MFCC()).set_params(extractor__n_mfcc=3, extractor__pooling="mean")
    assert track.fit_transform(FILMS).shape == (2, 3)
