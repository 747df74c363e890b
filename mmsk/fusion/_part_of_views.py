"""Model-level fusion learned part by part."""

import numpy as np
from sklearn.base import clone

from mmsk.fusion._gates import ConfidenceGate
from mmsk.fusion._parts import check_learns_in_parts
from mmsk.fusion._views import learn_part, naming_view, select_columns, warn_of_failures
from mmsk.fusion._weights import checked_weights, is_learned


def learns_in_parts(fusion):
    """Whether every view of a voting fusion learns in parts, and nothing needs held-out rows.

    Raises
    ------
    AttributeError
        Which says what needs them.
    TypeError
        If a step of a view learns from all rows at once; names both.
    """
    needs = {
        "weights='learned'": is_learned(fusion.weights),
        "calibration": fusion.calibration is not None,
        "gate='competence'": fusion.gate == "competence",
        "quality": fusion.quality is not None,
        "voting='dempster_shafer'": fusion.voting == "dempster_shafer",
    }
    wanted = [name for name, is_asked in needs.items() if is_asked]
    if wanted:
        raise AttributeError(
            f"partial_fit is not available with {', '.join(wanted)}: that is learned from rows "
            "held out of all parts."
        )
    for name, estimator, _ in fusion._check_views():
        with naming_view(name):
            check_learns_in_parts(fusion._as_predictor(estimator), fusion._kind)
    return True


def begin_parts(fusion, X):
    """Set up a voting fusion for the first part: its views, unfitted, or those of a ``fit``."""
    fitted = hasattr(fusion, "views_")
    if fitted:
        fusion._learning, weights = fusion.views_, fusion.weights_
    else:
        fusion._learning = [
            (name, clone(fusion._as_predictor(estimator)), columns)
            for name, estimator, columns in fusion._resolved_views(X)
        ]
        weights = checked_weights(fusion.weights, len(fusion._learning))
    fusion._seen = np.full(len(fusion._learning), fitted)
    fusion._given_weights = weights
    fusion.calibrators_ = []
    fusion.gates_ = [ConfidenceGate()] if fusion.gate == "confidence" else []


def learn_part_of_views(fusion, X, y, weight, classes=None):
    """Teach every view the rows of a part that have it; sets ``views_`` and ``weights_``.

    Parameters
    ----------
    fusion : VotingFusionClassifier or VotingFusionRegressor
        That has begun.
    X : table of n_samples rows
    y : ndarray of shape (n_samples,)
    weight : ndarray of shape (n_samples,) or None
    classes : ndarray of shape (n_classes,) or None

    Returns
    -------
    present : ndarray of shape (n_all_views, n_samples), bool
        The rows that each view was taught.
    """
    found, fusion.errors_ = [], []
    for k, (name, estimator, columns) in enumerate(fusion._learning):
        with naming_view(name), fusion._remembering():
            rows = learn_part(
                estimator,
                select_columns(X, columns),
                y,
                weight,
                classes,
                kind=fusion._kind,
                begun=fusion._seen[k],
            )
        fusion._seen[k] |= rows.present.any()
        fusion.errors_ += rows.failures
        found.append(rows.present)
    fusion.views_ = [fusion._learning[k] for k in np.flatnonzero(fusion._seen)]
    fusion.weights_ = fusion._given_weights[fusion._seen]
    warn_of_failures(type(fusion).__name__, fusion.errors_, X.shape[0])
    return np.array(found)
