"""What the owner of the pack answers with: whose voice, which pack, and only while somebody speaks."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.sound.speech import CHUNK, SpeechDetector
from desktop_app.errors import PackError
from desktop_app.ui.jobs import Job
from desktop_app.ui.recognition_owner import ONE_SPEAKER, UNKNOWN_VOICE, RecognitionOwner
from tests.tiny_pack import RATE, build_tiny_pack, clip
from tests.ui.conftest import LONG


@pytest.fixture
def owner(qtbot: QtBot, tiny_pack: Path) -> Iterator[RecognitionOwner]:
    """An owner with the tiny pack open, which keeps nothing."""
    owner = RecognitionOwner()
    with qtbot.waitSignal(owner.opened, timeout=LONG):
        owner.open(tiny_pack)
    yield owner
    owner.close()


@pytest.fixture
def loud_is_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny pack's clips are no speech to the real detector."""

    def probabilities(_: SpeechDetector, samples: Any) -> Any:
        chunks = samples[: len(samples) // CHUNK * CHUNK].reshape(-1, CHUNK)
        return np.where(np.abs(chunks).max(axis=1) > 0.01, 0.9, 0.1).astype(np.float32)

    monkeypatch.setattr(SpeechDetector, "probabilities", probabilities)


def result(qtbot: QtBot, ask: Callable[[], Job]) -> Any:
    found: list[Any] = []
    job = ask()
    job.done.connect(found.append)
    job.failed.connect(found.append)
    with qtbot.waitSignal(job.finished, timeout=LONG):
        pass
    return found[0]


@pytest.mark.usefixtures("loud_is_speech")
@pytest.mark.parametrize(("pause_s", "is_heard"), [(0.5, True), (1.1, False)])
def test_a_second_after_the_last_word_nobody_is_speaking(
    owner: RecognitionOwner, qtbot: QtBot, pause_s: float, is_heard: bool
) -> None:
    window = np.concatenate([clip("happy", 1, 3.0 - pause_s), np.zeros(round(pause_s * RATE), np.float32)])
    shares = result(qtbot, lambda: owner.answer_live(window, RATE)).shares
    assert (shares is not None) == is_heard


@pytest.mark.usefixtures("loud_is_speech")
def test_a_live_window_is_not_its_own_voice(
    owner: RecognitionOwner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = clip("happy", 1, 3.0)
    stranger = result(qtbot, lambda: owner.answer_live(window, RATE)).shares

    def never(*_: object) -> None:
        raise AssertionError("a voice was learnt from three seconds")

    monkeypatch.setattr(Recogniser, "estimate_voice", never)
    owner.voice = ONE_SPEAKER
    assert result(qtbot, lambda: owner.answer_live(window, RATE)).shares == stranger
    owner.voice = UNKNOWN_VOICE


def test_what_another_pack_heard_is_not_answered_by_this_one(
    owner: RecognitionOwner, qtbot: QtBot, wav: Callable[..., Path], tmp_path: Path
) -> None:
    answered = result(qtbot, lambda: owner.answer_file(wav("sad", 2)))
    again = result(qtbot, lambda: owner.answer_again(answered, 3, None))
    assert again.recognition.k == 3
    assert again.basis == owner.basis
    with qtbot.waitSignal(owner.opened, timeout=LONG):
        owner.open(build_tiny_pack(tmp_path / "other", items=40, name="other").root)
    refused = result(qtbot, lambda: owner.answer_again(answered, 3, None))
    assert isinstance(refused, PackError)
    assert "another pack" in str(refused)
