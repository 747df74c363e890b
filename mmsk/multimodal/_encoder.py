"""A table of any modalities as one feature matrix."""

from numbers import Real

from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import Interval, StrOptions, check_feature_names_in
from mmsk.fusion import FeatureFusion
from mmsk.multimodal._base import MultimodalBase


class MultimodalEncoder(TransformerMixin, MultimodalBase):
    """Features of every column of a table, block-scaled, side by side.

    Parameters
    ----------
    modalities : "auto" or dict, default="auto"
        What the columns hold: ``{column: role}`` with a role of ``"text"``, ``"image"``,
        ``"audio"``, ``"video"``, ``"tabular"``, ``"segment"`` (start and end in seconds,
        for recordings and films), ``"drop"`` or ``"auto"``; columns not named are
        dropped. All tabular columns are one view, those of a role ``"tabular:NAME"`` a view
        NAME. ``"auto"`` looks at the cells, see `mmsk.io.guess_modality`; numeric
        columns ``start_s`` and ``end_s`` beside a recording or film are then its segments.
    missing : {"zero", "nan"}, default="zero"
        What a row has in the block of a view that it lacks, as in `FeatureFusion`.
    sparse_threshold : float, default=0.3
        As in `FeatureFusion`; 0 gives a dense matrix always.
    root : str, path or None, default=None
        The folder of relative paths; None is the working folder. May be reset for
        prediction with ``set_params``.
    memory : "auto", str, path, FeatureStore or None, default="auto"
        Folder that keeps the rows of pictures, recordings and films, so that each is
        described once only, in all folds and processes (guide, "Store"). ``"auto"`` is a
        temporary one for this process and those it starts; None keeps nothing. May be
        reset for prediction.
    on_error : {"missing", "raise"}, default="missing"
        Whether a source that cannot be read counts as missing, with a warning, or raises.
    n_jobs : int or None, default=None
        Samples read and described at once. May be reset for prediction.

    Attributes
    ----------
    views_ : dict of str to dict
        For each view its ``modality``, ``columns``, the ``reason``, and what its
        ``features`` describe, in words.
    dropped_ : dict
        Columns not used, and why.
    media_columns_ : list
        Columns that hold paths.
    fusion_ : FeatureFusion
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk import MultimodalEncoder
    >>> table = pd.DataFrame({"note": ["a red kite", "the tin drum"], "size": [1.0, None]})
    >>> encoder = MultimodalEncoder().fit(table)
    >>> for name, view in encoder.views_.items():
    ...     print(name, view["modality"], "because", view["reason"])
    note text because the cells are words, 3.0 a cell, 2 distinct
    tabular tabular because the cells are numbers
    """

    _parameter_constraints = {
        **MultimodalBase._parameter_constraints,
        "missing": [StrOptions({"zero", "nan"})],
        "sparse_threshold": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        modalities="auto",
        *,
        missing="zero",
        sparse_threshold=0.3,
        root=None,
        memory="auto",
        on_error="missing",
        n_jobs=None,
    ):
        self.modalities = modalities
        self.missing = missing
        self.sparse_threshold = sparse_threshold
        self.root = root
        self.memory = memory
        self.on_error = on_error
        self.n_jobs = n_jobs

    def fit(self, X, y=None):
        """Tell what the columns hold, and fit their features.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ignored

        Returns
        -------
        self : object
        """
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X, y=None):
        """Fit, and return the feature matrix; each source is read once.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ignored

        Returns
        -------
        features : {ndarray, CSR matrix} of shape (n_samples, n_features), float32
        """
        X = self._check_table(X, reset=True)
        views = self._planned(X)
        self.fusion_ = FeatureFusion(
            views, missing=self.missing, sparse_threshold=self.sparse_threshold, n_jobs=1
        )
        with self._working():
            features = self.fusion_.fit_transform(self._rooted(X), y)
        self.errors_ = self.fusion_.errors_
        return features

    def transform(self, X):
        """The feature matrix.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        features : {ndarray, CSR matrix} of shape (n_samples, n_features), float32
        """
        check_is_fitted(self)
        X = self._rooted(self._check_table(X, reset=False))
        with self._working():
            return self.fusion_.transform(X)

    def transform_with_errors(self, X):
        """The feature matrix, and which sources could not be read.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        features : {ndarray, CSR matrix} of shape (n_samples, n_features), float32
        errors : list of Failure
            Named tuples ``(row, source, reason)``.
        """
        check_is_fitted(self)
        X = self._rooted(self._check_table(X, reset=False))
        with self._working():
            return self.fusion_.transform_with_errors(X)

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
        return self.fusion_.get_feature_names_out()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
