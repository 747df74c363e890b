"""Planted targets; what both tasks share is in test_make_multimodal_classification.py."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RANSACRegressor, Ridge
from sklearn.pipeline import make_pipeline

from mmsk.datasets import make_multimodal_regression
from mmsk.fusion import FeatureFusion, VotingFusionRegressor

from .planted import SIGNALS, margins


def _families(columns):
    views = [(name, "passthrough", where) for name, where in columns.items()]
    robust = RANSACRegressor(random_state=0)
    return {
        "early": make_pipeline(FeatureFusion(views), Ridge()),
        "late": VotingFusionRegressor(views, estimator=robust, voting="median"),
        "joint": HistGradientBoostingRegressor(random_state=0),
    }


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("seed", range(3))
def test_the_family_favoured_beats_both_others_by_an_r2_of_two_tenths(signal, seed):
    data = make_multimodal_regression(signal=signal, random_state=seed)
    assert min(margins(_families, data, signal)) >= 0.2


def test_a_late_signal_asks_for_robust_views_and_for_the_median():
    data = make_multimodal_regression(signal="late", random_state=0)

    def models(columns):
        views = [(name, "passthrough", where) for name, where in columns.items()]
        robust = RANSACRegressor(random_state=0)
        return {
            "late": VotingFusionRegressor(views, estimator=robust, voting="median"),
            "their mean": VotingFusionRegressor(views, estimator=robust),
            "least squares": VotingFusionRegressor(views, voting="median"),
        }

    assert min(margins(models, data, "late")) >= 0.2


def test_the_target_is_standard_normal():
    _, y, _ = make_multimodal_regression(5000, random_state=0)
    assert y.dtype == np.float64
    assert abs(y.mean()) < 0.06
    assert y.std() == pytest.approx(1, abs=0.05)
