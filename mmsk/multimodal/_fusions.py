"""What each word of ``fusion=`` builds out of planned views."""

from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline

from mmsk.fusion import FeatureFusion, VotingFusionClassifier, VotingFusionRegressor


def _early_classifier(views, estimator):
    final = LogisticRegression(C=10, max_iter=1000) if estimator is None else clone(estimator)
    return Pipeline([("features", FeatureFusion(views)), ("estimator", final)])


def _early_regressor(views, estimator):
    final = Ridge() if estimator is None else clone(estimator)
    return Pipeline([("features", FeatureFusion(views)), ("estimator", final)])


def _voting_classifier(views, estimator):
    return VotingFusionClassifier(views, estimator=estimator)


def _voting_regressor(views, estimator):
    return VotingFusionRegressor(views, estimator=estimator)


CLASSIFIERS = {"early": _early_classifier, "voting": _voting_classifier}
REGRESSORS = {"early": _early_regressor, "voting": _voting_regressor}
