from ._block_scaler import BlockScaler as BlockScaler
from ._feature_fusion import FeatureFusion as FeatureFusion
from ._voting_classifier import VotingFusionClassifier as VotingFusionClassifier
from ._voting_regressor import VotingFusionRegressor as VotingFusionRegressor
