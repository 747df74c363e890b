"""What all extractors of media share."""

from mmsk.base._describing import Failure, describe_column, warn_of_failures
from mmsk.base._remembering import in_this_memory, using_memory
from mmsk.base._sample_transformer import SampleTransformer
from mmsk.base._timed import TimedTransformer

__all__ = [
    "Failure",
    "SampleTransformer",
    "TimedTransformer",
    "describe_column",
    "in_this_memory",
    "using_memory",
    "warn_of_failures",
]
