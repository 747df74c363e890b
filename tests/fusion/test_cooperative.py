"""What only cooperative learning does; the rest is in tests/test_common.py."""

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor

from mmsk.fusion import BlockScaler, CooperativeClassifier, CooperativeRegressor, FeatureFusion
from mmsk.fusion._cooperative import RHOS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 6)) + RNG.normal(size=(90, 1))
Z = X[:, 0] + X[:, 1] - X[:, 4] + RNG.normal(size=90)
Y = np.array(["a", "b", "c"])[np.digitize(Z, [-1, 1])]
VIEWS = [
    ("p", "passthrough", [0, 1]),
    ("q", "passthrough", [2, 3, 4]),
    ("r", "passthrough", [5]),
]
BLOCKS = [
    BlockScaler().fit_transform(X[:, columns]).astype(np.float64) for _, _, columns in VIEWS
]


def test_without_agreement_it_is_ridge_on_the_blocks_side_by_side():
    model = CooperativeRegressor(VIEWS, rho=0, C=2.0).fit(X, Z)
    fused = FeatureFusion(VIEWS).fit_transform(X).astype(np.float64)
    expected = Ridge(alpha=0.5).fit(fused, Z).predict(fused)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-5)


def test_with_full_agreement_it_is_the_mean_of_a_ridge_per_view():
    model = CooperativeRegressor(VIEWS, rho=1, C=2.0).fit(X, Z)
    alone = [Ridge(alpha=0.5 / 3).fit(block, Z).predict(block) for block in BLOCKS]
    expected = np.mean(alone, axis=0)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("rho", [0.3, 2.0])
def test_between_it_is_ridge_on_the_rows_that_ding_et_al_add(rho):
    model = CooperativeRegressor(VIEWS, rho=rho, C=2.0).fit(X, Z)
    rows, aims = _augmented(rho)
    expected = Ridge(alpha=0.5, fit_intercept=False).fit(rows, aims)
    np.testing.assert_allclose(
        model.predict(X), expected.predict(np.hstack(BLOCKS)) + Z.mean(), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("rho", [0.0, 0.3])
@pytest.mark.parametrize("l1_ratio", [0.5, 1.0])
def test_with_a_1_norm_it_is_the_elastic_net_on_those_rows(rho, l1_ratio):
    model = CooperativeRegressor(VIEWS, rho=rho, C=0.1, l1_ratio=l1_ratio).fit(X, Z)
    rows, aims = _augmented(rho)
    net = ElasticNet(alpha=10 / len(rows), l1_ratio=l1_ratio, fit_intercept=False, tol=1e-10)
    np.testing.assert_allclose(model.coef_[:, 0], net.fit(rows, aims).coef_, atol=1e-4)


def _augmented(rho):
    """The blocks side by side, and a row for each row and pair of views that is to agree."""
    added = []
    for m in range(3):
        for other in range(m + 1, 3):
            signs = [(-1.0 if k == m else 1.0 if k == other else 0.0) for k in range(3)]
            parts = [sign * block for sign, block in zip(signs, BLOCKS, strict=True)]
            added.append(np.sqrt(rho) * np.hstack(parts))
    rows = np.vstack([np.hstack(BLOCKS), *added])
    return rows, np.concatenate([Z - Z.mean(), np.zeros(3 * 90)])


@pytest.mark.parametrize("rho", [0.0, 0.3, 1.0])
def test_views_fitted_in_turn_end_where_the_closed_form_is(rho):
    base = Ridge(alpha=0.5 / (1 + 2 * rho))
    model = CooperativeRegressor(VIEWS, rho=rho, estimator=base).fit(X, Z)
    expected = CooperativeRegressor(VIEWS, rho=rho, C=2.0).fit(X, Z).predict(X)
    np.testing.assert_allclose(model.predict(X), expected, atol=2e-3)


def test_trees_of_two_views_add_up_what_no_linear_function_tells():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(600, 4))
    z = np.abs(parts[:, 0]) + np.sign(parts[:, 2])
    views = [("p", "passthrough", [0, 1]), ("q", "passthrough", [2, 3])]
    tree = DecisionTreeRegressor(max_depth=4, random_state=0)
    trees = CooperativeRegressor(views, rho=[0, 1], estimator=tree, cv=3)
    trees.fit(parts[:400], z[:400])
    linear = CooperativeRegressor(views).fit(parts[:400], z[:400])
    assert trees.rho_ == 0
    assert trees.score(parts[400:], z[400:]) > linear.score(parts[400:], z[400:]) + 0.2


def test_classes_and_missing_views_are_no_matter_for_trees():
    lacking = X.copy()
    lacking[::3, :2] = np.nan
    tree = DecisionTreeRegressor(max_depth=3, random_state=0)
    model = CooperativeClassifier(VIEWS, rho=[0, 1], estimator=tree, cv=2).fit(lacking, Y)
    found = model.predict_proba(lacking)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert model.score(lacking, Y) > 0.6


