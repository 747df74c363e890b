"""Rows of features kept in a folder, so that each file is described once."""

from mmsk.store._feature_store import FeatureStore
from mmsk.store._keys import recipe_key, row_key, sample_key

__all__ = ["FeatureStore", "recipe_key", "row_key", "sample_key"]
