"""Through the window: two recordings side by side."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QLabel

from desktop_app.ui import answer_text
from desktop_app.ui.dialogs.side_by_side_dialog import SideBySideDialog
from desktop_app.ui.session import Entry
from desktop_app.ui.window import MainWindow
from tests.tiny_pack import LABELS
from tests.ui.conftest import LONG, Desk

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(desk: Desk, wav: Callable[..., Path]) -> MainWindow:
    window = desk.open()
    with desk.qtbot.waitSignal(window.queue.idle, timeout=LONG):
        desk.drop(wav("angry", 1), wav("sad", 2), wav("happy", 3))
    desk.settle()
    return window


def pick(window: MainWindow, *rows: int) -> None:
    table = window.results.table
    table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in rows:
        table.selectionModel().select(table.model().index(row, 0), flags)


def dialogs(window: MainWindow) -> list[SideBySideDialog]:
    return [dialog for dialog in window.findChildren(SideBySideDialog) if dialog.isVisible()]


def said(dialog: SideBySideDialog, column: int) -> str:
    labels = dialog.columns[column].findChildren(QLabel)
    return " | ".join(label.text() for label in labels if label.isVisible())


def test_two_selected_rows_are_shown_side_by_side_with_a_click(desk: Desk, window: MainWindow) -> None:
    for rows in ((), (0,), (0, 1, 2)):
        pick(window, *rows)
        assert not window.results.compare.isEnabled()
        assert not window.results.compare_action.isEnabled()
    pick(window, 0, 2)
    desk.qtbot.mouseClick(window.results.compare, LEFT)
    (dialog,) = dialogs(window)
    for column, entry in enumerate(window.results.selection()):
        recognition = entry.recognition
        assert recognition is not None
        text = said(dialog, column)
        assert entry.name in text
        for sentence in (
            answer_text.headline(recognition),
            answer_text.share(recognition),
            answer_text.rests_on(recognition),
            answer_text.manner(recognition),
            answer_text.neighbours_in_a_sentence(recognition),
        ):
            assert sentence in text
        assert dialog.columns[column].accessibleName().startswith(entry.name)
        bars = dialog.columns[column].bars
        assert tuple(bars) == LABELS
        assert {label: bar.row.mix for label, bar in bars.items()} == dict(recognition.probabilities)
    one, other = (tuple(column.bars.values()) for column in dialog.columns)
    assert [bar.width() for bar in one] == [bar.width() for bar in other]  # the same scale
    assert [bar.mapTo(dialog, bar.rect().topLeft()).y() for bar in one] == [
        bar.mapTo(dialog, bar.rect().topLeft()).y() for bar in other
    ]
    desk.qtbot.mouseClick(dialog.close_button, LEFT)
    assert not dialogs(window)


def test_it_is_opened_and_closed_by_key_and_follows_the_answers(desk: Desk, window: MainWindow) -> None:
    pick(window, 0, 1)
    desk.qtbot.keyClick(window, Qt.Key.Key_D, CONTROL)
    (dialog,) = dialogs(window)
    first: Entry = window.results.selection()[0]
    before = dialog.columns[0].neighbours.text()
    assert first.answered is not None
    again = window.owner.answer_again(first.answered, 3, 0.5)
    again.done.connect(lambda answered: window.session.change(first.number, answered=answered))
    desk.qtbot.waitUntil(lambda: dialog.columns[0].neighbours.text() != before, timeout=LONG)
    assert "All 3 nearest" in dialog.columns[0].neighbours.text()
    assert "3 nearest" not in dialog.columns[1].neighbours.text()
    desk.settle()
    dialog.resize(dialog.width(), 300)
    bar = dialog.area.verticalScrollBar()
    desk.qtbot.waitUntil(lambda: bar.maximum() > 0, timeout=LONG)
    dialog.area.setFocus()
    desk.qtbot.keyClick(dialog.area, Qt.Key.Key_Down)
    assert bar.value() > 0
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialogs(window)
    assert window.results.isVisible()
