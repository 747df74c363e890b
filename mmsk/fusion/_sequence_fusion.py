"""Joint learning of sequences: views aligned in time, as channels of one sequence."""

from functools import partial
from numbers import Integral

import numpy as np
from sklearn.base import TransformerMixin, clone
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._utils.metadata import own_config
from mmsk._utils.sklearn_private import HasMethods, Interval, check_feature_names_in
from mmsk._utils.workers import map_samples, reporting
from mmsk.base import Failure, using_memory
from mmsk.encoding import MultiRocket
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._sequences import fit_sequences, run_sequences, stacked
from mmsk.fusion._views import warn_of_empty, warn_of_failures, warn_of_rows_without_views

_MOST_ROWS = 500  # that the encoder learns from


class SequenceFusion(TransformerMixin, ViewsEstimator):
    """Sequences of several views, aligned in time and encoded as one.

    What is heard and what is seen at the same moment are channels of one sequence, so that
    a convolution over time sees them together: the joint counterpart of recurrent and
    convolutional networks over several modalities, which needs no training.

    Parameters
    ----------
    views : list of (name, extractor, columns)
        As of `FeatureFusion`. Extractors that have sequences give them: `mmsk.audio.MFCC`,
        ``LogMel``, ``Chroma`` and ``SpectralStatistics``, `mmsk.video.FramePooling`,
        ``FrameStatistics`` and ``AudioTrack``. What any other transformer or
        ``"passthrough"`` gives is a sequence of one step, whose values hold all the time.
    encoder : transformer or None, default=None
        Of a column of sequences, arrays of shape (n_steps, n_channels); None is
        `mmsk.encoding.MultiRocket`. It may be tuned, as ``encoder__n_features``.
    n_steps : int or None, default=None
        Steps that all views are brought to; None is the number that the longest view of
        the row has.
    n_jobs : int or None, default=None
        Rows read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views of features whose extractors have no ``memory``
        of their own (guide, "Store"). Sequences are read each time. May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted extractor, columns)
        Without dropped views and those that no row of ``fit`` has.
    encoder_ : transformer
        The fitted copy of ``encoder``.
    widths_ : list of int
        Channels of each of ``views_``.
    means_ : ndarray of shape (n_channels,), float64
        Over time and rows, of those that have the view.
    indicators_ : list of str
        The views that have a ``view__missing`` feature.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Raises
    ------
    ValueError
        In ``fit``: if no row has any view, or samples of a view differ in channels.

    See Also
    --------
    FeatureFusion : Features of views, each summed up over time by itself.

    Notes
    -----
    Time is relative: all views of a row begin and end together, as sound and pictures of
    one film do. A view of another number of steps gets means over equal stretches of time;
    its mean over time stays what it is.

    A row that lacks a view has the mean of the channels in its place, throughout, which is 0
    once the encoder scales; ``view__missing`` marks it, if ``fit`` met any such row. So do
    single NaN have the mean. A row that lacks all views is a sequence of one such step, or
    ``n_steps``. Several sources in a cell follow each other.

    Rows are float32: what the encoder gives, then the marks. The encoder is fitted on at
    most 500 rows, and ``fit`` reads no others of the views that have sequences.
    ``memory`` of extractors is not used: it keeps rows, not sequences.

    References
    ----------
    A. P. Ruiz, M. Flynn, J. Large, M. Middlehurst, A. Bagnall (2021), "The great
    multivariate time series classification bake off", Data Mining and Knowledge Discovery
    35, 401-449: convolutions over channels of several sensors.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from mmsk.audio import MFCC
    >>> from mmsk.encoding import Hydra
    >>> from mmsk.fusion import SequenceFusion
    >>> from mmsk.video import AudioTrack, FrameStatistics
    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame({
    ...     "sound": [rng.normal(size=8000).astype(np.float32) for _ in range(3)],
    ...     "film": [*rng.integers(0, 256, (2, 12, 16, 16), np.uint8), None],
    ... })
    >>> fusion = SequenceFusion(
    ...     [("heard", MFCC(), "sound"), ("seen", FrameStatistics(), "film")],
    ...     encoder=Hydra(n_groups=4),
    ... )
    >>> fusion.fit_transform(table).shape
    (3, 193)
    >>> fusion.get_feature_names_out()[-1]
    'seen__missing'
    """

    _parameter_constraints = {
        **ViewsEstimator._parameter_constraints,
        "encoder": [HasMethods(["fit", "transform", "get_feature_names_out"]), None],
        "n_steps": [Interval(Integral, 1, None, closed="left"), None],
        "n_jobs": [Integral, None],
    }

    def __init__(self, views, encoder=None, *, n_steps=None, n_jobs=None, memory=None):
        self.views = views
        self.encoder = encoder
        self.n_steps = n_steps
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y=None):
        """Fit every view, and the encoder on the aligned sequences of some rows.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ndarray of shape (n_samples,) or None
            For transformers that are supervised.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        views = self._resolved_views(X)
        y = None if y is None else np.asarray(y)
        check_consistent_length(X, y)
        with self._remembering():
            fitted = [fit_sequences(X, y, view) for view in views]
        rows = _some_rows([view for estimator, view in fitted if estimator is not None])
        parts = {
            view.name: map_samples(view.of_row, rows, self.n_jobs, reported=False)
            for _, view in fitted
        }
        # what was never read is as good as absent
        fitted = [
            (estimator if any(map(_is_there, parts[view.name])) else None, view)
            for estimator, view in fitted
        ]
        warn_of_empty(views, fitted)
        self._note_views(views, fitted, parts)
        self._fit_encoder(zip(*(parts[name] for name, _, _ in self.views_), strict=True))
        warn_of_failures(type(self).__name__, self.errors_, len(fitted[0][1].present))
        return self

    def transform(self, X):
        """What the encoder gives of the aligned sequences.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        features : ndarray of shape (n_samples, n_features), float32
        """
        features, failures, lacking = self._encoded(X)
        warn_of_failures(type(self).__name__, failures, len(features))
        warn_of_rows_without_views(lacking, predicting=False)
        return features

    def transform_with_errors(self, X):
        """What `transform` gives, and which sources could not be read.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        features : ndarray of shape (n_samples, n_features), float32
        errors : list of Failure
            Named tuples ``(row, source, reason)``; only of extractors with
            ``on_error="missing"``.
        """
        return self._encoded(X)[:2]

    def _encoded(self, X):
        """Features, failures, and which rows have none of the views."""
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        with self._remembering():
            views = [run_sequences(X, view) for view in self.views_]
        lacking = ~np.any([view.present for view in views], axis=0)
        of_row = partial(self._of_row, views)
        found = map_samples(of_row, range(len(views[0].present)), self.n_jobs)
        failures = [failure for view in views for failure in view.failures]
        failures += [failure for _, of_this in found for failure in of_this]
        return np.stack([features for features, _ in found]), failures, lacking

    def get_feature_names_out(self, input_features=None):
        """Names that the encoder gives, and ``view__missing`` behind them.

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
        marks = [f"{name}__missing" for name in self.indicators_]
        return np.array([*self.encoder_.get_feature_names_out(), *marks], dtype=object)

    def _note_views(self, views, fitted, parts):
        """Keep what was fitted, and what became of the rows that were read."""
        read_failures = [
            part for of_view in parts.values() for part in of_view if isinstance(part, Failure)
        ]
        self.errors_ = [f for _, view in fitted for f in view.failures] + read_failures
        self.views_, self.widths_, self.indicators_ = [], [], []
        for (name, _, columns), (estimator, view) in zip(views, fitted, strict=True):
            if estimator is None:
                continue
            self.views_.append((name, estimator, columns))
            self.widths_.append(next(p.shape[1] for p in parts[name] if _is_there(p)))
            if not (view.present.all() and all(map(_is_there, parts[name]))):
                self.indicators_.append(name)

    def _fit_encoder(self, rows):
        """Means of channels, and the encoder, from the sequences of rows view by view."""
        sequences = [stacked(parts, self.widths_, self.n_steps) for parts in rows]
        steps = np.concatenate(sequences)
        n_known = np.maximum((~np.isnan(steps)).sum(axis=0), 1)  # 0 where there is no number
        self.means_ = np.nansum(steps, axis=0) / n_known
        encoder = MultiRocket() if self.encoder is None else clone(self.encoder)
        with own_config():
            self.encoder_ = encoder.fit([self._filled(sequence) for sequence in sequences])

    def _filled(self, sequence):
        return np.where(np.isnan(sequence), self.means_, sequence)

    def _of_row(self, views, row):
        """Features of a row, and its failures."""
        parts = [view.of_row(row) for view in views]
        sequence = self._filled(stacked(parts, self.widths_, self.n_steps))
        with own_config(), reporting(None), using_memory(None):
            features = np.asarray(self.encoder_.transform([sequence]), np.float32)[0]
        lacks = {view.name: not _is_there(p) for view, p in zip(views, parts, strict=True)}
        marks = np.array([lacks[name] for name in self.indicators_], np.float32)
        failures = [part for part in parts if isinstance(part, Failure)]
        return np.concatenate([features, marks]), failures

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags


def _is_there(part):
    return isinstance(part, np.ndarray)


def _some_rows(views):
    """Rows to learn from: as many that have each view, drawn at random."""
    chosen = set()
    for view in views:
        present = np.flatnonzero(view.present)
        drawn = np.random.default_rng(0).permutation(present)
        chosen.update(drawn[: max(1, _MOST_ROWS // len(views))].tolist())
    return sorted(chosen)
