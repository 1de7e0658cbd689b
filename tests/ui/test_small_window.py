"""Through the window: the small window that stays in front."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui import answer_text
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.session import EntryState
from desktop_app.ui.window import MainWindow
from tests.tiny_pack import LABELS, clip
from tests.ui.conftest import LONG, Desk

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


def open_small(desk: Desk, window: MainWindow) -> None:
    desk.qtbot.waitUntil(window.isActiveWindow, timeout=LONG)
    desk.qtbot.keyClick(window, Qt.Key.Key_M, CONTROL)
    desk.qtbot.waitUntil(window.small.isActiveWindow, timeout=LONG)


def test_it_stays_in_front_and_closing_it_brings_the_window_back_while_the_take_goes_on(desk: Desk) -> None:
    window = desk.open()
    small = window.small
    assert small.action in window.view_menu.actions()
    open_small(desk, window)
    assert small.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert window.isHidden()
    assert small.button.hasFocus()
    desk.qtbot.keyClick(small.button, Qt.Key.Key_Space)
    desk.wait_state(MicState.RECORDING)
    assert small.button.accessibleName() == "Stop recording"
    with desk.qtbot.waitSignal(window.live.answered, timeout=LONG, check_params_cb=lambda _, shares: bool(shares)):
        desk.say(clip("angry", 5, 4.0))
    assert tuple(small.bars) == LABELS
    leading = max(small.bars.values(), key=lambda bar: bar.row.mix)
    assert leading.row.strong
    assert leading.row.label.capitalize() in small.headline.text()
    assert small.meter.value() > -60
    small.close()
    assert window.isVisible()
    assert small.isHidden()
    assert window.capture.state is MicState.RECORDING
    entry = desk.stop()
    assert entry.state is EntryState.DONE


def test_a_take_is_made_with_clicks_and_its_answer_is_shown(desk: Desk) -> None:
    window = desk.open()
    small = window.small
    small.action.trigger()
    desk.qtbot.mouseClick(small.button, LEFT)
    desk.wait_state(MicState.RECORDING)
    desk.say(clip("sad", 6, 3.0))
    entry = desk.wait_entry(lambda: desk.qtbot.mouseClick(small.button, LEFT))
    assert entry.recognition is not None
    assert small.headline.text().startswith(answer_text.headline(entry.recognition))
    assert {label: bar.row.mix for label, bar in small.bars.items()} == dict(entry.recognition.probabilities)
    desk.qtbot.mouseClick(small.back, LEFT)
    assert window.isVisible()
    assert window.answer_page.shown is not None
    assert window.answer_page.shown.number == entry.number


def test_it_is_left_by_key_and_each_control_has_a_name(desk: Desk) -> None:
    window = desk.open()
    small = window.small
    open_small(desk, window)
    for control in small.findChildren(QWidget):
        if control.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert control.accessibleName() or control.text()  # type: ignore[attr-defined]
    desk.qtbot.keyClick(small.button, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is small.back
    desk.qtbot.keyClick(small.back, Qt.Key.Key_Return)
    assert window.isVisible()
    open_small(desk, window)
    desk.qtbot.keyClick(small.button, Qt.Key.Key_Escape)
    assert window.isVisible()
    assert small.isHidden()


def test_a_microphone_that_goes_brings_the_window_with_its_notice(desk: Desk) -> None:
    window = desk.open()
    open_small(desk, window)
    desk.source.unplug()
    desk.qtbot.waitUntil(window.isVisible, timeout=LONG)
    assert window.notice.isVisible()


def test_nothing_records_before_the_first_page_is_accepted(desk: Desk) -> None:
    window = desk.open(introduced=False)
    desk.qtbot.waitUntil(window.first_start.isVisible, timeout=LONG)
    desk.qtbot.keyClick(window, Qt.Key.Key_M, CONTROL)
    assert window.small.isHidden()
    assert window.isVisible()
