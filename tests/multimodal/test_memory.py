"""``memory=`` of whole tables: each source is described once, whatever is fitted on it."""

import tempfile
from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image
from sklearn.base import clone

from mmsk import MultimodalClassifier, MultimodalEncoder, MultimodalRegressor
from mmsk.base import _describing, using_memory
from mmsk.image import LBP
from mmsk.store import FeatureStore
from mmsk.video import FramePooling

N = 12
ROLES = {"photo": "image", "sound": "audio", "size": "tabular"}


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    for k in range(N):
        levels = rng.integers(0, 128, (64, 64)) + 127 * (k % 2)
        Image.fromarray(levels.astype(np.uint8)).save(tmp_path / f"{k}.png")
        soundfile.write(tmp_path / f"{k}.wav", 0.1 * rng.normal(size=4000), 16000)
    return pd.DataFrame(
        {
            "photo": [str(tmp_path / f"{k}.png") for k in range(N)],
            "sound": [str(tmp_path / f"{k}.wav") for k in range(N)],
            "size": rng.normal(size=N),
        }
    )


@pytest.fixture
def described():
    """How many samples each extractor has described."""
    counts, features = Counter(), _describing._features

    def counted(extractor, sample):
        counts[type(extractor).__name__] += 1
        return features(extractor, sample)

    with mock.patch.object(_describing, "_features", counted):
        yield counts


def test_stacking_then_early_fusion_describe_each_source_once(table, tmp_path, described):
    y = np.arange(N) % 2
    model = MultimodalClassifier("stacking", ROLES, memory=tmp_path / "store").fit(table, y)
    assert described == {"HOG": N, "ColorHistogram": N, "LBP": N, "MFCC": N}
    found = model.predict_proba(table)
    clone(model).set_params(fusion="early").fit(table, y)
    MultimodalRegressor("voting", ROLES, memory=tmp_path / "store").fit(table, 1.0 * y)
    assert described == {"HOG": N, "ColorHistogram": N, "LBP": N, "MFCC": N}
    described.clear()
    without = model.set_params(memory=None).predict_proba(table)
    assert described["HOG"] == N  # reset for prediction
    np.testing.assert_array_equal(found, without)


def test_auto_is_the_default_keeps_rows_for_the_process_and_none_turns_it_off(table, described):
    y = np.arange(N) % 2
    first = MultimodalClassifier("early", ROLES).fit(table, y)
    clone(first).fit(table, y).predict(table)
    assert described["HOG"] == N
    MultimodalEncoder(ROLES, memory=None).fit(table)
    assert described["HOG"] == 2 * N
    store = FeatureStore.of("auto")
    assert Path(store.folder).parent == Path(tempfile.gettempdir())
    assert "HOG" in [name for name, _, _ in store.info()["features"]]


def test_the_encoder_keeps_rows_too_and_says_where_by_content(table, tmp_path, described):
    store = FeatureStore(tmp_path / "store", identity="content")
    encoder = MultimodalEncoder(ROLES, sparse_threshold=0, memory=store)
    first = encoder.fit_transform(table)
    described.clear()
    np.testing.assert_array_equal(encoder.transform(table), first)
    np.testing.assert_array_equal(clone(encoder).fit_transform(table), first)
    assert not described


def test_frames_within_a_film_are_not_kept(tmp_path):
    films = [np.zeros((3, 16, 16), np.uint8)]
    with using_memory(tmp_path):
        FramePooling(LBP(n_cells=1)).fit_transform(films)
    assert [name for name, _, _ in FeatureStore(tmp_path).info()["features"]] == [
        "FramePooling"
    ]
