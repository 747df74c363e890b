from ._tabular_encoder import TabularEncoder as TabularEncoder
