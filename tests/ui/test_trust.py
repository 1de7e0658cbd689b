"""Through the window: nothing is lost, nothing is taught by accident, and no answer rests on what has changed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app import paths
from desktop_app.capture.source import Block
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.language import percent
from desktop_app.ui.panels import notice
from desktop_app.ui.recognition_owner import UNKNOWN_VOICE
from desktop_app.ui.session import Entry
from desktop_app.ui.window import MainWindow
from tests.tiny_pack import LABELS, RATE, build_tiny_pack, clip
from tests.ui.conftest import LONG, Desk
from tests.ui.test_teaching import name_a_voice

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
Wav = Callable[..., Path]


@pytest.fixture
def window(desk: Desk) -> MainWindow:
    window = desk.open()
    desk.qtbot.waitUntil(lambda: window.owner.known is not None, timeout=LONG)
    return window


@pytest.fixture
def spoken(tmp_path: Path) -> list[Path]:
    """A file a label, with room about the speech, so that the detector hears enough of it for a voice."""
    labels = sorted(LABELS, key="happy".__ne__)
    paths = [tmp_path / f"{label}.wav" for label in labels]
    for path, label in zip(paths, labels, strict=True):
        soundfile.write(path, np.pad(clip(label, 3, 3.0), 16_000), RATE)
    return paths


def drop_all(desk: Desk, window: MainWindow, paths: list[Path]) -> None:
    with desk.qtbot.waitSignal(window.queue.idle, timeout=LONG):
        desk.drop(*paths)
    desk.settle()


def probabilities(window: MainWindow) -> dict[str, dict[str, float]]:
    return {e.name: dict(e.recognition.probabilities) for e in window.session.entries() if e.recognition is not None}


def undo(desk: Desk, window: MainWindow) -> None:
    desk.qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)


# space records


def test_space_records_after_a_result_was_opened_and_teaches_nothing(
    desk: Desk, window: MainWindow, spoken: list[Path]
) -> None:
    drop_all(desk, window, spoken)
    assert window.results.table.hasFocus()
    table = window.results.table
    for opens in (
        lambda: desk.qtbot.keyClick(table, Qt.Key.Key_Return),
        lambda: double_click_first(desk, window),
    ):
        window.show_results()
        table.selectRow(0)
        opens()
        assert window.answer.isVisible()
        focused = QApplication.focusWidget()
        assert focused is not None
        assert not window.that_was.isAncestorOf(focused)
        desk.qtbot.keyClick(focused, Qt.Key.Key_Space)
        desk.wait_state(MicState.RECORDING)
        desk.say(clip("angry", 1))
        focused = QApplication.focusWidget()
        assert focused is not None
        desk.wait_entry(lambda focused=focused: desk.qtbot.keyClick(focused, Qt.Key.Key_Space))  # type: ignore[misc]
    assert window.owner.known is not None
    assert window.owner.known.examples == 0


def double_click_first(desk: Desk, window: MainWindow) -> None:
    table = window.results.table
    at = table.visualRect(table.model().index(0, 0)).center()
    desk.qtbot.mouseClick(table.viewport(), LEFT, pos=at)
    desk.qtbot.mouseDClick(table.viewport(), LEFT, pos=at)


def test_space_records_whatever_has_the_focus_and_return_presses_it(desk: Desk, window: MainWindow, wav: Wav) -> None:
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    controls = [
        w
        for w in window.findChildren(QWidget)
        if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert len(controls) > 8
    for control in controls:
        control.setFocus()
        desk.qtbot.keyClick(control, Qt.Key.Key_Space)
        assert window.capture.is_recording, control
        window.capture.stop()
        desk.wait_state(MicState.READY)
    desk.qtbot.waitUntil(lambda: not window.queue.is_running, timeout=LONG)
    window.recordings.select(window.session.entries()[0])
    window.what_if.heading.setFocus()
    desk.qtbot.keyClick(window.what_if.heading, Qt.Key.Key_Return)
    assert window.what_if.k.isVisible()


def test_no_page_hands_the_focus_to_teaching(desk: Desk, window: MainWindow, wav: Wav) -> None:
    """Every way from page to page, and where the keyboard is afterwards."""

    def focus() -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    assert focus() is window.record.button
    desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    assert focus() is window.record.button  # beside the pages it stays
    window.answer.play.setFocus()
    desk.qtbot.keyClick(focus(), Qt.Key.Key_T, CONTROL)
    assert focus() is window.results.table
    desk.qtbot.mouseClick(window.results.back, LEFT)
    assert focus() is window.answer.play
    desk.qtbot.keyClick(window, Qt.Key.Key_F1)
    assert focus() is window.first_start.button
    desk.qtbot.keyClick(focus(), Qt.Key.Key_Return)
    assert focus() is window.record.button
    desk.record(clip("sad", 1))
    window.answer.play.setFocus()
    desk.qtbot.mouseClick(window.answer.delete, LEFT)
    assert window.empty.isVisible()
    assert focus() is window.record.button
    undo(desk, window)
    assert window.answer.isVisible()
    for button in (*window.that_was.buttons.values(), window.that_was.other):
        button.setFocus(Qt.FocusReason.TabFocusReason)
        assert button.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_a_figure_alone_teaches_nothing_and_with_alt_it_does(desk: Desk, window: MainWindow, wav: Wav) -> None:
    desk.wait_entry(lambda: desk.drop(wav("happy", 1)))
    for key in (Qt.Key.Key_1, Qt.Key.Key_4, Qt.Key.Key_9):
        desk.qtbot.keyClick(window, key)
    desk.wait_entry(lambda: desk.qtbot.keyClick(window, Qt.Key.Key_4, ALT))
    assert window.owner.known is not None
    assert window.owner.known.examples == 1


def played_chords() -> Block:
    """Music: C, A minor, F, G, twice, of notes with overtones that are struck and fade."""
    t = np.arange(RATE // 2) / RATE
    chords = ((261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7))
    notes = [sum(np.sin(2 * np.pi * n * pitch * t) / n for pitch in c for n in range(1, 6)) for c in chords]
    return np.concatenate([0.1 * np.exp(-3 * t) * chord for chord in notes * 2]).astype(np.float32)


@pytest.mark.parametrize("kind", ["silence", "noise", "music"])
def test_what_is_not_speech_cannot_be_taught(desk: Desk, tmp_path: Path, kind: str) -> None:
    desk.pack = paths.default_pack()  # the tiny one hears speech in everything
    window = desk.open()
    desk.qtbot.waitUntil(lambda: window.owner.known is not None, timeout=LONG)
    sound = {
        "silence": np.zeros(2 * RATE, np.float32),
        "noise": 0.2 * np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32),
        "music": played_chords(),
    }[kind]
    path = tmp_path / f"{kind}.wav"
    soundfile.write(path, sound, RATE)
    desk.wait_entry(lambda: desk.drop(path))
    much = "Too little" if kind == "music" else "No"

    def assert_refused(act: Callable[[], object]) -> None:
        with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
            act()
        assert window.notice.message.isVisible()
        assert window.notice.message.text() == f"{much} speech was heard in this recording, so it can't be an example."

    labels = list(window.that_was.buttons)
    if kind == "music":
        assert_refused(lambda: desk.qtbot.mouseClick(window.that_was.buttons["angry"], LEFT))
    else:  # nothing is offered that would be refused; the keys still say why
        shown = [button for button in (*window.that_was.buttons.values(), window.that_was.other) if button.isVisible()]
        assert shown == []
        assert window.that_was.refusal.isVisible()
        assert_refused(lambda: desk.qtbot.keyClick(window, Qt.Key.Key_0, ALT))
    for number in range(1, 10):
        press = partial(desk.qtbot.keyClick, window, Qt.Key(Qt.Key.Key_0 + number), ALT)
        if number <= len(labels):
            assert_refused(press)
        else:
            press()
    desk.settle()
    assert window.owner.known is not None
    assert window.owner.known.examples == 0


# undo


def test_a_double_click_on_delete_deletes_one(desk: Desk, window: MainWindow) -> None:
    first, second = desk.record(clip("sad", 1)), desk.record(clip("happy", 1))
    at = window.answer.delete.mapTo(window, window.answer.delete.rect().center())
    for _ in range(2):
        under = window.childAt(at)
        assert under is not None
        desk.qtbot.mouseClick(under, LEFT, pos=under.mapFrom(window, at))
    assert [e.number for e in window.session.entries()] == [first.number]
    undo(desk, window)
    assert [e.number for e in window.session.entries()] == [first.number, second.number]


def test_ctrl_z_goes_back_through_everything(desk: Desk, window: MainWindow, spoken: list[Path]) -> None:
    name_a_voice(desk, window, "Zoe")
    desk.activate()  # no window manager gives it the keyboard back from the dialog
    drop_all(desk, window, spoken[:1])
    before = probabilities(window)
    desk.wait_entry(lambda: desk.qtbot.mouseClick(window.voice.learn, LEFT))
    taught = probabilities(window)
    desk.wait_entry(lambda: desk.qtbot.keyClick(window, Qt.Key.Key_1, ALT))
    corrected = probabilities(window)
    zoe = window.owner.voice
    desk.wait_entry(lambda: desk.qtbot.mouseClick(window.voice.remove, LEFT))
    assert window.owner.voice == UNKNOWN_VOICE
    assert [s.startswith("The voice “Zoe” is forgotten") for s in window.notice.sentences] == [True, False, False]
    desk.wait_entry(lambda: undo(desk, window))
    desk.qtbot.waitUntil(lambda: window.owner.voice == zoe, timeout=LONG)
    desk.settle()
    assert near(probabilities(window), corrected)
    desk.wait_entry(lambda: undo(desk, window))
    assert near(probabilities(window), taught)
    desk.wait_entry(lambda: undo(desk, window))
    assert near(probabilities(window), before)
    assert not window.undo_action.isEnabled()
    undo(desk, window)


def near(one: dict[str, dict[str, float]], other: dict[str, dict[str, float]]) -> bool:
    return one.keys() == other.keys() and all(one[k] == pytest.approx(other[k], abs=2e-3) for k in one)


def test_an_offer_to_undo_stays_ten_seconds_whatever_is_said_next(
    desk: Desk, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert notice.UNDO_SHOWN_MS == 10_000
    entry = desk.record(clip("sad", 1))
    desk.qtbot.mouseClick(window.answer.delete, LEFT)
    for sentence in ("One.", "Two."):
        window.notice.say(sentence)
    assert window.notice.sentences == ["Two.", f"“{entry.name}” is deleted."]
    undo(desk, window)
    assert window.notice.sentences == ["Two."]
    monkeypatch.setattr(notice, "UNDO_SHOWN_MS", 1)
    window.recordings.select(window.session.entries()[0])
    desk.qtbot.mouseClick(window.answer.delete, LEFT)
    desk.qtbot.waitUntil(lambda: window.notice.sentences == ["Two."], timeout=LONG)
    undo(desk, window)  # the offer is gone, and Ctrl+Z still knows
    assert len(window.session.entries()) == 1


def test_the_list_is_cleared_and_comes_back_and_no_sound_goes(desk: Desk, window: MainWindow, wav: Wav) -> None:
    take = desk.record(clip("sad", 1))
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    before = window.session.entries()
    window.clear_action.trigger()
    assert window.session.entries() == ()
    assert take.path.exists()
    undo(desk, window)
    assert window.session.entries() == before


# answers do not go stale


def test_every_answer_hears_of_a_voice_and_of_its_end(desk: Desk, window: MainWindow, spoken: list[Path]) -> None:
    drop_all(desk, window, spoken)
    strangers = probabilities(window)
    name_a_voice(desk, window, "Zoe")
    window.recordings.select(window.session.entries()[0])
    desk.wait_entry(lambda: desk.qtbot.mouseClick(window.voice.learn, LEFT))
    known = probabilities(window)
    assert all(known[name] != strangers[name] for name in strangers)
    window.voice.voices.setFocus()
    desk.wait_entry(lambda: desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_Home))
    assert near(probabilities(window), strangers)
    desk.wait_entry(lambda: desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_End))
    assert near(probabilities(window), known)


def test_an_example_is_heard_by_all_answers_newest_first_after_the_one_shown(
    desk: Desk, window: MainWindow, wav: Wav
) -> None:
    same = [wav("happy", 1, name=f"{i}.wav") for i in range(4)]
    drop_all(desk, window, same)
    entries = window.session.entries()
    window.recordings.select(entries[1])
    order: list[int] = []

    def note(entry: Entry) -> None:
        if entry.answered is not None and entry.answered.basis == window.owner.basis and entry.number not in order:
            order.append(entry.number)

    marked: list[tuple[str, str]] = []

    def look(entry: Entry) -> None:
        cell = window.session.index(window.session.row_of(entry.number), window.session.ANSWER)
        if entry.is_stale:
            marked.append((cell.data(), cell.data(Qt.ItemDataRole.AccessibleTextRole)))

    window.session.entry_changed.connect(note)
    window.session.entry_changed.connect(look)
    desk.wait_entry(lambda: desk.qtbot.keyClick(window, Qt.Key.Key_4, ALT))
    assert marked
    assert all(seen.startswith("⟳ ") and heard.endswith(", updating") for seen, heard in marked)
    assert not any("⟳" in window.session.index(row, window.session.ANSWER).data() for row in range(4))
    numbers = [entry.number for entry in entries]
    assert order == [numbers[1], numbers[3], numbers[2], numbers[0]]
    assert {e.recognition.label for e in window.session.entries() if e.recognition} == {"sad"}


def test_another_pack_answers_everything_again_and_a_file_that_went_keeps_its_answer(
    desk: Desk, window: MainWindow, spoken: list[Path], tmp_path: Path
) -> None:
    drop_all(desk, window, spoken)
    spoken[0].unlink()
    other = build_tiny_pack(tmp_path / "other", items=40, name="other").root
    with desk.qtbot.waitSignal(window.owner.opened, timeout=LONG):
        window.owner.open(other)

    def up_to_date() -> bool:
        return all(
            e.answered is not None and e.answered.basis == window.owner.basis for e in window.session.entries()[1:]
        )

    desk.qtbot.waitUntil(up_to_date, timeout=LONG)
    desk.qtbot.waitUntil(lambda: not window.queue.is_running, timeout=LONG)
    first = window.session.entries()[0]
    assert first.recognition is not None
    assert first.is_stale
    row = window.session.row_of(first.number)
    remark = window.session.index(row, window.session.NOTE).data()
    assert remark.startswith("Answered with what was known before.")
    answer = window.session.index(row, window.session.ANSWER)
    assert answer.data().startswith("! ")
    assert answer.data(Qt.ItemDataRole.AccessibleTextRole).endswith(", out of date")


def test_what_an_answer_rests_on_is_said_under_it_and_in_the_table(
    desk: Desk, window: MainWindow, spoken: list[Path]
) -> None:
    desk.wait_entry(lambda: desk.drop(spoken[0]))
    assert window.answer.rests.text() == "Based on: an unknown voice · pack tiny 1.0"
    name_a_voice(desk, window, "Zoe")
    desk.activate()
    desk.wait_entry(lambda: desk.qtbot.mouseClick(window.voice.learn, LEFT))
    assert window.answer.rests.text() == "Based on: Zoe’s voice from 1 recording · pack tiny 1.0"
    desk.wait_entry(lambda: desk.qtbot.keyClick(window, Qt.Key.Key_1, ALT))
    assert "Zoe’s voice from 1 recording · pack tiny 1.0 · your examples " in window.answer.rests.text()
    (entry,) = window.session.entries()
    assert entry.recognition is not None
    share = percent(entry.recognition.own_share)
    assert window.answer.rests.text().endswith(share)
    assert window.session.index(0, window.session.BASIS).data().endswith(f"your examples {share}")


def test_files_that_are_dragged_over_the_window_see_where_to_go(desk: Desk, window: MainWindow, wav: Wav) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(wav("happy")))])
    at, copy = window.rect().center(), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(at, copy, data, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, enter)
    assert window.drop_hint.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.drop_hint.isVisible()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    assert not window.drop_hint.isVisible()
