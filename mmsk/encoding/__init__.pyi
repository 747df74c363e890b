import typing

from ._attention_pooling import AttentionPooling as AttentionPooling
from ._dense import dense_descriptors as dense_descriptors
from ._fisher import fisher_vector as fisher_vector
from ._hydra import Hydra as Hydra
from ._multi_rocket import MultiRocket as MultiRocket
from ._reservoir import Reservoir as Reservoir
from ._vlad import vlad as vlad

# base classes for other rooms and no features themselves, so that they are not registered
CodebookTransformer: typing.Any
PatchTransformer: typing.Any
