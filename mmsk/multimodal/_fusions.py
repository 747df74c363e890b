"""What each word of ``fusion=`` builds out of planned views."""

from functools import partial

from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags

from mmsk.fusion import (
    BilinearFusion,
    BoostingFusionClassifier,
    BoostingFusionRegressor,
    CCAFusion,
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

_cca_of_classes = partial(CCAFusion, supervised="classes")
_cca_of_numbers = partial(CCAFusion, supervised="numbers")

# Views one after the other (n_jobs=1), since the samples within each run in parallel.


def _behind(fusion, views, estimator, default):
    """A fusion that makes one matrix of the views, and what learns from it."""
    estimator = default if estimator is None else clone(estimator)
    features = fusion(views, n_jobs=1)
    if "sparse_threshold" in features.get_params() and not _takes_sparse(estimator):
        features.set_params(sparse_threshold=0)
    steps = [
        ("features", features),
        # rows are float32, but a solver works in the type it is given
        ("float64", FunctionTransformer(_as_float64, accept_sparse=True)),
        ("estimator", estimator),
    ]
    return Pipeline(steps)


def _takes_sparse(estimator):
    return get_tags(estimator).input_tags.sparse


def _early_classifier(views, estimator):
    return _behind(FeatureFusion, views, estimator, _linear_classifier())


def _early_regressor(views, estimator):
    return _behind(FeatureFusion, views, estimator, Ridge())


def _bilinear_classifier(views, estimator):
    return _behind(BilinearFusion, views, estimator, _linear_classifier())


def _bilinear_regressor(views, estimator):
    return _behind(BilinearFusion, views, estimator, Ridge())


def _cca_classifier(views, estimator):
    return _behind(_cca_of_classes, views, estimator, _linear_classifier())


def _cca_regressor(views, estimator):
    return _behind(_cca_of_numbers, views, estimator, Ridge())


def _linear_classifier():
    return LogisticRegression(C=10, max_iter=1000)


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
    _refuse(estimator, "fusion='cooperative' is a linear model")
    return CooperativeClassifier(views, n_jobs=1)


def _cooperative_regressor(views, estimator):
    _refuse(estimator, "fusion='cooperative' is a linear model")
    return CooperativeRegressor(views, n_jobs=1)


def _boosting_classifier(views, estimator):
    _refuse(estimator, "fusion='boosting' is a model of trees")
    return BoostingFusionClassifier(views)


def _boosting_regressor(views, estimator):
    _refuse(estimator, "fusion='boosting' is a model of trees")
    return BoostingFusionRegressor(views)


def _refuse(estimator, who):
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
    "bilinear": _bilinear_classifier,
    "boosting": _boosting_classifier,
    "cca": _cca_classifier,
}
REGRESSORS = {
    "early": _early_regressor,
    "voting": _voting_regressor,
    "stacking": _stacking_regressor,
    "selection": _selection_regressor,
    "mkl": _mkl_regressor,
    "cooperative": _cooperative_regressor,
    "bilinear": _bilinear_regressor,
    "boosting": _boosting_regressor,
    "cca": _cca_regressor,
}
#: Words for one matrix of all views under one estimator, which may have a decision function.
IN_ONE_MATRIX = ("early", "bilinear", "cca")
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
