"""What features of films share that hand parts of them to an extractor of another kind."""

import numpy as np

from mmsk._utils.sklearn_private import HasMethods
from mmsk._utils.workers import reporting
from mmsk.base import using_memory

EXTRACTOR_CONSTRAINT = [HasMethods(["fit", "transform", "get_feature_names_out"])]


def describe(extractor, sample):
    """Features of one sample by a fitted extractor, of shape (n_features,), float64."""
    # films are counted and kept, not what is in them
    with reporting(None), using_memory(None):
        features = extractor.transform([sample])
    return np.asarray(features, dtype=np.float64)[0]
