"""What a pool of views learns from what they say of held-out rows."""

import numpy as np
from sklearn.base import clone, is_classifier

from mmsk._utils.columns import take_rows
from mmsk.fusion._calibration import calibrated, fit_calibrators
from mmsk.fusion._feature_fusion import FeatureFusion
from mmsk.fusion._gates import CompetenceGate, ConfidenceGate, HeldOut, QualityGate
from mmsk.fusion._out_of_fold import inner_splits, out_of_fold
from mmsk.fusion._weights import is_learned


def fit_pool(fusion, X, y, truth, weight, groups):
    """Fit calibrators and gates of a voting fusion, and learn its weights.

    Parameters
    ----------
    fusion : LateFusion
        With fitted views and ``weights_`` as given. Gets ``calibrators_`` and ``gates_``,
        and its ``weights_`` learned where it asks for that.
    X : frame or ndarray of n_samples rows
    y : ndarray of shape (n_samples,)
    truth : ndarray of shape (n_samples,)
        Positions of the classes, or the numbers.
    weight : ndarray of shape (n_samples,) or None
    groups : array-like of shape (n_samples,) or None
        No group is in two inner folds.

    Returns
    -------
    held : HeldOut or None
        None where there was nothing to learn from held-out rows.
    """
    fusion.calibrators_ = []
    fusion.gates_ = _new_gates(fusion, X)
    if not _learns(fusion):
        return None
    with fusion._remembering():
        return _learn(fusion, X, y, truth, weight, groups)


def _learn(fusion, X, y, truth, weight, groups):
    """What `fit_pool` learns of held-out rows."""
    groups = None if groups is None else np.asarray(groups)
    splits = inner_splits(fusion.cv, y, groups, classifier=is_classifier(fusion))
    said = out_of_fold(fusion, splits, X, y, weight, groups)
    weight = np.ones(len(y)) if weight is None else weight
    if fusion.calibration is not None:
        fusion.calibrators_ = fit_calibrators(fusion.calibration, said, truth, weight)
        said = _cross_calibrated(fusion.calibration, splits, said, truth, weight)
    held = HeldOut(said, fusion._outcome(said, truth), weight, groups)
    if is_learned(fusion.weights):
        opened = _cross_opened(fusion.gates_, splits, X, held)
        fusion.weights_ = fusion._learned_weights(said, opened, truth, weight)
    fusion.gates_ = [gate.fit(X, held) for gate in fusion.gates_]
    return held


def opened_gates(gates, X, said):
    """How far each view counts in each row, of shape (n_views, n_samples)."""
    opened = np.ones(said.shape[:2])
    for gate in gates:
        opened *= gate.open(X, said)
    return opened


def _learns(fusion):
    """Whether a fusion needs to know how its views do on held-out rows."""
    return (
        is_learned(fusion.weights)
        or fusion.calibration is not None
        or fusion.voting == "dempster_shafer"
        or any(not isinstance(gate, ConfidenceGate) for gate in fusion.gates_)
    )


def _new_gates(fusion, X):
    """The gates that a fusion asks for, not fitted."""
    gates = []
    classifies = is_classifier(fusion)
    chance = float((fusion.class_prior_**2).sum()) if classifies else None
    if fusion.gate == "confidence":
        gates.append(ConfidenceGate())
    if fusion.gate == "competence":
        absent = fusion.class_prior_ if classifies else np.array([fusion.mean_])
        gates.append(CompetenceGate(absent, chance))
    if fusion.quality is not None:
        measures = _checked_quality(fusion, X)
        names = [name for name, _, _ in fusion.views_]
        gates.append(QualityGate([m for m in measures if m[0] in names], names, chance))
    return gates


def _checked_quality(fusion, X):
    """What measures quality, with columns as they stand in X."""
    try:
        measures = FeatureFusion(fusion.quality)._resolved_views(X)
    except (TypeError, ValueError) as error:
        error.add_note(f"in quality of {type(fusion).__name__}")
        raise
    given = [name for name, _, _ in fusion._check_views()]
    unknown = [name for name, _, _ in measures if name not in given]
    if unknown:
        raise ValueError(f"quality names the views {unknown}, but the views are {given}.")
    return measures


def _cross_calibrated(method, splits, said, truth, weight):
    """Probabilities of each fold, calibrated by the other folds."""
    found = said.copy()
    for train, test in splits:
        fitted = fit_calibrators(method, said[:, train], truth[train], weight[train])
        found[:, test] = calibrated(fitted, said[:, test])
    return found


def _cross_opened(gates, splits, X, held):
    """Gates of the rows of each fold, learned on the other folds."""
    opened = np.ones(held.said.shape[:2])
    for train, test in splits if gates else []:
        X_train, X_test = take_rows(X, train), take_rows(X, test)
        fitted = [clone(gate).fit(X_train, held.rows(train)) for gate in gates]
        opened[:, test] = opened_gates(fitted, X_test, held.said[:, test])
    return opened
