"""The speaker baseline: zeros without clips, the speaker's offset with many, and no mood if all clips share it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app import paths
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.recognition.voice import (
    Floats,
    Probabilities,
    Voice,
    VoicePrior,
    consensus,
    estimate_baseline,
    known_temperature,
    prior_of,
    several_moods,
    spread_of,
    temperature_for,
    unlike_the_others,
    voice_rows,
)
from tests.tiny_pack import LABELS as TINY_LABELS
from tests.tiny_pack import clip

LABELS, POOLED_DIM = 4, 32
CORPORA = os.environ.get("VOICEKIN_CORPORA", "")


class World:
    """Speakers and emotions as the model of the module has them, with a classifier that knows the emotions."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        offsets = self.rng.normal(0, 1.0, (LABELS, POOLED_DIM))
        self.offsets = (offsets - offsets.mean(axis=0)).astype(np.float32)
        self.prior = VoicePrior(self.offsets, np.full(1, 2.0, dtype=np.float32))

    def speaker(self) -> Floats:
        return self.rng.normal(0, 0.4, POOLED_DIM).astype(np.float32)

    def clips(self, speaker: Floats, labels: list[int]) -> Floats:
        noise = self.rng.normal(0, 0.3, (len(labels), POOLED_DIM))
        return (speaker + self.offsets[labels] + noise).astype(np.float32)

    def classify(self, pooled: Floats) -> Probabilities:
        distance = ((pooled[:, None] - self.offsets[None]) ** 2).sum(axis=2, dtype=np.float64)
        likelihood = np.exp(-(distance - distance.min(axis=1, keepdims=True)) / 2)
        return np.asarray(likelihood / likelihood.sum(axis=1, keepdims=True))


def test_no_clips_is_exactly_zeros() -> None:
    world = World()
    voice = estimate_baseline(np.zeros((0, POOLED_DIM), np.float32), world.classify, world.prior)
    assert voice.baseline.dtype == np.float32
    assert not voice.baseline.any()
    assert (voice.clips, voice.settled) == (0, 0.0)


def test_the_mood_of_one_clip_stays_by_hand() -> None:
    prior = VoicePrior(np.array([[1.0, 0.0], [0.0, 2.0]], np.float32), np.array([3.0], np.float32))
    pooled = np.array([[2.0, 4.0]], np.float32)
    voice = estimate_baseline(pooled, lambda _: np.array([[0.75, 0.25]]), prior)
    # shrink 1 / (1 + 3); one clip spreads over nothing, so its mood stays: 0.75^2.5 and 0.25^2.5, made to sum to 1
    assert voice.baseline == pytest.approx([0.25 * (2 - 0.93973), 0.25 * (4 - 2 * 0.06027)], abs=1e-4)
    assert voice.settled == pytest.approx(0.0, abs=1e-3)
    assert voice.moods == pytest.approx(0.0, abs=1e-3)


