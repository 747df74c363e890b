"""Products across views as features, so that a linear model sees how views depend."""

from itertools import combinations
from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.base import TransformerMixin
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.metadata import own_config
from mmsk._utils.sklearn_private import Interval, Options, check_feature_names_in
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._blocks import is_sparse_when_joined, joined
from mmsk.fusion._feature_fusion import FeatureFusion
from mmsk.fusion._products import PairProducts, square_places
from mmsk.fusion._views import naming_view


class BilinearFusion(TransformerMixin, ViewsEstimator):
    r"""Features of the views and their products across views, for any linear model.

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in `FeatureFusion`, whose scaled blocks are multiplied.
    degree : {1, 2} or dict, default=1
        Whether a view also has the products of its own features, such as pairs of words,
        which are then multiplied with the other views too. A dict says it view by view;
        views it does not name have 1.
    max_products : int, default=100000
        Where a block is sparse and the products with another are up to as many, each gets a
        column; beyond, products are sketched.
    n_components : int, default=2048
        Columns of a sketch, and how many products of dense blocks each get a column. The
        error of a sketch falls with the square root.
    sparse_threshold : float, default=0.3
        The result is sparse if a block is and the share of values set lies below.
    random_state : int, RandomState instance or None, default=0
        Draws the sketches.
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted transformer, columns)
    features_ : FeatureFusion
        Makes the blocks.
    products_ : list of (name, name, PairProducts)
        Of two views, or of one with itself.
    blocks_ : dict of str to slice
        Where the columns of each view stand in the result, and of products, as
        ``"note*photo"``.
    sparse_output_ : bool
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    With blocks :math:`x_m`, the products of two views have inner products
    :math:`(x_m \cdot x_m')(x_l \cdot x_l')`, and those within a view
    :math:`(x_m \cdot x_m')^2`; exactly or, of a sketch, in expectation, with a variance
    of at most :math:`8/n\_components` times the squared lengths. Blocks have rows of mean
    squared length 1, so products weigh as much as what they are made of. A row that lacks a
    view has zeros in its products, and the mark ``view__missing``, as in `FeatureFusion`.

    References
    ----------
    N. Pham, R. Pagh (2013), "Fast and scalable polynomial kernels via explicit feature
    maps", KDD, 239-247. J. B. Tenenbaum, W. T. Freeman (2000), "Separating style and
    content with bilinear models", Neural Computation 12(6), 1247-1283.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from mmsk.fusion import BilinearFusion
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> y = X[:, 0] * X[:, 1] > 0  # no view alone, and no sum of both, tells it
    >>> fusion = BilinearFusion([("a", "passthrough", [0]), ("b", "passthrough", [1])])
    >>> make_pipeline(fusion, LogisticRegression(C=10)).fit(X, y).score(X, y) > 0.95
    True
    """

    _parameter_constraints = {
        **ViewsEstimator._parameter_constraints,
        "degree": [Options(Integral, {1, 2}), dict],
        "max_products": [Interval(Integral, 0, 2**31 - 1, closed="both")],
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "sparse_threshold": [Interval(Real, 0, 1, closed="both")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        views,
        *,
        degree=1,
        max_products=100_000,
        n_components=2048,
        sparse_threshold=0.3,
        random_state=0,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.degree = degree
        self.max_products = max_products
        self.n_components = n_components
        self.sparse_threshold = sparse_threshold
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y=None, sample_weight=None):
        """Fit every view on the rows that have it, and draw the sketches.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ndarray of shape (n_samples,) or None
            For transformers that are supervised.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            For scalers.

        Returns
        -------
        self : object
        """
        self.fit_transform(X, y, sample_weight)
        return self

    def fit_transform(self, X, y=None, sample_weight=None):
        """Fit, and return features and products; each source is read once.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ndarray of shape (n_samples,) or None
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        fused : {ndarray, CSR matrix} of shape (n_samples, n_features), float32
        """
        X = self._check_table(X, reset=True)
        squared = self._squared_views()
        # blocks stay sparse as long as products of them can gain by it
        features = FeatureFusion(self.views, sparse_threshold=1.0, n_jobs=self.n_jobs)
        results = self._fit_blocks(features, X, y, sample_weight)
        fused = features._fused(results)
        self._draw(squared, self.max_products if sparse.issparse(fused) else self.n_components)
        blocks = self._blocks(fused)
        self.sparse_output_ = is_sparse_when_joined(
            blocks, fused.shape[0], self.sparse_threshold
        )
        return joined(blocks, as_sparse=self.sparse_output_)

    def transform(self, X):
        """Features and products of each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        fused : {ndarray, CSR matrix} of shape (n_samples, n_features), float32
        """
        results, _ = self._ask_blocks(X, predicting=False)
        return self._fused(results)

    def get_feature_names_out(self, input_features=None):
        """Names ``view__feature``, behind them ``view__feature*other__feature``.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Checked against the names seen in ``fit``.

        Returns
        -------
        names : ndarray of str objects
            Columns of a sketch are numbered: ``view*other__0``.
        """
        check_is_fitted(self)
        check_feature_names_in(self, input_features, generate_names=False)
        names = list(self.features_.get_feature_names_out())
        parts = {view: names[where] for view, where in self.features_.blocks_.items()}
        for view, other, products in self.products_:
            if products.is_exact:
                found = [f"{a}*{b}" for a in parts[view] for b in parts[other]]
            else:
                found = [f"{view}*{other}__{k}" for k in range(self.n_components)]
            if view == other:
                if products.is_exact:
                    found = [found[k] for k in square_places(len(parts[view]))[0]]
                parts[view] = parts[view] + found
            names += found
        return np.array(names, dtype=object)

    def _told_views(self, X, owner):
        """What `FeatureFusion` says of the views of a table; for `_fused`."""
        return self._ask_blocks(X, owner)

    def _fused(self, results):
        with own_config():
            blocks = self._blocks(self.features_._fused(results))
        return joined(blocks, as_sparse=self.sparse_output_)

    def _squared_views(self):
        """Names of the views whose own features are multiplied."""
        names = [name for name, _, _ in self._check_views()]
        if not isinstance(self.degree, dict):
            return names if self.degree == 2 else []
        unknown = set(self.degree) - {view[0] for view in self.views}
        if unknown:
            raise ValueError(f"degree names views that are not there: {sorted(unknown)}.")
        if not set(self.degree.values()) <= {1, 2}:
            raise ValueError(f"degree must be 1 or 2 for each view, got {self.degree!r}.")
        return [name for name in names if self.degree.get(name) == 2]

    def _draw(self, squared, max_products):
        """Products within views, then across; sets ``products_`` and ``blocks_``."""
        random = check_random_state(self.random_state)
        self.products_, self.blocks_ = [], dict(self.features_.blocks_)
        widths = {name: where.stop - where.start for name, where in self.blocks_.items()}
        stop = sum(widths.values()) + len(self.features_.indicators_)
        pairs = [(name, name) for name in widths if name in squared]
        for view, other in [*pairs, *combinations(widths, 2)]:
            seed = int(random.randint(2**31 - 1))
            products = PairProducts(max_products, self.n_components, seed)
            products.fit(widths[view], widths[other])
            self.products_.append((view, other, products))
            width = products.width
            if view == other:
                width = len(square_places(widths[view])[0]) if products.is_exact else width
                widths[view] += width
            self.blocks_[f"{view}*{other}"] = slice(stop, stop + width)
            stop += width

    def _blocks(self, fused):
        """The fused matrix, then the products, in the order of ``products_``."""
        fused = check_array(
            fused, accept_sparse="csr", dtype=np.float32, ensure_all_finite=False
        )
        parts, found = {}, [fused]
        for view, where in self.features_.blocks_.items():
            with naming_view(view):
                parts[view] = check_array(
                    fused[:, where], accept_sparse="csr", ensure_min_features=0
                )
        for view, other, products in self.products_:
            block = products.transform(parts[view], parts[other])
            if view == other:
                if products.is_exact:
                    block = _squares(block, parts[view].shape[1])
                parts[view] = joined([parts[view], block], as_sparse=sparse.issparse(block))
            found.append(block)
        return found

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False  # rows may lack a view, but not part of one
        tags.transformer_tags.preserves_dtype = []
        return tags


def _squares(block, width):
    """Each product within a view once."""
    columns, factors = square_places(width)
    kept = block[:, columns]
    return kept.multiply(factors).tocsr() if sparse.issparse(kept) else kept * factors