def test_weights_that_a_regressor_cannot_take_are_refused():
    model = CooperativeRegressor(VIEWS, rho=0, estimator=KNeighborsRegressor())
    assert np.isfinite(model.fit(X, Z).predict(X)).all()
    with pytest.raises(ValueError, match="KNeighborsRegressor takes no sample_weight"):
        model.fit(X, Z, sample_weight=np.linspace(1, 2, 90))


def test_features_of_noise_have_no_say_under_a_1_norm():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(150, 40))
    y = parts[:, 0] + parts[:, 20] + 0.1 * rng.normal(size=150)
    model = CooperativeRegressor(_halves(), rho=[0, 0.5], C=0.3, l1_ratio=1.0).fit(parts, y)
    assert set(np.flatnonzero(model.coef_)) == {0, 20}


def test_classes_may_be_told_under_a_1_norm():
    model = CooperativeClassifier(VIEWS, C=1.0, l1_ratio=0.5).fit(X, Y)
    assert model.coef_.shape == (6, 3)
    assert model.score(X, Y) > 0.6


def test_views_agree_the_more_the_more_they_must():
    apart = []
    for rho in (0, 0.1, 1, 10):
        model = CooperativeRegressor(VIEWS[:2], rho=rho).fit(X, Z)
        left = BLOCKS[0] @ model.coef_[:2, 0]
        right = BLOCKS[1] @ model.coef_[2:, 0]
        apart.append(np.mean((left - right) ** 2))
    assert apart == sorted(apart, reverse=True)


def test_a_row_that_has_one_view_hears_it_alone_where_all_must_agree():
    model = CooperativeRegressor(VIEWS[:2], rho=1).fit(X, Z)
    lacking = X.copy()
    lacking[:, 2:5] = np.nan
    alone = 2 * BLOCKS[0] @ model.coef_[:2, 0] + model.intercept_[0]
    np.testing.assert_allclose(model.predict(lacking), alone, rtol=1e-5, atol=1e-5)


def test_folds_find_early_where_views_add_up_and_agreement_where_they_say_the_same():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(150, 40))
    adds_up = CooperativeRegressor(_halves(), C=100).fit(parts, parts[:, 0] + parts[:, 20])
    said = rng.normal(size=(150, 1))
    loud = said + 3 * rng.normal(size=(150, 40))
    agrees = CooperativeRegressor(_halves(), C=100).fit(loud, said[:, 0])
    assert adds_up.rho_ == 0
    assert agrees.rho_ >= 0.25


def _halves():
    return [("p", "passthrough", slice(0, 20)), ("q", "passthrough", slice(20, 40))]


def test_a_classifier_regresses_its_classes():
    model = CooperativeClassifier(VIEWS, rho=0.5).fit(X, Y)
    for k, name in enumerate(model.classes_):
        one = CooperativeRegressor(VIEWS, rho=0.5).fit(X, (name == Y).astype(float))
        np.testing.assert_allclose(model.coef_[:, [k]], one.coef_, atol=1e-8)


def test_probabilities_are_tuned_on_rows_held_out():
    rng = np.random.default_rng(0)
    many = rng.normal(size=(2000, 40))
    y = (many[:, 0] + many[:, 20] + 2 * rng.normal(size=2000) > 0).astype(int)
    found = CooperativeClassifier(_halves()).fit(many[:300], y[:300]).predict_proba(many[300:])
    sharper = found**2 / (found**2).sum(axis=1, keepdims=True)
    flatter = found**0.5 / (found**0.5).sum(axis=1, keepdims=True)
    loss = [log_loss(y[300:], p) for p in (found, sharper, flatter)]
    assert loss[0] == min(loss)


