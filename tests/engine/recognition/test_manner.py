"""How something was said: told by the pack that ships from sounds made here, in figures and words."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from desktop_app.engine.pack.format import PackManifest
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.answer import Recognition, RestsOn, VoiceKind, VoiceUsed
from desktop_app.engine.recognition.manner import in_words, manner_of
from desktop_app.engine.recognition.recogniser import Recogniser, SpeakerVoice
from desktop_app.engine.speakers.turns import Turn, WhoSpeaks
from desktop_app.errors import PackError
from desktop_app.paths import assets
from desktop_app.self_test import SAMPLE

RATE = 16_000


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(load_pack(assets() / "packs" / "default"))


def spoken(f0: float, syllables: float = 4.0, tilt: float = 1.2, sway: float = 0.0) -> np.ndarray:
    """Three seconds of a buzz with syllables: harmonics that fall by `tilt`, pitch swaying by so many semitones."""
    t = np.arange(3 * RATE) / RATE
    pitch = f0 * 2 ** (sway / 12 * np.sin(2 * np.pi * 0.7 * t))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    sound = sum(np.sin(n * phase) / n**tilt for n in range(1, int(4000 / f0)))
    loudness = 0.55 + 0.45 * np.sin(2 * np.pi * syllables * t)
    return (0.1 * sound * loudness).astype(np.float32)


def manner(recogniser: Recogniser, sound: np.ndarray) -> dict[str, float]:
    return dict(recogniser.answer(recogniser.analyse(sound)).manner)


def test_the_pack_that_ships_tells_pitch_melody_tempo_and_effort(recogniser: Recogniser) -> None:
    usual = manner(recogniser, spoken(140))
    assert set(usual) == {"pitch", "melody", "tempo", "effort"}
    assert manner(recogniser, spoken(210))["pitch"] > usual["pitch"] + 0.5
    assert manner(recogniser, spoken(140, sway=4))["melody"] > usual["melody"] + 0.5
    assert manner(recogniser, spoken(140, syllables=6.5))["tempo"] > usual["tempo"] + 0.5
    assert manner(recogniser, spoken(140, tilt=0.7))["effort"] > usual["effort"] + 0.5


def test_a_known_voice_is_compared_with_itself(recogniser: Recogniser) -> None:
    analysis = recogniser.analyse_file(SAMPLE)
    same = recogniser.answer(analysis, baseline=analysis.mean_pooled, voice=VoiceUsed("saved", "Anna", 9, 0.8))
    assert set(same.manner.values()) == {0.0}
    assert same.said() == ""
    other = replace(same, manner={"pitch": 1.1, "tempo": -2.0, "melody": 0.5})
    assert other.said() == "Spoken slower and higher than this voice usually does."
    assert replace(other, manner={}).said() == ""
    assert Recognition.from_json(other.as_json()).manner == {"pitch": 1.1, "tempo": -2.0, "melody": 0.5}


def test_there_is_a_sentence_for_each_kind_of_voice_but_several_people(recogniser: Recogniser) -> None:
    heard = replace(recogniser.answer(recogniser.analyse_file(SAMPLE)), manner={"pitch": 1.1})
    said = {kind: replace(heard, rests_on=RestsOn(VoiceUsed(kind))).said() for kind in get_args(VoiceKind)}
    assert said.pop("speakers") == ""
    assert len(set(said.values())) == len(said) == 4
    assert all(sentence.startswith("Spoken higher than ") for sentence in said.values())


def test_the_only_speaker_of_a_recording_is_compared_with_their_own_voice(recogniser: Recogniser) -> None:
    analysis = recogniser.analyse_file(SAMPLE)
    turns = WhoSpeaks((Turn(0.0, analysis.duration_s, 0),), np.zeros((1, 40), np.float32))
    one = SpeakerVoice(analysis.mean_pooled, VoiceUsed("itself", heard=9, settled=0.8))
    answer = recogniser.answer(replace(analysis, who=turns), speakers=[one])
    assert set(answer.manner.values()) == {0.0}


def test_figures_by_hand() -> None:
    pooled, baseline = np.array([1.0, 2.0, -0.5], np.float32), np.array([0.5, 0.0, 0.5], np.float32)
    assert manner_of(pooled, baseline, {"pitch": (0, 1), "effort": (2, -1)}) == {"pitch": 0.5, "effort": 1.0}
    assert in_words({"effort": 1.0, "pitch": -0.69}) == ("more forcefully",)
    assert in_words({"effort": -1.0, "pitch": 3.0}) == ("higher", "softer")


@pytest.mark.parametrize("columns", [{"pitch": [5, 1]}, {"pitch": [0, 2]}, {"pitch": 0}, {"pitch": [True, 1]}])
def test_a_pack_that_names_no_feature_is_refused(recogniser: Recogniser, columns: dict[str, object]) -> None:
    data = {**recogniser.pack.manifest.as_json(), "pooled_dim": 5, "voice": {}, "manner": columns}
    with pytest.raises(PackError, match="manner"):
        PackManifest.from_json(data)


def test_a_pack_without_features_of_manner_describes_none(recogniser: Recogniser) -> None:
    data = recogniser.pack.manifest.as_json()
    del data["manner"]
    assert PackManifest.from_json(data).manner == {}
