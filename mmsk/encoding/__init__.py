"""Sets of local descriptors as one vector: codebooks, Fisher vectors, VLAD, pyramids.

What rooms share, whatever a descriptor is of: patches of a picture, frames of a recording,
cuboids of a film. Descriptors are arrays of shape (n_descriptors, n_values); positions, of
shape (n_descriptors, n_axes), say where in the sample each lies, 0 to 1 along every axis.
"""

from mmsk.encoding._codebook_transformer import CodebookTransformer
from mmsk.encoding._dense import dense_descriptors
from mmsk.encoding._fisher import fisher_vector
from mmsk.encoding._patch_transformer import PatchTransformer
from mmsk.encoding._vlad import vlad

__all__ = [
    "CodebookTransformer",
    "PatchTransformer",
    "dense_descriptors",
    "fisher_vector",
    "vlad",
]
