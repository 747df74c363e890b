"""Fusions learned part by part: the same as in one go, wherever that has a meaning."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from mmsk.exceptions import MissingViewWarning
from mmsk.fusion import (
    BlockScaler,
    EnsembleSelectionClassifier,
    FeatureFusion,
    MKLClassifier,
    StackingFusionClassifier,
    VotingFusionClassifier,
    VotingFusionRegressor,
)
from mmsk.text import HashingVectorizer, TfidfVectorizer
from tests.fusion.toys import WordLength

N = 90
PARTS = [slice(0, 20), slice(20, 60), slice(60, N)]
RNG = np.random.default_rng(0)
Y = RNG.integers(0, 3, N)
X = RNG.normal(size=(N, 4)) + Y[:, None]
X[::7, :2] = np.nan
X[3::14, 2:] = np.nan
WEIGHT = RNG.integers(1, 4, N).astype(float)
NB = GaussianNB(var_smoothing=0)
VIEWS = [("a", NB, [0, 1]), ("b", make_pipeline(Normalizer(), NB), [2, 3])]
BLOCKS = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
WORDS = pd.DataFrame({"word": [["kite", "tin"][y % 2] for y in Y], "size": X[:, 0]})


def _in_parts(model, X, y=None, weight=None, **first):
    for part in PARTS:
        rows = X.iloc[part] if hasattr(X, "iloc") else X[part]
        given = {} if weight is None else {"sample_weight": weight[part]}
        model.partial_fit(rows, None if y is None else y[part], **first, **given)
        first = {}
    return model


@pytest.mark.parametrize("voting", ["log", "soft", "hard", "median", "max", "product", "rank"])
@pytest.mark.parametrize("class_weight", [None, {0: 3.0}])
def test_a_voting_classifier_of_parts_is_that_of_the_whole(voting, class_weight):
    fusion = VotingFusionClassifier(VIEWS, voting=voting, class_weight=class_weight)
    whole = VotingFusionClassifier(VIEWS, voting=voting, class_weight=class_weight)
    _in_parts(fusion, X, Y, WEIGHT, classes=[0, 1, 2])
    whole.fit(X, Y, sample_weight=WEIGHT)
    np.testing.assert_allclose(fusion._pooled(X), whole._pooled(X), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(fusion.view_priors_, whole.view_priors_)


def test_a_row_without_views_gets_the_prior_of_all_parts():
    fusion = _in_parts(VotingFusionClassifier(VIEWS), X, Y, classes=[0, 1, 2])
    with pytest.warns(MissingViewWarning):
        found = fusion.predict_proba(np.full((1, 4), np.nan))
    np.testing.assert_allclose(found[0], np.bincount(Y) / N)


def test_a_view_may_come_with_a_later_part_and_labels_too():
    order = np.argsort(Y, kind="stable")  # parts of few classes each
    late, y = X[order], Y[order]
    late[:20, :2] = np.nan_to_num(late[:20, :2])
    late[:20, 2:] = np.nan
    fusion = _in_parts(VotingFusionClassifier(VIEWS), late, y, classes=[0, 1, 2])
    assert [name for name, _, _ in fusion.views_] == ["a", "b"]
    assert fusion.score(late, y) > 0.7


def test_a_voting_regressor_of_parts_has_the_mean_of_the_whole():
    views = [(name, SGDRegressor(random_state=0), columns) for name, _, columns in BLOCKS]
    numbers = 2.0 * Y + 5
    fusion = _in_parts(VotingFusionRegressor(views), X, numbers, WEIGHT)
    assert fusion.mean_ == pytest.approx(np.average(numbers, weights=WEIGHT))
    for _ in range(30):
        _in_parts(fusion, X, numbers)
    assert fusion.score(X, numbers) > 0.4


def test_fit_forgets_the_parts_before_it():
    fusion = _in_parts(VotingFusionClassifier(VIEWS), X, Y, classes=[0, 1, 2])
    fresh = VotingFusionClassifier(VIEWS).fit(X[:50], Y[:50])
    np.testing.assert_allclose(
        fusion.fit(X[:50], Y[:50]).predict_proba(X), fresh.predict_proba(X)
    )


def test_parts_behind_a_fit_go_on_from_it():
    first, rest = slice(0, 30), slice(30, N)
    fusion = VotingFusionClassifier(VIEWS).fit(X[first], Y[first]).partial_fit(X[rest], Y[rest])
    whole = VotingFusionClassifier(VIEWS).fit(X, Y)
    np.testing.assert_allclose(fusion.predict_proba(X), whole.predict_proba(X), rtol=1e-6)


@pytest.mark.parametrize("weights", [None, {"b": 2.0}])
def test_features_of_parts_are_those_of_the_whole(weights):
    fusion = _in_parts(FeatureFusion(BLOCKS, weights=weights), X, weight=WEIGHT)
    whole = FeatureFusion(BLOCKS, weights=weights).fit(X, sample_weight=WEIGHT)
    np.testing.assert_allclose(fusion.transform(X), whole.transform(X), rtol=1e-5, atol=1e-6)
    assert list(fusion.get_feature_names_out()) == list(whole.get_feature_names_out())


def test_every_view_has_a_mark_since_later_parts_may_lack_it():
    fusion = FeatureFusion(BLOCKS).partial_fit(X[1:3])
    assert fusion.indicators_ == ["a", "b"]
    assert fusion.partial_fit(X[:1]).transform(X[:1])[0, -2:].tolist() == [1, 0]


def test_extractors_are_read_once_for_each_part_and_fitted_on_the_first():
    views = [
        ("word", WordLength(), "word"),
        ("size", "passthrough", ["size"]),
    ]
    before = len(WordLength.read)
    fusion = _in_parts(FeatureFusion(views), WORDS)
    assert len(WordLength.read) - before == N
    whole = FeatureFusion(views).fit(WORDS)
    found, expected = (model.transform(WORDS)[:, :3] for model in (fusion, whole))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_hashed_words_stay_sparse_and_train_a_linear_model():
    views = [("word", HashingVectorizer(n_features=64), "word")]
    model = FeatureFusion(views)
    classifier = SGDClassifier(loss="log_loss", random_state=0)
    for part in PARTS:
        model.partial_fit(WORDS[part])
        rows = model.transform(WORDS[part])
        assert sparse.issparse(rows)
        classifier.partial_fit(rows, Y[part] % 2, classes=[0, 1])
    assert classifier.score(model.transform(WORDS), Y % 2) == 1


def test_words_and_numbers_are_pooled_in_parts():
    words = make_pipeline(
        HashingVectorizer(n_features=64, alternate_sign=False), MultinomialNB()
    )
    views = [("word", words, "word"), ("size", NB, ["size"])]
    fusion = _in_parts(VotingFusionClassifier(views), WORDS, Y % 2, classes=[0, 1])
    whole = VotingFusionClassifier(views).fit(WORDS, Y % 2)
    np.testing.assert_allclose(
        fusion.predict_proba(WORDS), whole.predict_proba(WORDS), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("view", "named"),
    [
        (LogisticRegression(), "LogisticRegression has no partial_fit"),
        ("passthrough", "LogisticRegression has no partial_fit"),
        (make_pipeline(PCA(1), NB), "PCA has no partial_fit"),
        (KNeighborsClassifier(), "SGDClassifier"),
    ],
)
def test_a_step_that_learns_from_all_rows_at_once_is_named_with_the_remedy(view, named):
    fusion = VotingFusionClassifier([VIEWS[0], ("wrong", view, [2, 3])])
    with pytest.raises(AttributeError) as info:
        fusion.partial_fit(X, Y, classes=[0, 1, 2])
    assert named in str(info.value.__cause__)
    assert info.value.__cause__.__notes__ == ["in view 'wrong'"]


def test_a_fusion_of_features_has_no_partial_fit_where_a_view_has_none():
    fusion = FeatureFusion([("word", TfidfVectorizer(), "word")])
    with pytest.raises(AttributeError) as info:
        fusion.partial_fit(WORDS)
    assert "TfidfVectorizer has no partial_fit" in str(info.value.__cause__)
    assert not hasattr(
        FeatureFusion(BLOCKS, scaler=BlockScaler(norm="singular")), "partial_fit"
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"weights": "learned"},
        {"calibration": "temperature"},
        {"gate": "competence"},
        {"voting": "dempster_shafer"},
        {"quality": [("a", StandardScaler(), [0, 1])]},
    ],
    ids=str,
)
def test_what_needs_held_out_rows_has_no_parts_and_is_named(settings):
    fusion = VotingFusionClassifier(VIEWS, **settings)
    with pytest.raises(AttributeError) as info:
        fusion.partial_fit(X, Y, classes=[0, 1, 2])
    assert next(iter(settings)) in str(info.value.__cause__)


@pytest.mark.parametrize(
    "fusion", [StackingFusionClassifier, EnsembleSelectionClassifier, MKLClassifier]
)
def test_fusions_that_learn_from_all_rows_at_once_have_no_parts(fusion):
    assert not hasattr(fusion(VIEWS), "partial_fit")


@pytest.mark.parametrize(
    ("first", "settings", "message"),
    [
        ({}, {}, "classes must be given"),
        ({"classes": [0, 1]}, {}, r"y holds \[2\]"),
        ({"classes": [0, 1, 2]}, {"class_weight": "balanced"}, "cannot be told from parts"),
    ],
)
def test_what_a_first_part_must_say(first, settings, message):
    with pytest.raises(ValueError, match=message):
        VotingFusionClassifier(VIEWS, **settings).partial_fit(X, Y, **first)


def test_other_classes_with_a_later_part_are_refused():
    fusion = VotingFusionClassifier(VIEWS).partial_fit(X, Y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="in the first part"):
        fusion.partial_fit(X, Y, classes=[0, 1, 2, 3])


def test_a_regressor_without_parts_is_named():
    with pytest.raises(AttributeError) as info:
        VotingFusionRegressor([("a", LinearRegression(), [0])]).partial_fit(X, Y)
    assert "LinearRegression has no partial_fit" in str(info.value.__cause__)


def test_a_view_that_is_not_in_the_first_part_has_no_place_among_features():
    with pytest.raises(ValueError, match="no row of the first part has the view"):
        FeatureFusion(BLOCKS).partial_fit(np.full((3, 4), np.nan))