def test_with_several_moods_the_voice_is_the_plain_mean() -> None:
    prior = VoicePrior(np.array([[1.0, 0.0], [0.0, 2.0]], np.float32), np.array([0.0], np.float32))
    pooled = np.array([[2.0, 4.0], [4.0, 0.0]] * 5, np.float32)
    voice = estimate_baseline(pooled, lambda x: np.array([[0.9, 0.1], [0.1, 0.9]] * (len(x) // 2)), prior)
    assert voice.baseline == pytest.approx([3.0, 2.0], abs=1e-2)
    assert voice.moods == pytest.approx(1.0, abs=1e-2)


def test_the_more_the_answers_spread_the_less_of_a_mood_stays() -> None:
    prior = VoicePrior(np.array([[1.0, 0.0], [0.0, 1.0]], np.float32), np.array([0.0], np.float32))
    moods, baselines = [], []
    for low in (0.9, 0.7, 0.6, 0.55, 0.5, 0.3, 0.1):  # every second clip is called the first label so surely
        answers = np.array([[0.9, 0.1], [low, 1 - low]] * 5)
        voice = estimate_baseline(np.full((10, 2), 3.0, np.float32), lambda _, p=answers: p, prior)
        moods.append(voice.moods)
        baselines.append(voice.baseline[0])
    assert moods == sorted(moods)
    assert baselines == sorted(baselines)
    assert moods[0] < 0.01
    assert moods[-1] > 0.99


def test_fewer_clips_need_more_spread() -> None:
    answers = np.array([[0.8, 0.2], [0.3, 0.7]])
    assert several_moods(np.tile(answers, (15, 1)), 0.45) > several_moods(answers, 0.45) + 0.1


def test_shrinkage_may_differ_by_dimension() -> None:
    prior = VoicePrior(np.zeros((1, 2), np.float32), np.array([0.0, 6.0], np.float32))
    voice = estimate_baseline(np.full((2, 2), 8.0, np.float32), lambda x: np.ones((len(x), 1)), prior)
    assert voice.baseline == pytest.approx([8.0, 2.0])


@pytest.mark.parametrize("labels", [[0] * 30, [0, 1] * 15, [0, 1, 2, 3] * 7])
def test_recovers_the_speaker_whatever_the_moods(labels: list[int]) -> None:
    world = World(seed=len(labels))
    errors = []
    for _ in range(20):
        speaker = world.speaker()
        voice = estimate_baseline(world.clips(speaker, labels), world.classify, world.prior)
        errors.append(np.linalg.norm(voice.baseline - speaker) / np.linalg.norm(speaker))
    # the plain mean of thirty clips of one mood is off by over 200 %; of two, half of both moods is in it
    assert np.mean(errors) < (2.0 if len(set(labels)) == 2 else 0.35)


def test_the_order_of_the_clips_does_not_matter() -> None:
    world = World()
    clips = world.clips(world.speaker(), [0, 1, 1, 2, 3])
    forward = estimate_baseline(clips, world.classify, world.prior).baseline
    backward = estimate_baseline(clips[::-1], world.classify, world.prior).baseline
    assert forward == pytest.approx(backward, abs=1e-5)


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
    voice = estimate_baseline(clips, lambda x: np.tile([1.0, 0.0, 0.0, 0.0], (len(x), 1)), prior)
    assert voice.baseline == pytest.approx(np.full(tiny_pack.manifest.pooled_dim, 1.5))


def test_a_known_emotion_is_taken_off_whatever_the_classifier_says() -> None:
    prior = VoicePrior(np.array([[1.0, 0.0], [0.0, 2.0]], np.float32), np.zeros(1, np.float32))
    pooled = np.array([[2.0, 4.0], [5.0, 8.0]], np.float32)
    voice = estimate_baseline(pooled, lambda x: np.tile([1.0, 0.0], (len(x), 1)), prior, labels=np.array([-1, 1]))
    # of the unknown one, called the first label for sure, 0.15 is one-sided beyond 0.35; it is half of the clips
    assert voice.baseline == pytest.approx([3.5 - 0.075, (4.0 + 6.0) / 2 + 0.15], abs=1e-3)


def test_the_first_label_is_known_like_any_other() -> None:
    prior = VoicePrior(np.array([[1.0, 0.0], [0.0, 2.0]], np.float32), np.zeros(1, np.float32))
    pooled = np.array([[2.0, 4.0], [4.0, 8.0]], np.float32)

    def never(_: Floats) -> Probabilities:
        raise AssertionError("every label is known")

    voice = estimate_baseline(pooled, never, prior, labels=np.array([0, 1]))
    assert voice.baseline == pytest.approx([3.0 - 0.5, 6.0 - 1.0])
    assert (voice.moods, voice.settled) == (1.0, 1.0)


def test_outliers_are_not_part_of_a_voice_by_hand() -> None:
    """The others lie at distances 1, 1, 1, 1, 2, 2, 2, 2 around (10, 10); their median is 1.5, 2.2 times that 3.3."""
    around = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [2, 0], [-2, 0], [0, 2], [0, -2]])
    known = (10 + 3.0 * np.sqrt(2) * around).astype(np.float32)  # root mean squares over two dimensions, in units of 3
    prior = VoicePrior(np.zeros((1, 2), np.float32), np.ones(1, np.float32), np.array([9.0, 9.0], np.float32))

    def at(distance: float) -> bool:
        clip = np.array([10.0, 10 - 3.0 * np.sqrt(2) * distance], np.float32)
        return unlike_the_others(clip, known, prior)

    assert not at(3.25)
    assert at(3.35)
    assert not unlike_the_others(np.full(2, 99.0, np.float32), known[:7], prior), "too few to tell"
    assert unlike_the_others(np.full(2, -99.0, np.float32), known, prior)


def test_the_numbers_of_a_mixed_group_by_hand() -> None:
    answers = np.array([[0.9, 0.1], [0.3, 0.7]])
    assert spread_of(answers) == pytest.approx(0.6)
    # sure of several moods at 0.45 + 0.3 / 2 clips, within a width of 0.05
    assert several_moods(answers, 0.45) == pytest.approx(0.5)
    assert several_moods(answers, 0.40) == pytest.approx(1 / (1 + np.exp(-1)))
    agreed = np.array([0.9 * 0.3, 0.1 * 0.7]) ** (0.5 / 0.4)
    assert consensus(answers) == pytest.approx(agreed / agreed.sum())


def test_temperatures_between_unknown_and_known_voices_are_interpolated() -> None:
    assert temperature_for([0.0, 0.5, 1.0], 2.0, 0.5) == pytest.approx([2.0, 1.0, 0.5])


@pytest.mark.parametrize(
    ("voice", "spread", "temperature"),
    [
        ({}, 0.45, 1.2),
        ({"spread": 0.6, "temperature": 0.7}, 0.6, 0.7),
        ({"spread": 0, "temperature": 1e6}, 0.0, 1e6),
        ({"spread": 4, "temperature": 1e-6}, 4.0, 1e-6),
        ({"spread": 4.5, "temperature": 2e6}, 0.45, 1.2),
        ({"spread": -0.1, "temperature": 1e-7}, 0.45, 1.2),
        ({"spread": "wide", "temperature": None}, 0.45, 1.2),
    ],
)
def test_what_a_pack_says_of_voices_is_taken_where_it_makes_sense(
    tiny_pack: Pack, voice: dict[str, Any], spread: float, temperature: float
) -> None:
    pack = replace(tiny_pack, manifest=replace(tiny_pack.manifest, voice=voice))
    assert prior_of(pack).spread == spread
    assert known_temperature(pack) == temperature


def test_the_packs_temperature_is_in_the_evidence(tiny_pack: Pack) -> None:
    def voice(temperature: float) -> Voice:
        manifest = replace(tiny_pack.manifest, calibration_temperature=temperature)
        recogniser = Recogniser(replace(tiny_pack, manifest=manifest))
        return recogniser.estimate_voice([recogniser.analyse(clip(label, 1)) for label in TINY_LABELS])

    assert voice(1.0).moods > 0.9  # four moods, told apart
    assert voice(50.0).moods < 0.1  # answers that are never sure spread over nothing


def test_a_group_of_one_mood_goes_on_to_sound_like_it(tiny_pack: Pack) -> None:
    recogniser = Recogniser(tiny_pack)
    for label in TINY_LABELS:
        group = [recogniser.analyse(clip(label, seed)) for seed in range(6)]
        voice = recogniser.estimate_voice(group)
        assert voice.moods < 0.1
        assert voice.settled < 0.1
        assert {recogniser.answer(a, baseline=voice.baseline).label for a in group} == {label}


@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA or not Path(CORPORA, "emodb").is_dir(), reason="VOICEKIN_CORPORA names no corpora")
def test_real_groups_of_one_mood_lose_nothing_by_their_own_voice() -> None:
    """Six clips each of a speaker and mood, asked about themselves with the pack that ships."""
    recogniser = Recogniser(load_pack(paths.default_pack()))
    moods = {"W": "angry", "F": "happy", "N": "neutral", "T": "sad"}
    right = {"alone": 0, "itself": 0, "the mean": 0}
    for speaker in ("03", "08", "11", "14"):
        for letter, mood in moods.items():
            paths_of = sorted(Path(CORPORA, "emodb", "wav").glob(f"{speaker}???{letter}?.flac"))[:6]
            group = [recogniser.analyse_file(path) for path in paths_of]
            mean = np.mean([a.mean_pooled for a in group], axis=0)
            voices = {"alone": None, "itself": recogniser.estimate_voice(group).baseline, "the mean": mean}
            for name, baseline in voices.items():
                right[name] += sum(recogniser.answer(a, baseline=baseline).label == mood for a in group)
    assert right["itself"] >= right["alone"] - 2  # of 80
    assert right["the mean"] < right["alone"] - 15, "which is what the evidence is for"
