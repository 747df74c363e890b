"""What features of films share that hand parts of them to an extractor of another kind."""

import numpy as np

from mmsk._utils.sklearn_private import HasMethods
from mmsk._utils.workers import reporting
from mmsk.base import using_memory
from mmsk.io._sources import describe_source

EXTRACTOR_CONSTRAINT = [HasMethods(["fit", "transform", "get_feature_names_out"])]


def describe(extractor, sample):
    """Features of one sample by a fitted extractor, of shape (n_features,), float64."""
    # films are counted and kept, not what is in them
    with reporting(None), using_memory(None):
        features = extractor.transform([sample])
    return np.asarray(features, dtype=np.float64)[0]


def first_read(transformer, cells, read):
    """What ``read`` gives of the first source of a column that can be read.

    Parameters
    ----------
    transformer : SampleTransformer
        With ``on_error="missing"`` sources that cannot be read are passed over.
    cells : list
    read : callable
        Of a source; None passes it over.

    Returns
    -------
    found : object
        None if there is nothing to read in the column.
    """
    for index, cell in enumerate(cells):
        try:
            for source in transformer._sources(cell):
                found = read(source)
                if found is not None:
                    return found
        except ValueError as error:
            if transformer.on_error == "raise":
                named = f"row {index}, source {describe_source(cell)}"
                error.add_note(f"{type(transformer).__name__}: {named}")
                raise
    return None
