"""What only GroupScaler does; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.fusion import FeatureFusion, GroupScaler, VotingFusionClassifier
from mmsk.testing._toys import WordShape

RNG = np.random.default_rng(0)
GROUPS = np.repeat(["a", "b", "c"], [5, 4, 3])
X = RNG.normal(size=(12, 2)) + 100 * np.repeat([[1, 2], [3, 4], [5, 6]], [5, 4, 3], axis=0)


@given(st.integers(2, 6), st.integers(0, 9))
def test_each_group_has_a_mean_of_zero_and_a_variance_of_one(n_rows, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(rng.normal(0, 50), rng.uniform(1, 9), size=(2 * n_rows, 3))
    groups = np.tile(["a", "b"], n_rows)
    scaled = GroupScaler(prior_rows=0).fit_transform(values, groups=groups)
    for group in "ab":
        np.testing.assert_allclose(scaled[groups == group].mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(scaled[groups == group].var(axis=0), 1)


def test_a_change_of_level_and_scale_of_a_group_does_not_show():
    scaler = GroupScaler(prior_rows=0)
    expected = scaler.fit_transform(X, groups=GROUPS)
    louder = np.where(GROUPS[:, None] == "b", 3 * X - 70, X)
    np.testing.assert_allclose(scaler.fit_transform(louder, groups=GROUPS), expected)


def test_without_groups_it_is_the_standard_scaler():
    expected = StandardScaler().fit(X[:7]).transform(X)
    np.testing.assert_allclose(GroupScaler().fit(X[:7]).transform(X), expected)


def test_a_group_of_fit_keeps_the_statistics_it_had_there():
    scaler = GroupScaler().fit(X, groups=GROUPS)
    expected = scaler.transform(X, groups=GROUPS)[:1]
    np.testing.assert_array_equal(scaler.transform(X[:1], groups=["a"]), expected)


@pytest.mark.parametrize("unseen", ["own", "pooled"])
def test_a_group_of_one_row_has_the_pooled_statistics(unseen):
    scaler = GroupScaler(unseen=unseen, prior_rows=0).fit(X, groups=GROUPS)
    within = sum(
        ((X[g == GROUPS] - X[g == GROUPS].mean(axis=0)) ** 2).sum(axis=0) for g in "abc"
    )
    expected = (X[:1] - X.mean(axis=0)) / np.sqrt(within / 12)
    np.testing.assert_allclose(scaler.transform(X[:1], groups=["new"]), expected)


def test_an_unseen_group_is_scaled_by_its_own_rows_or_by_all_of_fit():
    known = GROUPS != "c"
    own = GroupScaler(prior_rows=0).fit(X[known], groups=GROUPS[known])
    scaled = own.transform(X[~known], groups=GROUPS[~known])
    np.testing.assert_allclose(scaled, StandardScaler().fit_transform(X[~known]))
    pooled = GroupScaler(unseen="pooled").fit(X[known], groups=GROUPS[known])
    scaled = pooled.transform(X[~known], groups=GROUPS[~known])
    np.testing.assert_allclose(
        scaled, (X[~known] - pooled.pooled_mean_) / np.sqrt(pooled.pooled_variance_)
    )
    assert scaled.mean() > 50  # the level of the group is still there


def test_a_group_is_drawn_to_the_pooled_statistics_by_the_rows_that_these_count_for():
    scaler = GroupScaler(prior_rows=3).fit(X, groups=GROUPS)
    own = 4 / (4 + 3)  # of five rows
    expected = own * X[:5].mean(axis=0) + (1 - own) * X.mean(axis=0)
    np.testing.assert_allclose(scaler.means_[0], expected)
    variance = own * X[:5].var(axis=0) + (1 - own) * scaler.pooled_variance_
    np.testing.assert_allclose(scaler.scales_[0], np.sqrt(variance))


def test_groups_of_one_row_each_are_scaled_as_one():
    scaled = GroupScaler().fit_transform(X, groups=range(12))
    np.testing.assert_allclose(scaled, StandardScaler().fit_transform(X))


def test_a_row_without_a_group_has_the_pooled_statistics():
    scaler = GroupScaler().fit(X, groups=GROUPS)
    mean = scaler.pooled_mean_[None]
    for missing in (None, float("nan"), pd.NA):
        np.testing.assert_allclose(scaler.transform(mean, groups=[missing]), 0, atol=1e-12)


def test_nan_stays_nan_and_does_not_count():
    values = np.array([[1.0, 5.0], [np.nan, 7.0], [3.0, 9.0], [np.nan, 4.0]])
    scaled = GroupScaler(prior_rows=0).fit_transform(values, groups=[1, 1, 1, 2])
    np.testing.assert_array_equal(np.isnan(scaled), np.isnan(values))
    np.testing.assert_allclose(scaled[[0, 2], 0], [-1, 1])


def test_a_column_of_a_frame_or_a_matrix_says_the_groups_and_is_no_feature():
    expected = GroupScaler().fit_transform(X, groups=GROUPS)
    frame = pd.DataFrame({"f0": X[:, 0], "who": GROUPS, "f1": X[:, 1]})
    scaler = GroupScaler("who")
    np.testing.assert_array_equal(scaler.fit_transform(frame), expected)
    assert scaler.get_feature_names_out().tolist() == ["f0", "f1"]
    matrix = np.column_stack([X, np.repeat([7, 8, 9], [5, 4, 3])])
    scaler = GroupScaler(2).fit(matrix)
    np.testing.assert_array_equal(scaler.transform(matrix), expected)
    assert scaler.get_feature_names_out().tolist() == ["x0", "x1"]
    objects = frame.to_numpy()
    np.testing.assert_array_equal(GroupScaler(1).fit_transform(objects), expected)


def test_set_output_names_the_features_without_the_groups():
    frame = pd.DataFrame({"who": GROUPS, "f": X[:, 0]}, index=range(20, 32))
    scaled = GroupScaler("who").set_output(transform="pandas").fit_transform(frame)
    assert scaled.columns.tolist() == ["f"]
    assert scaled.index[0] == 20


@pytest.mark.parametrize(
    ("scaler", "groups", "message"),
    [
        (GroupScaler("who"), None, "groups='who' is no column of X, which has"),
        (GroupScaler(0), GROUPS, "groups=0 names a column too"),
        (GroupScaler(), GROUPS[:5], "inconsistent numbers of samples"),
    ],
)
def test_groups_that_are_not_there_or_twice_are_refused(scaler, groups, message):
    with pytest.raises(ValueError, match=message):
        scaler.fit(pd.DataFrame(X) if scaler.groups == "who" else X, groups=groups)


def test_transform_without_the_groups_that_fit_had_says_what_to_do():
    scaler = GroupScaler().fit(X, groups=GROUPS)
    with pytest.raises(ValueError, match="name the column that holds them by the parameter"):
        scaler.transform(X)


def test_routing_brings_groups_to_fit_and_transform_in_a_pipeline():
    y = np.tile([0, 1], 6)
    with config_context(enable_metadata_routing=True):
        model = make_pipeline(GroupScaler(), LogisticRegression()).fit(X, y, groups=GROUPS)
        predicted = model.predict(X, groups=GROUPS)
    scaled = GroupScaler().fit_transform(X, groups=GROUPS)
    np.testing.assert_array_equal(
        predicted, LogisticRegression().fit(scaled, y).predict(scaled)
    )


def _spoken_table():
    """Words of speakers; the longer of a speaker's are of class 1, whatever their length."""
    lengths = np.array([(base + k, base + 5 + k) for base in (2, 10, 20) for k in range(3)])
    words = ["x" * n for n in lengths.ravel()]
    return pd.DataFrame({"word": words, "who": np.repeat(["a", "b", "c"], 6)}), np.tile(
        [0, 1], 9
    )


