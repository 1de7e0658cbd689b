"""Through the window: large text, a small screen, the keyboard alone, and what a screen reader is told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QFont, QFontDatabase, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSlider,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.ui import answer_text, language
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.panels.neighbours_panel import NeighbourCard
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.card import Card
from desktop_app.ui.widgets.map_view import Landscape, MapView
from desktop_app.ui.widgets.timeline_view import TimelineView
from desktop_app.ui.window import MainWindow
from tests.ui.conftest import LONG, Desk
from tests.ui.test_view_models import contrast

Wav = Callable[..., Path]
CONTROL = Qt.KeyboardModifier.ControlModifier
DOES_SOMETHING = (QAbstractButton, QComboBox, QLineEdit, QSlider, QTableView, TimelineView, NeighbourCard)
SMALL = (960, 540)


@pytest.fixture
def theme_as_it_was(theme: Theme) -> Theme:
    theme.choose("light")
    return theme


def pages(window: MainWindow) -> dict[str, Callable[[], object]]:
    """How each page comes to the front."""
    return {
        "empty": lambda: window.pages.show_page(window.empty),
        "answer": lambda: window.pages.show_page(window.answer_page),
        "results": window.show_results,
        "library": window.show_library,
        "first start": window.show_first_start,
    }


def tab_stops(desk: Desk) -> list[QWidget]:
    """Every widget that the Tab key comes to, from where the focus is until it comes there again."""
    found: list[QWidget] = []
    while (focused := QApplication.focusWidget()) not in found:
        assert focused is not None
        found.append(focused)
        desk.qtbot.keyClick(focused, Qt.Key.Key_Tab)
        assert len(found) < 200
    return found


# the size of text


def test_text_grows_and_shrinks_with_the_keys_and_stays_so(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    bar = window.answer.bars["happy"]
    desk.qtbot.waitUntil(lambda: bar.height() == bar.sizeHint().height(), timeout=LONG)
    label, height, side = window.record.state, bar.height(), window.record.width()
    text = label.fontMetrics().height()
    desk.qtbot.keyClick(window, Qt.Key.Key_Plus, CONTROL)
    desk.qtbot.keyClick(window, Qt.Key.Key_Equal, CONTROL)
    assert desk.settings.values.text_size == 125
    desk.qtbot.waitUntil(lambda: bar.height() == round(1.25 * height), timeout=LONG)
    assert label.fontMetrics().height() >= 1.2 * text
    assert window.record.width() >= 1.15 * side
    assert window.results.table.rowHeight(0) == 40
    desk.qtbot.keyClick(window, Qt.Key.Key_Minus, CONTROL)
    assert desk.settings.values.text_size == 110
    desk.qtbot.keyClick(window, Qt.Key.Key_0, CONTROL)
    assert desk.settings.values.text_size == 100
    desk.qtbot.waitUntil(lambda: bar.height() == height, timeout=LONG)
    for _ in range(9):
        desk.qtbot.keyClick(window, Qt.Key.Key_Plus, CONTROL)
    assert desk.settings.values.text_size == 200
    assert not window.view_menu.larger.isEnabled()
    assert type(desk.settings)(desk.settings.path).values.text_size == 200


def test_the_systems_size_of_text_is_followed(
    qapp: QApplication, theme_as_it_was: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = QFont(qapp.font())
    large.setPixelSize(30)
    monkeypatch.setattr(QFontDatabase, "systemFont", lambda _: large)
    monkeypatch.setattr("sys.platform", "linux")
    theme = Theme(qapp)
    theme.choose("light")
    assert theme.scale == 2.0
    assert qapp.font().pixelSize() == 28
    theme.deleteLater()
    theme_as_it_was.choose("dark")
    theme_as_it_was.choose("light")
    assert qapp.font().pixelSize() == 14


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_no_line_of_text_is_cut_off_by_its_own_height(desk: Desk, wav: Wav, percent: int) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    desk.settings.update(text_size=percent)
    for show in pages(window).values():
        show()
        QApplication.processEvents()
        for label in window.findChildren(QLabel):
            if label.isVisible() and label.text():
                assert label.height() >= label.fontMetrics().height(), label.text()
        for control in (*window.findChildren(QAbstractButton), *window.findChildren(QComboBox)):
            if control.isVisible() and not control.sizeHint().isEmpty():
                assert control.height() >= control.fontMetrics().height(), control


def cut_off(window: QWidget) -> list[str]:
    """The texts of a window that have less room than they need."""
    labels = [label for label in window.findChildren(QLabel) if label.window() is window and label.isVisible()]
    cut = [w.text() for w in labels if w.wordWrap() and w.height() < w.heightForWidth(w.width())]
    buttons = [button for button in window.findChildren(QAbstractButton) if button.window() is window]
    shown = [button for button in buttons if button.isVisible() and button.text()]
    return cut + [w.text() for w in shown if w.width() < w.fontMetrics().horizontalAdvance(w.text())]


@pytest.mark.usefixtures("every_language")
@pytest.mark.parametrize(("microphone", "mostly"), [(True, 0.9), (False, 0.0)])
@pytest.mark.parametrize("percent", [100, 150, 200])
def test_nothing_is_scrolled_sideways_or_cut_off(
    desk: Desk, interview: Path, percent: int, microphone: bool, mostly: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not microphone:
        desk.microphones.plugged.clear()
    # the longest headlines: "Neutral and angry 97% of the time", "Mostly angry 50% of the time"
    monkeypatch.setattr(answer_text, "LONG_S", 10.0)
    monkeypatch.setattr(answer_text, "MOSTLY", mostly)
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(interview))
    desk.save_a_voice("Maximiliane")
    window.what_if.heading.click()
    window.resize(1024, 700)
    desk.settings.update(text_size=percent)
    for name, show in pages(window).items():
        show()
        QApplication.processEvents()
        for area in window.findChildren(QScrollArea):
            if area.isVisible():
                assert area.horizontalScrollBar().maximum() == 0, (name, area)
        assert cut_off(window) == [], name
        passages = window.answer_page.passages.table
        if name == "answer":
            answers = max(passages.sizeHintForIndex(passages.model().index(row, 0)).width() for row in range(4))
            assert passages.columnWidth(0) >= answers, "the emotion of each passage"


@pytest.mark.usefixtures("every_language")
@pytest.mark.parametrize("percent", [100, 200])
def test_messages_and_dialogs_show_all_of_their_words(desk: Desk, wav: Wav, percent: int) -> None:
    window = desk.open()
    window.resize(1024, 700)
    desk.settings.update(text_size=percent)
    entry = desk.wait_entry(lambda: desk.drop(wav("happy")))
    desk.save_a_voice("Maximiliane")
    openers = (window.show_about, window.show_packs, window.examples_action.trigger, window.voice.details.click)
    for opens in (*openers, window.voice.guided.click, lambda: window.show_bug(ValueError("odd"))):
        opens()
        (dialog,) = (d for d in window.findChildren(QDialog) if d.isVisible())
        QApplication.processEvents()
        assert cut_off(dialog) == [], dialog
        dialog.close()
        dialog.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    window.takes.clear((entry,))
    window.capture.device_gone.emit("A microphone with a long name", False)
    QApplication.processEvents()
    assert len(window.notice.sentences) == 2
    assert cut_off(window) == []


# a small screen, and the keyboard


@pytest.mark.parametrize("percent", [100, 200])
def test_every_control_is_reached_by_tab_and_seen_in_a_small_window(desk: Desk, wav: Wav, percent: int) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    desk.settings.update(text_size=percent)
    window.what_if.heading.click()
    window.resize(*SMALL)
    for name, show in pages(window).items():
        show()
        QApplication.processEvents()
        assert (window.width(), window.height()) == SMALL, name
        window.activateWindow()
        if name != "first start":
            window.record.microphones.setFocus()
        for widget in tab_stops(desk):
            assert isinstance(widget, DOES_SOMETHING), (name, "Tab stops where nothing can be done", widget)
            assert widget.isVisible(), (name, widget)
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            QApplication.processEvents()
            for _ in range(6 if name == "first start" else 0):  # it is read from its top, and scrolled by the keys
                desk.qtbot.keyClick(widget, Qt.Key.Key_PageDown)
            assert not widget.visibleRegion().isEmpty(), (name, widget)


def test_neighbours_are_one_stop_of_tab_and_the_arrow_keys_go_through_them(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    window.record.button.setFocus()
    stops = [w for w in tab_stops(desk) if isinstance(w, NeighbourCard)]
    assert len(stops) == 1
    first = stops[0]
    first.setFocus()
    cards = [c for c in window.neighbours.findChildren(NeighbourCard) if c.isVisible()]
    assert first is cards[0]
    desk.qtbot.keyClick(first, Qt.Key.Key_Right)
    assert cards[1].hasFocus()
    below = next(c for c in cards if c.x() == cards[1].x() and c.y() > cards[1].y())
    desk.qtbot.keyClick(cards[1], Qt.Key.Key_Down)
    assert below.hasFocus()
    assert [w for w in tab_stops(desk) if isinstance(w, NeighbourCard)] == [below]
    below.setFocus()
    desk.qtbot.keyClick(below, Qt.Key.Key_Home)
    assert first.hasFocus()
    desk.qtbot.keyClick(first, Qt.Key.Key_End)
    assert cards[-1].hasFocus()


# the map


def test_the_map_is_not_stretched(desk: Desk, theme: Theme) -> None:
    view = MapView(theme)
    desk.qtbot.addWidget(view)
    labels = ("angry", "happy", "sad")
    view.show_landscape(Landscape(labels, ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))), labels)
    view.resize(700, 300)
    with desk.qtbot.waitExposed(view):
        view.show()
    desk.qtbot.waitUntil(lambda: view.is_painted, timeout=LONG)
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    ratio = image.width() / 700
    rows = int(250 * ratio)  # above the legend
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:rows, :, 2::-1]
    where = np.argwhere((pixels.astype(int).max(2) - pixels.astype(int).min(2)) > 40)
    left, bottom = where[:, 1].min(), where[:, 0].max()
    right, top = where[:, 1].max(), where[:, 0].min()
    assert right - left == pytest.approx(bottom - top, abs=3 * ratio)
    view.hide()


# screen readers


def told(widget: QWidget) -> tuple[QAccessible.Role, str, str]:
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface.role(), interface.text(QAccessible.Text.Name), interface.text(QAccessible.Text.Description)


def label_of(box: QComboBox) -> str:
    """What a screen reader takes for a combo box's name on Linux: the label that has it for its buddy."""
    interface = QAccessible.queryAccessibleInterface(box)
    assert interface is not None
    return next(
        other.text(QAccessible.Text.Name)
        for other, relation in interface.relations()
        if relation & QAccessible.RelationFlag.Label
    )


