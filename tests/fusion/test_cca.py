"""What only CCAFusion does; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import sqrtm, svd
from sklearn.metrics import roc_auc_score

from mmsk.fusion import BlockScaler, CCAFusion
from mmsk.text import TfidfVectorizer

VIEWS = [("a", "passthrough", slice(0, 3)), ("b", "passthrough", slice(3, 7))]
THREE = [*VIEWS, ("c", "passthrough", slice(7, 9))]


def related(n_samples=150, seed=0):
    """Three views with two things in common, and noise of their own."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n_samples, 2))
    X = shared @ rng.normal(size=(2, 9)) + rng.normal(size=(n_samples, 9))
    return X, shared


def shrunk(block, shrinkage):
    covariance = block.T @ block / len(block)
    ridge = np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    return (1 - shrinkage) * covariance + shrinkage * ridge


@pytest.mark.parametrize("shrinkage", [0, 0.3])
def test_of_two_views_it_is_canonical_correlation_in_closed_form(shrinkage):
    X, _ = related()
    a, b = (BlockScaler().fit_transform(X[:, columns]) for _, _, columns in VIEWS)
    ways = [np.linalg.inv(sqrtm(shrunk(block, shrinkage)).real) for block in (a, b)]
    left, correlations, right = svd(ways[0] @ a.T @ b / len(a) @ ways[1])
    fusion = CCAFusion(VIEWS, n_components=3, shrinkage=shrinkage, power=0).fit(X)
    np.testing.assert_allclose(fusion.agreement_, correlations, rtol=1e-4)
    latent = (a @ ways[0] @ left + b @ ways[1] @ right[:3].T) / 2
    for found, expected in zip(fusion.transform(X).T, latent.T, strict=True):
        np.testing.assert_allclose(found, expected * np.sign(found @ expected), atol=1e-4)


def test_of_three_views_the_latent_is_an_eigenvector_of_summed_projections():
    X, _ = related()
    blocks = [X[:, columns] - X[:, columns].mean(axis=0) for _, _, columns in THREE]
    onto = sum(block @ np.linalg.pinv(block) for block in blocks)
    values, vectors = np.linalg.eigh(onto)
    fusion = CCAFusion(THREE, n_components=2, shrinkage=0).fit(X)
    np.testing.assert_allclose(fusion.agreement_, (values[:-3:-1] - 1) / 2, rtol=1e-4)
    for found, expected in zip(fusion.transform(X).T, vectors.T[::-1], strict=False):
        assert abs(np.corrcoef(found, expected)[0, 1]) > 1 - 1e-6


def test_an_invertible_map_of_a_view_changes_nothing_without_shrinkage():
    X, _ = related()
    turned = X.copy()
    turned[:, :3] = X[:, :3] @ np.random.default_rng(1).normal(size=(3, 3)) + 5
    first, second = (CCAFusion(VIEWS, shrinkage=0).fit_transform(x) for x in (X, turned))
    np.testing.assert_allclose(np.abs(first), np.abs(second), atol=1e-4)


def test_under_a_linear_kernel_it_is_the_same():
    X, _ = related()
    plain = CCAFusion(THREE).fit(X[:100])
    kernel = CCAFusion(THREE, kernel="linear").fit(X[:100])
    np.testing.assert_allclose(plain.agreement_, kernel.agreement_, rtol=1e-6)
    # the sign of a column is nobody's
    np.testing.assert_allclose(
        np.abs(plain.transform(X)), np.abs(kernel.transform(X)), atol=1e-5
    )


def test_of_a_linear_kernel_as_few_landmarks_as_columns_tell_all():
    X, _ = related()
    plain = CCAFusion(THREE, shrinkage=0).fit(X)
    few = CCAFusion(THREE, shrinkage=0, kernel="linear", max_landmarks=12).fit(X)
    assert [len(features) for features in few.projections_] == [3, 4, 2]
    np.testing.assert_allclose(plain.agreement_, few.agreement_, rtol=1e-3)
    np.testing.assert_allclose(np.abs(plain.transform(X)), np.abs(few.transform(X)), atol=1e-2)


