"""Rows of features kept in a folder, so that each file is described once."""

from mmsk.store._feature_store import FeatureStore
from mmsk.store._keys import recipe_key, row_key, sample_key
from mmsk.store._process_tree import tree_folder

__all__ = ["FeatureStore", "recipe_key", "row_key", "sample_key", "tree_folder"]
