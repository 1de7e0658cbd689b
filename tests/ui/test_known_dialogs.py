"""Through the window: look at what was taught, correct it, take it back, take it along."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit

from desktop_app.ui.dialogs.examples_dialog import LABEL, ORIGIN, ExamplesDialog
from desktop_app.ui.dialogs.voice_dialog import VoiceDialog
from desktop_app.ui.window import MainWindow
from tests.tiny_pack import build_tiny_pack
from tests.ui.conftest import LONG, Desk
from tests.ui.test_teaching import name_a_voice, shares, window

__all__ = ["window"]

LEFT = Qt.MouseButton.LeftButton
Wav = Callable[..., Path]


def open_examples(desk: Desk, window: MainWindow) -> ExamplesDialog:
    window.examples_action.trigger()
    dialog = window.findChildren(ExamplesDialog)[-1]
    with desk.qtbot.waitSignal(dialog.shown, timeout=LONG):
        pass
    return dialog


def column(dialog: ExamplesDialog, which: int) -> list[str]:
    items = [dialog.table.item(row, which) for row in range(dialog.table.rowCount())]
    return [item.text() for item in items if item is not None]


def say(desk: Desk, window: MainWindow, label: str) -> None:
    desk.wait_entry(lambda: desk.qtbot.mouseClick(window.that_was.buttons[label], LEFT))


def test_examples_are_corrected_removed_and_put_back(desk: Desk, window: MainWindow, wav: Wav) -> None:
    desk.settings.update(keep_example_audio=True)
    desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    before = shares(window)
    say(desk, window, "sad")
    dialog = open_examples(desk, window)
    assert column(dialog, LABEL) == ["Sad"]
    assert column(dialog, ORIGIN) == ["happy 1.wav"]
    assert not dialog.remove.isEnabled()
    dialog.table.selectRow(0)
    desk.qtbot.mouseClick(dialog.listen, LEFT)
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 1, timeout=LONG)

    dialog.label.setCurrentText("Angry")
    with desk.qtbot.waitSignal(dialog.shown, timeout=LONG):
        desk.wait_entry(lambda: desk.qtbot.mouseClick(dialog.relabel, LEFT))
    assert column(dialog, LABEL) == ["Angry"]
    assert shares(window)["angry"] > before["angry"]

    with desk.qtbot.waitSignal(dialog.shown, timeout=LONG):
        desk.wait_entry(lambda: desk.qtbot.mouseClick(dialog.remove_all, LEFT))
    assert column(dialog, LABEL) == []
    assert shares(window) == pytest.approx(before)
    with desk.qtbot.waitSignal(dialog.shown, timeout=LONG):
        desk.wait_entry(lambda: desk.qtbot.mouseClick(dialog.undo, LEFT))
    assert column(dialog, LABEL) == ["Angry"]
    assert not dialog.undo.isVisible()
    dialog.accept()


def test_a_word_of_ones_own_joins_the_bars_at_the_third_recording(desk: Desk, window: MainWindow, wav: Wav) -> None:
    for seed in range(3):
        desk.wait_entry(lambda seed=seed: desk.drop(wav("sad", seed)))  # type: ignore[misc]
        assert "tired" not in shares(window)
        if "tired" in window.that_was.buttons:
            say(desk, window, "tired")
            continue
        desk.qtbot.mouseClick(window.that_was.other, LEFT)
        dialog = window.findChildren(QInputDialog)[-1]
        field = dialog.findChild(QLineEdit)
        assert field is not None
        desk.qtbot.keyClicks(field, "tired")
        desk.wait_entry(lambda field=field: desk.qtbot.keyClick(field, Qt.Key.Key_Return))  # type: ignore[misc]
    assert shares(window)["tired"] > 0.1


def test_voices_and_examples_travel_in_one_file(desk: Desk, window: MainWindow, wav: Wav, tmp_path: Path) -> None:
    name_a_voice(desk, window, "Anna")
    desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    say(desk, window, "sad")
    dialog = open_examples(desk, window)
    dialog.export_to(tmp_path / "mine.vkexamples")
    desk.qtbot.waitUntil(lambda: "Wrote 1 examples and 1 voices" in dialog.message.text(), timeout=LONG)
    with desk.qtbot.waitSignal(dialog.shown, timeout=LONG):
        desk.qtbot.mouseClick(dialog.remove_all, LEFT)
    desk.qtbot.waitUntil(lambda: column(dialog, LABEL) == [], timeout=LONG)
    dialog.import_from(tmp_path / "mine.vkexamples")
    desk.qtbot.waitUntil(lambda: column(dialog, LABEL) == ["Sad"], timeout=LONG)
    desk.qtbot.waitUntil(lambda: "Imported" in dialog.message.text(), timeout=LONG)
    assert "Imported 1 examples" in dialog.message.text()
    (tmp_path / "bad.vkexamples").write_text("no zip")
    dialog.import_from(tmp_path / "bad.vkexamples")
    desk.qtbot.waitUntil(lambda: "was not exported by VoiceKin" in dialog.message.text(), timeout=LONG)
    dialog.accept()


def test_another_pack_hears_the_kept_sound_by_itself_and_says_what_it_cant_use(
    desk: Desk, window: MainWindow, wav: Wav, tmp_path: Path
) -> None:
    for seed, keep in enumerate((True, False, True)):
        desk.settings.update(keep_example_audio=keep)
        desk.wait_entry(lambda seed=seed: desk.drop(wav("happy", seed)))  # type: ignore[misc]
        say(desk, window, "sad")
    other = build_tiny_pack(tmp_path / "other", items=40, name="other").root
    with desk.qtbot.waitSignal(window.owner.unheard, timeout=LONG) as unheard:
        window.owner.open(other)
    assert unheard.args == [1]
    assert "can’t use 1 of your examples" in window.notice.message.text()
    entry = desk.wait_entry(lambda: desk.drop(wav("happy", 0, name="again.wav")))
    assert entry.recognition is not None
    assert sum(n.own for n in entry.recognition.neighbours) == 2


def test_a_voice_is_renamed_paused_and_forgets_a_recording(
    desk: Desk, window: MainWindow, wav: Wav, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what the detector takes for speech in a made clip is not what this is about
    monkeypatch.setattr("desktop_app.engine.people.personal.MIN_SPEECH_S", 0.0)
    name_a_voice(desk, window, "Ana")
    desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    stranger = shares(window)
    desk.wait_entry(lambda: desk.qtbot.mouseClick(window.voice.learn, LEFT))
    desk.qtbot.mouseClick(window.voice.details, LEFT)
    dialog = window.findChildren(VoiceDialog)[-1]
    with desk.qtbot.waitSignal(dialog.shown, timeout=LONG):
        pass
    assert dialog.recordings.count() == 1
    assert dialog.recordings.count() == 1

    with desk.qtbot.waitSignal(dialog.shown, timeout=LONG):
        desk.qtbot.keyClicks(dialog.name, "bel")
        desk.qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert window.voice.voices.currentText() == "Anabel"
    with desk.qtbot.waitSignal(dialog.shown, timeout=LONG):
        dialog.paused.click()
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
        window.voice.learn.click()
    assert "paused" in window.notice.message.text()

    dialog.recordings.setCurrentRow(0)
    with desk.qtbot.waitSignal(dialog.shown, timeout=LONG):
        desk.wait_entry(lambda: desk.qtbot.mouseClick(dialog.unlearn, LEFT))
    assert dialog.recordings.count() == 0
    assert shares(window) == pytest.approx(stranger)
    dialog.accept()
