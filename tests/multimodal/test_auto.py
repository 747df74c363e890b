"""``fusion="auto"``: what is compared, what is chosen, and what it costs."""

from collections import Counter
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

from mmsk import MultimodalClassifier, MultimodalRegressor
from mmsk.base import _describing
from mmsk.datasets import make_multimodal_classification, make_multimodal_regression
from mmsk.fusion import VotingFusionClassifier
from mmsk.model_io import load_model, save_model
from mmsk.multimodal._fold_features import fold_features
from mmsk.multimodal._selection import Candidate, Tried, choose
from mmsk.text import TfidfVectorizer

Y = np.array(["even", "odd"] * 20)
TABLE = pd.DataFrame(
    {
        "note": [["a red kite", "the tin drum"][k % 2] + f" {k}" for k in range(40)],
        "size": np.arange(40) % 2 + np.random.default_rng(0).normal(size=40),
    }
)
ROLES = {"note": "text", "size": "tabular"}
WEIGHT = np.ones(4)


def planted(**params):
    """Rows, labels, and the roles that make a view of each block."""
    X, y, columns = make_multimodal_classification(random_state=0, **params)
    roles = {k: f"tabular:{n}" for n, s in columns.items() for k in range(s.start, s.stop)}
    return X, y, roles, columns


def chosen_of(model):
    return model.selection_.loc[model.selection_.chosen, "candidate"].item()


# What is chosen


@pytest.mark.slow
def test_it_finds_what_the_signal_needs_and_gives_probabilities():
    X, y, roles, _ = planted(signal="late", n_samples=300)
    model = MultimodalClassifier("auto", roles, cv=3).fit(X[:200], y[:200])
    assert chosen_of(model) in ("voting, hard", "mkl")
    assert model.score(X[200:], y[200:]) > 0.85
    np.testing.assert_allclose(model.predict_proba(X[200:]).sum(axis=1), 1)


def test_beside_pure_noise_it_falls_back_on_the_view_that_tells():
    X, y, _, columns = planted(signal="late", n_samples=300, n_noise_views=1)
    roles = {
        k: f"tabular:{name}"
        for name in ("view_0", "noise_0")
        for k in range(columns[name].start, columns[name].stop)
    }
    model = MultimodalClassifier("auto", roles, cv=3).fit(X[:200], y[:200])
    assert chosen_of(model) == "view_0 alone"
    alone = VotingFusionClassifier([("view_0", "passthrough", columns["view_0"])])
    expected = alone.fit(X[:200], y[:200]).score(X[200:], y[200:])
    assert model.score(X[200:], y[200:]) == pytest.approx(expected, abs=0.03)


def _compared(skills, groups=None, weight=None):
    """Views a and b alone, then fusions in the order of their names; skills of their rows."""
    views = {"a": 0, "b": 1}
    tried = [Candidate(name, None, views.get(name)) for name in skills]
    found = [
        Tried(None, 0.0, told) if isinstance(told, str) else Tried(np.array(told), 1.0)
        for told in skills.values()
    ]
    n_rows = max(len(one.skill) for one in found if one.skill is not None)
    weight = np.ones(n_rows) if weight is None else weight
    chosen, table = choose(tried, found, weight, groups)
    return chosen.name, pd.DataFrame(table).set_index("candidate")


def test_none_is_eligible_that_is_worse_than_the_best_view_alone():
    chosen, table = _compared({"a": [1.0, 1, 1, 0], "b": [1.0, 0, 0, 0], "c": [1.0, 1, 0, 0]})
    assert chosen == "a"
    assert table.eligible.tolist() == [True, False, False]
    assert table.why_not["c"] == "worse than the best view alone (0.750)"


def test_the_simplest_is_chosen_that_is_within_a_standard_error_of_the_best():
    rows = np.ones(100)
    best, near, far = rows.copy(), rows.copy(), rows.copy()
    best[5], near[:2], far[:20] = 0, 0, 0
    skills = {"a": 0 * rows, "b": 0 * rows, "c": far, "d": near, "e": best, "f": best}
    chosen, table = _compared(skills)
    assert chosen == "d"  # 0.01 below, of an error of 0.017
    assert table.why_not["c"].startswith("0.190 below 'e', more than a standard error")
    assert "'d' is simpler" in table.why_not["e"]
    assert table.score["d"] == pytest.approx(0.98)
    assert table.standard_error["c"] == pytest.approx(np.sqrt(0.2 * 0.8 / 99))


