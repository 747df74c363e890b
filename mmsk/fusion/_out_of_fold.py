"""Predictions of views for rows they were not fitted on, for a model that combines them."""

import warnings
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, check_cv
from sklearn.pipeline import Pipeline

from mmsk._utils.columns import take_rows
from mmsk._utils.metadata import fit_params_of
from mmsk.exceptions import MmskWarning, NothingToLearnError
from mmsk.fusion._feature_fusion import FeatureFusion

#: What a part of a model takes over from the whole: columns and classes.
TOLD = ("n_features_in_", "feature_names_in_", "classes_", "class_prior_", "mean_")


def inner_splits(cv, y, groups, *, classifier):
    """Training rows and test rows of each inner fold; every row is tested once.

    Parameters
    ----------
    cv : int, splitter or iterable of (train, test)
        As in scikit-learn. An int is lowered to the number of groups and of rows, of
        classifiers those of the largest class, but not below 2; with groups it keeps each
        whole: StratifiedGroupKFold for classifiers, GroupKFold for regressors.
    y : ndarray of shape (n_samples,)
    groups : ndarray of shape (n_samples,) or None
    classifier : bool

    Returns
    -------
    splits : list of (ndarray of bool, ndarray of bool)

    Raises
    ------
    ValueError
        If there is one row or one group only, no class has two rows, or ``cv`` does not test
        every row once.
    """
    if isinstance(cv, Integral):
        cv = _allowed(cv, y, groups, classifier)
        if groups is not None:
            cv = StratifiedGroupKFold(cv) if classifier else GroupKFold(cv)
    folds = list(check_cv(cv, y, classifier=classifier).split(np.zeros(len(y)), y, groups))
    tested = np.concatenate([test for _, test in folds])
    if len(tested) != len(y) or len(np.unique(tested)) != len(y):
        raise ValueError("cv must test every row exactly once, as KFold and GroupKFold do.")
    return [tuple(_mask(rows, len(y)) for rows in fold) for fold in folds]


def _allowed(cv, y, groups, classifier):
    """As many folds as are asked for, or as rows and groups allow."""
    n_rows = np.unique(y, return_counts=True)[1].max() if classifier else len(y)
    if classifier and n_rows < 2:
        raise ValueError(
            "inner folds hold out rows of classes that others are of too, but each of the "
            f"{len(y)} rows is of a class of its own. Label more rows, or choose a fusion "
            "that learns nothing from rows held out."
        )
    if len(y) < 2:
        raise ValueError("inner folds hold out rows, but there is one row only (n_samples=1).")
    n_groups = cv if groups is None else len(np.unique(groups))
    if groups is not None and n_groups < 2:
        raise ValueError(
            f"inner folds keep groups whole, but all {len(y)} rows are of one group. Leave "
            "groups out, or choose a fusion that learns nothing from rows held out."
        )
    return min(cv, max(2, int(n_rows)), n_groups)


def _mask(rows, n_rows):
    mask = np.zeros(n_rows, dtype=bool)
    mask[rows] = True
    return mask


def fit_stack(fusion, X, y, sample_weight, groups, default):
    """Fit a stack's views, and its final estimator on what they say of held-out rows.

    Parameters
    ----------
    fusion : LateFusion
        Of which the target is known (classes and prior, or mean). Gets ``views_``,
        ``marked_``, ``features_`` and ``final_estimator_``.
    X : frame or ndarray of n_samples rows
    y : ndarray of shape (n_samples,)
    sample_weight, groups : ndarray of shape (n_samples,) or None
        Reach the views in every fold, and the final estimator.
    default : estimator
        The final estimator where the user names none.

    Returns
    -------
    fusion : LateFusion
    """
    groups = None if groups is None else np.asarray(groups)
    splits = inner_splits(fusion.cv, y, groups, classifier=is_classifier(fusion))
    _, fitted_on = fusion._fit_views(X, y, sample_weight, groups)
    fusion.marked_ = np.array([not rows.all() for rows in fitted_on])
    said = out_of_fold(fusion, splits, X, y, sample_weight, groups)
    with fusion._remembering(), warnings.catch_warnings():
        warnings.simplefilter("ignore", MmskWarning)  # all was told by the views
        fusion.features_ = _features_of(fusion).fit(X, y) if fusion.passthrough else None
    final = default if fusion.final_estimator is None else clone(fusion.final_estimator)
    params = fit_params_of(final, slice(None), sample_weight=sample_weight, groups=groups)
    fusion.final_estimator_ = final.fit(fusion._meta(X, said), y, **params)
    return fusion


def out_of_fold(fusion, splits, X, y, sample_weight, groups):
    """What each view says of rows held out of its fit, as `LateFusion._predictions`.

    NaN where a row lacks a view, or a fold could not learn it.
    """
    place = {name: k for k, (name, _, _) in enumerate(fusion.views_)}
    n_columns = len(fusion.classes_) if is_classifier(fusion) else 1
    said = np.full((len(place), len(y), n_columns), np.nan)
    for train, test in splits:
        fold = clone(fusion)
        vars(fold).update({name: vars(fusion)[name] for name in TOLD if name in vars(fusion)})
        weight, members = (
            None if values is None else values[train] for values in (sample_weight, groups)
        )
        with warnings.catch_warnings():  # all was told when the views were fitted on all rows
            warnings.simplefilter("ignore", MmskWarning)
            try:
                fold._fit_views(take_rows(X, train), y[train], weight, members)
            except NothingToLearnError:
                continue
            found = fold._said(take_rows(X, test))
        for (name, _, _), values in zip(fold.views_, found, strict=True):
            if name in place:
                said[place[name], test] = values
    return said


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


def _features_of(fusion):
    """The features that the views' models work on, as an unfitted `FeatureFusion`.

    Parameters
    ----------
    fusion : LateFusion
        Not dropped views may be predictors, pipelines that end in one, or transformers.
    """
    views = []
    for name, estimator, columns in fusion._check_views():
        if not isinstance(estimator, str) and fusion._is_predictor(estimator):
            whole = isinstance(estimator, Pipeline) and len(estimator.steps) > 1
            estimator = estimator[:-1] if whole else "passthrough"
        views.append((name, estimator, columns))
    return FeatureFusion(views, n_jobs=fusion.n_jobs)


def beside(meta, features):
    """Meta features and fused features in one matrix, sparse if the latter are."""
    if sparse.issparse(features):
        return sparse.hstack([sparse.csr_matrix(meta), features], format="csr")
    return np.hstack([meta, features])
