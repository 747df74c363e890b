"""What all extractors of media share."""

from mmsk.base._sample_transformer import Failure, SampleTransformer
from mmsk.base._timed import TimedTransformer

__all__ = ["Failure", "SampleTransformer", "TimedTransformer"]