def test_no_view_has_more_features_of_a_kernel_than_landmarks():
    X, _ = related()
    some = CCAFusion(THREE, kernel="rbf", max_landmarks=20).fit(X)
    assert {len(features) for features in some.projections_} <= set(range(1, 21))
    whole = CCAFusion(THREE, kernel="rbf", max_landmarks=150).fit(X)
    assert min(len(features) for features in whole.projections_) > 20


def test_a_kernel_finds_what_views_share_along_a_circle():
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 600)
    X = np.column_stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)])
    X += 0.05 * rng.normal(size=X.shape)
    views = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
    by_kernel = CCAFusion(views, kernel="rbf", max_landmarks=100).fit(X)
    assert CCAFusion(views).fit(X).agreement_[0] < 0.3
    assert by_kernel.agreement_[0] > 0.8
    assert by_kernel.variates(X).shape[:2] == (2, 600)


def test_absent_views_are_filled_in_by_what_they_share_with_present_ones():
    X, _ = related(2000)
    half = X.copy()
    half[1500:, :3] = np.nan
    fusion = CCAFusion(VIEWS, n_components=2).fit(X[:1000])
    whole, filled = fusion.variates(X[1500:])[0], fusion.variates(half[1500:])[0]
    for k in range(2):
        agreement = fusion.agreement_[k]
        assert abs(np.corrcoef(whole[:, k], filled[:, k])[0, 1] - agreement) < 0.1
    np.testing.assert_allclose(fusion.variates(half[:1500]), fusion.variates(X[:1500]))


def test_rows_that_lack_views_help_to_find_what_all_share():
    missed = {"all rows": [], "complete rows only": []}
    for seed in range(4):
        X, shared = related(2100, seed)
        some = X[:100].copy()
        lacks = np.random.default_rng(1).random((100, 3)) < 0.4
        lacks[lacks.all(axis=1)] = False
        for k, (_, _, columns) in enumerate(THREE):
            some[lacks[:, k], columns] = np.nan
        for name, rows in zip(missed, (some, some[~lacks.any(axis=1)]), strict=True):
            found = CCAFusion(THREE, n_components=2).fit(rows).transform(X[100:])
            found = np.column_stack([found, np.ones(2000)])
            _, residuals, _, _ = np.linalg.lstsq(found, shared[100:])
            missed[name].append(residuals.mean())
    assert np.mean(missed["all rows"]) < np.mean(missed["complete rows only"])


def test_labels_as_a_view_draw_the_latent_to_what_tells_them():
    rng = np.random.default_rng(0)
    X, _ = related(600)
    X[:, 8] = rng.normal(size=600)
    y = np.where(X[:, 8] + 0.3 * rng.normal(size=600) > 0, "up", "down")
    scores = {}
    for supervised in (None, "classes"):
        fusion = CCAFusion(THREE, n_components=3, supervised=supervised).fit(X[:300], y[:300])
        scores[supervised] = max(
            abs(roc_auc_score(y[300:] == "up", column) - 0.5)
            for column in fusion.transform(X[300:]).T
        )
    assert scores["classes"] > scores[None] + 0.1
    with pytest.raises(ValueError, match="requires y"):
        CCAFusion(THREE, supervised="numbers").fit(X)


def test_text_and_numbers_share_a_latent_and_either_gives_it():
    table = pd.DataFrame(
        {
            "note": ["red kite", "red wine", "tin drum", "tin can"] * 10,
            "size": [1.0, 2, 8, 9] * 10,
        }
    )
    views = [("note", TfidfVectorizer(), "note"), ("size", "passthrough", ["size"])]
    fusion = CCAFusion(views, n_components=1).fit(table)
    found = fusion.transform(pd.DataFrame({"note": ["red", None], "size": [None, 9.0]}))
    assert np.sign(found[0, 0]) == -np.sign(found[1, 0])


def test_one_view_is_whitened():
    X, _ = related()
    latent = CCAFusion(VIEWS[:1], shrinkage=0).fit_transform(X)
    np.testing.assert_allclose(np.cov(latent.T, bias=True), np.eye(3), atol=1e-4)
