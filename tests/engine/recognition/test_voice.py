"""The speaker baseline: zeros for nobody, the speaker's offset for many clips, and not the mood of one-sided clips."""

from dataclasses import replace

import numpy as np
import pytest

from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.voice import (
    Floats,
    Probabilities,
    VoicePrior,
    estimate_baseline,
    prior_of,
    voice_rows,
)

LABELS, POOLED_DIM = 4, 32


class World:
    """Speakers and emotions as the model of the module has them, with a classifier that knows the emotions."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        offsets = self.rng.normal(0, 1.0, (LABELS, POOLED_DIM))
        self.offsets = (offsets - offsets.mean(axis=0)).astype(np.float32)
        self.prior = VoicePrior(self.offsets, np.full(1, 2.0, dtype=np.float32), mood_tolerance=0.0)

    def speaker(self) -> Floats:
        return self.rng.normal(0, 0.4, POOLED_DIM).astype(np.float32)

    def clips(self, speaker: Floats, labels: list[int]) -> Floats:
        noise = self.rng.normal(0, 0.3, (len(labels), POOLED_DIM))
        return (speaker + self.offsets[labels] + noise).astype(np.float32)

    def classify(self, pooled: Floats, baseline: Floats) -> Probabilities:
        distance = ((pooled[:, None] - baseline - self.offsets[None]) ** 2).sum(axis=2, dtype=np.float64)
        likelihood = np.exp(-(distance - distance.min(axis=1, keepdims=True)) / 2)
        return np.asarray(likelihood / likelihood.sum(axis=1, keepdims=True))


def test_no_clips_is_exactly_zeros() -> None:
    world = World()
    voice = estimate_baseline(np.zeros((0, POOLED_DIM), np.float32), world.classify, world.prior)
    assert voice.baseline.dtype == np.float32
    assert not voice.baseline.any()
    assert (voice.clips, voice.settled) == (0, 0.0)


def test_one_clip_by_hand() -> None:
    prior = VoicePrior(np.array([[1.0, 0.0], [0.0, 2.0]], np.float32), np.array([3.0], np.float32), mood_tolerance=0.0)
    pooled = np.array([[2.0, 4.0]], np.float32)
    voice = estimate_baseline(pooled, lambda _x, _b: np.array([[0.75, 0.25]]), prior)
    # shrink 1 / (1 + 3); moods beyond the even mixture (0.25, -0.25), so an emotion of (0.25, -0.5)
    assert voice.baseline == pytest.approx([0.25 * 1.75, 0.25 * 4.5])
    assert voice.settled == pytest.approx(0.25)


def test_shrinkage_may_differ_by_dimension() -> None:
    prior = VoicePrior(np.zeros((1, 2), np.float32), np.array([0.0, 6.0], np.float32))
    voice = estimate_baseline(np.full((2, 2), 8.0, np.float32), lambda x, _b: np.ones((len(x), 1)), prior)
    assert voice.baseline == pytest.approx([8.0, 2.0])


@pytest.mark.parametrize("labels", [[0] * 30, [0] * 24 + [1, 2, 3] * 2, [0, 1, 2, 3] * 7])
def test_recovers_the_speaker_whatever_the_moods(labels: list[int]) -> None:
    world = World(seed=len(labels))
    errors = []
    for _ in range(20):
        speaker = world.speaker()
        voice = estimate_baseline(world.clips(speaker, labels), world.classify, world.prior)
        errors.append(np.linalg.norm(voice.baseline - speaker) / np.linalg.norm(speaker))
    assert np.mean(errors) < 0.35  # the plain mean of thirty clips of one mood is off by over 200 %


def test_the_order_of_the_clips_does_not_matter() -> None:
    world = World()
    clips = world.clips(world.speaker(), [0, 1, 1, 2, 3])
    forward = estimate_baseline(clips, world.classify, world.prior).baseline
    backward = estimate_baseline(clips[::-1], world.classify, world.prior).baseline
    assert forward == pytest.approx(backward, abs=1e-5)


def test_moods_within_the_tolerance_are_taken_for_the_voice() -> None:
    offsets = np.array([[1.0, 0.0], [0.0, 2.0]], np.float32)
    pooled = np.array([[2.0, 4.0]], np.float32)

    def baseline(tolerance: float) -> Floats:
        prior = VoicePrior(offsets, np.zeros(1, np.float32), mood_tolerance=tolerance)
        return estimate_baseline(pooled, lambda _x, _b: np.array([[0.9, 0.1]]), prior).baseline

    assert baseline(0.4) == pytest.approx([2.0, 4.0])
    assert baseline(0.2) == pytest.approx([2.0 - 0.2, 4.0 + 0.2 * 2])
    assert baseline(0.0) == pytest.approx([2.0 - 0.4, 4.0 + 0.4 * 2])


def test_the_prior_of_a_pack_survives_the_pack(tiny_pack: Pack) -> None:
    prior = prior_of(tiny_pack)
    assert tiny_pack.voice is not None
    rows = voice_rows(prior)
    assert rows[: len(tiny_pack.voice)] == pytest.approx(tiny_pack.voice)
    short = prior_of(replace(tiny_pack, voice=rows[: len(tiny_pack.manifest.labels) + 1]))
    assert short.emotion_offsets == pytest.approx(prior.emotion_offsets)
    assert short.within_variance == pytest.approx(np.ones(1))


def test_a_pack_without_a_prior_still_learns_voices(tiny_pack: Pack) -> None:
    prior = prior_of(replace(tiny_pack, voice=None))
    clips = np.full((5, tiny_pack.manifest.pooled_dim), 3.0, np.float32)
    voice = estimate_baseline(clips, lambda x, _b: np.tile([1.0, 0.0, 0.0, 0.0], (len(x), 1)), prior)
    assert voice.baseline == pytest.approx(np.full(tiny_pack.manifest.pooled_dim, 1.5))


def test_a_known_emotion_is_taken_off_whatever_the_classifier_says() -> None:
    prior = VoicePrior(np.array([[1.0, 0.0], [0.0, 2.0]], np.float32), np.zeros(1, np.float32), mood_tolerance=1.0)
    pooled = np.array([[2.0, 4.0], [5.0, 8.0]], np.float32)
    voice = estimate_baseline(pooled, lambda x, _b: np.tile([1.0, 0.0], (len(x), 1)), prior, labels=np.array([-1, 1]))
    assert voice.baseline == pytest.approx([3.5, (4.0 + 6.0) / 2])
