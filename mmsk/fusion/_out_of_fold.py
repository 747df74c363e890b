"""Predictions of views for rows they were not fitted on, for a model that combines them."""

import warnings
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, check_cv
from sklearn.pipeline import Pipeline

from mmsk._utils.columns import take_rows
from mmsk.exceptions import MmskWarning
from mmsk.fusion._feature_fusion import FeatureFusion

#: What a fold takes over from the whole: columns and classes, nothing learned from rows.
_TOLD = ("n_features_in_", "feature_names_in_", "classes_", "class_prior_", "mean_")


def inner_splits(cv, y, groups, *, classifier):
    """Training rows and test rows of each inner fold; every row is tested once.

    Parameters
    ----------
    cv : int, splitter or iterable of (train, test)
        As in scikit-learn. An int with groups keeps each group whole: StratifiedGroupKFold
        for classifiers, GroupKFold for regressors.
    y : ndarray of shape (n_samples,)
    groups : ndarray of shape (n_samples,) or None
    classifier : bool

    Returns
    -------
    splits : list of (ndarray of bool, ndarray of bool)
    """
    if isinstance(cv, Integral) and groups is not None:
        cv = min(cv, len(np.unique(groups)))
        cv = StratifiedGroupKFold(cv) if classifier else GroupKFold(cv)
    folds = list(check_cv(cv, y, classifier=classifier).split(np.zeros(len(y)), y, groups))
    tested = np.concatenate([test for _, test in folds])
    if len(tested) != len(y) or len(np.unique(tested)) != len(y):
        raise ValueError("cv must test every row exactly once, as KFold and GroupKFold do.")
    return [tuple(_mask(rows, len(y)) for rows in fold) for fold in folds]


def _mask(rows, n_rows):
    mask = np.zeros(n_rows, dtype=bool)
    mask[rows] = True
    return mask


def out_of_fold(fusion, splits, X, y, sample_weight, groups, method, n_columns):
    """What each view of a fitted fusion predicts for rows held out of its fit.

    Parameters
    ----------
    fusion : LateFusion
        Fitted: its ``views_`` say which views there are.
    splits : list of (ndarray of bool, ndarray of bool)
    X : frame or ndarray of n_samples rows
    y : ndarray of shape (n_samples,)
    sample_weight, groups : ndarray of shape (n_samples,) or None
        Reach the views in every fold.
    method : {"predict_proba", "predict"}
    n_columns : int

    Returns
    -------
    predictions : ndarray of shape (n_views, n_samples, n_columns)
        NaN where a row lacks a view, or a fold could not learn it.
    """
    place = {name: k for k, (name, _, _) in enumerate(fusion.views_)}
    predictions = np.full((len(place), len(y), n_columns), np.nan)
    for train, test in splits:
        fold = clone(fusion)
        vars(fold).update({name: vars(fusion)[name] for name in _TOLD if name in vars(fusion)})
        with warnings.catch_warnings():  # all was told when the views were fitted on all rows
            warnings.simplefilter("ignore", MmskWarning)
            fold._fit_views(
                take_rows(X, train),
                y[train],
                None if sample_weight is None else sample_weight[train],
                None if groups is None else groups[train],
            )
            found = fold._predictions(take_rows(X, test), method, n_columns)
        for (name, _, _), values in zip(fold.views_, found, strict=True):
            if name in place:
                predictions[place[name], test] = values
    return predictions


def meta_features(predictions, fill, marked):
    """The views' predictions side by side, for the model that combines them.

    Parameters
    ----------
    predictions : ndarray of shape (n_views, n_samples, n_columns)
        NaN where a row lacks a view.
    fill : ndarray of shape (n_views, n_columns)
        What stands there for a view that a row lacks.
    marked : ndarray of shape (n_views,), bool
        Views whose absence gets a column of its own.

    Returns
    -------
    features : ndarray of shape (n_samples, n_features)
        Of two complementary columns the second only, as in scikit-learn.
    """
    absent = np.isnan(predictions[:, :, 0])
    filled = np.where(absent[:, :, None], fill[:, None, :], predictions)
    if filled.shape[2] == 2:
        filled = filled[:, :, 1:]
    return np.hstack([*filled, absent[marked].T.astype(float)])


def features_of(fusion):
    """The features that the views' models work on, as an unfitted `FeatureFusion`.

    Parameters
    ----------
    fusion : LateFusion
        Not dropped views may be predictors, pipelines that end in one, or transformers.
    """
    views = []
    for name, estimator, columns in fusion._check_views():
        if fusion._is_predictor(estimator):
            whole = isinstance(estimator, Pipeline) and len(estimator.steps) > 1
            estimator = estimator[:-1] if whole else "passthrough"
        views.append((name, estimator, columns))
    return FeatureFusion(views, n_jobs=fusion.n_jobs)


def beside(meta, features):
    """Meta features and fused features in one matrix, sparse if the latter are."""
    if sparse.issparse(features):
        return sparse.hstack([sparse.csr_matrix(meta), features], format="csr")
    return np.hstack([meta, features])