def test_a_combo_box_says_what_it_is_for_and_what_is_chosen(desk: Desk) -> None:
    window = desk.open()
    desk.qtbot.keyClick(window, Qt.Key.Key_Comma, CONTROL)
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    boxes = [box for box in (*window.findChildren(QComboBox), *dialog.findChildren(QComboBox)) if not box.isEditable()]
    assert len(boxes) >= 6
    names = [label_of(box).replace("&", "") for box in boxes]
    assert {"Microphone", "Whose voice it is", "Text size", "Theme", "Language"} <= set(names)
    for box in boxes:
        assert told(box)[0] is QAccessible.Role.ComboBox
        interface = QAccessible.queryAccessibleInterface(box)
        assert interface is not None
        assert interface.text(QAccessible.Text.Value) == box.currentText()
    dialog.close()


def test_cards_map_and_timeline_say_role_name_value_and_place(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(wav("happy")))
    assert entry.recognition is not None
    total = len(entry.recognition.neighbours)
    role, name, _ = told(window.neighbours)
    assert role is QAccessible.Role.List
    assert name.startswith("It sounds most like these")
    cards = [card for card in window.neighbours.findChildren(NeighbourCard) if card.isVisible()]
    for at, card in enumerate(cards, start=1):
        role, name, _ = told(card)
        assert role is QAccessible.Role.ListItem
        assert name.startswith(f"Neighbour {at} of {total}: ")
        assert "weight" in name
        weight = language.percent(entry.recognition.neighbours[at - 1].weight)
        assert card.weight.accessibleName().startswith(f"Weight: {weight} ")
        assert card.weight.accessibleName() == card.weight.toolTip()
        assert "Weight" in [label.text() for label in card.findChildren(QLabel) if label.isVisible()]
    role, name, description = told(window.map.view)
    assert role is QAccessible.Role.Graphic
    assert "recordings that the pack knows" in name
    assert description == f"Your recording lies among these: happy {total}."
    bar = QAccessible.queryAccessibleInterface(window.answer.bars["happy"])
    assert bar is not None
    assert bar.role() is QAccessible.Role.ProgressBar
    assert bar.valueInterface().currentValue() == round(100 * entry.recognition.probabilities["happy"])


