"""The speech detector: the same in blocks as at once; it finds voices, but not silence, hum or noise."""

import numpy as np
import pytest

from desktop_app.engine.sound import speech
from desktop_app.engine.sound.audio import Waveform
from desktop_app.engine.sound.speech import CHUNK, CHUNK_S, SpeechDetector
from tests.tiny_pack import RATE, clip


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


@pytest.mark.parametrize("block", [100, 512, 700, 16_000])
def test_a_stream_is_heard_as_the_whole_is(detector: SpeechDetector, block: int) -> None:
    sound = clip("happy", seconds=2.5)
    whole = detector.probabilities(sound)
    assert whole.shape == (-(-len(sound) // CHUNK),)
    parts = [detector.feed(sound[i : i + block]) for i in range(0, len(sound), block)]
    assert np.concatenate([*parts, detector.finish()]) == pytest.approx(whole, abs=1e-5)
    assert detector.probabilities(sound) == pytest.approx(whole, abs=1e-6)  # nothing of the last recording is left


def test_digital_silence_leaves_the_detector_awake(detector: SpeechDetector) -> None:
    voice, silence = clip("happy", 3, 2.0), np.zeros(RATE, np.float32)
    detector.reset()
    parts = [detector.feed(block) for block in (voice, *[silence] * 3, voice)]
    heard = [float(part.max()) for part in parts]
    assert heard[0] > 0.8
    assert heard[4] > 0.8
    assert heard[3] == 0.0
    assert heard[1] > 0.0, "the first silence is heard"


def test_each_recording_is_the_first_for_its_detector(detector: SpeechDetector) -> None:
    voice, silence = clip("happy", 3, 1.0), np.zeros(RATE, np.float32)
    fresh = SpeechDetector()
    at_first = fresh.feed(silence)
    assert at_first[0] > 0.0, "not taken for more of the silence that it was made with"
    for before in (voice, voice[:100], silence):
        detector.feed(before)
        assert detector.probabilities(silence) == pytest.approx(np.append(at_first, 0)[: len(at_first) + 1], abs=1e-6)
        assert detector.feed(silence) == pytest.approx(at_first, abs=1e-6)
        detector.feed(before)
        detector.reset()
        assert detector.feed(silence) == pytest.approx(at_first, abs=1e-6)


def test_a_recording_is_heard_as_if_silence_had_been_before_it(detector: SpeechDetector) -> None:
    voice = clip("happy", 3, 1.0)
    before = np.zeros(40 * CHUNK, np.float32)
    later = detector.probabilities(np.concatenate([before, voice]))[40:]
    assert detector.probabilities(voice) == pytest.approx(later, abs=0.05)
    assert pytest.approx(0.032) == CHUNK_S


def test_it_takes_one_thread_or_as_many_as_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = speech.open_session
    monkeypatch.setattr(speech, "open_session", lambda path, threads: asked.append(threads) or real(path, threads))
    SpeechDetector()
    SpeechDetector(2)
    assert asked == [1, 2]


@pytest.mark.parametrize("n", [0, 1, 511, 512, 513])
def test_any_number_of_samples_will_do(detector: SpeechDetector, n: int) -> None:
    assert detector.probabilities(np.zeros(n, np.float32)).shape == (-(-n // CHUNK),)


def test_a_voice_is_heard_and_other_sounds_are_not(detector: SpeechDetector) -> None:
    rng = np.random.default_rng(0)
    t = np.arange(3 * RATE) / RATE
    others: list[Waveform] = [
        np.zeros(t.size, np.float32),
        (0.1 * rng.standard_normal(t.size)).astype(np.float32),
        (0.3 * np.sin(2 * np.pi * 440 * t)).astype(np.float32),
        (0.01 * np.sin(2 * np.pi * 50 * t)).astype(np.float32),
    ]
    assert max(detector.probabilities(sound).max() for sound in others) < 0.15
    assert detector.probabilities(clip("happy", 3, 4.0)).max() > 0.8
