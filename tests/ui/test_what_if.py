"""“What if” is of the recording it was asked about, and goes back as a whole."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.ui.language import percent
from desktop_app.ui.panels.what_if_panel import ALPHA_STEPS, WhatIfPanel
from desktop_app.ui.session import answer_in_short
from desktop_app.ui.theme import Theme
from tests.ui.conftest import LONG, Desk

LEFT = Qt.MouseButton.LeftButton


def wait_marked(desk: Desk) -> None:
    desk.qtbot.waitUntil(lambda: desk.window.answer.answer.text().startswith("What if: "), timeout=LONG)


def test_what_was_chosen_before_going_back_is_not_asked_for_again(qtbot: QtBot, theme: Theme) -> None:
    panel = WhatIfPanel(theme)
    qtbot.addWidget(panel)
    panel.set_pack(8, 0.4)
    asked: list[tuple[object, object]] = []
    panel.changed.connect(lambda k, alpha: asked.append((k, alpha)))
    with qtbot.waitSignal(panel.changed, timeout=LONG):
        panel.alpha.setValue(ALPHA_STEPS)
    qtbot.mouseClick(panel.reset, LEFT)
    with qtbot.waitSignal(panel.changed, timeout=LONG):
        panel.k.setValue(3)
    assert asked == [(None, 1.0), (None, None), (3, None)]


def test_another_recording_begins_with_what_its_own_answer_was_made_with(desk: Desk, wav: Callable[..., Path]) -> None:
    window = desk.open()
    first = desk.wait_entry(lambda: desk.drop(wav("happy", 6)))
    second = desk.wait_entry(lambda: desk.drop(wav("sad", 6)))
    window.recordings.select(first)
    desk.qtbot.mouseClick(window.what_if.heading, LEFT)
    window.what_if.alpha.setFocus()
    desk.qtbot.keyClick(window.what_if.alpha, Qt.Key.Key_End)
    wait_marked(desk)
    window.recordings.select(second)
    assert second.recognition is not None
    assert window.what_if.alpha.value() == round(second.recognition.alpha * ALPHA_STEPS) < ALPHA_STEPS
    window.what_if.k.setFocus()
    desk.qtbot.keyClick(window.what_if.k, Qt.Key.Key_Home)
    wait_marked(desk)
    weight = percent(second.recognition.alpha)
    assert window.answer.rests.text().startswith(f"Number of neighbours: 1, their weight: {weight}.")
    desk.qtbot.mouseClick(window.what_if.reset, LEFT)
    assert window.what_if.k.value() == second.recognition.k, "the sliders go back with the answer"


def test_what_if_stays_on_its_page_and_is_marked(desk: Desk, wav: Callable[..., Path]) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(wav("happy", 6)))
    desk.qtbot.waitUntil(lambda: len(window.library.items) == 1, timeout=LONG)
    row = [window.session.index(0, column).data() for column in range(window.session.columnCount())]
    remembered = window.library.items
    headline = window.answer.answer.text()
    desk.qtbot.mouseClick(window.what_if.heading, LEFT)
    window.what_if.alpha.setFocus()
    desk.qtbot.keyClick(window.what_if.alpha, Qt.Key.Key_End)
    wait_marked(desk)
    assert f"The answer itself is “{answer_in_short(entry)}”." in window.answer.rests.text()
    desk.qtbot.wait(500)  # longer than the library waits before it writes
    assert [window.session.index(0, column).data() for column in range(window.session.columnCount())] == row
    assert window.library.items == remembered
    assert window.session.entry(entry.number) is entry, "what is exported"
    window.results_action.trigger()
    window.results.table.selectRow(0)
    desk.qtbot.keyClick(window.results.table, Qt.Key.Key_Return)
    assert window.answer.isVisible()
    assert window.answer.answer.text() == headline, "who comes back finds the answer itself"
