"""A view's probabilities brought to mean what they say, learned from held-out rows."""

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from mmsk.fusion._calibrated_ridge import sharpness
from mmsk.fusion._pooling import is_present, normalised

_TINY = 1e-12
_INVERSE_TEMPERATURES = (0.01, 100.0)


class ViewCalibrator(BaseEstimator):
    """What a view's probabilities are mapped through.

    Parameters
    ----------
    method : {"temperature", "sigmoid", "isotonic"}, default="temperature"
        One factor on the log-probabilities; or for each class against the others a
        logistic function of the log-odds (Platt), or an increasing step function of the
        probability, scaled to sum to 1.

    Attributes
    ----------
    factor_ : float
        Inverse temperature.
    models_ : list of regressors or classifiers
        One for each class, with the other methods.

    Notes
    -----
    Targets are drawn in by one row as Platt's are, so that no class is ever excluded for
    good, which one view in a product of views could not take back.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017), "On calibration of modern neural
    networks", ICML. B. Zadrozny, C. Elkan (2002), "Transforming classifier scores into
    accurate multiclass probability estimates", KDD. J. Platt (1999), "Probabilistic
    outputs for support vector machines".
    """

    def __init__(self, method="temperature"):
        self.method = method

    def fit(self, said, truth, weight):
        """Learn the map.

        Parameters
        ----------
        said : ndarray of shape (n_samples, n_classes)
            Probabilities of held-out rows.
        truth : ndarray of shape (n_samples,), int
        weight : ndarray of shape (n_samples,)

        Returns
        -------
        self : object
        """
        targets = np.eye(said.shape[1])[truth]
        if self.method == "temperature":
            self.factor_ = 1.0
            if weight.any():
                logs = np.log(np.maximum(said, _TINY))
                self.factor_ = sharpness(logs, targets, weight, _INVERSE_TEMPERATURES)
        else:
            fit = _fit_sigmoid if self.method == "sigmoid" else _fit_isotonic
            columns = zip(said.T, targets.T, strict=True)
            known = weight.any()
            self.models_ = [fit(*pair, weight) for pair in columns] if known else []
        return self

    def transform(self, said):
        """Calibrated probabilities.

        Parameters
        ----------
        said : ndarray of shape (n_samples, n_classes)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
        """
        if self.method == "temperature":
            return softmax(self.factor_ * np.log(np.maximum(said, _TINY)), axis=1)
        if not self.models_ or not len(said):
            return said
        if self.method == "sigmoid":
            pairs = zip(self.models_, said.T, strict=True)
            found = [model.predict_proba(_log_odds(p))[:, 1] for model, p in pairs]
        else:
            found = [model.predict(p) for model, p in zip(self.models_, said.T, strict=True)]
        return normalised(np.column_stack(found), np.full(said.shape[1], 1 / said.shape[1]))


def fit_calibrators(method, said, truth, weight):
    """A fitted `ViewCalibrator` of each view; rows that lack a view are passed over."""
    return [
        ViewCalibrator(method).fit(view[rows], truth[rows], weight[rows])
        for view, rows in zip(said, is_present(said), strict=True)
    ]


def calibrated(calibrators, said):
    """Probabilities of the views, each through its calibrator; NaN stays NaN."""
    found = np.full(said.shape, np.nan)
    for calibrator, view, rows, out in zip(
        calibrators, said, is_present(said), found, strict=True
    ):
        if rows.any():
            out[rows] = calibrator.transform(view[rows])
    return found


def _fit_sigmoid(probabilities, targets, weight):
    # each row stands there as both classes, with the weight its target gives them
    aims = _drawn_in(targets, weight)
    odds = np.vstack([_log_odds(probabilities)] * 2)
    both = np.repeat([0, 1], len(aims))
    shares = np.hstack([weight * (1 - aims), weight * aims])
    return LogisticRegression(C=1e6, max_iter=1000).fit(odds, both, sample_weight=shares)


def _fit_isotonic(probabilities, targets, weight):
    aims = _drawn_in(targets, weight)
    return IsotonicRegression(out_of_bounds="clip").fit(
        probabilities, aims, sample_weight=weight
    )


def _drawn_in(targets, weight):
    right, wrong = weight @ targets, weight @ (1 - targets)
    return np.where(targets > 0, (right + 1) / (right + 2), 1 / (wrong + 2))


def _log_odds(probabilities):
    held = np.clip(probabilities, _TINY, 1 - _TINY)
    return np.log(held / (1 - held))[:, None]
