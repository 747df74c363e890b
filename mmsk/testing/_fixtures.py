"""What the laws of fusions are tried on: a table of two views, a target, and a fit to them."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.base import clone, is_classifier

from mmsk.exceptions import MmskWarning

LEFT, RIGHT = ["a0", "a1"], ["b0", "b1", "b2"]
VIEWS = [("left", "passthrough", LEFT), ("right", "passthrough", RIGHT)]
TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}


def table_of(lacking=0.0):
    """40 rows of two numeric views that both tell the target, some rows lacking one."""
    import pandas as pd

    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(40, 5)), columns=LEFT + RIGHT)
    score = X["a0"] - X["b0"]
    lacks = rng.random((40, 2)) < lacking
    lacks[lacks.all(axis=1), 0] = False
    X.loc[lacks[:, 0], LEFT] = np.nan
    X.loc[lacks[:, 1], RIGHT] = np.nan
    return X, score.to_numpy()


def target_of(fusion, score):
    if is_classifier(fusion):
        return np.array(["low", "middle", "high"])[np.digitize(score, [-0.7, 0.7])]
    return score


def fitted(fusion, views=None, lacking=0.0):
    X, score = table_of(lacking)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MmskWarning)
        model = clone(fusion).set_params(views=views or VIEWS)
        return model.fit(X, target_of(fusion, score)), X


def answer_of(model, X):
    """What the fusion gives for rows: features, probabilities or predictions."""
    for method in ("predict_proba", "predict", "transform"):
        if hasattr(model, method):
            found = getattr(model, method)(X)
            found = found.toarray() if sparse.issparse(found) else np.asarray(found)
            if found.dtype.kind in "OU":  # classes, of a fusion without probabilities
                return (found[:, None] == model.classes_).astype(float)
            return found.reshape(len(found), -1)
    raise AssertionError("a fusion has neither predict nor transform")


def raised(call, *arguments):
    """What a call raises, None if nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MmskWarning)
            call(*arguments)
    except Exception as error:
        return error
    return None
