"""What each word of ``fusion=`` builds out of planned views."""

from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from mmsk.fusion import FeatureFusion, VotingFusionClassifier, VotingFusionRegressor


def _early(views, estimator, default):
    steps = [
        ("features", FeatureFusion(views)),
        # rows are float32, but a solver works in the type it is given
        ("float64", FunctionTransformer(_as_float64, accept_sparse=True)),
        ("estimator", default if estimator is None else clone(estimator)),
    ]
    return Pipeline(steps)


def _early_classifier(views, estimator):
    return _early(views, estimator, LogisticRegression(C=10, max_iter=1000))


def _early_regressor(views, estimator):
    return _early(views, estimator, Ridge())


def _voting_classifier(views, estimator):
    return VotingFusionClassifier(views, estimator=estimator)


def _voting_regressor(views, estimator):
    return VotingFusionRegressor(views, estimator=estimator)


def _as_float64(X):
    return X.astype("float64")


CLASSIFIERS = {"early": _early_classifier, "voting": _voting_classifier}
REGRESSORS = {"early": _early_regressor, "voting": _voting_regressor}
