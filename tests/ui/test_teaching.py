"""Through the window: teach a voice, correct an answer, and see the next answer change."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit

from desktop_app.engine.people.store import DATABASE, Store
from desktop_app.ui.recognition_owner import ONE_SPEAKER, UNKNOWN_VOICE
from desktop_app.ui.session import EntryState
from desktop_app.ui.window import MainWindow
from tests.tiny_pack import clip
from tests.ui.conftest import LONG, Desk

LEFT = Qt.MouseButton.LeftButton
Wav = Callable[..., Path]


@pytest.fixture
def window(desk: Desk) -> MainWindow:
    window = desk.open()
    desk.qtbot.waitUntil(lambda: window.owner.known is not None, timeout=LONG)
    return window


def name_a_voice(desk: Desk, window: MainWindow, name: str) -> None:
    desk.qtbot.mouseClick(window.voice.new, LEFT)
    dialog = window.findChild(QInputDialog)
    assert dialog is not None
    field = dialog.findChild(QLineEdit)
    assert field is not None
    desk.qtbot.keyClicks(field, name)
    with desk.qtbot.waitSignal(window.owner.known_changed, timeout=LONG):
        desk.qtbot.keyClick(field, Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: window.voice.voices.currentText() == name, timeout=LONG)


def shares(window: MainWindow) -> dict[str, float]:
    return {label: bar.row.mix for label, bar in window.answer.bars.items()}


def test_a_voice_is_named_taught_and_undone(
    desk: Desk, window: MainWindow, wav: Wav, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what the detector takes for speech in a made clip is not what this is about
    monkeypatch.setattr("desktop_app.engine.people.personal.MIN_SPEECH_S", 0.0)
    assert [window.voice.voices.itemText(i) for i in range(2)] == ["Unknown voice", "Each recording is one speaker"]
    name_a_voice(desk, window, "Zoe")
    desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    stranger = shares(window)
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
        desk.wait_entry(lambda: desk.qtbot.mouseClick(window.voice.learn, LEFT))
    assert "has learnt" in window.notice.message.text()
    assert window.voice.about.text().startswith("Learnt from 1 recording;")
    assert shares(window) != stranger
    desk.wait_entry(lambda: desk.qtbot.mouseClick(window.notice.buttons[0], LEFT))
    assert window.voice.about.text().startswith("VoiceKin has not heard")
    assert shares(window) == pytest.approx(stranger)


def test_a_voice_refuses_silence_in_a_sentence(desk: Desk, window: MainWindow, silence: Path) -> None:
    name_a_voice(desk, window, "Anna")
    desk.wait_entry(lambda: desk.drop(silence))
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
        desk.qtbot.mouseClick(window.voice.learn, LEFT)
    assert "too little speech" in window.notice.message.text()


def test_a_name_that_is_taken_is_said(desk: Desk, window: MainWindow) -> None:
    name_a_voice(desk, window, "Anna")
    desk.qtbot.mouseClick(window.voice.new, LEFT)
    dialog = window.findChildren(QInputDialog)[-1]
    field = dialog.findChild(QLineEdit)
    assert field is not None
    desk.qtbot.keyClicks(field, "Anna")
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
        desk.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "Anna" in window.notice.message.text()


def test_a_voice_learns_from_each_take_if_allowed(desk: Desk, window: MainWindow) -> None:
    name_a_voice(desk, window, "Me")
    with desk.qtbot.waitSignal(window.owner.known_changed, timeout=LONG):
        desk.qtbot.mouseClick(window.voice.from_takes, LEFT, pos=window.voice.from_takes.rect().center() * 0.1)
    assert window.voice.from_takes.isChecked()
    desk.record(np.pad(clip("happy", 3, 3.0), 16_000))  # with room about it, the detector hears enough speech in it
    desk.qtbot.waitUntil(lambda: "Learnt from 1 recording;" in window.voice.about.text(), timeout=LONG)
    # and is forgotten
    with desk.qtbot.waitSignal(window.owner.known_changed, timeout=LONG):
        desk.qtbot.mouseClick(window.voice.remove, LEFT)
    assert window.voice.voices.currentData() == window.owner.voice == UNKNOWN_VOICE
    assert window.owner.known is not None
    assert window.owner.known.voices == ()


def test_a_recording_can_be_its_own_voice(desk: Desk, window: MainWindow, wav: Wav) -> None:
    desk.wait_entry(lambda: desk.drop(wav("sad", 1)))
    stranger = shares(window)
    window.voice.voices.setFocus()
    desk.wait_entry(lambda: desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_Down))
    assert window.owner.voice == ONE_SPEAKER
    assert shares(window) != stranger


def test_a_corrected_answer_changes_the_next_one(desk: Desk, window: MainWindow, wav: Wav) -> None:
    desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    before = shares(window)
    assert max(before, key=lambda label: before[label]) == "happy"
    assert window.that_was.isVisible()
    # by its key: sad is the fourth emotion
    entry = desk.wait_entry(lambda: desk.qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier))
    assert "Remembered: this was “Sad”" in window.notice.message.text()
    assert shares(window)["sad"] > before["sad"]
    assert entry.recognition is not None  # an answer that rests on itself says so by the name
    assert [n.text for n in entry.recognition.neighbours if n.own] == [entry.path.name]
    # the next one hears of it as well
    other = desk.wait_entry(lambda: desk.drop(wav("happy", 1, name="the same again.wav")))
    assert other.recognition is not None
    assert other.recognition.probabilities["sad"] > before["sad"]
    assert any(n.own for n in other.recognition.neighbours) or other.recognition.neighbour_probabilities["sad"] > 0
    desk.wait_entry(lambda: desk.qtbot.mouseClick(window.notice.buttons[0], LEFT))
    assert shares(window) == pytest.approx(before)


def test_what_is_taught_is_there_at_the_next_start(desk: Desk, window: MainWindow, wav: Wav) -> None:
    name_a_voice(desk, window, "Anna")
    desk.wait_entry(lambda: desk.drop(wav("sad", 1)))
    desk.wait_entry(lambda: desk.qtbot.mouseClick(window.that_was.buttons["angry"], LEFT))
    desk.close()
    again = desk.open()
    desk.qtbot.waitUntil(lambda: again.owner.known is not None, timeout=LONG)
    assert again.owner.known is not None
    assert [v.name for v in again.owner.known.voices] == ["Anna"]
    assert again.owner.known.examples == 1


def test_a_store_that_cannot_be_opened_is_said_and_the_window_goes_on(desk: Desk, wav: Wav) -> None:
    desk.home.mkdir(parents=True)
    with Store(desk.home) as store:
        database = store.folder / DATABASE
    database.write_bytes(b"not a database at all" * 100)
    for beside in desk.home.glob(f"{database.name}-*"):
        beside.unlink()
    desk.settings.update(introduced=True)
    window = desk.make()
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
        window.show()
    assert not window.voice.new.isVisible()
    entry = desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    assert entry.state is EntryState.DONE
    assert not window.that_was.isVisible()
