"""What the encoder and the predictors share: columns sniffed, views planned, paths found."""

import os
import warnings
from contextlib import contextmanager
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator

from mmsk._utils.absent import ViewColumns, with_absent_columns
from mmsk._utils.columns import column_at, is_frame, missing_rows
from mmsk._utils.metadata import own_config
from mmsk._utils.sklearn_private import StrOptions, validate_params
from mmsk._utils.tables import check_table
from mmsk._utils.workers import using_workers
from mmsk.base import using_memory
from mmsk.exceptions import DroppedColumnWarning
from mmsk.modalities import MODALITIES
from mmsk.multimodal._plan import as_fusion_columns, column_roles, plan_views
from mmsk.multimodal._root import under_root
from mmsk.store import FeatureStore, tree_folder

# Processes that are started from now on find the folder of memory="auto" by this.
tree_folder()


class MultimodalBase(BaseEstimator):
    """Base class: turns a table and ``modalities`` into ``views=`` for a fusion."""

    _parameter_constraints = {
        "modalities": [StrOptions({"auto"}), dict],
        "root": [str, os.PathLike, None],
        "memory": [str, os.PathLike, FeatureStore, None],
        "on_error": [StrOptions({"raise", "missing"})],
        "n_jobs": [Integral, None],
    }

    def _planned(self, X, left_out=()):
        """Views for a fusion; sets ``views_``, ``dropped_`` and ``media_columns_``."""
        roles = column_roles(X, self.modalities, left_out)
        planned = plan_views(roles)
        self.views_, views = {}, []
        columns = [role.column for role in roles]
        for view in planned:
            modality = MODALITIES[view.modality]
            features, told = modality.features(_n_present(X, columns, view), self.on_error)
            self.views_[view.name] = {
                "modality": view.modality,
                "columns": view.columns,
                "reason": view.reason,
                "features": told,
            }
            views.append((view.name, features, as_fusion_columns(view.columns, columns)))
        self.dropped_ = {r.column: r.reason for r in roles if r.role == "drop"}
        self.media_columns_ = [
            r.column for r in roles if r.role in MODALITIES and MODALITIES[r.role].reads_files
        ]
        self._warn_of_dropped(left_out)
        return views

    def _warn_of_dropped(self, left_out):
        """Tell of columns that were to be looked at, and turned out to be of no use."""
        looked_at = isinstance(self.modalities, str)
        dropped = {
            column: reason
            for column, reason in self.dropped_.items()
            if column not in left_out and (looked_at or self.modalities.get(column) == "auto")
        }
        if dropped:
            told = "; ".join(f"{column!r}: {reason}" for column, reason in dropped.items())
            warnings.warn(f"columns left out: {told}.", DroppedColumnWarning)

    def _check_table(self, X, *, reset):
        """X checked, and the parameters too in ``fit``; relative paths not yet moved."""
        if reset:
            validate_params(self)
        else:
            X = with_absent_columns(self, X)
        return check_table(self, X, reset=reset)

    def _used_columns(self):
        """Columns of the views; of a recording, the times that cut it are no source."""
        used = []
        for name, view in self.views_.items():
            columns = np.atleast_1d(view["columns"]).tolist()
            sources = columns if MODALITIES[view["modality"]].together else columns[:1]
            used.append(ViewColumns(name, columns, sources))
        return used

    @contextmanager
    def _working(self):
        """A context in which parts without ``n_jobs`` and ``memory`` take those given here."""
        with own_config(), using_workers(self.n_jobs), using_memory(self.memory):
            yield

    def _rooted(self, X):
        return under_root(X, self.media_columns_, self.root)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


def _n_present(X, columns, view):
    """How many rows have something in the first column of a view."""
    first = view.columns[0] if isinstance(view.columns, list) else view.columns
    position = columns.index(first)
    column = column_at(X, position) if is_frame(X) else X[:, position]
    return int(np.count_nonzero(~missing_rows(column)))
