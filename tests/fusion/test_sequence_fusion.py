"""What only SequenceFusion does; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.audio import MFCC
from mmsk.encoding import Hydra, MultiRocket
from mmsk.exceptions import DroppedViewWarning, FailedSamplesWarning, MissingViewWarning
from mmsk.fusion import FeatureFusion, SequenceFusion
from mmsk.fusion._sequences import resampled, stacked
from mmsk.video import AudioTrack, FrameStatistics

from ..encoding.sequences import Steps

SMALL = Hydra(n_groups=4, n_kernels=4)
VIEWS = [("heard", Steps(), "heard"), ("seen", Steps(), "seen")]


def table(n=12, seed=0):
    """Sequences of two views, of unequal length."""
    rng = np.random.default_rng(seed)
    columns = {
        name: [rng.normal(size=rng.integers(low, 3 * low)) for _ in range(n)]
        for name, low in (("heard", 10), ("seen", 4))
    }
    return pd.DataFrame(
        {name: pd.Series(cells, dtype=object) for name, cells in columns.items()}
    )


def coinciding(n, seed):
    """A pulse in each view, at one moment (label 1) or at two; one view has half the steps."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    rows = {"heard": [], "seen": []}
    for label in labels:
        first, other = rng.choice(np.arange(2, 18), 2, replace=False)
        while abs(first - other) < 4:
            other = rng.integers(2, 18)
        places = {"heard": first, "seen": first if label else other}
        for name, each in (("heard", 2), ("seen", 1)):
            pulse = np.repeat(np.eye(20)[places[name]], each)
            rows[name].append(pulse + 0.02 * rng.normal(size=len(pulse)))
    return pd.DataFrame({k: pd.Series(v, dtype=object) for k, v in rows.items()}), labels


def test_only_joint_sequences_tell_what_happens_at_one_moment():
    train, test = coinciding(160, seed=0), coinciding(160, seed=1)
    rocket = MultiRocket(n_features=2688)
    apart = [(name, MultiRocket(Steps(), 2688), name) for name in ("heard", "seen")]
    scores = []
    for fusion in (SequenceFusion(VIEWS, rocket), FeatureFusion(apart)):
        ridge = RidgeClassifierCV(np.logspace(-1, 5, 7))
        model = make_pipeline(fusion, StandardScaler(), ridge).fit(*train)
        scores.append(model.score(*test))
    assert scores[0] >= 0.9
    assert scores[0] >= scores[1] + 0.15


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 99))
def test_resampling_keeps_the_mean_over_time_and_levels(n, n_steps, seed):
    sequence = np.random.default_rng(seed).normal(size=(n, 2))
    found = resampled(sequence, n_steps)
    assert found.shape == (n_steps, 2)
    np.testing.assert_allclose(found.mean(axis=0), sequence.mean(axis=0), atol=1e-12)
    assert (found <= sequence.max(axis=0) + 1e-12).all()
    assert (found >= sequence.min(axis=0) - 1e-12).all()


@given(st.integers(1, 9), st.integers(1, 4), st.integers(0, 99))
def test_resampling_to_a_multiple_repeats_and_back_again_is_the_same(n, times, seed):
    sequence = np.random.default_rng(seed).normal(size=(n, 2))
    longer = resampled(sequence, n * times)
    np.testing.assert_allclose(longer, np.repeat(sequence, times, axis=0), atol=1e-12)
    np.testing.assert_allclose(resampled(longer, n), sequence, atol=1e-12)


def test_views_stand_side_by_side_with_the_steps_of_the_longest():
    heard, seen = np.array([[1.0], [2], [3], [4]]), np.array([[10.0, 0], [20, 1]])
    expected = [[1, 10, 0], [2, 10, 0], [3, 20, 1], [4, 20, 1]]
    np.testing.assert_array_equal(stacked([heard, seen], [1, 2], None), expected)
    np.testing.assert_array_equal(
        stacked([heard, None], [1, 2], 2), [[1.5, np.nan, np.nan], [3.5, np.nan, np.nan]]
    )


def test_complete_rows_are_what_the_encoder_gives_of_the_stack():
    X = table()
    stacks = [
        stacked([np.asarray(cell)[:, None] for cell in row], [1, 1], None)
        for row in X.itertuples(index=False)
    ]
    found = SequenceFusion(VIEWS, SMALL).fit_transform(X)
    np.testing.assert_allclose(found, SMALL.fit(stacks).transform(stacks), rtol=1e-6)


def test_a_row_that_lacks_a_view_is_marked_and_has_its_mean():
    X = table()
    X.at[3, "seen"] = None
    fusion = SequenceFusion(VIEWS, SMALL).fit(X)
    found = fusion.transform(X)
    assert fusion.get_feature_names_out()[-1] == "seen__missing"
    np.testing.assert_array_equal(found[:, -1], np.arange(len(X)) == 3)
    filled = X.copy()
    filled.at[3, "seen"] = np.full(5, fusion.means_[1])
    np.testing.assert_allclose(fusion.transform(filled)[3, :-1], found[3, :-1], rtol=1e-5)