def test_rows_of_one_group_count_as_one_for_the_error():
    rows = np.repeat([1.0, 0, 1, 0], 25)
    groups = np.repeat(np.arange(4), 25)
    _, alone = _compared({"a": rows, "b": rows})
    _, grouped = _compared({"a": rows, "b": rows}, groups=groups)
    expected = np.std([1, 0, 1, 0], ddof=1) / 2
    assert grouped.standard_error["a"] == pytest.approx(expected)
    assert alone.standard_error["a"] < expected / 4


def test_a_candidate_that_fails_is_told_and_left_out():
    chosen, table = _compared({"a": [1.0, 0], "b": "failed: too wide", "c": [1.0, 1]})
    assert chosen in ("a", "c")
    assert table.why_not["b"] == "failed: too wide"
    assert not table.eligible["b"]


# The table


def test_the_table_is_readable_and_outlives_a_file(tmp_path):
    model = MultimodalClassifier("auto", ROLES, cv=3).fit(TABLE, Y)
    assert list(model.selection_.columns) == [
        "candidate", "score", "standard_error", "seconds", "eligible", "chosen", "why_not",
    ]  # fmt: skip
    assert {"note alone", "tabular alone", "early", "voting", "voting, hard", "stacking", "mkl",
            "cooperative", "early, trees"} <= set(model.selection_.candidate)  # fmt: skip
    assert model.selection_.chosen.sum() == 1
    assert (model.selection_.why_not[~model.selection_.chosen] != "").all()
    save_model(model, tmp_path / "model.skops")
    again = load_model(tmp_path / "model.skops")
    pd.testing.assert_frame_equal(again.selection_, model.selection_)


def test_without_auto_there_is_no_table():
    model = MultimodalClassifier("auto", ROLES, cv=3).fit(TABLE, Y).set_params(fusion="early")
    with pytest.raises(AttributeError, match="fusion='auto' only"):
        model.fit(TABLE, Y).selection_


def test_an_estimator_of_the_user_is_used_and_what_takes_none_is_told():
    model = MultimodalClassifier("auto", ROLES, estimator=LogisticRegression(), cv=3).fit(
        TABLE, Y
    )
    why_not = model.selection_.set_index("candidate").why_not
    assert why_not["cooperative"].startswith("failed: fusion='cooperative' is a linear model")
    assert why_not["early, trees"].startswith("failed: 'early, trees' is a model")
    assert why_not["early"] == "" or "failed" not in why_not["early"]


