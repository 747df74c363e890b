"""What both multiple kernel learners share: views as grams, their sum as features."""

from functools import partial
from numbers import Integral, Real

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._utils.metadata import fit_params_of
from mmsk._utils.sklearn_private import HasMethods, Interval, StrOptions
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._block_scaler import scaler_for
from mmsk.fusion._gram_weights import COMBINATIONS, weighted_sum
from mmsk.fusion._grams import KERNELS, ViewGram, factored, kernel_of
from mmsk.fusion._out_of_fold import TOLD
from mmsk.fusion._views import (
    as_matrix,
    fit_features,
    naming_view,
    run_one,
    warn_of_empty,
    warn_of_failures,
    warn_of_rows_without_views,
)

_BATCH = 4096  # rows whose similarities to the landmarks are held at once
_WORDS = ("auto", *KERNELS)


class KernelFusion(ViewsEstimator):
    """Base class: weighs a gram per view and kernel, and learns from a root of their sum.

    A subclass defines ``_default_estimator``.
    """

    __metadata_request__fit = {"groups": True}

    _parameter_constraints = {
        **ViewsEstimator._parameter_constraints,
        "kernel": [StrOptions(set(_WORDS)), list, dict],
        "width": [Interval(Real, 0, None, closed="neither")],
        "combination": [StrOptions(set(COMBINATIONS))],
        "C": [Interval(Real, 0, None, closed="neither")],
        "estimator": [HasMethods(["fit", "predict"]), None],
        "max_landmarks": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        views,
        *,
        kernel="auto",
        width=1.0,
        combination="average",
        C=10.0,
        estimator=None,
        max_landmarks=1000,
        random_state=0,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.kernel = kernel
        self.width = width
        self.combination = combination
        self.C = C
        self.estimator = estimator
        self.max_landmarks = max_landmarks
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory

    def _fit(self, X, y, targets, sample_weight, groups):
        """Fit views, grams, their weights and the estimator on their features.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ndarray of shape (n_samples,)
        targets : ndarray of shape (n_samples, n_targets)
            The columns that weights of grams are chosen for.
        sample_weight : ndarray of shape (n_samples,) or None
        groups : array-like of shape (n_samples,) or None
        """
        groups = None if groups is None else np.asarray(groups)
        check_consistent_length(X, groups)
        kernels = self._kernels()
        found = self._fit_views(X, y, sample_weight, groups)
        return self._learn(found, kernels, y, targets, sample_weight, groups)

    def _learn(self, found, kernels, y, targets, sample_weight, groups):
        """Fit grams of ``views_``, which gave what was found, and what comes behind them."""
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        present = np.array([rows.present for rows in found])
        landmarks = self._chosen(present, weight)
        grams = self._fit_grams(found, landmarks, weight, kernels)
        self._weigh(grams, targets[landmarks], weight[landmarks])
        known = self._project(grams)
        rows = np.flatnonzero(self._reach(found))
        features = np.empty((len(rows), known.shape[1]), self._precision(rows))
        at = np.isin(rows, landmarks)
        features[at] = known[np.isin(landmarks, rows)]
        for part in _batches(np.flatnonzero(~at)):
            features[part] = self._features(found, rows[part])
        estimator = self._default_estimator() if self.estimator is None else self.estimator
        params = fit_params_of(estimator, rows, sample_weight=sample_weight, groups=groups)
        self.estimator_ = clone(estimator).fit(features, y[rows], **params)
        self.reserve_ = self._reserve(found, kernels, y, targets, sample_weight, groups)
        return self

    def _reserve(self, found, kernels, y, targets, sample_weight, groups):
        """The average of the views that weigh nothing, for rows that have no others; or None.

        None where there is no such view, or their rows are of one class only.
        """
        idle = self._of_no_weight()
        some = np.logical_or.reduce([found[k].present for k in idle]) if idle else []
        if not idle or (is_classifier(self) and len(np.unique(y[some])) < 2):
            return None
        reserve = clone(self).set_params(combination="average")
        vars(reserve).update({name: vars(self)[name] for name in TOLD if name in vars(self)})
        reserve.views_ = [self.views_[k] for k in idle]
        found = [found[k] for k in idle]
        return reserve._learn(found, kernels, y, targets, sample_weight, groups)

    def _of_no_weight(self):
        """Places of the views whose grams all weigh 0."""
        return np.flatnonzero(self._view_weights() == 0).tolist()

    def _kernels(self):
        """Words for the kernels of each view that is not dropped."""
        names = [name for name, _, _ in self._check_views()]
        named = self.kernel if isinstance(self.kernel, dict) else {}
        unknown = set(named) - {view[0] for view in self.views}
        if unknown:
            raise ValueError(f"kernel names views that are not there: {sorted(unknown)}.")
        return {name: self._kernels_of(name) for name in names}

    def _kernels_of(self, name):
        """The words for a view's kernels."""
        words = self.kernel
        if isinstance(words, dict):
            words = words.get(name, "auto")
        words = [words] if isinstance(words, str) else list(words)
        if not words or not set(words) <= set(_WORDS):
            raise ValueError(
                f"kernel of {type(self).__name__} must be of {list(_WORDS)}, a list of those "
                f"or a dict of view to those, got {words!r} for view {name!r}."
            )
        return words

    def _fit_views(self, X, y, sample_weight, groups):
        """What each view that can be learned gave for the table, as a list of `ViewRows`."""
        views = self._resolved_views(X)
        fit = partial(fit_features, X, y, sample_weight=sample_weight, groups=groups)
        fitted = self._of_each(views, fit)
        self.errors_ = [failure for _, rows in fitted for failure in rows.failures]
        warn_of_empty(views, fitted)
        kept = [
            (view, result)
            for view, result in zip(views, fitted, strict=True)
            if result[0] is not None
        ]
        self.views_ = [(name, result[0], columns) for (name, _, columns), result in kept]
        warn_of_failures(type(self).__name__, self.errors_, len(y))
        return [rows for _, (_, rows) in kept]

    def _chosen(self, present, weight):
        """Rows that all others are compared with: all, or as many of each view, by weight."""
        some = np.flatnonzero(present.any(axis=0))
        if len(some) <= self.max_landmarks:
            return some
        random = check_random_state(self.random_state)
        n_each = max(self.max_landmarks // len(present), 1)
        chosen = []
        for has in present:
            rows = np.flatnonzero(has)
            shares = weight[rows] / weight[rows].sum()
            n_drawn = min(n_each, len(rows))
            chosen.append(random.choice(rows, n_drawn, replace=False, p=shares))
        return np.unique(np.concatenate(chosen))

    def _fit_grams(self, found, landmarks, weight, kernels):
        """Grams of the landmarks, 0 where one lacks the view."""
        self.grams_, grams = {}, []
        self.landmarks_present_ = np.array([rows.present[landmarks] for rows in found])
        parts = zip(self.views_, found, self.landmarks_present_, strict=True)
        for (name, estimator, _), rows, has in parts:
            values = _values_of(rows, landmarks[has])
            words = [kernel_of(word, values) for word in kernels[name]]
            scaler = scaler_for(estimator)
            self.grams_[name] = {word: ViewGram(word, self.width, scaler) for word in words}
            for gram in self.grams_[name].values():
                with naming_view(name):
                    alike = gram.fit_transform(values, weight[landmarks[has]])
                grams.append(alike if has.all() else _spread(alike, has))
        return grams

    def _weigh(self, grams, targets, weight):
        """Weights of grams, chosen on the landmarks."""
        targets = targets - weight @ targets / weight.sum()
        weights = COMBINATIONS[self.combination](grams, targets, weight, self.C)
        remaining = iter(weights.tolist())
        self.weights_ = {
            name: {word: next(remaining) for word in grams}
            for name, grams in self.grams_.items()
        }

    def _project(self, grams):
        """The way from similarities to features whose products are the summed gram.

        Returns
        -------
        known : ndarray of shape (n_landmarks, n_components)
            Features of the landmarks.
        """
        weights = [weight for view in self.weights_.values() for weight in view.values()]
        roots = _root(self._view_weights() @ self.landmarks_present_)
        total = weighted_sum(weights, grams)
        known, projection = factored(total / roots[:, None] / roots)
        self.projection_ = projection / roots[:, None]
        return known

    def _precision(self, rows):
        """float64 while the landmarks are all rows, beyond that half the memory."""
        return np.float64 if len(rows) <= len(self.projection_) else np.float32

    def _view_weights(self):
        return np.array([sum(self.weights_[name].values()) for name, _, _ in self.views_])

    def _reach(self, found):
        """Summed weights of the views that each row has."""
        return self._view_weights() @ np.array([rows.present for rows in found])

    def _features(self, found, rows):
        """Features of some rows that have a view of some weight.

        A view that a row lacks adds nothing, and the others are scaled up for it, so that
        a row's similarity to itself stays 1 on average.
        """
        similarities = np.zeros((len(rows), len(self.projection_)))
        parts = zip(self.views_, found, self.landmarks_present_, strict=True)
        for (name, _, _), view_rows, known in parts:
            has = view_rows.present[rows]
            if not has.any():
                continue
            values = _values_of(view_rows, rows[has])
            for word, gram in self.grams_[name].items():
                if self.weights_[name][word]:
                    with naming_view(name):
                        alike = gram.transform(values)
                    _add(similarities, self.weights_[name][word] * alike, has, known)
        present = np.array([view_rows.present[rows] for view_rows in found])
        roots = _root(self._view_weights() @ present)
        return similarities / roots[:, None] @ self.projection_

    def _answers(self, X, method, prior):
        """What the estimator says, or the reserve's; the prior for rows without any view.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        method : str
        prior : ndarray of shape (1, ...)
            Of the type of all answers: a class alone would have the length of its own name.
        """
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        found = self._of_each(self.views_, partial(run_one, X, "transform"))
        failures = [failure for rows in found for failure in rows.failures]
        n_rows = len(found[0].present)
        warn_of_failures(type(self).__name__, failures, n_rows)
        answers = np.repeat(prior, n_rows, axis=0)
        answered = self._answer(found, method, np.ones(n_rows, dtype=bool), answers)
        warn_of_rows_without_views(~answered)
        return answers

    def _answer(self, found, method, asked, answers):
        """Fill in the answers to rows that are asked and have a view; which have one."""
        reached = self._reach(found) > 0
        for rows in _batches(np.flatnonzero(reached & asked)):
            said = getattr(self.estimator_, method)(self._features(found, rows))
            answers[rows] = self._aligned(said)
        if self.reserve_ is None:
            return reached
        idle = [found[k] for k in self._of_no_weight()]
        return reached | self.reserve_._answer(idle, method, asked & ~reached, answers)

    def _aligned(self, said):
        return said

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False  # rows may lack a view, but not part of one
        return tags


def _batches(rows):
    """Rows in batches, none where there are none."""
    return [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]


def _values_of(view_rows, rows):
    """Features of some rows that have the view."""
    places = np.cumsum(view_rows.present) - 1
    return as_matrix(view_rows.values)[places[rows]]


def _add(total, part, rows, columns):
    """Add a part at its places; whole, where it is, as indexing costs more than the sum."""
    if rows.all() and columns.all():
        total += part
    else:
        total[np.ix_(rows, columns)] += part


def _spread(gram, has):
    """A gram among all landmarks, 0 where one lacks the view."""
    full = np.zeros((len(has), len(has)))
    full[np.ix_(has, has)] = gram
    return full


def _root(reach):
    return np.sqrt(np.where(reach > 0, reach, 1.0))
