"""What rooms share: sets of local descriptors, and sequences, as one vector.

Sets: codebooks, Fisher vectors, VLAD and pyramids, whatever a descriptor is of: patches of a
picture, frames of a recording, cuboids of a film. Descriptors are arrays of shape
(n_descriptors, n_values); positions, of shape (n_descriptors, n_axes), say where in the
sample each lies, 0 to 1 along every axis. Sequences: random convolutions over the frames of
recordings and films, arrays of shape (n_steps, n_channels).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

from mmsk.encoding._codebook_transformer import CodebookTransformer  # noqa: E402, F401
from mmsk.encoding._patch_transformer import PatchTransformer  # noqa: E402, F401
