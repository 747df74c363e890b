"""What the encoders of sequences do alike; the rest is in tests/test_common.py."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.audio import MFCC, Chroma, LogMel, SpectralStatistics
from mmsk.encoding import AttentionPooling, Hydra, MultiRocket, Reservoir
from mmsk.encoding._sequence_transformer import dilations_for, first_differences
from mmsk.exceptions import DecodeError, NothingToLearnError
from mmsk.image import ImageStatistics
from mmsk.testing import media_samples
from mmsk.union import MediaUnion
from mmsk.video import AudioTrack, FramePooling, FrameStatistics

from ..io.films import film_with_sound
from .sequences import Steps, rising_and_falling

SOUNDS = media_samples("audio").decoded
FILMS = media_samples("video").decoded
WITH_SEQUENCES = [
    (MFCC(), SOUNDS),
    (LogMel(), SOUNDS),
    (Chroma(), SOUNDS),
    (SpectralStatistics(), SOUNDS),
    (FrameStatistics(), FILMS),
    (FramePooling(ImageStatistics(), every_s=None), FILMS),
]
SIZES = {
    MultiRocket: {"n_features": 672},
    Hydra: {"n_groups": 6},
    Reservoir: {"n_units": 50},
    AttentionPooling: {"n_heads": 4},
}


def encoder(kind, extractor=None, **parameters):
    return kind(extractor, **{**SIZES[kind], **parameters})


@pytest.fixture(params=list(SIZES), ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


def test_the_order_of_steps_is_told(kind):
    model = make_pipeline(encoder(kind), StandardScaler(), RidgeClassifier())
    model.fit(*rising_and_falling(60, seed=0))
    assert model.score(*rising_and_falling(60, seed=1)) >= 0.95


def test_an_extractor_gives_what_its_frames_give(kind):
    frames = [MFCC().fit(SOUNDS)._sequence((sound, 16000)) for sound in SOUNDS]
    direct = encoder(kind).fit_transform(frames)
    np.testing.assert_array_equal(encoder(kind, MFCC()).fit_transform(SOUNDS), direct)


@pytest.mark.parametrize(
    ("extractor", "samples"), WITH_SEQUENCES, ids=lambda x: type(x).__name__
)
def test_every_extractor_with_frames_gives_its_sequence(extractor, samples):
    features = encoder(Hydra, extractor).fit_transform([*samples, None])
    np.testing.assert_array_equal(np.isnan(features).all(axis=1), [False] * 5 + [True])
    assert np.isfinite(features[:-1]).all()


@pytest.mark.parametrize(
    ("extractor", "samples"), WITH_SEQUENCES, ids=lambda x: type(x).__name__
)
def test_the_mean_of_a_sequence_is_the_mean_that_the_extractor_pools(extractor, samples):
    fitted = extractor.fit(samples)
    sequence = fitted._sequence(fitted._read(samples[-1]))
    names = list(fitted.get_feature_names_out())
    means = [k for k, name in enumerate(names) if name.endswith("_mean")]
    found = sequence.mean(axis=0)
    if isinstance(extractor, (FrameStatistics, SpectralStatistics)):
        means, found = means[:1], found[:1]  # differences are means over one step less
    expected = fitted.transform(samples[-1:])[0, means]
    np.testing.assert_allclose(found[: len(means)], expected, rtol=1e-4, atol=1e-4)


def test_the_sound_of_a_film_is_a_sequence(kind):
    films = [film_with_sound(sound) for sound in SOUNDS[:2]]
    features = encoder(kind, AudioTrack(MFCC())).fit_transform([*films, FILMS[0]])
    np.testing.assert_array_equal(np.isnan(features).all(axis=1), [False, False, True])


def test_a_union_decodes_once_for_frames_and_statistics(kind, tmp_path, monkeypatch):
    read = []
    import mmsk.audio._sound_transformer as module

    reader = module.read_sound
    monkeypatch.setattr(module, "read_sound", lambda s, **k: read.append(1) or reader(s, **k))
    union = MediaUnion([("order", encoder(kind, MFCC())), ("statistics", MFCC())]).fit(SOUNDS)
    read.clear()
    union.transform(SOUNDS)
    assert len(read) == len(SOUNDS)


def test_a_sequence_of_one_step_has_features(kind):
    sequences, _ = rising_and_falling(5, seed=0)
    fitted = encoder(kind).fit(sequences)
    assert np.isfinite(fitted.transform([sequences[0][:1]])).all()
    alone = encoder(kind).fit([sequences[0][:1]])
    assert np.isfinite(alone.transform(sequences)).all()


def test_flat_sequences_have_features(kind):
    features = encoder(kind).fit_transform([np.full((12, 3), 7.0)] * 2)
    assert np.isfinite(features).all()


def test_rounding_does_not_decide_where_nothing_happens(kind):
    sequences, _ = rising_and_falling(5, seed=0)
    flat = np.full((12, 2), 0.1)
    fitted = encoder(kind, scaling="center").fit(sequences)
    rough = flat + 1e-9 * np.random.default_rng(0).normal(size=flat.shape)
    np.testing.assert_array_equal(fitted.transform([flat]), fitted.transform([rough]))


def test_channels_count_as_one_column_where_there_is_one(kind):
    sequences, _ = rising_and_falling(5, seed=0)
    flat = [sequence[:, 0] for sequence in sequences]
    tall = [sequence[:, :1] for sequence in sequences]
    both = [encoder(kind).fit_transform(column) for column in (flat, tall)]
    np.testing.assert_array_equal(*both)


@pytest.mark.parametrize(
    ("scaling", "sees_level", "sees_size"),
    [
        ("column", True, True),
        ("center", False, True),
        ("sample", False, False),
        (None, True, True),
    ],
)
def test_scaling_says_what_of_a_sample_counts(kind, scaling, sees_level, sees_size):
    sequences, _ = rising_and_falling(8, seed=0)
    fitted = encoder(kind, scaling=scaling).fit(sequences)
    expected = fitted.transform(sequences[:1])
    lifted, louder = (fitted.transform([s]) for s in (sequences[0] + 4, 4 * sequences[0]))
    assert np.allclose(lifted, expected, rtol=1e-3, atol=1e-3) != sees_level
    assert np.allclose(louder, expected, rtol=1e-3, atol=1e-3) != sees_size


def test_columns_of_any_unit_give_the_same(kind):
    sequences, _ = rising_and_falling(8, seed=0)
    expected = encoder(kind).fit_transform(sequences)
    found = encoder(kind).fit_transform([1024 * s for s in sequences])
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_the_seed_decides(kind):
    sequences, _ = rising_and_falling(5, seed=0)
    one, same, other = (
        encoder(kind, random_state=seed).fit_transform(sequences) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_other_channels_than_in_fit_are_refused(kind):
    sequences, _ = rising_and_falling(5, seed=0)
    fitted = encoder(kind).fit(sequences)
    with pytest.raises(ValueError, match="fitted on sequences of 2 channels, got 1") as info:
        fitted.transform([sequences[0], sequences[1][:, :1]])
    assert "row 1" in info.value.__notes__[0]
    with pytest.raises(ValueError, match=r"same channels, got some of \[1, 2\] channels"):
        encoder(kind).fit([sequences[0], sequences[1][:, :1]])


@pytest.mark.parametrize("on_error", ["raise", "missing"])
def test_what_is_not_finite_cannot_be_read(kind, on_error):
    sequences, _ = rising_and_falling(3, seed=0)
    sequences[1][2, 0] = np.nan
    model = encoder(kind, on_error=on_error)
    if on_error == "raise":
        with pytest.raises(ValueError, match="must be finite") as info:
            model.fit(sequences)
        assert "row 1" in info.value.__notes__[0]
        return
    features, errors = model.fit(sequences).transform_with_errors(sequences)
    assert [error.row for error in errors] == [1]
    assert np.isfinite(features[[0, 2]]).all()


@pytest.mark.parametrize(
    "source", ["a.wav", b"RIFF", np.zeros((2, 2, 2)), np.zeros((0, 2)), 3.0]
)
def test_what_is_no_sequence_is_refused_with_the_remedy(kind, source):
    fitted = encoder(kind).fit([np.eye(3)])
    with pytest.raises(DecodeError, match="give the extractor that reads them"):
        fitted.transform([source])


def test_nothing_to_learn_from_is_said(kind):
    with pytest.raises(NothingToLearnError, match="none of the 2 samples"):
        encoder(kind).fit([None, None])


def test_an_extractor_without_frames_is_refused(kind):
    with pytest.raises(ValueError, match="extractor"):
        encoder(kind, ImageStatistics()).fit(FILMS)


def test_samples_in_a_list_are_pooled(kind):
    sequences, _ = rising_and_falling(4, seed=0)
    fitted = encoder(kind, Steps()).fit([sequences[:2], sequences[2:]])
    both = fitted.transform([sequences[:2]])[0]
    ones = fitted.transform([[sequence] for sequence in sequences[:2]])
    width = len(both) // 2
    np.testing.assert_allclose(both[:width], ones[:, :width].mean(axis=0), rtol=1e-5)


def test_more_features_are_more_biases():
    sequences, _ = rising_and_falling(5, seed=0)
    fitted = MultiRocket(n_features=3000).fit(sequences)
    names = fitted.get_feature_names_out()
    assert len(names) == 3000 // 672 * 672
    assert {name.split("_")[0] for name in names} == {"raw", "diff"}
    assert {name.split("_")[1] for name in names} > {"d1", "d2"}


def test_shares_of_a_group_sum_to_one():
    sequences, _ = rising_and_falling(5, seed=0)
    hydra = Hydra(n_groups=3, n_kernels=5)
    features = hydra.fit_transform(sequences)
    shares = features.reshape(len(sequences), -1, 5, 2)[..., 1] ** 2
    np.testing.assert_allclose(shares.sum(axis=2), 1, rtol=1e-5)


@pytest.mark.parametrize("n_steps", [1, 9, 17, 100, 4000])
def test_dilations_reach_as_far_as_a_sequence_and_no_farther(n_steps):
    dilations, counts = dilations_for(n_steps, 14)
    assert counts.sum() == 14
    assert dilations[0] == 1
    assert 8 * dilations[-1] <= max(8, n_steps - 1) < 8 * (2 * dilations[-1] + 1)


def test_differences_of_one_step_are_zero():
    np.testing.assert_array_equal(first_differences(np.ones((2, 1), np.float32)), [[0], [0]])
