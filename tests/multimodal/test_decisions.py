"""What `MultimodalClassifier` decides by, where its fusion has such values."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from mmsk import MultimodalClassifier
from mmsk.exceptions import MissingViewWarning
from mmsk.multimodal._fusions import CLASSIFIERS, IN_ONE_MATRIX

RNG = np.random.default_rng(0)
N = 30
TABLE = pd.DataFrame({"a": RNG.normal(size=N), "b": RNG.normal(size=N)})
ROLES = {"a": "tabular:one", "b": "tabular:two"}
SCORE = (TABLE["a"] - TABLE["b"]).to_numpy()
WITH_A_ROW_OF_NOTHING = pd.concat([TABLE, pd.DataFrame({"a": [None], "b": [None]})])
TWO, THREE = (SCORE > 0.3).astype(int), np.digitize(SCORE, [-0.5, 0.9])


@pytest.mark.filterwarnings("ignore::mmsk.exceptions.MissingViewWarning")
@pytest.mark.parametrize("fusion", IN_ONE_MATRIX)
@pytest.mark.parametrize("estimator", [None, LinearSVC()], ids=repr)
@pytest.mark.parametrize("y", [TWO, THREE], ids=["two", "three"])
def test_the_decision_says_what_is_predicted_of_rows_that_hold_nothing_too(
    fusion, estimator, y
):
    model = MultimodalClassifier(fusion, ROLES, estimator=estimator)
    assert hasattr(model, "decision_function")
    model.fit(TABLE, y)
    values = model.decision_function(WITH_A_ROW_OF_NOTHING)
    predicted = model.predict(WITH_A_ROW_OF_NOTHING)
    decided = values.argmax(axis=1) if y is THREE else (values > 0).astype(int)
    np.testing.assert_array_equal(decided, predicted)


def test_of_a_row_that_holds_nothing_it_is_the_log_odds_of_the_prior():
    model = MultimodalClassifier("early", ROLES).fit(TABLE, TWO)
    with pytest.warns(MissingViewWarning):
        found = model.decision_function(WITH_A_ROW_OF_NOTHING.iloc[-2:])
    share = TWO.mean()
    assert found[1] == pytest.approx(np.log(share / (1 - share)))
    assert found[0] == model.model_.decision_function(TABLE.iloc[-1:])[0]


def test_a_score_by_rank_takes_either_kind_of_values():
    model = MultimodalClassifier("early", ROLES).fit(TABLE, TWO)
    by_decision = roc_auc_score(TWO, model.decision_function(TABLE))
    assert by_decision == roc_auc_score(TWO, model.predict_proba(TABLE)[:, 1])


@pytest.mark.parametrize(
    ("fusion", "estimator"),
    [
        *((word, None) for word in CLASSIFIERS if word not in IN_ONE_MATRIX),
        ("early", KNeighborsClassifier()),
    ],
)
def test_where_there_are_no_such_values_there_is_no_method(fusion, estimator):
    model = MultimodalClassifier(fusion, ROLES, estimator=estimator)
    assert not hasattr(model, "decision_function")
    assert not hasattr(model.fit(TABLE, TWO), "decision_function")
