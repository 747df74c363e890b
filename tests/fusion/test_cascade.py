"""What only the cascade does; the rest is in tests/test_common.py."""

from unittest import mock

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from mmsk.exceptions import DecodeError, FailedSamplesWarning, MissingViewWarning
from mmsk.fusion import CascadeFusionClassifier, VotingFusionClassifier
from mmsk.image import LBP

from .toys import WordLength

N = 300
RNG = np.random.default_rng(0)
Y = np.arange(N) % 2
X = Y[:, None] + RNG.normal(scale=[0.5, 0.1, 0.4], size=(N, 3))
VIEWS = [("dear", "passthrough", [1]), ("cheap", "passthrough", [0]), ("free", "drop", [2])]
COSTS = [10, 1]


def cascade(**params):
    return CascadeFusionClassifier(VIEWS, costs=COSTS, **params)


def test_views_are_asked_from_the_cheapest_on():
    model = cascade().fit(X, Y)
    assert [name for name, _, _ in model.views_] == ["cheap", "dear"]
    np.testing.assert_array_equal(model.costs_, [1, 10])
    as_listed = CascadeFusionClassifier(VIEWS).fit(X, Y)
    assert [name for name, _, _ in as_listed.views_] == ["dear", "cheap"]


def test_rows_are_decided_by_the_views_they_needed():
    model = cascade(threshold=0.8).fit(X, Y)
    probabilities, cost = model.predict_proba_with_cost(X)
    cheap = VotingFusionClassifier([VIEWS[1]]).fit(X, Y).predict_proba(X)
    both = VotingFusionClassifier(VIEWS).fit(X, Y).predict_proba(X)
    sure = cheap.max(axis=1) >= 0.8
    assert 0.2 < sure.mean() < 0.95
    np.testing.assert_array_equal(cost, np.where(sure, 1, 11))
    np.testing.assert_allclose(probabilities, np.where(sure[:, None], cheap, both))


def test_a_threshold_that_none_reaches_is_the_pool_of_all_views():
    pool = VotingFusionClassifier(VIEWS).fit(X, Y)
    noisy = X + RNG.normal(scale=0.3, size=X.shape)
    found = cascade(threshold=1.0).fit(X, Y).predict_proba(noisy)
    np.testing.assert_allclose(found, pool.predict_proba(noisy))


def test_the_frontier_tells_what_further_cost_buys():
    threshold, accuracy, cost = cascade().fit(X, Y).frontier_.T
    assert (np.diff(threshold) > 0).all()
    assert (np.diff(cost) >= 0).all()
    assert cost[0] == 1
    assert cost[-1] == 11
    assert accuracy[0] == pytest.approx(0.85, abs=0.05)  # a normal half a step away
    assert accuracy[-1] > 0.98
    fresh = Y[:, None] + np.random.default_rng(1).normal(scale=[0.5, 0.1, 0.4], size=(N, 3))
    for k in (10, 25, 40):
        model = cascade(threshold=threshold[k], cv=None).fit(X, Y)
        found, spent = model.predict_proba_with_cost(fresh)
        assert (found.argmax(axis=1) == Y).mean() == pytest.approx(accuracy[k], abs=0.05)
        assert spent.mean() == pytest.approx(cost[k], abs=1)


def test_the_threshold_is_the_cheapest_that_reaches_the_target():
    model = cascade(threshold="cv", target_accuracy=0.95).fit(X, Y)
    threshold, accuracy, _ = model.frontier_.T
    chosen = np.flatnonzero(threshold == model.threshold_).item()
    assert accuracy[chosen] >= 0.95
    assert (accuracy[:chosen] < 0.95).all()
    assert model.score(X, Y) > 0.93
    assert model.predict_proba_with_cost(X)[1].mean() < 9
    best = cascade(threshold="cv").fit(X, Y)  # as accurate as all views together
    assert best.threshold_ > model.threshold_
    beyond = cascade(threshold="cv", target_accuracy=1.0).fit(X[:, [0, 0, 0]], Y)
    assert beyond.threshold_ == beyond.frontier_[beyond.frontier_[:, 1].argmax(), 0]


