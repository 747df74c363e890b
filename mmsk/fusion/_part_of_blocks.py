"""Feature-level fusion learned part by part."""

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.validation import check_consistent_length

from mmsk._utils.metadata import own_config
from mmsk._utils.sklearn_private import check_sample_weight
from mmsk.fusion._blocks import block_weights
from mmsk.fusion._parts import check_learns_in_parts, taught
from mmsk.fusion._views import (
    as_matrix,
    learn_part,
    naming_view,
    passthrough,
    select_columns,
    warn_of_failures,
)


def learn_part_of_blocks(fusion, X, y, sample_weight):
    """Teach a `FeatureFusion` a further part of a table, or the first one.

    Parameters
    ----------
    fusion : FeatureFusion
        Of which all views and the scaler learn in parts.
    X : frame or ndarray of n_samples rows
    y : array-like of shape (n_samples,) or None
    sample_weight : array-like of shape (n_samples,) or None

    Raises
    ------
    ValueError
        If no row of the first part has some view.
    """
    begun = hasattr(fusion, "views_")
    X = fusion._check_table(X, reset=not begun)
    y = None if y is None else np.asarray(y)
    check_consistent_length(X, y)
    weight = None if sample_weight is None else check_sample_weight(sample_weight, X)
    if begun:
        views = fusion.views_
    else:
        views = [
            (name, passthrough() if isinstance(of, str) else clone(of), columns)
            for name, of, columns in fusion._resolved_views(X)
        ]
    with fusion._remembering():
        results = [_learned(X, y, weight, view, begun) for view in views]
    fusion.errors_ = [failure for rows in results for failure in rows.failures]
    if not begun:
        _begin(fusion, views, results)
    for (name, _, _), rows in zip(views, results, strict=True):
        if rows.values is not None:
            of_rows = None if weight is None else weight[rows.present]
            with naming_view(name), own_config():
                check_learns_in_parts(fusion.scalers_[name], "transformer")
                taught(fusion.scalers_[name], rows.values, None, of_rows, None, "transformer")
    fusion.views_ = views
    warn_of_failures(type(fusion).__name__, fusion.errors_, X.shape[0])


def _learned(X, y, weight, view, begun):
    name, estimator, columns = view
    with naming_view(name):
        X_view = select_columns(X, columns)
        rows = learn_part(estimator, X_view, y, weight, begun=begun)
        if rows.values is None and not begun:
            raise ValueError("no row of the first part has the view: begin with one that does.")
        return rows if rows.values is None else rows._replace(values=as_matrix(rows.values))


def _begin(fusion, views, results):
    """What the first part decides: scalers, places of blocks, marks."""
    names = [name for name, _, _ in views]
    fusion.weights_ = block_weights(fusion.weights, names)
    any_sparse = any(sparse.issparse(rows.values) for rows in results)
    fusion.sparse_output_ = any_sparse and fusion.missing == "zero"
    fusion.scalers_, fusion.blocks_, start = {}, {}, 0
    for (name, estimator, _), rows in zip(views, results, strict=True):
        fusion.scalers_[name] = fusion._scaler_of(estimator, rows.values)
        fusion.blocks_[name] = slice(start, start + rows.values.shape[1])
        start += rows.values.shape[1]
    # any later part may lack any view
    fusion.indicators_ = names if fusion.missing == "zero" else []
