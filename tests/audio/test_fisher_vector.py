"""What only audio.FisherVector does; vectors are in tests/encoding, the rest in test_common."""

import numpy as np
import pytest

from mmsk.audio import FisherVector
from mmsk.encoding import fisher_vector

RNG = np.random.default_rng(0)
SOUNDS = [RNG.normal(size=n) for n in (3000, 4000, 8000)]
SMALL = {"n_components": 3, "n_mfcc": 5}


@pytest.mark.parametrize("encoding", ["fisher", "vlad"])
@pytest.mark.parametrize("pyramid", [(1,), (1, 3)])
@pytest.mark.parametrize("positions", [True, False])
def test_widths_and_names_follow_the_parameters(encoding, pyramid, positions):
    extractor = FisherVector(**SMALL, encoding=encoding, pyramid=pyramid, positions=positions)
    rows = extractor.fit_transform(SOUNDS)
    values = 10 + positions
    width = sum(pyramid) * 3 * (1 + 2 * values if encoding == "fisher" else values)
    assert rows.shape == (3, width)
    names = extractor.get_feature_names_out()
    assert len(set(names)) == width
    assert any(name.endswith("_time") for name in names) == positions
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)


def test_all_values_of_frames_vary_alike_and_not_together():
    extractor = FisherVector(**SMALL).fit(SOUNDS)
    frames = np.concatenate([extractor._describe((sound, 16000))[0] for sound in SOUNDS])
    projected = (frames - extractor.descriptor_mean_) @ extractor.axes_.T
    np.testing.assert_allclose(np.cov(projected.T), np.eye(10), atol=1e-3)


def test_a_row_is_the_fisher_vector_of_its_frames():
    extractor = FisherVector(**SMALL, positions=False).fit(SOUNDS)
    frames = extractor._describe((SOUNDS[0], 16000))[0]
    projected = (frames - extractor.descriptor_mean_) @ extractor.axes_.T
    mixture = extractor.weights_, extractor.means_, extractor.variances_
    gradients = fisher_vector(projected, *mixture)
    expected = np.sign(gradients) * np.sqrt(np.abs(gradients))
    row = extractor.transform(SOUNDS[:1])[0]
    np.testing.assert_allclose(row, expected / np.linalg.norm(expected), atol=1e-5)


def test_more_coefficients_than_bands_are_refused_in_fit():
    with pytest.raises(ValueError, match="n_mfcc=13 coefficients need as many bands, got n_m"):
        FisherVector(n_mels=10).fit(SOUNDS)