def test_where_all_fail_the_first_error_is_raised():
    class Stubborn(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            raise ValueError("will not learn")

    with pytest.raises(ValueError, match="will not learn"):
        MultimodalClassifier("auto", ROLES, estimator=Stubborn(), cv=3).fit(TABLE, Y)


def test_with_no_time_the_first_candidate_is_still_there():
    model = MultimodalClassifier("auto", ROLES, time_budget_s=0).fit(TABLE, Y)
    assert chosen_of(model) == "note alone"
    assert (model.selection_.why_not[1:] == "not tried: the time budget was spent").all()
    assert model.score(TABLE, Y) == 1.0


# As an estimator


@pytest.mark.slow
def test_the_fusion_is_a_parameter_of_a_search_with_auto_among_the_values():
    model = MultimodalClassifier(modalities=ROLES, cv=3)
    search = GridSearchCV(model, {"fusion": ["early", "mkl", "auto"]}, cv=2).fit(TABLE, Y)
    assert (search.cv_results_["mean_test_score"] > 0.9).all()


def test_numbers_are_predicted_too():
    X, y, columns = make_multimodal_regression(300, signal="joint", n_views=3, random_state=0)
    roles = {k: f"tabular:{n}" for n, s in columns.items() for k in range(s.start, s.stop)}
    model = MultimodalRegressor("auto", roles, cv=3).fit(X[:200], y[:200])
    assert chosen_of(model) in ("bilinear", "boosting", "early, trees")  # they see products
    assert model.score(X[200:], y[200:]) > 0.5


def test_whole_numbers_are_not_cut_short():
    size = np.arange(40)
    table = pd.DataFrame({"size": size + 0.5, "note": TABLE["note"]})
    model = MultimodalRegressor("auto", ROLES, cv=3).fit(table, size)
    assert model.selection_.score.max() > 0.99


@pytest.mark.filterwarnings(
    "ignore:The least populated class", "ignore::mmsk.exceptions.MissingViewWarning"
)
def test_rows_may_lack_views_and_small_classes_lower_the_number_of_folds():
    table = TABLE.iloc[:9].copy()
    table.loc[::4, "note"] = None
    table.loc[1::4, "size"] = np.nan
    model = MultimodalClassifier("auto", ROLES).fit(table, Y[:9])
    np.testing.assert_allclose(model.predict_proba(table).sum(axis=1), 1)


class Witness(LogisticRegression):
    """Remembers the groups and weights of every fit."""

    seen: list = []

    def fit(self, X, y, sample_weight=None, groups=None):
        Witness.seen.append((np.asarray(groups), sample_weight))
        return super().fit(X, y, sample_weight)


def test_groups_and_weights_reach_every_inner_fold():
    Witness.seen.clear()
    groups = np.arange(40) // 4
    weight = 1.0 + groups
    model = MultimodalClassifier("auto", ROLES, estimator=Witness(), cv=3)
    model.fit(TABLE, Y, sample_weight=weight, groups=groups)
    assert len(Witness.seen) > 20
    for members, weights in Witness.seen:
        whole = Counter(members.tolist())
        assert set(whole.values()) == {4}, "a group is in two inner folds"
        np.testing.assert_array_equal(weights, 1.0 + members)


@pytest.mark.slow
def test_a_column_of_groups_is_nested_in_an_outer_search():
    Witness.seen.clear()
    table = TABLE.assign(speaker=np.arange(40) // 4)
    model = MultimodalClassifier("auto", ROLES, estimator=Witness(), groups="speaker", cv=2)
    outer = GroupKFold(2)
    GridSearchCV(model, {"estimator__C": [1.0]}, cv=outer).fit(
        table, Y, groups=table["speaker"]
    )
    for members, _ in Witness.seen:
        assert set(Counter(members.tolist()).values()) == {4}


# What it costs


def test_files_are_read_once_and_texts_learned_once_per_fold(tmp_path):
    counts, features = Counter(), _describing._features

    def counted(extractor, sample):
        counts[type(extractor).__name__] += 1
        return features(extractor, sample)

    rng = np.random.default_rng(0)
    for k in range(12):
        levels = rng.integers(0, 128, (32, 32)) + 127 * (k % 2)
        Image.fromarray(levels.astype(np.uint8)).save(tmp_path / f"{k}.png")
    table = TABLE[:12].assign(photo=[str(tmp_path / f"{k}.png") for k in range(12)])
    fit = TfidfVectorizer.fit_transform
    with (
        mock.patch.object(_describing, "_features", counted),
        mock.patch.object(
            TfidfVectorizer, "fit_transform", autospec=True, side_effect=fit
        ) as t,
    ):
        model = MultimodalClassifier("auto", {**ROLES, "photo": "image"}, cv=3)
        assert chosen_of(model.fit(table, Y[:12])) == "note alone"
    assert counts == {"HOG": 12, "ColorHistogram": 12, "LBP": 12}
    assert t.call_count == 2 * (3 + 1)  # words and characters, in each fold and in the end


def test_features_of_a_fold_know_nothing_of_the_rows_held_out():
    notes = pd.DataFrame({"note": [f"word{k} all" for k in range(10)] + [None, ""]})
    train = np.arange(12) % 2 == 0
    views = [("note", TfidfVectorizer(), "note")]
    (fold,) = fold_features(notes, np.arange(12) % 2, views, [(train, ~train)])
    known = fold.views[0][1].rows
    expected = TfidfVectorizer().fit([f"word{k} all" for k in range(0, 10, 2)])
    assert known.shape == (11, 6)  # of half the words and "all"
    np.testing.assert_array_equal(np.isnan(fold.table[:, 0]), np.arange(12) == 10)
    has = ~np.isnan(fold.table[:, 0])
    asked = fold.views[0][1].transform(fold.table[has])
    direct = expected.transform(notes["note"][has])
    np.testing.assert_allclose(asked.toarray(), direct.toarray())


@pytest.mark.slow
@pytest.mark.parametrize("signal", ["early", "late", "joint"])
def test_over_seeds_it_is_as_good_as_the_family_favoured(signal):
    from benchmarks.quality.auto import planted as of_seed

    within = [of_seed(signal, seed)["within"] for seed in range(100, 110)]
    assert np.mean(within) >= 0.8  # 90 % of many: benchmarks/quality/auto.py


@pytest.mark.slow
def test_over_seeds_noise_does_no_harm():
    from benchmarks.quality.auto import NOISY, noisy

    within = [noisy(case, seed)["within_known"] for case in NOISY for seed in range(100, 110)]
    assert np.mean(within) >= 0.9  # 95 % of many: benchmarks/quality/auto.py
