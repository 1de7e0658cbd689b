"""Through the window: the table of all results."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from desktop_app.ui.session import SessionModel
from desktop_app.ui.widgets.shares_bar import SHARES_ROLE
from desktop_app.ui.window import MainWindow
from tests.tiny_pack import LABELS
from tests.ui.conftest import LONG, Desk

LEFT = Qt.MouseButton.LeftButton
Wav = Callable[..., Path]
A_LONG_NAME = "03-01-05-01-02-01-{:02}-x.wav"


@pytest.fixture
def window(desk: Desk, wav: Wav, tmp_path: Path) -> MainWindow:
    """Eight recordings, two a label, and one that is none."""
    window = desk.open()
    broken = tmp_path / "broken.wav"
    broken.write_text("not a sound", encoding="utf-8")
    files = [wav(LABELS[i % 4], i, name=A_LONG_NAME.format(9 - i)) for i in range(8)]
    with desk.qtbot.waitSignal(window.queue.idle, timeout=LONG):
        desk.drop(*files, broken)
    said = window.results.summary.text  # of a moment ago: it is counted again a little after each answer
    desk.qtbot.waitUntil(lambda: "1 without an answer" in said() and "waiting" not in said(), timeout=LONG)
    return window


def column(window: MainWindow, which: int) -> list[str]:
    proxy = window.results.proxy
    return [proxy.index(row, which).data().replace("\xa0", " ") for row in range(proxy.rowCount())]


def click_header(desk: Desk, window: MainWindow, which: int) -> None:
    header = window.results.table.horizontalHeader()
    at = header.sectionViewportPosition(which) + header.sectionSize(which) // 2
    desk.qtbot.mouseClick(header.viewport(), LEFT, pos=header.rect().topLeft() + type(header.pos())(at, 8))


@pytest.mark.parametrize("width", [860, 1440, 1920])
def test_the_name_has_the_room_and_nothing_is_cut_off(desk: Desk, window: MainWindow, width: int) -> None:
    window.resize(width, 800)
    table = window.results.table
    desk.qtbot.waitUntil(lambda: table.horizontalHeader().length() <= table.viewport().width() + 1, timeout=LONG)
    needed = table.fontMetrics().horizontalAdvance(A_LONG_NAME.format(1)) + 16
    assert table.columnWidth(SessionModel.NAME) >= needed
    assert not table.isColumnHidden(SessionModel.ANSWER)
    if width == 1920:  # else other columns ask for the room
        answer = table.fontMetrics().horizontalAdvance("Neutral oder fröhlich 88 %")
        assert table.columnWidth(SessionModel.ANSWER) >= answer + 36, "and the dot before it"
    assert table.isColumnHidden(SessionModel.SHARES) == (width < 1440)
    assert table.isColumnHidden(SessionModel.FOLDER) == (width < 1920)


def test_the_results_are_summed_up(desk: Desk, window: MainWindow) -> None:
    def summed_up() -> None:
        said = window.results.summary.text()
        assert said.startswith("9 recordings: ")
        counts = dict(part.split(" ", 1)[::-1] for part in said.removeprefix("9 recordings: ").split(", "))
        answers = [e.recognition for e in window.session.entries() if e.recognition is not None]
        assert len(answers) == 8
        for label in LABELS:
            n = sum(r.label == label and not r.abstained for r in answers)
            assert counts.get(label, "0") == str(n)

    desk.qtbot.waitUntil(summed_up, timeout=LONG)
    strip = window.results.strip
    assert strip.isVisible()
    end = strip.grab().toImage().pixelColor(round(0.95 * strip.width()), strip.height() // 2)
    assert end.name() == desk.theme.colours.track  # one of the nine has no answer


def test_it_sorts_by_name_by_when_it_came_and_by_how_sure(desk: Desk, window: MainWindow) -> None:
    came = column(window, SessionModel.NAME)
    assert came == [e.name for e in window.session.entries()]
    click_header(desk, window, SessionModel.NAME)
    assert column(window, SessionModel.NAME) == sorted(came, key=str.casefold)
    click_header(desk, window, SessionModel.SHARES)
    by = {e.name: e.recognition.confidence if e.recognition else -1.0 for e in window.session.entries()}
    sure = [by[name] for name in column(window, SessionModel.NAME)]
    assert sure == sorted(sure) or sure == sorted(sure, reverse=True)
    bars = window.results.proxy.index(4, SessionModel.SHARES).data(SHARES_ROLE)
    assert [label for label, _ in bars] == list(LABELS)
    assert sum(share for _, share in bars) == pytest.approx(1.0)


def test_a_row_is_taken_off_with_delete_and_comes_back(desk: Desk, window: MainWindow) -> None:
    table = window.results.table
    names = column(window, SessionModel.NAME)
    assert table.hasFocus()
    assert not window.results.remove.isEnabled()
    table.selectRow(2)
    assert window.results.remove.isEnabled()
    desk.qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert column(window, SessionModel.NAME) == [*names[:2], *names[3:]]
    assert window.results.isVisible()
    assert [i.row() for i in table.selectionModel().selectedRows()] == [2]  # the next one
    assert all(e.path.exists() for e in window.session.entries())
    desk.qtbot.keyClick(table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert column(window, SessionModel.NAME) == names


def test_a_button_that_would_do_nothing_is_disabled(desk: Desk, window: MainWindow) -> None:
    results = window.results
    assert results.retry.isEnabled()  # one has failed
    assert not results.stop.isEnabled()
    assert results.export.isEnabled()
    results.table.selectRow(8)
    desk.qtbot.mouseClick(results.remove, LEFT)
    results.table.clearSelection()
    desk.qtbot.waitUntil(lambda: not results.retry.isEnabled(), timeout=LONG)
    results.table.selectAll()
    desk.qtbot.mouseClick(results.remove, LEFT)
    enabled = [b.text() for b in results.findChildren(QPushButton) if b.isEnabled()]
    assert enabled == ["Back"]
    assert "Open files…" in results.summary.text()  # nothing is there, so it says what to do


def test_export_is_on_the_page(window: MainWindow) -> None:
    menu = window.results.export.menu()
    assert window.export.copy in menu.actions()
    menu.aboutToShow.emit()
    assert window.export.copy.isEnabled()


def test_new_files_come_into_view(desk: Desk, window: MainWindow, wav: Wav) -> None:
    window.resize(1240, 560)
    with desk.qtbot.waitSignal(window.queue.idle, timeout=LONG):
        desk.drop(*(wav("sad", 20 + i) for i in range(20)))
    table = window.results.table
    first = window.results.proxy.mapFromSource(window.session.index(9, 0))
    assert table.viewport().rect().intersects(table.visualRect(first))


@pytest.mark.usefixtures("spanish")
def test_the_summary_reads_right_in_spanish(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    for seed in range(2):
        desk.wait_entry(lambda seed=seed: desk.drop(wav("neutral", seed)))
    desk.qtbot.waitUntil(lambda: window.results.summary.text() == "2 grabaciones: 2 neutras", timeout=LONG)
