"""The rounds of co-training: features of each view, its classifier, what it is sure of."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from mmsk._utils.metadata import fit_params_of, own_config
from mmsk.fusion._pooling import with_unseen_classes
from mmsk.fusion._unlabeled import UNKNOWN
from mmsk.fusion._views import as_matrix, fit_features, naming_view, passthrough


class Block(NamedTuple):
    """A view before its classifier is fitted.

    Attributes
    ----------
    name : str
    head : fitted transformer
        Everything before the classifier.
    final : classifier
        Unfitted.
    columns : as in ``views``
    values : {ndarray, CSR matrix} of shape (n_present, n_features)
    present : ndarray of shape (n_samples,), bool
    failures : list of Failure
    """

    name: str
    head: Any
    final: Any
    columns: Any
    values: Any
    present: np.ndarray
    failures: list

    def values_of(self, rows):
        """Features of some rows that have the view, given as a mask over all."""
        return self.values[rows[self.present]]


def fit_block(X, sample_weight, view):
    """A `Block` of (name, predictor, columns); None where no row has anything to learn from."""
    name, predictor, columns = view
    steps = predictor.steps if isinstance(predictor, Pipeline) else [("estimator", predictor)]
    before = steps[:-1] or [("features", passthrough(func=as_matrix))]
    fitted, rows = fit_features(X, None, (name, Pipeline(before), columns), sample_weight)
    if fitted is None:
        return None
    return Block(name, fitted, steps[-1][1], columns, *rows)


def fit_classifier(codes, classes, metadata, block):
    """A view's classifier fitted on its labelled rows; None where they hold one class only.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), int
        -1 where a row has no label, or no weight.
    classes : ndarray of shape (n_classes,)
    metadata : dict
        ``sample_weight`` and ``groups``, of all rows or None.
    block : Block
    """
    rows = block.present & (codes != UNKNOWN)
    if len(np.unique(codes[rows])) < 2:
        return None
    final = clone(block.final)
    with naming_view(block.name), own_config():
        params = fit_params_of(final, rows, **metadata)
        return final.fit(block.values_of(rows), classes[codes[rows]], **params)


def labels_of_views(codes, classes, prior, blocks, fitted, threshold, most):
    """What the views' classifiers are sure of, among the rows without a label.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), int
        -1 where a row has no label yet.
    classes, prior : ndarray of shape (n_classes,)
    blocks : list of Block
    fitted : list of classifier or None
    threshold : float
        Least probability.
    most : ndarray of shape (n_classes,), int
        Rows that a view may label as each class.

    Returns
    -------
    labels : ndarray of shape (n_samples,), int
        -1 where no view is sure.
    """
    sure = np.zeros(len(codes))
    labels = np.full(len(codes), UNKNOWN)
    for block, classifier in zip(blocks, fitted, strict=True):
        rows = block.present & (codes == UNKNOWN)
        if classifier is None or not rows.any():
            continue
        with naming_view(block.name), own_config():
            said = classifier.predict_proba(block.values_of(rows))
        seen = np.searchsorted(classes, classifier.classes_)
        said = with_unseen_classes(said, seen, prior)
        best, found, places = said.max(axis=1), said.argmax(axis=1), np.flatnonzero(rows)
        for code in seen:
            likely = np.flatnonzero((found == code) & (best >= threshold))
            likely = likely[np.argsort(-best[likely], kind="stable")[: most[code]]]
            surer = likely[best[likely] > sure[places[likely]]]
            labels[places[surer]], sure[places[surer]] = code, best[surer]
    return labels
