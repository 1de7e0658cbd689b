"""A minute of talk: seconds of speech counted as they come, at any rate, and all the sound at the end."""

import numpy as np
import pytest

from desktop_app.engine.sound import free_talk
from desktop_app.engine.sound.free_talk import FreeTalk
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


def test_without_speech_there_are_no_samples() -> None:
    assert len(FreeTalk().samples()) == 0
