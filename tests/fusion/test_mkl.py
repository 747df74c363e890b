"""What only multiple kernel learning does; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import minimize
from sklearn.datasets import make_classification
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.metrics.pairwise import chi2_kernel, rbf_kernel
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC, LinearSVC

from mmsk.exceptions import MissingViewWarning
from mmsk.fusion import BlockScaler, MKLClassifier, MKLRegressor
from mmsk.fusion._calibrated_ridge import CalibratedRidge
from mmsk.fusion._gram_weights import lp_norm
from mmsk.fusion._grams import ViewGram
from tests.fusion.toys import weigh_alike, wide_and_narrow

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 6))
Y = np.array(["a", "b", "c"])[np.digitize(X[:, 0] + X[:, 1] ** 2, [0.3, 1.5])]
Z = X[:, 0] + X[:, 1] ** 2
SIGNAL = ("signal", "passthrough", [0, 1])
NOISE = ("noise", "passthrough", [2, 3, 4, 5])
ANSWERS = [(MKLClassifier, "predict_proba"), (MKLRegressor, "predict")]
COMBINATIONS = ["average", "cka", "easymkl", "lp", "simplemkl"]
HISTOGRAMS = RNG.dirichlet(np.ones(5), size=40)


def _weights(model):
    return [weight for view in model.weights_.values() for weight in view.values()]


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_views_that_are_the_same_get_the_same_weight(combination):
    views = [(name, "passthrough", [0, 1]) for name in "pqr"]
    model = MKLClassifier(views, combination=combination).fit(X, Y)
    np.testing.assert_allclose(_weights(model), 1 / 3, rtol=1e-4)


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_the_order_of_views_does_not_matter(combination):
    one = MKLClassifier([SIGNAL, NOISE], combination=combination).fit(X, Y)
    other = MKLClassifier([NOISE, SIGNAL], combination=combination).fit(X, Y)
    np.testing.assert_allclose(other.predict_proba(X), one.predict_proba(X), rtol=1e-6)


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_weights_are_not_negative_and_sum_to_1(combination):
    model = MKLClassifier([SIGNAL, NOISE], kernel=["rbf", "linear"], combination=combination)
    weights = np.array(_weights(model.fit(X, Y)))
    assert len(weights) == 4
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)


@pytest.mark.parametrize(("fusion", "y"), [(MKLClassifier, Y), (MKLRegressor, Z)])
def test_centred_alignment_gives_a_view_of_noise_next_to_nothing(fusion, y):
    model = fusion([SIGNAL, NOISE], combination="cka").fit(X, y)
    assert model.weights_["noise"]["rbf"] < 0.05


def test_weights_of_simplemkl_leave_no_gram_that_would_serve_the_machines_better():
    model = MKLClassifier([SIGNAL, NOISE], kernel=["rbf", "linear"], combination="simplemkl")
    y = Y == "a"
    weights = np.array(_weights(model.fit(X, y)))
    parts = [gram for view in model.grams_.values() for gram in view.values()]
    grams = [gram.transform(X[:, :2]) for gram in parts[:2]]
    grams += [gram.transform(X[:, 2:]) for gram in parts[2:]]
    machine = SVC(kernel="precomputed", C=10).fit(np.tensordot(weights, grams, 1), y)
    some, dual = machine.support_, machine.dual_coef_[0]
    lengths = np.array([dual @ gram[np.ix_(some, some)] @ dual for gram in grams])
    assert lengths.max() <= 1.02 * weights @ lengths
    np.testing.assert_allclose(lengths[weights > 0.05], lengths.max(), rtol=0.05)


@pytest.mark.parametrize("C", [0.1, 1.0, 100.0])
def test_lp_weights_are_those_of_least_regularised_error_among_all_of_2_norm_1(C):
    views = np.hsplit(X, X.shape[1])
    grams = [rbf_kernel(view) for view in views]
    targets, every = (Z - Z.mean())[:, None], np.ones(len(Z))

    def objective(weights):  # the dual value of the ridge regression, scaled to 2-norm 1
        total = np.tensordot(weights / np.linalg.norm(weights), grams, 1)
        return np.vdot(targets, np.linalg.solve(total + np.eye(len(Z)) / C, targets))

    found = lp_norm(grams, targets, every, C)
    start, bounds = np.ones(len(grams)), [(1e-9, 1)] * len(grams)
    best = minimize(objective, start, bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-10})
    assert found.sum() == pytest.approx(1)
    np.testing.assert_allclose(found, best.x / best.x.sum(), atol=5e-3)


@pytest.mark.parametrize("combination", ["cka", "lp"])
def test_a_view_that_tells_more_gets_more_weight(combination):
    model = MKLRegressor([SIGNAL, NOISE], combination=combination).fit(X, Z)
    assert model.weights_["signal"]["rbf"] > 2 * model.weights_["noise"]["rbf"]


def test_one_linear_view_is_ridge_regression_on_the_scaled_block():
    model = MKLRegressor([SIGNAL], kernel="linear", C=3.0).fit(X, Z)
    scaled = BlockScaler().fit_transform(X[:, :2])
    expected = Ridge(alpha=1 / 3).fit(scaled, Z).predict(scaled)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-8)


def test_one_rbf_view_is_kernel_ridge_on_the_centred_gram():
    model = MKLRegressor([SIGNAL], C=2.0).fit(X, Z)
    gram = model.grams_["signal"]["rbf"].transform(X[:, :2])
    expected = KernelRidge(alpha=0.5, kernel="precomputed").fit(gram, Z - Z.mean())
    np.testing.assert_allclose(model.predict(X), expected.predict(gram) + Z.mean(), rtol=1e-6)


def test_one_view_under_a_support_vector_machine_is_that_machine_on_its_gram():
    machine = SVC(kernel="linear", C=2.0, tol=1e-8)
    model = MKLClassifier([SIGNAL], estimator=machine).fit(X, Y)
    gram = model.grams_["signal"]["rbf"].transform(X[:, :2])
    alone = SVC(kernel="precomputed", C=2.0, tol=1e-8).fit(gram, Y)
    np.testing.assert_array_equal(model.estimator_.support_, alone.support_)
    np.testing.assert_allclose(model.estimator_.dual_coef_, alone.dual_coef_, atol=1e-5)
    np.testing.assert_array_equal(model.predict(X), alone.predict(gram))


def test_two_views_are_kernel_ridge_on_the_mean_of_their_grams():
    model = MKLRegressor([SIGNAL, NOISE]).fit(X, Z)
    grams = [
        model.grams_[name]["rbf"].transform(X[:, columns]) for name, _, columns in model.views
    ]
    gram = np.mean(grams, axis=0)
    expected = KernelRidge(alpha=0.1, kernel="precomputed").fit(gram, Z - Z.mean())
    np.testing.assert_allclose(model.predict(X), expected.predict(gram) + Z.mean(), rtol=1e-6)


@pytest.mark.parametrize(
    "kernel", ["linear", "rbf", "cosine", "chi2", "histogram_intersection"]
)
def test_a_gram_is_centred_and_of_mean_1_with_itself(kernel):
    weight = RNG.uniform(0.5, 3, size=40)
    gram = ViewGram(kernel)
    found = gram.fit_transform(HISTOGRAMS, weight)
    np.testing.assert_allclose(weight @ found, 0, atol=1e-10)
    assert np.average(np.diag(found), weights=weight) == pytest.approx(1)
    np.testing.assert_allclose(gram.transform(HISTOGRAMS), found, atol=1e-10)


@pytest.mark.parametrize(
    "kernel", ["linear", "rbf", "cosine", "chi2", "histogram_intersection"]
)
def test_a_row_of_weight_2_is_as_two_rows_in_a_gram(kernel):
    weight = RNG.integers(1, 4, size=40)
    weighted = ViewGram(kernel)
    weighted.fit_transform(HISTOGRAMS, weight)
    repeated = ViewGram(kernel)
    repeated.fit_transform(np.repeat(HISTOGRAMS, weight, axis=0), np.ones(weight.sum()))
    some = np.cumsum(weight) - 1
    np.testing.assert_allclose(
        weighted.transform(HISTOGRAMS), repeated.transform(HISTOGRAMS)[:, some], atol=1e-10
    )


def test_histogram_intersection_is_the_sum_of_minima():
    found = ViewGram("histogram_intersection")
    found.fit_transform(HISTOGRAMS, np.ones(40))
    minima = np.minimum(HISTOGRAMS[:, None], HISTOGRAMS).sum(axis=2)
    np.testing.assert_allclose(found._similarity(HISTOGRAMS), minima)


def test_chi2_is_scikit_learns_at_the_median_width():
    gram = ViewGram("chi2")
    gram.fit_transform(HISTOGRAMS, np.ones(40))
    expected = chi2_kernel(HISTOGRAMS, gamma=1 / gram.width_)
    np.testing.assert_allclose(gram._similarity(HISTOGRAMS), expected)


def test_negative_features_are_no_histograms():
    with pytest.raises(ValueError, match=r"features are at least 0, got -.* Use 'rbf'"):
        MKLClassifier([SIGNAL], kernel="chi2").fit(X, Y)


@pytest.mark.parametrize("kernel", [[], ["rbf", "cubic"], {"signal": "cubic"}])
def test_words_that_are_no_kernels_are_refused(kernel):
    with pytest.raises(ValueError, match="kernel of MKLClassifier must be of"):
        MKLClassifier([SIGNAL], kernel=kernel).fit(X, Y)


def test_a_kernel_for_a_view_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"views that are not there: \['sginal'\]"):
        MKLClassifier([SIGNAL], kernel={"sginal": "rbf"}).fit(X, Y)


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_a_class_of_weight_zero_is_never_predicted(combination):
    model = MKLClassifier([SIGNAL, NOISE], combination=combination)
    model.fit(X, Y, sample_weight=(Y != "c").astype(float))
    assert model.predict_proba(X)[:, 2].max() == 0


def test_auto_is_linear_for_sparse_features_and_rbf_for_dense_ones():
    sparse_view = MKLClassifier([SIGNAL]).fit(sparse.csr_matrix(X), Y)
    dense_view = MKLClassifier([SIGNAL]).fit(X, Y)
    assert [*sparse_view.weights_["signal"], *dense_view.weights_["signal"]] == [
        "linear",
        "rbf",
    ]


def test_a_row_that_lacks_a_view_is_as_long_as_one_that_has_all():
    lacking = X.copy()
    lacking[::2, 2:] = np.nan
    model = MKLRegressor([SIGNAL, NOISE], estimator=_Keeper()).fit(lacking, Z)
    lengths = (model.estimator_.X_**2).sum(axis=1)
    assert lengths[::2].mean() == pytest.approx(1, rel=0.05)
    assert lengths[1::2].mean() == pytest.approx(1, rel=0.05)


class _Keeper(Ridge):
    """Ridge regression that keeps what it was fitted on."""

    def fit(self, X, y, sample_weight=None):
        self.X_ = X
        return super().fit(X, y, sample_weight)


@pytest.mark.parametrize(("fusion", "method"), ANSWERS)
def test_a_row_with_nothing_but_views_of_weight_0_is_answered_by_their_average(fusion, method):
    views = [SIGNAL, NOISE, ("more", "passthrough", [2])]
    y = (X[:, 0] > 0).astype(int)
    model = fusion(views, combination="cka").fit(X, y)
    assert _weights(model) == [1, 0, 0]
    whole = getattr(model, method)(X)
    lacking = X.copy()
    lacking[::2, :2] = np.nan
    found = getattr(model, method)(lacking)
    alone = fusion(views[1:]).fit(X, y)
    np.testing.assert_allclose(found[::2], getattr(alone, method)(X)[::2])
    np.testing.assert_allclose(found[1::2], whole[1::2], rtol=1e-12)
    with pytest.warns(MissingViewWarning, match="1 of 1 rows"):
        nothing = getattr(model, method)(np.full((1, 6), np.nan))
    shares = np.unique(y, return_counts=True)[1] / len(y)
    np.testing.assert_allclose(nothing, [shares if method == "predict_proba" else y.mean()])


def test_views_of_weight_0_whose_rows_are_of_one_class_leave_the_prior():
    table, y = X.copy(), (X[:, 0] > 0).astype(int)
    table[y == 0, 2:] = np.nan
    model = MKLClassifier([SIGNAL, NOISE], combination="cka").fit(table, y)
    assert _weights(model) == [1, 0]
    with pytest.warns(MissingViewWarning, match="1 of 1 rows"):
        found = model.predict_proba([[np.nan, np.nan, 1, 1, 1, 1]])
    np.testing.assert_allclose(found, [model.class_prior_])


def test_weights_of_rows_are_as_repeated_rows():
    weight = RNG.integers(0, 4, size=90)
    for combination in COMBINATIONS:
        model = MKLClassifier([SIGNAL, NOISE], combination=combination)
        weighted = model.fit(X, Y, sample_weight=weight).predict_proba(X)
        model.fit(np.repeat(X, weight, axis=0), np.repeat(Y, weight))
        np.testing.assert_allclose(model.predict_proba(X), weighted, atol=2e-3)


def test_few_landmarks_come_close_to_the_whole_gram():
    many, y = make_classification(600, 8, n_informative=6, random_state=0)
    views = [("p", "passthrough", slice(0, 4)), ("q", "passthrough", slice(4, 8))]
    whole = MKLClassifier(views, max_landmarks=600).fit(many[:400], y[:400])
    some = MKLClassifier(views, max_landmarks=100).fit(many[:400], y[:400])
    assert some.projection_.shape[0] <= 100
    assert some.score(many[400:], y[400:]) > whole.score(many[400:], y[400:]) - 0.03


def test_a_view_that_few_rows_have_has_landmarks_too():
    many = RNG.normal(size=(500, 4))
    many[3:, 2:] = np.nan
    views = [("p", "passthrough", [0, 1]), ("q", "passthrough", [2, 3])]
    model = MKLRegressor(views, max_landmarks=20).fit(many, many[:, 0])
    assert model.landmarks_present_[1].sum() == 3


def test_probabilities_are_tuned_on_rows_left_out():
    many, y = make_classification(900, 20, n_informative=5, flip_y=0.2, random_state=0)
    model = MKLClassifier([("all", "passthrough", slice(0, 20))]).fit(many[:300], y[:300])
    found = model.predict_proba(many[300:])
    sharper = found**4 / (found**4).sum(axis=1, keepdims=True)
    flatter = found**0.25 / (found**0.25).sum(axis=1, keepdims=True)
    loss = [log_loss(y[300:], p) for p in (found, sharper, flatter)]
    assert loss[0] == min(loss)


def test_what_is_said_of_rows_left_out_is_what_a_second_fit_says(monkeypatch):
    seen = {}

    def keep(said, targets, weight):
        seen["said"] = said
        return 1.0

    monkeypatch.setattr("mmsk.fusion._calibrated_ridge.sharpness", keep)
    CalibratedRidge(C=2.0).fit(X, Y)
    said = seen["said"]
    for row in (0, 17, 89):
        rest = np.arange(90) != row
        again = CalibratedRidge(C=2.0).fit(X[rest], Y[rest])
        np.testing.assert_allclose(again.decision_function(X[[row]])[0], said[row])


def test_another_estimator_learns_from_the_same_features():
    model = MKLClassifier([SIGNAL, NOISE], estimator=LogisticRegression(C=10)).fit(X, Y)
    assert model.score(X, Y) > 0.8
    assert not hasattr(MKLClassifier([SIGNAL], estimator=LinearSVC()), "predict_proba")


def test_a_grid_search_tunes_strength_width_and_combination():
    grid = {"C": [1, 10], "width": [0.5, 2], "combination": ["average", "cka"]}
    search = GridSearchCV(MKLClassifier([SIGNAL, NOISE]), grid, cv=3).fit(X, Y)
    assert set(search.best_params_) == set(grid)


def test_two_views_of_half_the_signal_beat_each_alone():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 600)
    table = pd.DataFrame(rng.normal(size=(600, 4)) + 0.7 * y[:, None], columns=list("pqrs"))
    left, right = ("l", "passthrough", ["p", "q"]), ("r", "passthrough", ["r", "s"])
    scores = [
        MKLClassifier(views).fit(table[:300], y[:300]).score(table[300:], y[300:])
        for views in ([left], [right], [left, right])
    ]
    assert scores[2] > max(scores[:2])


def test_blocks_scaled_one_by_one_are_not_standardised_again():
    views = [("both", wide_and_narrow(6), slice(0, 6))]
    model = MKLRegressor(views, kernel="linear").fit(X, Z)
    assert weigh_alike(model.grams_["both"]["linear"].landmarks_)
