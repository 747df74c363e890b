"""What each word of ``fusion=`` builds out of planned views."""

from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags

from mmsk.fusion import (
    CooperativeClassifier,
    CooperativeRegressor,
    EnsembleSelectionClassifier,
    EnsembleSelectionRegressor,
    FeatureFusion,
    MKLClassifier,
    MKLRegressor,
    StackingFusionClassifier,
    StackingFusionRegressor,
    VotingFusionClassifier,
    VotingFusionRegressor,
)

# Views one after the other (n_jobs=1), since the samples within each run in parallel.


def _early(views, estimator, default):
    estimator = default if estimator is None else clone(estimator)
    if get_tags(estimator).input_tags.sparse:
        features = FeatureFusion(views, n_jobs=1)
    else:
        features = FeatureFusion(views, sparse_threshold=0, n_jobs=1)
    steps = [
        ("features", features),
        # rows are float32, but a solver works in the type it is given
        ("float64", FunctionTransformer(_as_float64, accept_sparse=True)),
        ("estimator", estimator),
    ]
    return Pipeline(steps)


def _early_classifier(views, estimator):
    return _early(views, estimator, LogisticRegression(C=10, max_iter=1000))


def _early_regressor(views, estimator):
    return _early(views, estimator, Ridge())


def _voting_classifier(views, estimator):
    return VotingFusionClassifier(views, estimator=estimator, n_jobs=1)


def _voting_regressor(views, estimator):
    return VotingFusionRegressor(views, estimator=estimator, n_jobs=1)


def _as_float64(X):
    return X.astype("float64")


def _stacking_classifier(views, estimator):
    return StackingFusionClassifier(views, estimator=estimator, n_jobs=1)


def _stacking_regressor(views, estimator):
    return StackingFusionRegressor(views, estimator=estimator, n_jobs=1)


def _selection_classifier(views, estimator):
    return EnsembleSelectionClassifier(views, estimator=estimator, n_jobs=1)


def _selection_regressor(views, estimator):
    return EnsembleSelectionRegressor(views, estimator=estimator, n_jobs=1)


def _mkl_classifier(views, estimator):
    return MKLClassifier(views, estimator=estimator, n_jobs=1)


def _mkl_regressor(views, estimator):
    return MKLRegressor(views, estimator=estimator, n_jobs=1)


def _cooperative_classifier(views, estimator):
    _refuse(estimator)
    return CooperativeClassifier(views, n_jobs=1)


def _cooperative_regressor(views, estimator):
    _refuse(estimator)
    return CooperativeRegressor(views, n_jobs=1)


def _refuse(estimator, who="fusion='cooperative' is a linear model"):
    if estimator is not None:
        raise ValueError(
            f"{who} of its own and takes no estimator, got {estimator!r}. Use 'early', "
            "'voting', 'stacking' or 'mkl' for that one."
        )


def _majority(views, estimator):
    return VotingFusionClassifier(views, estimator=estimator, voting="hard", n_jobs=1)


def _median(views, estimator):
    return VotingFusionRegressor(views, estimator=estimator, voting="median", n_jobs=1)


def _trees_classifier(views, estimator):
    return _trees(views, estimator, HistGradientBoostingClassifier(random_state=0))


def _trees_regressor(views, estimator):
    return _trees(views, estimator, HistGradientBoostingRegressor(random_state=0))


def _trees(views, estimator, booster):
    """Boosted trees on all features: they find what views tell together only."""
    _refuse(estimator, "'early, trees' is a model")
    # trees take NaN, and do not look at scales
    features = FeatureFusion(views, scaler=None, missing="nan", sparse_threshold=0, n_jobs=1)
    return Pipeline([("features", features), ("estimator", booster)])


CLASSIFIERS = {
    "early": _early_classifier,
    "voting": _voting_classifier,
    "stacking": _stacking_classifier,
    "selection": _selection_classifier,
    "mkl": _mkl_classifier,
    "cooperative": _cooperative_classifier,
}
REGRESSORS = {
    "early": _early_regressor,
    "voting": _voting_regressor,
    "stacking": _stacking_regressor,
    "selection": _selection_regressor,
    "mkl": _mkl_regressor,
    "cooperative": _cooperative_regressor,
}
#: Compared by ``"auto"`` beside those, without a word of their own.
CLASSIFIER_VARIANTS = {"voting, hard": _majority, "early, trees": _trees_classifier}
REGRESSOR_VARIANTS = {"voting, median": _median, "early, trees": _trees_regressor}

#: From the simplest: how much is learned beside one linear model. What is not named comes
#: behind, in the order above.
_SIMPLEST = (
    "early",
    "voting",
    "voting, hard",
    "voting, median",
    "cooperative",
    "stacking",
    "mkl",
)


def by_simplicity(fusions, variants):
    """All that ``"auto"`` compares beside each view alone, from the simplest."""
    found = {**fusions, **variants}
    ordered = [name for name in _SIMPLEST if name in found]
    return {name: found[name] for name in dict.fromkeys([*ordered, *found])}
