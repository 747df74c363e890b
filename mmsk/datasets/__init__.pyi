from ._make_clips import make_clips as make_clips
from ._make_multimodal_classification import (
    make_multimodal_classification as make_multimodal_classification,
)
from ._make_multimodal_regression import (
    make_multimodal_regression as make_multimodal_regression,
)
