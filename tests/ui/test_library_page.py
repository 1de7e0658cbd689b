"""Through the window: recordings are there again at the next start, found, named, noted, removed and put back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from desktop_app.capture.wav_file import WavWriter
from desktop_app.ui.pages import library_page
from desktop_app.ui.pages.library_page import NAME, NOTES, TAGS
from desktop_app.ui.widgets.trend_view import columns_of
from desktop_app.ui.window import MainWindow
from tests.tiny_pack import LABELS, RATE, clip
from tests.ui.conftest import LONG, Desk

LEFT = Qt.MouseButton.LeftButton
Wav = Callable[..., Path]


def column(window: MainWindow, which: int) -> list[str]:
    proxy = window.library_page.proxy
    return [proxy.index(row, which).data() for row in range(proxy.rowCount())]


def wait_names(desk: Desk, window: MainWindow, *names: str) -> None:
    desk.qtbot.waitUntil(lambda: sorted(column(window, NAME)) == sorted(names), timeout=LONG)


def select(window: MainWindow, name: str) -> None:
    window.library_page.table.selectRow(column(window, NAME).index(name))


def write(desk: Desk, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    desk.qtbot.keyClicks(field, text)
    desk.qtbot.keyClick(field, Qt.Key.Key_Return)


def test_takes_and_files_are_there_at_the_next_start_and_open_again(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    desk.qtbot.waitUntil(lambda: window.owner.known is not None, timeout=LONG)
    take = desk.record(clip("sad", 1))
    file = desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    desk.close()
    window = desk.open()
    window.library_action.trigger()
    assert window.library_page.table.hasFocus()
    wait_names(desk, window, take.name, file.name)
    assert file.recognition is not None
    answers = dict(zip(column(window, NAME), column(window, library_page.ANSWER), strict=True))
    assert answers[file.name].startswith(file.recognition.label.capitalize())
    assert "2" in window.library_page.summary.text()
    select(window, file.name)
    again = desk.wait_entry(lambda: desk.qtbot.keyClick(window.library_page.table, Qt.Key.Key_Return))
    assert again.recognition == pytest.approx(again.recognition)
    assert again.recognition is not None
    assert dict(again.recognition.probabilities) == pytest.approx(dict(file.recognition.probabilities))
    assert window.answer.isVisible()
    window.show_library()
    select(window, take.name)
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.qtbot.mouseClick(window.library_page.play, LEFT)


def test_a_recording_is_named_tagged_noted_and_found_by_that(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    for seed in range(3):
        desk.wait_entry(lambda seed=seed: desk.drop(wav("sad", seed)))  # type: ignore[misc]
    window.show_library()
    wait_names(desk, window, "sad 0.wav", "sad 1.wav", "sad 2.wav")
    page = window.library_page
    select(window, "sad 1.wav")
    write(desk, page.tags, "kitchen, evening")
    desk.qtbot.waitUntil(lambda: "kitchen, evening" in column(window, TAGS), timeout=LONG)
    write(desk, page.notes, "She was tired.")
    desk.qtbot.waitUntil(lambda: "She was tired." in column(window, NOTES), timeout=LONG)
    write(desk, page.name, "After supper")
    wait_names(desk, window, "sad 0.wav", "After supper", "sad 2.wav")
    assert not window.capture.is_recording  # the spaces were typed
    desk.qtbot.keyClicks(page.filter, "tired")
    assert column(window, NAME) == ["After supper"]
    page.filter.clear()
    page.table.setFocus()
    for _ in range(3):
        desk.qtbot.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_names(desk, window, "sad 0.wav", "sad 1.wav", "sad 2.wav")
    desk.qtbot.waitUntil(lambda: set(column(window, TAGS)) == {""}, timeout=LONG)


def test_a_take_is_deleted_and_a_file_forgotten_and_both_come_back(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    take = desk.record(clip("sad", 1))
    file = desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    window.show_library()
    wait_names(desk, window, take.name, file.name)
    page = window.library_page
    select(window, take.name)
    write(desk, page.notes, "keep this")
    desk.qtbot.waitUntil(lambda: "keep this" in column(window, NOTES), timeout=LONG)
    page.table.setFocus()
    page.table.selectAll()
    desk.qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    wait_names(desk, window)
    assert not take.path.exists()
    assert file.path.exists()
    assert [e.name for e in window.session.entries()] == [file.name]  # the list still has the file
    desk.qtbot.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_names(desk, window, take.name, file.name)
    assert "keep this" in column(window, NOTES)
    assert len(window.session.entries()) == 2
    assert all(e.path.exists() for e in window.session.entries())


def test_a_take_that_is_deleted_on_its_page_goes_from_the_library_and_comes_back_with_its_notes(desk: Desk) -> None:
    window = desk.open()
    take = desk.record(clip("sad", 1))
    window.show_library()
    wait_names(desk, window, take.name)
    select(window, take.name)
    write(desk, window.library_page.notes, "keep this")
    desk.qtbot.waitUntil(lambda: column(window, NOTES) == ["keep this"], timeout=LONG)
    desk.qtbot.mouseClick(window.library_page.open, LEFT)
    desk.qtbot.mouseClick(window.answer.delete, LEFT)
    window.show_library()
    wait_names(desk, window)
    desk.qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_names(desk, window, take.name)
    assert column(window, NOTES) == ["keep this"]


def test_what_the_settings_leave_out_is_not_remembered(desk: Desk, wav: Wav) -> None:
    desk.settings.update(keep_takes=False, remember_files=False)
    window = desk.open()
    desk.record(clip("sad", 1))
    desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    desk.close()
    window = desk.open()
    desk.settings.update(remember_files=True)
    desk.wait_entry(lambda: desk.drop(wav("happy", 2)))
    window.show_library()
    wait_names(desk, window, "happy 2.wav")


def test_a_limit_is_told_and_the_oldest_go_with_undo(desk: Desk) -> None:
    desk.takes.recordings.mkdir(parents=True)
    for day in (1, 2, 3):
        with WavWriter(desk.takes.recordings / f"2026-01-0{day} 10.00.00.wav", RATE) as writer:
            writer.write(clip("happy", day, 40.0))
    desk.settings.update(library_limit_mb=3)
    window = desk.open()
    window.show_library()
    page = window.library_page
    desk.qtbot.waitUntil(lambda: page.proxy.rowCount() == 3, timeout=LONG)
    assert "4 MB" in page.full.text()
    assert page.remove_oldest.isVisible()
    desk.qtbot.mouseClick(page.remove_oldest, LEFT)
    desk.qtbot.waitUntil(lambda: page.proxy.rowCount() == 2, timeout=LONG)
    assert not page.remove_oldest.isVisible()
    assert len(list(desk.takes.recordings.glob("*.wav"))) == 2
    desk.qtbot.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.waitUntil(lambda: page.proxy.rowCount() == 3, timeout=LONG)
    assert len(list(desk.takes.recordings.glob("*.wav"))) == 3


def test_how_it_went_on_is_seen_from_three_recordings_on(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    for label in LABELS[:3]:
        desk.wait_entry(lambda label=label: desk.drop(wav(label, 4)))  # type: ignore[misc]
    window.show_library()
    desk.qtbot.waitUntil(window.library_page.trend.isVisible, timeout=LONG)
    assert len(window.library_page.trend.columns) == 3
    assert "%" in window.library_page.trend.accessibleName()

    def is_explained() -> bool:  # Qt shows what is added to a visible page a moment later
        said = [one.text() for one in window.library_page.findChildren(QLabel) if one.isVisible()]
        return [text for text in said if text.lower() in LABELS] == [label.capitalize() for label in LABELS]

    desk.qtbot.waitUntil(is_explained, timeout=LONG)


def test_columns_are_means_of_what_follows_one_another() -> None:
    shares = [{"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0}, {"a": 1.0}, {"a": 0.5, "b": 0.5}]
    assert columns_of(shares, 2) == ({"a": 0.5, "b": 0.5}, {"a": 0.75, "b": 0.25})
    assert columns_of(shares, 10)[2] == {"a": 1.0, "b": 0.0}
    assert columns_of([], 10) == ()
