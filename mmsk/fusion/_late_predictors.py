"""What model-level fusions of classifiers share, and those of regressors."""

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin, is_classifier, is_regressor
from sklearn.linear_model import LogisticRegression, Ridge

from mmsk.fusion._late import LateFusion
from mmsk.fusion._pooling import with_unseen_classes


class LateClassifier(ClassifierMixin, LateFusion):
    """Base class: a view says probabilities of all classes."""

    _kind = "classifier"

    def _said(self, X):
        self._check_probabilities()
        return self._predictions(X, "predict_proba", len(self.classes_))

    def _aligned(self, view, values):
        seen = np.searchsorted(self.classes_, view[1].classes_)
        return with_unseen_classes(values, seen, self.class_prior_)

    def _is_predictor(self, estimator):
        return is_classifier(estimator)

    def _default_estimator(self):
        return LogisticRegression(C=10, max_iter=1000)


class LateRegressor(RegressorMixin, LateFusion):
    """Base class: a view says one number."""

    _kind = "regressor"

    def _said(self, X):
        return self._predictions(X, "predict", 1)

    def _aligned(self, view, values):
        return np.reshape(values, (-1, 1))

    def _is_predictor(self, estimator):
        return is_regressor(estimator)

    def _default_estimator(self):
        return Ridge(tol=1e-8)  # on sparse features it is solved step by step
