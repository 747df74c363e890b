"""What only SpeakerVector does; adapted means and i-vectors are in tests/encoding."""

import numpy as np
import pytest
from scipy.signal import lfilter

from mmsk.audio import PLDA, SpeakerVector
from mmsk.exceptions import NothingToLearnError

SMALL = {"n_components": 4, "n_dims": 4, "n_mfcc": 8}


def voices(n_speakers, n_takes, seed=0):
    """Noise and pulses through a resonance that is the speaker's; takes differ in loudness."""
    rng = np.random.default_rng(seed)
    sounds = []
    for _ in range(n_speakers):
        angle, radius = rng.uniform(0.3, 2.5), 0.97
        poles = [1, -2 * radius * np.cos(angle), radius**2]
        for _ in range(n_takes):
            noise = rng.normal(size=6000) * np.repeat(rng.uniform(0.1, 1, 6), 1000)
            sounds.append(rng.uniform(0.1, 1) * lfilter([1], poles, noise))
    return sounds, np.repeat(np.arange(n_speakers), n_takes)


@pytest.mark.parametrize("kind", ["ivector", "supervector"])
def test_speakers_that_fit_did_not_meet_are_told_apart(kind):
    sounds, speakers = voices(24, 4)
    extractor = SpeakerVector(kind, **{**SMALL, "n_dims": 8}, subtract_mean=False)
    rows = extractor.fit(sounds[:64]).transform(sounds)
    model = PLDA().fit(rows[:64], speakers[:64])
    one, other = rows[64::2], rows[65::2]
    same = model.score_pairs(one, other)
    different = model.score_pairs(one, np.roll(other, 4, axis=0))
    assert (same[:, None] > different).mean() > 0.8


def test_a_supervector_without_relevance_is_of_the_means_of_the_recording():
    sounds, _ = voices(3, 2)
    extractor = SpeakerVector("supervector", **SMALL, relevance=0).fit(sounds)
    counts, firsts = extractor._sums(extractor._describe((sounds[0], 16000))[0])
    moved = firsts / counts[:, None] - extractor.means_
    expected = np.sqrt(extractor.weights_[:, None] / extractor.variances_) * moved
    np.testing.assert_allclose(extractor.transform(sounds[:1])[0], expected.ravel(), atol=1e-5)
    still = SpeakerVector("supervector", **SMALL, relevance=1e12).fit_transform(sounds)
    np.testing.assert_allclose(still, 0, atol=1e-6)


def test_the_shorter_a_recording_the_nearer_its_i_vector_is_to_nobody():
    sounds, _ = voices(6, 2)
    extractor = SpeakerVector(**SMALL).fit(sounds)
    lengths = np.linalg.norm(extractor.transform([sounds[0], sounds[0][:1]]), axis=1)
    assert lengths[1] < lengths[0]


def test_names_say_what_a_value_is_of():
    sounds, _ = voices(3, 2)
    assert SpeakerVector(**SMALL).fit(sounds).get_feature_names_out()[-1] == "ivector_3"
    names = SpeakerVector("supervector", **SMALL).fit(sounds).get_feature_names_out()
    assert names[-1] == "supervector_3_15"


@pytest.mark.parametrize("kind", ["ivector", "supervector"])
def test_the_seed_settles_everything_and_workers_nothing(kind):
    sounds, _ = voices(3, 2)
    rows = [
        SpeakerVector(kind, **SMALL, random_state=seed, n_jobs=n_jobs).fit_transform(sounds)
        for seed, n_jobs in ((0, 1), (0, 2), (1, 1))
    ]
    np.testing.assert_array_equal(rows[0], rows[1])
    assert not np.allclose(rows[0], rows[2])


def test_a_single_frame_is_nothing_to_learn_from():
    with pytest.raises(NothingToLearnError, match="at least 2 descriptors, but the 1 samples"):
        SpeakerVector().fit([np.zeros(1)])


def test_more_coefficients_than_bands_are_refused_in_fit():
    with pytest.raises(ValueError, match="n_mfcc=20 coefficients need as many bands"):
        SpeakerVector(n_mels=10).fit([np.ones(4000)])