def test_a_view_may_be_absent_from_all_rows_after_fit():
    X = table()
    fusion = SequenceFusion(VIEWS, SMALL, n_steps=16).fit(X)
    X["seen"] = None
    assert np.isfinite(fusion.transform(X)).all()
    X["heard"] = None
    with pytest.warns(MissingViewWarning):
        found = fusion.transform(X)
    np.testing.assert_array_equal(found, np.repeat(found[:1], len(X), axis=0))


def test_a_view_that_no_row_has_is_left_out_with_a_warning():
    X = table()
    X["seen"] = None
    with pytest.warns(DroppedViewWarning, match="seen"):
        fusion = SequenceFusion(VIEWS, SMALL).fit(X)
    alone = SequenceFusion(VIEWS[:1], SMALL).fit(X)
    np.testing.assert_array_equal(fusion.transform(X), alone.transform(X))


def test_a_sequence_that_cannot_be_read_counts_as_missing_and_is_listed():
    X = table()
    X.at[4, "seen"] = np.full(3, -2000.0)
    views = [VIEWS[0], ("seen", Steps(on_error="missing"), "seen")]
    with pytest.warns(FailedSamplesWarning, match="1 samples in 12 rows"):
        fusion = SequenceFusion(views, SMALL).fit(X)
    assert [(f.row, f.source) for f in fusion.errors_] == [(4, "ndarray(3,)")]
    found, errors = fusion.transform_with_errors(X)
    assert [error.row for error in errors] == [4]
    assert np.isfinite(found).all()
    assert found[4, -1] == 1


def test_a_sequence_that_cannot_be_read_raises_with_its_row_and_view():
    X = table()
    fusion = SequenceFusion(VIEWS, SMALL).fit(X)
    X.at[4, "seen"] = np.full(3, -2000.0)
    with pytest.raises(ValueError, match="below -1000") as info:
        fusion.transform(X)
    assert "row 4" in info.value.__notes__[0]
    assert "'seen'" in info.value.__notes__[1]


def test_several_sources_in_a_cell_follow_each_other():
    X = table()
    fusion = SequenceFusion(VIEWS, SMALL).fit(X)
    split = X.copy()
    split.at[2, "heard"] = [X.at[2, "heard"][:3], X.at[2, "heard"][3:]]
    np.testing.assert_array_equal(fusion.transform(split), fusion.transform(X))


def test_a_row_of_numbers_holds_all_the_time():
    X = table().assign(size=np.arange(12.0))
    views = [VIEWS[0], ("size", "passthrough", ["size"])]
    found = SequenceFusion(views, SMALL).fit_transform(X)
    X["held"] = pd.Series([np.full(50, size) for size in X["size"]], dtype=object)
    views[1] = ("size", Steps(), "held")
    longer = SequenceFusion(views, SMALL, n_steps=60).fit_transform(X)
    shorter = SequenceFusion(
        [VIEWS[0], ("size", "passthrough", ["size"])], SMALL, n_steps=60
    ).fit_transform(X)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(longer, shorter, rtol=1e-4, atol=1e-4)


def test_a_column_without_any_number_has_no_say():
    X = table().assign(size=np.arange(12.0), empty=np.nan)
    views = [VIEWS[0], ("size", "passthrough", ["size", "empty"])]
    fusion = SequenceFusion(views, SMALL).fit(X)
    assert fusion.means_[2] == 0
    assert np.isfinite(fusion.transform(X)).all()


def test_the_encoder_is_tuned_by_its_name():
    fusion = SequenceFusion(VIEWS, Hydra()).set_params(encoder__n_groups=2, heard="drop")
    assert fusion.fit(table()).transform(table()).shape == (12, 2 * 8 * 2)


def test_other_channels_than_in_fit_are_refused():
    X = table()
    fusion = SequenceFusion(VIEWS, SMALL).fit(X)
    X.at[1, "heard"] = np.zeros((5, 2))
    with pytest.raises(ValueError, match="2 channels, in fit it had 1"):
        fusion.transform(X)


def test_sound_and_pictures_of_segments_of_films_are_one_sequence():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (50, 16, 16), dtype=np.uint8)
    sound = rng.normal(size=32000).astype(np.float32)
    X = pd.DataFrame(
        {
            "film": pd.Series([frames] * 3, dtype=object),
            "sound": pd.Series([sound] * 3, dtype=object),
            "start_s": [0.0, 0.5, 0.0],
            "end_s": [1.0, 1.5, 2.0],
        }
    )
    views = [
        ("seen", FrameStatistics(), ["film", "start_s", "end_s"]),
        ("heard", AudioTrack(MFCC()), ["sound", "start_s", "end_s"]),
    ]
    found = SequenceFusion(views, SMALL).fit_transform(X)
    assert np.isfinite(found).all()
    assert len(np.unique(found, axis=0)) == 3
