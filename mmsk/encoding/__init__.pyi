import typing

from ._dense import dense_descriptors as dense_descriptors
from ._fisher import fisher_vector as fisher_vector
from ._hydra import Hydra as Hydra
from ._multi_rocket import MultiRocket as MultiRocket
from ._reservoir import Reservoir as Reservoir
from ._vlad import vlad as vlad

# a base class for other rooms and no feature itself, so that it is not registered
CodebookTransformer: typing.Any
