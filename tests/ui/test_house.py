"""Through the window: keyboard, screen readers, dialogs, languages, what is kept; and nothing big is done at once."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QMenu,
    QMessageBox,
    QWidget,
)

from desktop_app.capture.wav_file import WavWriter
from desktop_app.engine.recognition.answer import Segment
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.panels.neighbours_panel import NeighbourCard
from desktop_app.ui.session import Entry, EntryState
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.calm_bar import CalmBar
from desktop_app.ui.widgets.map_view import Landscape, MapView
from desktop_app.ui.window import ADDED_AT_ONCE
from tests.tiny_pack import RATE, clip
from tests.ui.conftest import LONG, Desk, FakePlayer

LEFT = Qt.MouseButton.LeftButton
Wav = Callable[..., Path]


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is told to say."""
    said: list[str] = []

    def listen(event: object) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            said.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", listen)
    return said


@pytest.fixture
def answers_yes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that were asked; each is answered with yes."""
    asked: list[str] = []

    def question(_parent: QWidget, _title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", question)
    return asked


# keyboard and screen readers


def test_a_screen_reader_hears_the_recording_the_answer_and_what_went_wrong(
    desk: Desk, spoken: list[str], tmp_path: Path
) -> None:
    window = desk.open()
    desk.record(clip("happy", 4))
    assert spoken[0] == "Recording"
    assert spoken[-1].startswith("Happy, ")
    assert window.answer.agreement.text() in spoken[-1]
    broken = tmp_path / "broken.wav"
    broken.write_text("no sound", encoding="utf-8")
    desk.wait_entry(lambda: desk.drop(broken))
    assert "broken.wav" in spoken[-1]
    (tmp_path / "empty").mkdir()
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG) as told:
        desk.drop(tmp_path / "empty")
    assert told.args is not None
    assert spoken[-1] == told.args[0]


def test_tab_goes_from_top_to_bottom_as_the_eye_does(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    window.notice.say("A sentence.", ("Undo", lambda: None))
    desk.qtbot.mouseClick(window.what_if.heading, LEFT)
    panels = (
        *(window.record, window.voice, window.recordings, window.notice),
        *(window.answer, window.what_if, window.neighbours),
    )
    window.record.microphones.setFocus()
    order: list[QWidget] = []
    widget = window.record.microphones
    seen: set[QWidget] = set()
    while widget not in seen:
        seen.add(widget)
        panel = next(panel for panel in panels if panel.isAncestorOf(widget))
        if not order or order[-1] is not panel:
            order.append(panel)
        desk.qtbot.keyClick(widget, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
    assert order == list(panels)


def test_everything_is_done_from_the_keyboard(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    desk.qtbot.keyClick(window, Qt.Key.Key_R, control)
    desk.wait_state(MicState.RECORDING)
    desk.say(clip("sad", 3))
    entry = desk.wait_entry(lambda: desk.qtbot.keyClick(window, Qt.Key.Key_R, control))
    assert entry.state is EntryState.DONE
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.qtbot.keyClick(window, Qt.Key.Key_P, control)
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.qtbot.keyClick(window, Qt.Key.Key_P, control)
    desk.wait_entry(lambda: desk.drop(wav("angry")))
    desk.qtbot.keyClick(window, Qt.Key.Key_T, control)
    assert window.results.isVisible()
    desk.qtbot.keyClick(window, Qt.Key.Key_C, control | shift)
    assert "angry" in QApplication.clipboard().text().lower()
    with desk.qtbot.waitSignal(window.capture.microphones_changed, timeout=LONG):
        desk.qtbot.keyClick(window, Qt.Key.Key_F5)
    window.close()


def test_every_control_of_every_dialog_has_a_name(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    desk.qtbot.waitUntil(window.examples_action.isEnabled, timeout=LONG)
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    desk.save_a_voice("Zoe")
    openers = (
        *(window.show_settings, window.show_about, window.show_packs, window.examples_action.trigger),
        *(window.voice.details.click, lambda: window.show_bug(ValueError("odd"))),
    )
    for opens in openers:
        opens()
        (dialog,) = (d for d in window.findChildren(QDialog) if d.isVisible())
        labelled = {label.buddy() for label in dialog.findChildren(QLabel)}
        nameless = [
            w
            for w in dialog.findChildren(QWidget)
            if w.window() is dialog
            and w.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not (w.accessibleName() or getattr(w, "text", str)() or w in labelled)
        ]
        assert nameless == [], dialog.windowTitle()
        assert dialog.windowTitle()
        dialog.close()
        dialog.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for menu in window.menuBar().findChildren(QMenu):
        assert all(action.text() or action.isSeparator() for action in menu.actions())


def access_keys(texts: Iterable[str]) -> list[str]:
    return [key.lower() for text in texts for key in re.findall(r"&(\w)", text.replace("&&", ""))]


@pytest.mark.usefixtures("every_language")
def test_no_access_key_is_used_twice_in_a_menu_or_dialog(desk: Desk) -> None:
    window = desk.open()
    desk.qtbot.waitUntil(window.examples_action.isEnabled, timeout=LONG)
    desk.save_a_voice("Zoe")
    found = [[action.text() for action in menu.actions()] for menu in window.findChildren(QMenu)]
    found.append([action.text() for action in window.menuBar().actions()])
    found.append([one.text() for kind in (QLabel, QAbstractButton) for one in window.findChildren(kind)])
    openers = (
        *(window.show_settings, window.show_about, window.show_packs, window.examples_action.trigger),
        *(window.voice.details.click, window.voice.guided.click, window.voice.new.click),
        lambda: window.show_bug(ValueError("odd")),
    )
    for opens in openers:
        opens()
        (dialog,) = (d for d in window.findChildren(QDialog) if d.isVisible())
        found.append([one.text() for kind in (QLabel, QAbstractButton) for one in dialog.findChildren(kind)])
        dialog.close()
        dialog.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert sum(len(access_keys(texts)) for texts in found) > 20
    for texts in found:
        keys = access_keys(texts)
        assert len(keys) == len(set(keys)), texts


def test_diagnostics_are_copied_from_the_menu(desk: Desk) -> None:
    window = desk.open()
    window.diagnostics_action.trigger()
    assert "Pack tiny 1.0" in QApplication.clipboard().text()
    assert "clipboard" in window.notice.message.text()


# language and look


@pytest.mark.usefixtures("german")
def test_a_german_window_is_german_also_in_its_errors(desk: Desk, silence: Path, tmp_path: Path) -> None:
    window = desk.open()
    assert window.record.state.text() == "Leertaste startet die Aufnahme"
    broken = tmp_path / "größe.wav"
    broken.write_bytes(b"")
    desk.wait_entry(lambda: desk.drop(broken))
    assert window.answer.sure.text().startswith("größe.wav ist leer")
    desk.wait_entry(lambda: desk.drop(silence))
    remark = window.results.proxy.index(1, window.session.NOTE).data()
    assert remark == "In dieser Aufnahme war keine Sprache zu hören."


def test_the_systems_theme_is_followed(desk: Desk, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    window = desk.open()
    desk.settings.update(theme="light")
    desk.settings.update(theme="system")

    class Dark:
        @staticmethod
        def colorScheme() -> Qt.ColorScheme:  # noqa: N802 - Qt's name
            return Qt.ColorScheme.Dark

    light = window.palette().window().color().lightness()
    told = QGuiApplication.styleHints().colorSchemeChanged
    monkeypatch.setattr(QGuiApplication, "styleHints", Dark)
    told.emit(Qt.ColorScheme.Dark)
    assert theme.colours.dark
    assert window.palette().window().color().lightness() < light


# recordings that are kept, neighbours that can be heard


def test_kept_recordings_are_opened_again_and_all_are_deleted_and_put_back(desk: Desk, wav: Wav) -> None:
    desk.takes.recordings.mkdir(parents=True)
    with WavWriter(desk.takes.recordings / "2024-01-01 12.00.00.wav", RATE) as writer:
        writer.write(clip("happy", 2))
    window = desk.open()
    window.library_action.trigger()
    desk.qtbot.waitUntil(lambda: window.library_page.proxy.rowCount() == 1, timeout=LONG)
    window.library_page.table.selectRow(0)
    entry = desk.wait_entry(lambda: desk.qtbot.mouseClick(window.library_page.open, Qt.MouseButton.LeftButton))
    assert entry.kept
    assert entry.recognition is not None
    opened = desk.wait_entry(lambda: desk.drop(wav("angry")))
    desk.record(clip("sad", 1))
    window.delete_all_action.trigger()
    assert window.notice.message.text() == "Deleted: 2 recordings."
    assert [e.number for e in window.session.entries()] == [opened.number]  # a file that was opened is not ours
    assert opened.path.exists()
    desk.qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.session.entries()) == 3
    assert all(e.path.exists() and e.recognition is not None for e in window.session.entries())
    window.delete_all_action.trigger()
    desk.close()
    assert opened.path.exists()
    assert not list(desk.home.rglob("*.wav"))


def test_a_disk_that_takes_nothing_more_at_the_end_loses_no_recording(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.settings.update(keep_takes=True)
    desk.open()

    def full(_: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(desk.takes, "keep", full)
    desk.record(clip("sad", 1))
    desk.close()
    monkeypatch.undo()
    window = desk.make()
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
        window.show()
    assert "Recordings saved from then: 1" in window.notice.message.text()


@pytest.fixture
def pack_with_clips(tiny_pack: Path, tmp_path: Path) -> Path:
    pack = tmp_path / "with clips"
    shutil.copytree(tiny_pack, pack)
    (pack / "clips").mkdir()
    soundfile.write(pack / "clips" / "one.wav", clip("happy", 1, 1.0), RATE)
    table = pack / "neighbours.jsonl"
    rows = [json.loads(line) for line in table.read_text("utf-8").splitlines()]
    table.write_text("".join(json.dumps({**row, "clip": "clips/one.wav"}) + "\n" for row in rows), "utf-8")
    manifest = json.loads((pack / "pack.json").read_text("utf-8"))
    del manifest["files"]["neighbours.idx"]  # as older packs are
    for name in ("clips/one.wav", "neighbours.jsonl"):
        data = (pack / name).read_bytes()
        manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (pack / "pack.json").write_text(json.dumps(manifest), "utf-8")
    return pack


def test_a_neighbour_is_heard(desk: Desk, wav: Wav, pack_with_clips: Path) -> None:
    desk.pack = pack_with_clips
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    card = window.neighbours.findChildren(NeighbourCard)[0]
    assert card.play.isVisible()
    assert "Happy" in card.play.accessibleName()
    desk.qtbot.mouseClick(card.play, LEFT)
    player: FakePlayer = desk.player
    desk.qtbot.waitUntil(lambda: bool(player.played), timeout=LONG)
    assert len(player.played[0]) == pytest.approx(48_000, abs=200)  # a second at the loudspeaker's rate


def test_a_neighbour_is_heard_from_a_folder_that_is_named_once(
    desk: Desk, wav: Wav, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(wav("happy")))
    assert entry.recognition is not None
    first, second, *_ = entry.recognition.neighbours
    corpora = tmp_path / "corpora"
    (corpora / "deep").mkdir(parents=True)
    sound = clip("happy", 1, first.duration_s)
    soundfile.write(corpora / f"{first.id.rpartition('/')[2]}.wav", sound[: RATE // 2], RATE)  # another of that name
    soundfile.write(corpora / "deep" / f"{first.id.rpartition('/')[2]}.flac", sound, RATE)
    cards = window.neighbours.findChildren(NeighbourCard)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(corpora))
    desk.qtbot.mouseClick(cards[0].play, LEFT)
    assert "published corpora" in window.notice.message.text()
    desk.qtbot.mouseClick(window.notice.buttons[0], LEFT)
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 1, timeout=LONG)
    assert len(desk.player.played[0]) / 48_000 == pytest.approx(first.duration_s, abs=0.05)
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.player.end()
    assert type(desk.settings)(desk.settings.path).values.corpora_folder == str(corpora)
    cards[1].setFocus()
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):  # no second question, and what is missing is said
        desk.qtbot.keyClick(cards[1], Qt.Key.Key_Return)
    assert second.id.rpartition("/")[2] in window.notice.message.text()
    assert len(desk.player.played) == 1


# a small window


@pytest.mark.parametrize("words", ["german", "spanish"])  # which are long
def test_nothing_is_cut_off_in_the_smallest_window(
    desk: Desk, wav: Wav, words: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(words)
    window = desk.open()
    window.resize(window.minimumSize())
    labels = tuple(f"ein langes eigenes Wort {i}" for i in range(9))
    entry = desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    assert entry.answered is not None
    half = Segment(0.0, 1.0, "happy", {"happy": 1.0})
    segments = (half, replace(half, start_s=1.0, end_s=2.0))
    several = replace(entry.answered, recognition=replace(entry.answered.recognition, segments=segments))
    window.session.change(entry.number, answered=several)
    window.that_was.set_labels(labels)
    window.what_if.heading.click()
    QApplication.processEvents()
    page = window.timeline.parentWidget()
    assert page is not None
    margins = page.contentsMargins() + page.layout().contentsMargins()
    room = page.visibleRegion().boundingRect().width() - margins.left() - margins.right()
    for panel in (window.answer, window.map, window.timeline, window.that_was, window.neighbours, window.what_if):
        assert panel.minimumSizeHint().width() <= room, panel
    assert window.minimumSizeHint().width() <= window.width(), "the other pages, which do not scroll"


# nothing big at once: what would hold up the window's thread is done in portions


def test_a_large_folder_comes_in_portions(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window = desk.open()
    window.queue.pause(True)
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(3 * ADDED_AT_ONCE + 1):
        (folder / f"{i:03}.wav").write_bytes(b"")
    portions: list[int] = []
    add_files = window.session.add_files

    def added(paths: Sequence[Path], channel: int | None) -> tuple[Entry, ...]:
        portions.append(len(paths))
        return add_files(paths, channel)

    monkeypatch.setattr(window.session, "add_files", added)
    desk.drop(folder)
    desk.qtbot.waitUntil(lambda: sum(portions) == 3 * ADDED_AT_ONCE + 1, timeout=LONG)
    assert max(portions) == ADDED_AT_ONCE
    names = [entry.name for entry in window.session.entries()]
    assert names == sorted(names)
    window.queue.cancel_all()


def test_a_large_folder_is_stopped_while_it_comes(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(4 * ADDED_AT_ONCE):
        (folder / f"{i:03}.wav").write_bytes(b"")
    desk.drop(folder)
    desk.qtbot.waitUntil(lambda: window.session.rowCount() > 0, timeout=LONG)
    window.queue.cancel_all()
    states = (EntryState.STOPPED, EntryState.FAILED)
    desk.qtbot.waitUntil(lambda: all(entry.state in states for entry in window.session.entries()), timeout=LONG)
    assert window.session.rowCount() < 4 * ADDED_AT_ONCE
    assert window.queue.total == 0


def test_a_large_map_is_painted_in_portions_and_whole_in_the_end(desk: Desk, theme: Theme) -> None:
    rng = np.random.default_rng(0)
    places = tuple((float(x), float(y)) for x, y in rng.normal(size=(60_000, 2)))
    labels = ("angry", "happy")
    view = MapView(theme)
    desk.qtbot.addWidget(view)
    view.show_landscape(Landscape(labels * (len(places) // 2), places), labels)
    with desk.qtbot.waitExposed(view):
        view.show()
    assert not view.is_painted
    desk.qtbot.waitUntil(lambda: view.is_painted, timeout=LONG)
    view.hide()


def test_a_setting_that_changes_no_colour_restyles_nothing(desk: Desk, theme: Theme) -> None:
    desk.open()
    restyled: list[None] = []
    theme.changed.connect(lambda: restyled.append(None))
    desk.settings.update(microphone_name="Other", geometry="00")
    assert restyled == []


class WatchedBar(CalmBar):
    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted += 1


def test_a_bar_that_moves_waits_for_its_turn_to_be_painted(desk: Desk) -> None:
    bar = WatchedBar()
    desk.qtbot.addWidget(bar)
    with desk.qtbot.waitExposed(bar):
        bar.show()
    desk.qtbot.waitUntil(lambda: bar.painted > 0, timeout=LONG)
    before = bar.painted
    bar.setValue(60)
    assert bar.painted == before
    desk.qtbot.waitUntil(lambda: bar.painted > before, timeout=LONG)
    bar.hide()
