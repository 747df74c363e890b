"""Joint learning of whole tables, asked for by a word."""

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from mmsk import MultimodalClassifier, MultimodalRegressor

TABLE = pd.DataFrame(
    {
        "note": ["a red kite", None, "the tin drum", "red wine", "a drum of tin", "kites"] * 4,
        "size": [1.0, 2.0, 7.0, None, 8.0, 1.5] * 4,
    }
)
LABELS = ["red", "red", "tin", "red", "tin", "red"] * 4


@pytest.mark.parametrize("fusion", ["mkl", "cooperative", "bilinear", "boosting", "cca"])
def test_a_word_asks_for_joint_learning(fusion):
    assert MultimodalClassifier(fusion).fit(TABLE, LABELS).score(TABLE, LABELS) == 1.0
    sizes = [1.0, 2, 7, 1, 8, 1] * 4
    assert MultimodalRegressor(fusion).fit(TABLE, sizes).score(TABLE, sizes) > 0.8


def test_another_estimator_learns_from_the_kernels():
    model = MultimodalClassifier("mkl", estimator=LogisticRegression(C=10)).fit(TABLE, LABELS)
    assert isinstance(model.model_.estimator_, LogisticRegression)


@pytest.mark.parametrize("fusion", ["cooperative", "boosting"])
def test_a_model_of_its_own_takes_no_estimator(fusion):
    model = MultimodalClassifier(fusion, estimator=LogisticRegression())
    with pytest.raises(ValueError, match="takes no estimator, got LogisticRegression"):
        model.fit(TABLE, LABELS)
