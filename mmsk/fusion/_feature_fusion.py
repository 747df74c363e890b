"""Feature-level fusion: the views' features side by side in one matrix."""

from functools import partial
from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.base import TransformerMixin, clone
from sklearn.decomposition import TruncatedSVD
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._utils.metadata import fit_params_of, own_config
from mmsk._utils.sklearn_private import (
    HasMethods,
    Interval,
    StrOptions,
    check_feature_names_in,
    check_sample_weight,
)
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._block_scaler import scaler_for
from mmsk.fusion._blocks import (
    N_COMPONENTS,
    block_weights,
    is_sparse_when_joined,
    joined,
    spread,
    weighed,
)
from mmsk.fusion._dropout import hidden
from mmsk.fusion._part_of_blocks import learn_part_of_blocks
from mmsk.fusion._parts import blocks_learn_in_parts
from mmsk.fusion._views import (
    as_matrix,
    fit_features,
    naming_view,
    passthrough,
    run_view,
    select_columns,
    warn_of_empty,
    warn_of_failures,
    warn_of_rows_without_views,
)


class FeatureFusion(TransformerMixin, ViewsEstimator):
    """Features of several views of a table, scaled block by block, side by side.

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in scikit-learn's ColumnTransformer. A transformer may be ``"passthrough"`` or
        ``"drop"``; columns a name, a position, a list of those, a slice, a boolean mask
        or a callable. A single name or position hands the transformer one column.
    scaler : {"block"}, None or transformer, default="block"
        What scales each block, fitted on the rows that have the view: ``"block"`` is
        `BlockScaler`, None leaves blocks as they are.
    weights : dict of str to float, array-like of shape (n_views,) or None, default=None
        What scaled blocks are multiplied by, by name (1 where not named), or of the views as
        listed, dropped ones left out; at least 0. A model that shrinks coefficients leans
        on blocks of large weight. None is 1 for each.
    missing : {"zero", "nan"}, default="zero"
        What a row has in the block of a view that it lacks. ``"zero"`` is the block's
        mean once scaled, and a column ``view__missing`` marks the rows if ``fit`` met
        any; ``"nan"`` is for learners that take NaN, and makes the result dense.
    sparse_threshold : float, default=0.3
        The result is sparse if a block is and the share of values set lies below; else
        dense, and sparse blocks wider than 256 columns are reduced to 256 by truncated
        SVD.
    modality_dropout : float, default=0.0
        Share of the rows that have a view from which it is hidden in what ``fit_transform``
        gives, for each view, in [0, 1); a row keeps one. A model behind learns from such
        rows to do without any view. ``transform`` hides nothing.
    random_state : int, RandomState instance or None, default=None
        Draws what is hidden.
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted transformer, columns)
        Without dropped views and those that no row of ``fit`` has.
    scalers_ : dict of str to Pipeline
        What each view's features go through: reduction and scaling, where these apply.
    weights_ : dict of str to float
    blocks_ : dict of str to slice
        Where each view's columns stand in the result.
    indicators_ : list of str
        The views that have a ``view__missing`` column.
    sparse_output_ : bool
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Which rows lack a view is told from its source cells and from failed reads, never
    from NaN among the features. A view is fitted and transformed only on rows that have
    it, so no transformer behind an extractor ever meets a missing sample. ``partial_fit``
    marks all views, and keeps the result sparse if a block is, whatever its share of values.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from mmsk.fusion import FeatureFusion
    >>> from mmsk.text import TfidfVectorizer
    >>> table = pd.DataFrame({"note": ["a red kite", None, "a tin drum"], "size": [1.0, 2, 3]})
    >>> fusion = FeatureFusion(
    ...     [("note", TfidfVectorizer(), "note"), ("size", "passthrough", ["size"])]
    ... )
    >>> fusion.fit_transform(table).shape
    (3, 6)
    >>> list(fusion.get_feature_names_out()[-2:])
    ['size__size', 'note__missing']
    """

    _parameter_constraints = {
        **ViewsEstimator._parameter_constraints,
        "scaler": [StrOptions({"block"}), HasMethods(["fit", "transform"]), None],
        "weights": [dict, "array-like", None],
        "missing": [StrOptions({"zero", "nan"})],
        "sparse_threshold": [Interval(Real, 0, 1, closed="both")],
        "modality_dropout": [Interval(Real, 0, 1, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    }

    _n_components = N_COMPONENTS  # of a sparse block that is made dense

    def __init__(
        self,
        views,
        *,
        scaler="block",
        weights=None,
        missing="zero",
        sparse_threshold=0.3,
        modality_dropout=0.0,
        random_state=None,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.scaler = scaler
        self.weights = weights
        self.missing = missing
        self.sparse_threshold = sparse_threshold
        self.modality_dropout = modality_dropout
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y=None, sample_weight=None):
        """Fit every view on the rows that have it.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ndarray of shape (n_samples,) or None
            For transformers that are supervised.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            For scalers that take weights.

        Returns
        -------
        self : object
        """
        self._fit(X, y, sample_weight)
        return self

    @available_if(blocks_learn_in_parts)
    def partial_fit(self, X, y=None, sample_weight=None):
        """Learn from a further part of a table; where all views and ``scaler`` can.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
            All views must be in the first part. Extractors are fitted on it.
        y : ndarray of shape (n_samples,) or None
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        self : object
        """
        learn_part_of_blocks(self, X, y, sample_weight)
        return self

    def fit_transform(self, X, y=None, sample_weight=None):
        """Fit every view and return the fused matrix; each source is read once.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ndarray of shape (n_samples,) or None
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        fused : {ndarray, CSR matrix} of shape (n_samples, n_features), float32
        """
        results = self._fit(X, y, sample_weight)
        return self._fused(results)

    def transform(self, X):
        """The fused matrix.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        fused : {ndarray, CSR matrix} of shape (n_samples, n_features), float32
        """
        results, _ = self._told_views(X, type(self).__name__, predicting=False)
        return self._fused(results)

    def transform_with_errors(self, X):
        """The fused matrix, and which sources could not be read.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        fused : {ndarray, CSR matrix} of shape (n_samples, n_features), float32
        errors : list of Failure
            Named tuples ``(row, source, reason)``; only of extractors with
            ``on_error="missing"``.
        """
        results = self._run_views(X)
        return self._fused(results), [f for rows in results for f in rows.failures]

    def get_feature_names_out(self, input_features=None):
        """Names ``view__feature``, and ``view__missing`` behind them.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Checked against the names seen in ``fit``.

        Returns
        -------
        names : ndarray of str objects
        """
        check_is_fitted(self)
        check_feature_names_in(self, input_features, generate_names=False)
        names = [
            f"{name}__{feature}"
            for name, fitted, _ in self.views_
            for feature in self._names_of_block(name, fitted)
        ]
        taken = set(names)
        for name in self.indicators_:
            indicator = f"{name}__missing"
            while indicator in taken:  # a document may hold the word "missing"
                indicator += "_"
            names.append(indicator)
        return np.array(names, dtype=object)

    def _fit(self, X, y, sample_weight, owner=None):
        X = self._check_table(X, reset=True)
        views = self._resolved_views(X)
        weights = None if sample_weight is None else check_sample_weight(sample_weight, X)
        y = None if y is None else np.asarray(y)
        check_consistent_length(X, y)
        fitted = self._of_each(views, partial(fit_features, X, y))
        found = list(zip(views, fitted, strict=True))
        kept = [(view, result) for view, result in found if result[0] is not None]
        self.errors_ = [f for _, rows in fitted for f in rows.failures]
        warn_of_empty(views, fitted)
        self.weights_ = block_weights(self.weights, [name for name, _, _ in views])
        n_rows = len(fitted[0][1].present)
        self.sparse_output_ = self.missing == "zero" and is_sparse_when_joined(
            [rows.values for _, (_, rows) in kept], n_rows, self.sparse_threshold
        )
        self.views_, self.scalers_, self.blocks_ = [], {}, {}
        results, start = [], 0
        for (name, _, columns), (estimator, rows) in kept:
            with naming_view(name), own_config():
                scaler = self.scalers_[name] = self._scaler_of(estimator, rows.values)
                params = fit_params_of(scaler, rows.present, sample_weight=weights)
                scaled = as_matrix(scaler.fit_transform(rows.values, **params))
            values = weighed(scaled, self.weights_[name])
            self.views_.append((name, estimator, columns))
            self.blocks_[name] = slice(start, start + values.shape[1])
            start += values.shape[1]
            results.append(rows._replace(values=values))
        warn_of_failures(owner or type(self).__name__, self.errors_, n_rows)
        results = hidden(results, self.modality_dropout, self.random_state)
        self.indicators_ = self._lacking_some(results)
        return results

    def _lacking_some(self, results):
        """Names of the views that some row lacks, where that is to be marked."""
        found = zip(self.views_, results, strict=True)
        marked = [name for (name, _, _), rows in found if not rows.present.all()]
        return marked if self.missing == "zero" else []

    def _scaler_of(self, estimator, values):
        """Reduction and scaling of the block that an estimator gave, unfitted."""
        steps = []
        if sparse.issparse(values) and not self.sparse_output_:
            if values.shape[1] > self._n_components:
                n_components = min(self._n_components, max(values.shape[0] - 1, 1))
                steps.append(("svd", TruncatedSVD(n_components, random_state=0)))
            else:
                steps.append(("dense", passthrough(func=_toarray)))
        if self.scaler is not None:
            own = scaler_for(estimator) if self.scaler == "block" else clone(self.scaler)
            steps.append(("scaler", own))
        return Pipeline(steps or [("as_it_is", passthrough())])

    def _run_views(self, X):
        """Each view's block for a table, as a list of `ViewRows`."""
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        return self._of_each(self.views_, partial(self._transform_view, X))

    def _filled(self, results):
        """Each view's block, 0 where a row lacks it, and which rows have it.

        Parameters
        ----------
        results : list of ViewRows
            With dense values; NaN among them is refused.

        Returns
        -------
        blocks : list of ndarray of shape (n_samples, n_features), float64
        present : ndarray of shape (n_views, n_samples), bool
        """
        blocks = []
        for (name, _, _), rows in zip(self.views_, results, strict=True):
            block = np.zeros((len(rows.present), np.shape(rows.values)[1]))
            if rows.present.any():
                with naming_view(name):
                    block[rows.present] = check_array(rows.values, dtype=np.float64)
            blocks.append(block)
        return blocks, np.array([rows.present for rows in results])

    def _told_views(self, X, owner, *, predicting=True):
        """`_run_views`, and which rows have none; warns of both and of failed reads."""
        results = self._run_views(X)
        lacking = ~np.any([rows.present for rows in results], axis=0)
        failures = [failure for rows in results for failure in rows.failures]
        warn_of_failures(owner, failures, len(lacking))
        warn_of_rows_without_views(lacking, predicting=predicting)
        return results, lacking

    def _transform_view(self, X, view):
        name, fitted, columns = view
        with naming_view(name):
            rows = run_view(fitted, select_columns(X, columns), "transform")
            if rows.values is None:
                width = self.blocks_[name].stop - self.blocks_[name].start
                empty = sparse.csr_matrix if self.sparse_output_ else np.empty
                return rows._replace(values=empty((0, width)))
            with own_config():
                values = self.scalers_[name].transform(as_matrix(rows.values))
            return rows._replace(values=weighed(as_matrix(values), self.weights_[name]))

    def _names_of_block(self, name, fitted):
        block = self.blocks_[name]
        if not hasattr(fitted, "get_feature_names_out"):
            return range(block.stop - block.start)
        names = fitted.get_feature_names_out()
        if not hasattr(self.scalers_[name], "get_feature_names_out"):
            return names
        return self.scalers_[name].get_feature_names_out(names)

    def _fused(self, results):
        absent = np.nan if self.missing == "nan" else 0.0
        blocks = []
        marks = []
        for (name, _, _), rows in zip(self.views_, results, strict=True):
            blocks.append(spread(rows.values, rows.present, absent))
            if name in self.indicators_:
                marks.append((~rows.present).astype(np.float32)[:, None])
        return joined(blocks + marks, as_sparse=self.sparse_output_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags


def _toarray(X):
    return X.toarray() if sparse.issparse(X) else X
