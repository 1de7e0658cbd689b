"""Through the window: a guided minute of talk teaches a voice, a cancelled one keeps nothing; a folder is one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt

from desktop_app.engine.sound import free_talk
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.dialogs import guided_minute_dialog
from desktop_app.ui.dialogs.guided_minute_dialog import GuidedMinuteDialog
from desktop_app.ui.session import EntryState
from desktop_app.ui.window import MainWindow
from tests.engine.sound.speech_like import LoudnessDetector
from tests.tiny_pack import clip
from tests.ui.conftest import LONG, Desk
from tests.ui.test_teaching import name_a_voice, shares, window

__all__ = ["window"]

LEFT = Qt.MouseButton.LeftButton
TALK = np.concatenate([np.pad(clip(label, 3, 3.0), 16_000) for label in ("happy", "sad", "angry")])
Wav = Callable[..., Path]


@pytest.fixture(autouse=True)
def short_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_talk, "SpeechDetector", LoudnessDetector)
    monkeypatch.setattr(guided_minute_dialog, "GOAL_S", 2.0)
    monkeypatch.setattr(guided_minute_dialog, "ENOUGH_S", 0.5)


def open_dialog(desk: Desk, window: MainWindow) -> GuidedMinuteDialog:
    desk.qtbot.mouseClick(window.voice.guided, LEFT)
    dialog = window.findChildren(GuidedMinuteDialog)[-1]
    desk.qtbot.waitUntil(dialog.start.isEnabled, timeout=LONG)
    return dialog


def test_a_minute_of_talk_teaches_the_voice(desk: Desk, window: MainWindow, wav: Wav) -> None:
    name_a_voice(desk, window, "Me")
    desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    stranger = shares(window)
    dialog = open_dialog(desk, window)
    desk.qtbot.mouseClick(dialog.start, LEFT)
    first = dialog.prompt.text()
    with desk.qtbot.waitSignal(dialog.learnt, timeout=LONG) as signal:
        desk.source.play(TALK)
    assert signal.args is not None
    assert dialog.prompt.text() != first
    assert "has learnt" in window.notice.message.text()
    desk.qtbot.waitUntil(lambda: "Learnt from 1 recording;" in window.voice.about.text(), timeout=LONG)
    desk.qtbot.waitUntil(lambda: shares(window) != stranger, timeout=LONG)
    assert len(window.session.entries()) == 1  # the talk is no recording of the session


def test_a_cancelled_minute_keeps_nothing_and_closes_the_microphone(desk: Desk, window: MainWindow) -> None:
    desk.settings.update(listen_before_recording=False)
    desk.wait_state(MicState.CLOSED)
    name_a_voice(desk, window, "Me")
    dialog = open_dialog(desk, window)
    desk.qtbot.mouseClick(dialog.start, LEFT)
    desk.source.play(TALK[: 2 * 16_000])
    desk.qtbot.waitUntil(dialog.enough.isEnabled, timeout=LONG)
    assert 0 < dialog.progress.value() < dialog.progress.maximum()
    desk.qtbot.mouseClick(dialog.cancel, LEFT)
    desk.wait_state(MicState.CLOSED)
    assert window.owner.known is not None
    assert window.owner.known.voices[0].recordings == 0
    assert list(desk.home.rglob("*.wav")) == []


def test_what_was_said_before_the_microphone_went_can_be_learnt(desk: Desk, window: MainWindow) -> None:
    name_a_voice(desk, window, "Me")
    dialog = open_dialog(desk, window)
    desk.qtbot.mouseClick(dialog.start, LEFT)
    desk.source.play(TALK[: 2 * 16_000])
    desk.qtbot.waitUntil(dialog.enough.isEnabled, timeout=LONG)
    desk.source.unplug()
    desk.qtbot.waitUntil(lambda: "is gone" in dialog.message.text(), timeout=LONG)
    with desk.qtbot.waitSignal(dialog.learnt, timeout=LONG):
        desk.qtbot.mouseClick(dialog.enough, LEFT)


@pytest.mark.usefixtures("german")
def test_why_nothing_was_learnt_is_said_in_the_windows_language(desk: Desk, window: MainWindow) -> None:
    name_a_voice(desk, window, "Ich")
    dialog = open_dialog(desk, window)
    with desk.qtbot.waitSignal(window.owner.known_changed, timeout=LONG):
        window.owner.pause_voice(window.owner.voice, True)
    desk.qtbot.mouseClick(dialog.start, LEFT)
    desk.source.play(TALK)
    desk.qtbot.waitUntil(lambda: "Diese Stimme pausiert" in dialog.message.text(), timeout=LONG)
    assert dialog.prompt.text() == "", "it is not being learnt any more"


def test_a_folder_is_one_speaker(desk: Desk, window: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "Interview"
    folder.mkdir()
    for i, label in enumerate(("happy", "sad", "angry")):
        # with room about it, the detector hears enough speech in it
        soundfile.write(folder / f"{i}.wav", np.pad(clip(label, 3, 3.0), 16_000), 16_000)
    with desk.qtbot.waitSignal(window.queue.idle, timeout=LONG):
        desk.drop(folder)
        desk.qtbot.waitUntil(lambda: "one speaker" in window.notice.message.text(), timeout=LONG)
    before = [e.recognition for e in window.session.entries()]
    with desk.qtbot.waitSignal(window.teaching.one_speaker.learnt, timeout=LONG) as signal:
        desk.qtbot.mouseClick(window.notice.buttons[0], LEFT)
    assert signal.args is not None
    assert (signal.args[0].name, signal.args[0].learnt + len(signal.args[0].refused)) == ("Interview", 3)
    assert window.voice.voices.currentText() == "Interview"
    desk.qtbot.waitUntil(
        lambda: all(now.recognition != was for now, was in zip(window.session.entries(), before, strict=True)),
        timeout=LONG,
    )
    assert {e.state for e in window.session.entries()} == {EntryState.DONE}
    desk.settle()
    with desk.qtbot.waitSignal(window.owner.known_changed, timeout=LONG):
        desk.qtbot.mouseClick(window.notice.buttons[0], LEFT)
    assert window.owner.known is not None
    assert window.owner.known.voices == ()
    desk.settle()  # and the table has the answers back that it had
    for entry, was in zip(window.session.entries(), before, strict=True):
        assert entry.recognition is not None
        assert was is not None
        assert dict(entry.recognition.probabilities) == pytest.approx(dict(was.probabilities))