def test_in_a_pipeline_over_files_a_held_out_group_is_scaled_by_itself():
    table, y = _spoken_table()
    columns = make_column_transformer(
        (WordShape(), "word"), ("passthrough", ["who"]), verbose_feature_names_out=False
    ).set_output(transform="pandas")
    folds = {"cv": LeaveOneGroupOut(), "groups": table["who"]}
    scaled = make_pipeline(columns, GroupScaler("who", prior_rows=0), LogisticRegression())
    assert cross_val_score(scaled, table, y, **folds).mean() > 0.9
    plain = make_pipeline(WordShape(), StandardScaler(), LogisticRegression())
    assert cross_val_score(plain, table["word"], y, **folds).mean() < 0.7
    views = [
        ("said", make_pipeline(columns, GroupScaler("who", prior_rows=0)), ["word", "who"])
    ]
    fused = make_pipeline(FeatureFusion(views), LogisticRegression())
    assert cross_val_score(fused, table, y, **folds).mean() > 0.9


def test_groups_of_a_fusion_do_not_meet_those_of_a_column_that_is_named():
    table = pd.DataFrame(X, columns=["low", "high"]).assign(speaker=GROUPS)
    y = np.arange(12) % 2
    view = make_pipeline(GroupScaler("speaker"), LogisticRegression())
    views = [("voice", view, ["low", "high", "speaker"])]
    given = VotingFusionClassifier(views).fit(table, y, groups=GROUPS)
    alone = VotingFusionClassifier(views).fit(table, y)
    np.testing.assert_allclose(given.predict_proba(table), alone.predict_proba(table))
