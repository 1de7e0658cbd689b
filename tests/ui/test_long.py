"""Through the window: a recording of minutes, seen over time, passage by passage, and played."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage

from desktop_app.capture.source import Block
from desktop_app.engine.recognition.answer import Recognition, Segment
from desktop_app.engine.sound.envelope import PEAK_S
from desktop_app.ui.answer_text import named
from desktop_app.ui.pages.library_page import ANSWER
from desktop_app.ui.panels import timeline_panel
from desktop_app.ui.session import SessionModel
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.shares_bar import LABEL_ROLE
from desktop_app.ui.widgets.timeline_view import TimelineView
from tests.tiny_pack import LABELS, RATE, clip
from tests.ui.conftest import LONG, Desk
from tests.ui.test_view_models import recognition

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def talk(tmp_path: Path, loud_is_speech: None) -> Path:  # noqa: ARG001
    """Over a minute: five clips of one emotion, then five of the next."""
    pause = np.zeros(RATE, np.float32)
    parts = [part for label in LABELS for i in range(5) for part in (pause, clip(label, i, 3.0))]
    path = tmp_path / "talk.wav"
    soundfile.write(path, np.concatenate([*parts, pause]), RATE)
    return path


def test_a_long_recording_is_seen_over_time_first_and_listed_passage_by_passage(desk: Desk, talk: Path) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(talk))
    assert entry.recognition is not None
    page = window.answer_page
    desk.qtbot.waitUntil(lambda: 0 < window.timeline.y() < window.answer.y(), timeout=LONG)
    desk.qtbot.waitUntil(lambda: window.timeline.view.height() > 300, timeout=LONG)
    rows = page.passages.table.model()
    heard = [rows.index(row, 0).data() for row in range(rows.rowCount())]
    assert heard == [label.capitalize() for label in LABELS]
    times = [rows.index(row, 1).data() for row in range(rows.rowCount())]
    assert times[0].startswith("0:0")
    assert times[-1].endswith("1:20")
    assert all(rows.index(row, 3).data().endswith("%") for row in range(4))
    assert "Uncertain" not in window.answer.answer.text()


def test_a_long_recording_is_said_alike_on_its_page_in_the_lists_and_in_the_summary(desk: Desk, talk: Path) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(talk))
    said = f"{window.answer.answer.text()} {window.answer.share.text().removesuffix(' of the time')}"
    assert " and " in said
    listed = window.recordings.proxy.index(0, SessionModel.ANSWER)
    assert listed.data() == said
    assert listed.data(Qt.ItemDataRole.ToolTipRole).startswith(f"{said}\n"), "the column is too narrow for it"
    assert window.results.proxy.index(0, SessionModel.ANSWER).data(LABEL_ROLE) in LABELS
    window.results_action.trigger()
    desk.qtbot.waitUntil(lambda: window.results.summary.text() == "1 recording: 1 with two emotions", timeout=LONG)
    assert entry.recognition is not None
    bar = window.results.strip.grab().toImage()
    row = [bar.pixelColor(x, bar.height() // 2).name() for x in range(bar.width())]
    seen = set(row[: len(row) // 2]), set(row[len(row) // 2 :])
    colours = [desk.theme.emotion(label).name() for label in named(entry.recognition).labels]
    assert all(any(colour in part for part in seen) for colour in colours), "hatches lie over them"
    assert not any(set(colours) <= part for part in seen), "each has a half"
    window.library_action.trigger()
    library = window.library_page.proxy
    desk.qtbot.waitUntil(lambda: library.index(0, ANSWER).data() == said, timeout=LONG)
    desk.close()
    window = desk.open()  # the library has it from its file now
    window.library_action.trigger()
    desk.qtbot.waitUntil(lambda: window.library_page.proxy.index(0, ANSWER).data() == said, timeout=LONG)


def test_a_passage_is_found_in_the_timeline_and_heard(desk: Desk, talk: Path) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(talk))
    table, view = window.answer_page.passages.table, window.timeline.view
    view.zoom(8.0, 0.0)
    at = table.visualRect(table.model().index(2, 0)).center()
    desk.qtbot.mouseClick(table.viewport(), LEFT, pos=at)
    assert view.selection is not None
    assert view.selection.start_s == pytest.approx(41.0, abs=0.5)
    assert view.view.start_s <= view.selection.start_s < view.selection.end_s <= view.view.end_s
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.qtbot.keyClick(table, Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 1, timeout=LONG)
    assert len(desk.player.played[0]) / 48_000 == pytest.approx(view.selection.end_s - view.selection.start_s, abs=0.1)
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.player.end()
    assert window.answer_page.passages.play.isEnabled()
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.qtbot.mouseClick(window.answer_page.passages.play, LEFT)
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 2, timeout=LONG)
    desk.player.end()


def test_the_bar_that_plays_stays_in_sight_and_says_where_the_sound_is(desk: Desk, talk: Path) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(talk))
    assert entry.recognition is not None
    bar = window.answer_page.play_bar
    scroll = window.answer_page.area.verticalScrollBar()
    scroll.setValue(scroll.maximum())
    assert bar.isVisible()
    assert not bar.play.visibleRegion().isEmpty()
    assert bar.time.text() == "0:00 / 1:21"
    bar.position.setFocus()
    desk.qtbot.keyClick(bar.position, Qt.Key.Key_PageUp)
    assert bar.time.text() == "0:30 / 1:21"
    desk.qtbot.mouseClick(bar.play, LEFT)
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 1, timeout=LONG)
    assert bar.play.text() == "Stop"
    assert len(desk.player.played[0]) / 48_000 == pytest.approx(entry.recognition.duration_s - 30, abs=0.2)
    desk.qtbot.waitUntil(lambda: bar.position.value() > 300, timeout=LONG)
    desk.qtbot.keyClick(bar.position, Qt.Key.Key_PageUp)  # while it plays it goes on from there
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 2, timeout=LONG)
    assert len(desk.player.played[1]) / 48_000 == pytest.approx(entry.recognition.duration_s - 60, abs=5)
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.qtbot.mouseClick(bar.play, LEFT)
    assert bar.play.text() == "Play"


def test_a_short_recording_has_no_bar_and_no_list(desk: Desk, wav: Callable[..., Path]) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    assert not window.answer_page.play_bar.isVisible()
    assert not window.answer_page.passages.isVisible()


def painted(view: TimelineView, width: int) -> np.ndarray:
    view.resize(width, view.sizeHint().height())
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1].copy()


def an_hour(n: int) -> Recognition:
    """Segments that take turns: two of one emotion, one of the other; the second half the other way round."""
    length = 3600 / n
    segments = []
    for i in range(n):
        angry = (i % 3 < 2) == (i < n / 2)
        shares = {"angry": 0.8, "sad": 0.2} if angry else {"angry": 0.2, "sad": 0.8}
        segments.append(Segment(i * length, (i + 0.8) * length, "angry" if angry else "sad", shares))
    return recognition({"angry": 0.5, "sad": 0.5}, duration_s=3600.0, segments=tuple(segments))


def test_an_hour_is_a_course_and_no_barcode(desk: Desk, theme: Theme) -> None:
    view = TimelineView(theme)
    desk.qtbot.addWidget(view)
    view.show_recording(an_hour(600), np.zeros(0, np.float32), is_large=True)
    pixels = painted(view, 1000).astype(int)
    angry, sad = (np.array(theme.emotion(label).getRgb()[:3]) for label in ("angry", "sad"))
    row = pixels[view.sizeHint().height() - 24 - 8 - 2]  # the bottom of the names, below their plates
    is_angry = np.abs(row - angry).sum(1) < np.abs(row - sad).sum(1)
    assert np.count_nonzero(np.diff(is_angry)) <= 3
    assert is_angry[100:400].all()
    assert not is_angry[600:900].any()
    view.set_view(0.0, 60.0)  # near, each part is seen for itself
    row = painted(view, 1000).astype(int)[view.sizeHint().height() - 24 - 8 - 2]
    is_angry = np.abs(row - angry).sum(1) < np.abs(row - sad).sum(1)
    assert np.count_nonzero(np.diff(is_angry)) >= 6


def test_a_peak_is_seen_where_it_is_however_far_one_looks(desk: Desk, theme: Theme) -> None:
    view = TimelineView(theme)
    desk.qtbot.addWidget(view)
    peaks = np.full(round(3600 / PEAK_S), 0.1, np.float32)
    peaks[round(1800 / PEAK_S)] = 1.0  # a fiftieth of a second in an hour
    view.show_recording(an_hour(600), peaks)
    pixels = painted(view, 1000).astype(int)
    ground = np.array(QColor(theme.colours.card).getRgb()[:3])
    columns = np.flatnonzero((np.abs(pixels[2:10] - ground).sum(2) > 60).any(0))
    assert len(columns) <= 4
    assert abs(columns.mean() - 500) <= 2


def test_a_click_in_the_timeline_plays_from_there_in_the_bar(desk: Desk, talk: Path) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(talk))
    view, bar = window.timeline.view, window.answer_page.play_bar
    desk.qtbot.mouseClick(view, LEFT, pos=QPoint(round(view.x_at(40.0)), 60))
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 1, timeout=LONG)
    desk.qtbot.waitUntil(lambda: bar.position.value() >= 395, timeout=LONG)
    desk.player.end()


def test_the_sliders_of_what_if_show_what_they_do(desk: Desk, wav: Callable[..., Path]) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    desk.qtbot.mouseClick(window.what_if.heading, LEFT)
    assert window.what_if.answer.text() == window.answer.answer.text()
    before = window.what_if.share.text()
    window.what_if.alpha.setFocus()
    desk.qtbot.keyClick(window.what_if.alpha, Qt.Key.Key_End)
    desk.qtbot.waitUntil(lambda: window.answer.answer.text().startswith("What if: "), timeout=LONG)
    assert window.what_if.strip.isVisible()
    assert window.what_if.share.text() == window.answer.share.text()
    assert window.answer.answer.text() == f"What if: {window.what_if.answer.text()}"
    assert window.what_if.share.text() != before


@pytest.mark.usefixtures("loud_is_speech")
def test_a_spectrogram_is_shown_on_wish_in_place_of_the_waveform(desk: Desk, tmp_path: Path, theme: Theme) -> None:
    t = np.arange(2 * RATE) / RATE
    tone = (0.3 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)
    path = tmp_path / "tones.wav"
    soundfile.write(path, np.concatenate([part for _ in range(4) for part in (tone, np.zeros(RATE, np.float32))]), RATE)
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(path))
    view, button = window.timeline.view, window.timeline.spectrogram
    desk.qtbot.waitUntil(lambda: view.height() == view.sizeHint().height(), timeout=LONG)
    before = painted(view, view.width())
    button.setFocus()
    desk.qtbot.keyClick(button, Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: view.has_spectrogram, timeout=LONG)
    pixels = painted(view, view.width()).astype(int)
    ground = np.array(QColor(theme.colours.card).getRgb()[:3])
    column = np.abs(pixels[:80, round(view.x_at(1.0))] - ground).sum(1)
    assert abs(int(column.argmax()) - 64) <= 2, "1 kHz is a fifth of 5 kHz from below"
    assert np.abs(pixels[:80, round(view.x_at(2.5))] - ground).sum(1).max() < 60, "and a pause is empty"
    view.set_view(0.0, 1.5)
    assert not view.has_spectrogram, "of another part there is none yet"
    desk.qtbot.waitUntil(lambda: view.has_spectrogram, timeout=LONG)
    view.set_view(0.0, view.duration_s)
    desk.qtbot.waitUntil(lambda: view.has_spectrogram, timeout=LONG)
    desk.qtbot.keyClick(button, Qt.Key.Key_Return)
    np.testing.assert_array_equal(painted(view, view.width()), before)


def gliding(low: float, high: float) -> Block:
    """A voice-like sound of two seconds that rises from one pitch to another, evenly in octaves."""
    phase = 2 * np.pi * np.cumsum(np.geomspace(low, high, 2 * RATE)) / RATE
    return (0.1 * sum(np.sin(n * phase) / n for n in range(1, 9))).astype(np.float32)


def drawn_pitch(view: TimelineView, theme: Theme, seconds: float) -> float | None:
    """What the axis of the pitch says, in Hz, of what is drawn at a time."""
    pixels = painted(view, view.width()).astype(int)[: view.height() // 2]

    def rows(x: int, colour: str) -> Block:
        return np.flatnonzero(np.abs(pixels[:, x] - np.array(QColor(colour).getRgb()[:3])).sum(1) < 30)

    marks = rows(view.width() - 2, theme.colours.line)
    assert len(marks) == 3, "400, 200 and 100 Hz"
    curve = rows(round(view.x_at(seconds)), theme.colours.accent)
    octaves = np.polyfit(marks, np.log2([400, 200, 100]), 1)
    return float(2 ** np.polyval(octaves, curve.mean())) if len(curve) else None


@pytest.mark.usefixtures("loud_is_speech")
@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_pitch_is_drawn_on_wish_with_an_axis_in_hz(desk: Desk, tmp_path: Path, theme: Theme, look: str) -> None:
    theme.choose(look)
    path = tmp_path / "glides.wav"
    pause = np.zeros(RATE, np.float32)
    soundfile.write(path, np.concatenate([gliding(100, 200), pause, gliding(400, 150), pause] * 2), RATE)
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(path))
    view, button = window.timeline.view, window.timeline.pitch
    desk.qtbot.waitUntil(lambda: view.height() == view.sizeHint().height(), timeout=LONG)
    before = painted(view, view.width())
    window.answer_page.area.ensureWidgetVisible(button)
    desk.qtbot.mouseClick(button, LEFT)
    desk.qtbot.waitUntil(lambda: view.has_pitch, timeout=LONG)
    assert "Hz" in button.accessibleDescription()
    said = window.timeline.pitch_range
    assert said.isVisible()
    assert said.text().startswith("Pitch in this part: usually 1")
    for seconds, hz in ((1.5, 168), (3.5, 313), (4.5, 192), (6.5, 119), (10.5, 192)):
        assert drawn_pitch(view, theme, seconds) == pytest.approx(hz, rel=0.05)
    assert drawn_pitch(view, theme, 2.5) is None, "a pause has none"
    view.set_view(3.0, 5.0)
    desk.qtbot.waitUntil(lambda: view.has_pitch, timeout=LONG)
    for seconds, hz in ((3.5, 313), (4.5, 192)):
        assert drawn_pitch(view, theme, seconds) == pytest.approx(hz, rel=0.05)
    view.set_view(0.0, view.duration_s)
    button.setFocus()
    desk.qtbot.keyClick(button, Qt.Key.Key_Return)
    assert not said.isVisible()
    desk.qtbot.waitUntil(lambda: view.height() == view.sizeHint().height(), timeout=LONG)
    np.testing.assert_array_equal(painted(view, view.width()), before)


def test_the_pitch_of_more_than_five_minutes_is_not_computed_and_the_page_says_so(
    desk: Desk, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline_panel, "LONGEST_DETAIL_S", 8.0)
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(talk))
    view, said = window.timeline.view, window.timeline.pitch_range
    desk.qtbot.mouseClick(window.timeline.pitch, LEFT)
    assert view.view.end_s == pytest.approx(8.0)
    desk.qtbot.waitUntil(lambda: view.has_pitch, timeout=LONG)
    desk.qtbot.mouseClick(window.timeline.whole, LEFT)
    assert said.text() == "Zoom in to five minutes or less to see the pitch."
    assert not view.has_pitch


def test_the_pitch_of_a_recording_is_given_up_when_another_is_opened(
    desk: Desk, talk: Path, wav: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopped = threading.Event(), threading.Event()

    def endless(samples: Block, should_stop: Callable[[], bool]) -> Block:
        begun.set()
        while not should_stop() and not stopped.wait(0.01):
            pass
        stopped.set()
        return np.full(len(samples) // 160, np.nan, np.float32)

    monkeypatch.setattr("desktop_app.engine.sound.pitch.pitch", endless)
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(talk))
    try:
        desk.qtbot.mouseClick(window.timeline.pitch, LEFT)
        desk.qtbot.waitUntil(begun.is_set, timeout=LONG)
        desk.wait_entry(lambda: desk.drop(wav("happy")))
        desk.qtbot.waitUntil(stopped.is_set, timeout=LONG)
    finally:
        stopped.set()
    assert not window.timeline.view.has_pitch