def test_dear_sources_are_opened_for_undecided_rows_only(tmp_path):
    for k in range(40):
        stripes = np.tile(np.arange(16) % 4 < 2, (16, 1)) * 150
        noise = np.random.default_rng(k).integers(0, 60, (16, 16))
        picture = (stripes if k % 2 else stripes.T) + noise
        Image.fromarray(picture.astype(np.uint8)).save(tmp_path / f"{k}.png")
    table = pd.DataFrame(
        {"size": X[:40, 0], "photo": [str(tmp_path / f"{k}.png") for k in range(40)]}
    )
    photo = make_pipeline(LBP(), LogisticRegression())
    views = [("size", "passthrough", ["size"]), ("photo", photo, "photo")]
    model = CascadeFusionClassifier(views, threshold=0.9, cv=None).fit(table, Y[:40])
    opened = []
    read = Image.open
    with mock.patch.object(Image, "open", lambda *a, **k: opened.append(1) or read(*a, **k)):
        _, cost = model.predict_proba_with_cost(table)
    undecided = cost == 2
    assert 0 < undecided.sum() < 40
    assert len(opened) == undecided.sum()
    opened.clear()
    with mock.patch.object(Image, "open", lambda *a, **k: opened.append(1) or read(*a, **k)):
        model.predict(table[~undecided])
    assert not opened


@pytest.fixture
def words():
    """A cheap number that is sure of the first half, and words for the others."""
    size = np.where(np.arange(40) < 20, 40 * Y[:40] - 20.0, 0.0)
    word = np.where(Y[:40], "drummer", "kit").astype(object)
    return pd.DataFrame({"size": size, "word": word})


def _of_words(on_error):
    word = make_pipeline(WordLength(on_error=on_error), LogisticRegression())
    return CascadeFusionClassifier(
        [("size", "passthrough", ["size"]), ("word", word, "word")], cv=None
    )


def test_a_failed_read_is_told_by_its_row_in_the_table(words):
    model = _of_words("missing").fit(words, Y[:40])
    words.loc[[3, 25], "word"] = "bad"  # row 3 is decided before its word is read
    with pytest.warns(FailedSamplesWarning, match=r"1 samples in 40 rows.* row 25"):
        model.predict(words)
    refusing = _of_words("raise").fit(words.drop(index=[3, 25]), np.delete(Y[:40], [3, 25]))
    with pytest.raises(DecodeError) as info:
        refusing.predict(words)
    assert "among the 20 of 40 that the view was asked of" in " ".join(info.value.__notes__)


def test_a_view_that_a_row_lacks_costs_nothing_and_decides_nothing(words):
    model = _of_words("missing").fit(words, Y[:40])
    words.loc[:, "size"] = np.nan
    words.loc[0, "word"] = None
    with pytest.warns(MissingViewWarning, match="1 of 40"):
        probabilities, cost = model.predict_proba_with_cost(words)
    np.testing.assert_allclose(probabilities[0], [0.5, 0.5])
    np.testing.assert_array_equal(cost, np.arange(40) > 0)


def test_groups_stay_whole_in_the_folds_of_the_frontier():
    groups = np.arange(N) // 50
    bias = np.random.default_rng(0).normal(scale=3, size=6)[groups]
    shifted = np.column_stack([X[:, 0], groups, X[:, 2]])
    y = (bias > 0).astype(int)  # told by the group alone
    split = cascade(cv=2).fit(shifted, y).frontier_[-1, 1]
    whole = cascade(cv=2).fit(shifted, y, groups=groups).frontier_[-1, 1]
    assert whole < split


def test_a_threshold_from_folds_needs_folds():
    with pytest.raises(ValueError, match="give cv"):
        cascade(threshold="cv", cv=None).fit(X, Y)


@pytest.mark.parametrize("costs", [[1], [1, 2, 3], [-1, 1], [1, np.nan]])
def test_costs_are_one_for_each_view(costs):
    with pytest.raises(ValueError, match="costs must be 2 numbers of at least 0"):
        CascadeFusionClassifier(VIEWS, costs=costs).fit(X, Y)