def test_a_screen_reader_reads_and_moves_the_timeline(desk: Desk, interview: Path) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(interview))
    assert entry.recognition is not None
    segments = entry.recognition.segments
    view = window.timeline.view
    slider = QAccessible.queryAccessibleInterface(view)
    assert slider is not None
    assert told(view)[:2] == (QAccessible.Role.Slider, "Emotions over time")
    value = slider.valueInterface()
    assert (value.minimumValue(), value.maximumValue()) == (0, int(entry.recognition.duration_s))
    view.setFocus()
    desk.qtbot.keyClick(view, Qt.Key.Key_Right)
    desk.qtbot.keyClick(view, Qt.Key.Key_Right)
    assert value.currentValue() == int(segments[1].start_s)
    assert segments[1].label.capitalize() in told(view)[2]
    value.setCurrentValue(int(segments[3].start_s))
    assert view.selection is not None
    assert view.selection.start_s == segments[3].start_s
    assert segments[3].label.capitalize() in told(view)[2]


def test_a_click_beside_a_card_leaves_the_list_in_order(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    cards = [card for card in window.neighbours.findChildren(NeighbourCard) if card.isVisible()]
    desk.qtbot.mouseClick(cards[2], Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert cards[2].hasFocus()
    window.record.button.setFocus()
    assert [w for w in tab_stops(desk) if isinstance(w, NeighbourCard)] == [cards[2]]


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(
    "make", [QPushButton, QToolButton, QComboBox, QLineEdit, QCheckBox, QProgressBar, QSlider, QScrollBar]
)
def test_the_edge_of_every_kind_of_control_is_seen_as_it_is_drawn(
    qtbot: QtBot, theme_as_it_was: Theme, name: str, make: type[QWidget]
) -> None:
    theme = theme_as_it_was
    theme.choose(name)
    card = Card()
    qtbot.addWidget(card)
    control = make()
    if isinstance(control, QSlider | QScrollBar):
        control.setOrientation(Qt.Orientation.Horizontal)
        control.setPageStep(1000)  # the handle of a bar is as long as its groove
    card.content.addWidget(control)
    card.resize(200, 80)
    image = card.grab().toImage()
    middle = control.geometry().center()
    down = [image.pixelColor(middle.x(), y).name() for y in range(control.y() - 2, middle.y() + 1)]
    along = [image.pixelColor(x, middle.y()).name() for x in range(control.x() - 2, middle.x() + 1)]
    assert max(contrast(colour, theme.colours.card) for colour in (*down, *along)) >= 3.0
