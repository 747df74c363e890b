from ._classifier import MultimodalClassifier as MultimodalClassifier
from ._encoder import MultimodalEncoder as MultimodalEncoder
from ._regressor import MultimodalRegressor as MultimodalRegressor