@pytest.mark.parametrize("classes", [Y, Y == "b"])
def test_without_agreement_the_likelihood_is_that_of_logistic_regression(classes):
    model = CooperativeClassifier(VIEWS, rho=0, C=2.0, loss="log_loss").fit(X, classes)
    fused = np.hstack(BLOCKS)
    expected = LogisticRegression(C=2.0, tol=1e-9, max_iter=1000).fit(fused, classes)
    np.testing.assert_allclose(
        model.predict_proba(X), expected.predict_proba(fused), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("l1_ratio", [0.5, 1.0])
def test_without_agreement_the_1_norm_is_that_of_logistic_regression(l1_ratio):
    options = {"C": 0.5, "l1_ratio": l1_ratio}
    model = CooperativeClassifier(VIEWS, rho=0, loss="log_loss", **options).fit(X, Y)
    fused = np.hstack(BLOCKS)
    expected = LogisticRegression(solver="saga", tol=1e-7, max_iter=20_000, **options)
    expected.fit(fused, Y)
    np.testing.assert_allclose(
        model.predict_proba(X), expected.predict_proba(fused), rtol=1e-3, atol=1e-4
    )
    assert ((np.abs(model.coef_) < 1e-9) == (expected.coef_.T == 0)).all()


@pytest.mark.parametrize("rho", [0.3, 2.0])
def test_no_coefficients_near_by_are_likelier_and_agree_as_well(rho):
    model = CooperativeClassifier(VIEWS, rho=rho, C=2.0, loss="log_loss").fit(X, Y)
    least = _penalised(model.coef_, model.intercept_, rho)
    rng = np.random.default_rng(0)
    for _ in range(50):
        moved = [values + 1e-3 * rng.normal(size=values.shape)
                 for values in (model.coef_, model.intercept_)]  # fmt: skip
        assert _penalised(*moved, rho) > least - 1e-9


def _penalised(coef, intercept, rho):
    """The objective of ``loss="log_loss"``, written out with C=2."""
    stops = [0, 2, 5, 6]
    said = [block @ coef[stops[m] : stops[m + 1]] for m, block in enumerate(BLOCKS)]
    logits = sum(said) + intercept
    codes = np.unique(Y, return_inverse=True)[1]
    likely = logits[np.arange(90), codes] - np.log(np.exp(logits).sum(axis=1))
    apart = sum(
        ((said[m] - said[other]) ** 2).sum() for m in range(3) for other in range(m + 1, 3)
    )
    return -likely.sum() + rho / 2 * apart + (coef**2).sum() / 4


def test_values_before_the_softmax_agree_the_more_the_more_they_must():
    apart = []
    for rho in (0, 0.1, 1, 10):
        model = CooperativeClassifier(VIEWS[:2], rho=rho, loss="log_loss").fit(X, Y)
        left, right = BLOCKS[0] @ model.coef_[:2], BLOCKS[1] @ model.coef_[2:]
        apart.append(np.mean((left - right) ** 2))
    assert apart == sorted(apart, reverse=True)


def test_agreement_of_the_likelihood_is_chosen_by_log_loss_of_rows_held_out():
    rng = np.random.default_rng(0)
    said = rng.normal(size=(150, 1))
    loud = said + 3 * rng.normal(size=(150, 40))
    y = (said[:, 0] > 0).astype(int)
    model = CooperativeClassifier(_halves(), C=100, loss="log_loss").fit(loud, y)
    folds = StratifiedKFold(5).split(loud, y)
    losses = dict.fromkeys(RHOS, 0.0)
    for train, test in folds:
        for rho in RHOS:
            one = CooperativeClassifier(_halves(), rho=rho, C=100, loss="log_loss")
            found = one.fit(loud[train], y[train]).predict_proba(loud[test])
            losses[rho] += log_loss(y[test], found)
    assert model.rho_ == min(losses, key=losses.get) > 0


def test_the_likelihood_takes_a_weight_of_two_for_a_row_that_is_there_twice():
    weight = np.where(np.arange(90) < 30, 2.0, 1.0)
    twice = np.repeat(np.arange(90), weight.astype(int))
    options = {"rho": 0.5, "loss": "log_loss"}
    weighed = CooperativeClassifier(VIEWS, **options).fit(X, Y, sample_weight=weight)
    repeated = CooperativeClassifier(VIEWS, **options).fit(X[twice], Y[twice])
    np.testing.assert_allclose(
        weighed.predict_proba(X), repeated.predict_proba(X), rtol=1e-3, atol=1e-4
    )


def test_an_estimator_has_no_likelihood():
    model = CooperativeClassifier(VIEWS, estimator=Ridge(), loss="log_loss")
    with pytest.raises(ValueError, match="an estimator is a regressor"):
        model.fit(X, Y)


def test_a_class_of_weight_zero_is_never_predicted():
    model = CooperativeClassifier(VIEWS).fit(X, Y, sample_weight=(Y != "c").astype(float))
    assert model.predict_proba(X)[:, 2].max() == 0


def test_groups_stay_whole_in_inner_folds():
    groups = np.arange(90) // 10
    implied = CooperativeRegressor(VIEWS, cv=3).fit(X, Z, groups=groups)
    explicit = CooperativeRegressor(VIEWS, cv=GroupKFold(3)).fit(X, Z, groups=groups)
    assert implied.rho_ == explicit.rho_
    np.testing.assert_allclose(implied.coef_, explicit.coef_)


@pytest.mark.parametrize("rho", [[], [-1.0], [[1.0]]])
def test_what_is_no_agreement_is_refused(rho):
    with pytest.raises(ValueError, match="rho must be a number of at least 0"):
        CooperativeRegressor(VIEWS, rho=rho).fit(X, Z)


def test_a_grid_search_tunes_agreement_and_strength():
    grid = {"rho": [0, 0.5], "C": [1, 10]}
    search = GridSearchCV(CooperativeClassifier(VIEWS), grid, cv=3).fit(X, Y)
    assert set(search.best_params_) == set(grid)
