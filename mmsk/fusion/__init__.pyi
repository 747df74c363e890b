from ._bilinear_fusion import BilinearFusion as BilinearFusion
from ._block_reducer import BlockReducer as BlockReducer
from ._block_scaler import BlockScaler as BlockScaler
from ._blocks import blocks_of as blocks_of
from ._boosting_classifier import BoostingFusionClassifier as BoostingFusionClassifier
from ._boosting_regressor import BoostingFusionRegressor as BoostingFusionRegressor
from ._cascade_classifier import CascadeFusionClassifier as CascadeFusionClassifier
from ._cca_fusion import CCAFusion as CCAFusion
from ._co_regularized_classifier import CoRegularizedClassifier as CoRegularizedClassifier
from ._co_regularized_regressor import CoRegularizedRegressor as CoRegularizedRegressor
from ._co_training_classifier import CoTrainingClassifier as CoTrainingClassifier
from ._conformal_classifier import ConformalFusionClassifier as ConformalFusionClassifier
from ._conformal_regressor import ConformalFusionRegressor as ConformalFusionRegressor
from ._context_classifier import ContextFusionClassifier as ContextFusionClassifier
from ._context_regressor import ContextFusionRegressor as ContextFusionRegressor
from ._cooperative_classifier import CooperativeClassifier as CooperativeClassifier
from ._cooperative_regressor import CooperativeRegressor as CooperativeRegressor
from ._ensemble_selection_classifier import (
    EnsembleSelectionClassifier as EnsembleSelectionClassifier,
)
from ._ensemble_selection_regressor import (
    EnsembleSelectionRegressor as EnsembleSelectionRegressor,
)
from ._feature_fusion import FeatureFusion as FeatureFusion
from ._group_scaler import GroupScaler as GroupScaler
from ._mkl_classifier import MKLClassifier as MKLClassifier
from ._mkl_regressor import MKLRegressor as MKLRegressor
from ._sequence_fusion import SequenceFusion as SequenceFusion
from ._stacking_classifier import StackingFusionClassifier as StackingFusionClassifier
from ._stacking_regressor import StackingFusionRegressor as StackingFusionRegressor
from ._voting_classifier import VotingFusionClassifier as VotingFusionClassifier
from ._voting_regressor import VotingFusionRegressor as VotingFusionRegressor
