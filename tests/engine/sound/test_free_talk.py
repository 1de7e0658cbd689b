"""A minute of talk: seconds of speech counted as they come, at any rate, and all the sound at the end."""

import numpy as np
import pytest

from desktop_app.engine.sound import free_talk
from desktop_app.engine.sound.audio import Waveform
from desktop_app.engine.sound.free_talk import FreeTalk
from desktop_app.engine.sound.speech import Probabilities
from tests.engine.sound.speech_like import LoudnessDetector


@pytest.fixture(autouse=True)
def loud_is_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_talk, "SpeechDetector", LoudnessDetector)


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_speech_is_counted_and_pauses_are_not(rate: int) -> None:
    talk = FreeTalk()
    speech = np.random.default_rng(0).normal(0, 0.1, 3 * rate).astype(np.float32)
    first = [talk.feed(block, rate) for block in np.array_split(speech, 7)]
    assert first == sorted(first)
    assert first[-1] == pytest.approx(3.0, abs=0.1)  # the filter's 64 ms are still to come
    assert talk.feed(np.zeros(2 * rate, np.float32), rate) == pytest.approx(3.0, abs=0.05)
    assert len(talk.samples()) == pytest.approx(5.0 * 16_000, abs=100)


def test_a_quiet_voice_is_heard_as_loud_as_any() -> None:
    talk = FreeTalk()
    quiet = np.random.default_rng(0).normal(0, 1e-3, 3 * 16_000).astype(np.float32)
    assert talk.feed(quiet, 16_000) == pytest.approx(3.0, abs=0.1)


def test_a_chunk_is_speech_from_one_half_on_and_lasts_32_ms(monkeypatch: pytest.MonkeyPatch) -> None:
    class Undecided(LoudnessDetector):
        def feed(self, _block: Waveform) -> Probabilities:
            return np.array([0.5, 0.499, 0.5], np.float32)

    monkeypatch.setattr(free_talk, "SpeechDetector", Undecided)
    assert FreeTalk().feed(np.ones(1_600, np.float32), 16_000) == pytest.approx(0.064)


def test_how_loud_a_voice_is_stays_known_while_it_is_soft(monkeypatch: pytest.MonkeyPatch) -> None:
    """The detector gets both at the level of the loudest tenth of a second so far."""
    heard: list[float] = []

    class Listening(LoudnessDetector):
        def feed(self, block: Waveform) -> Probabilities:
            heard.append(float(np.abs(block).max()))
            return super().feed(block)

    monkeypatch.setattr(free_talk, "SpeechDetector", Listening)
    talk, tone = FreeTalk(), np.sin(np.arange(16_000) * 0.2).astype(np.float32)
    for level in (0.5, 0.05, 0.05):
        talk.feed(level * tone, 16_000)
    assert heard[2] == pytest.approx(heard[0] / 10, rel=0.05)


def test_without_speech_there_are_no_samples() -> None:
    assert len(FreeTalk().samples()) == 0
