"""Through the window: folders, many files, long recordings, exports, packs."""

import csv
import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton

from desktop_app.engine import installed_packs
from desktop_app.engine.pack.archive import zip_pack
from desktop_app.engine.pack.format import NEIGHBOURS
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.sound.audio import to_mono_at
from desktop_app.engine.sound.envelope import Peaks
from desktop_app.ui.answer_text import rests_on_in_short
from desktop_app.ui.dialogs.packs_dialog import PacksDialog
from desktop_app.ui.export_actions import NAMES, ExportActions
from desktop_app.ui.recognition_owner import BY_ITSELF, ONE_SPEAKER, UNKNOWN_VOICE, Answered, LiveAnswer, LiveTake
from desktop_app.ui.session import EntryState, FileQueue, SessionModel
from tests.engine.sound.bad_audio import permissions_count, write_bad_audio
from tests.tiny_pack import LABELS, RATE, build_tiny_pack, clip
from tests.ui.conftest import LONG, Desk, drop

LEFT = Qt.MouseButton.LeftButton
Wav = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    (folder / "deeper").mkdir(parents=True)
    for i in range(6):
        soundfile.write(folder / f"clip {i}.wav", clip(LABELS[i % 4], i, 1.0 + 0.3 * i), RATE)
    soundfile.write(folder / "deeper" / "ü.flac", clip("sad", 9), RATE)
    (folder / "bad.wav").write_text("This is no sound.")
    (folder / "notes.txt").write_text("nothing to hear")
    return folder


def run_dry(desk: Desk, act: Callable[[], object]) -> None:
    """Does something and waits until every recording is done with."""
    with desk.qtbot.waitSignal(
        desk.window.queue.idle, timeout=LONG, check_params_cb=lambda: desk.window.session.rowCount() > 0
    ):
        act()


def click(desk: Desk, button: QPushButton) -> None:
    desk.qtbot.mouseClick(button, LEFT)


# folders and the table


def test_a_folder_is_dropped_and_everything_in_it_gets_its_row(desk: Desk, folder: Path) -> None:
    window = desk.open()
    run_dry(desk, lambda: desk.drop(folder))
    states = {entry.name: entry.state for entry in window.session.entries()}
    assert states == {
        "bad.wav": EntryState.FAILED,
        "ü.flac": EntryState.DONE,
        **{f"clip {i}.wav": EntryState.DONE for i in range(6)},
    }
    assert window.results.isVisible()
    assert not window.queue_panel.isVisible()


def test_from_the_table_one_comes_to_any_answer_and_back(desk: Desk, folder: Path) -> None:
    window = desk.open()
    run_dry(desk, lambda: desk.drop(folder))
    names = [entry.name for entry in window.session.entries()]
    click(desk, window.results.back)
    assert window.answer.isVisible()
    assert window.recordings.table.currentIndex().data() == names[0]
    window.results_action.trigger()
    assert window.results.isVisible()
    side = window.recordings.table
    last = side.visualRect(side.model().index(len(names) - 1, SessionModel.NAME)).center()
    desk.qtbot.mouseClick(side.viewport(), LEFT, pos=last)
    assert window.answer.isVisible(), "the recording that was shown last is shown again"
    assert window.recordings.table.currentIndex().data() == names[0]


def test_the_table_is_sorted_and_filtered(desk: Desk, folder: Path) -> None:
    window = desk.open()
    run_dry(desk, lambda: desk.drop(folder))
    results = window.results
    header = results.table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(SessionModel.LENGTH) + 10, header.height() // 2)
    desk.qtbot.mouseClick(header.viewport(), LEFT, pos=at)
    lengths = [entry.recognition.duration_s for entry in results.shown() if entry.recognition]
    assert lengths in (sorted(lengths), sorted(lengths, reverse=True))
    desk.qtbot.mouseClick(header.viewport(), LEFT, pos=at)
    again = [entry.recognition.duration_s for entry in results.shown() if entry.recognition]
    assert again == lengths[::-1]
    desk.qtbot.keyClicks(results.filter, "deeper")
    assert [entry.name for entry in results.shown()] == ["ü.flac"]
    assert not results.filter.nothing.isVisible()
    desk.qtbot.keyClicks(results.filter, " still")
    assert not results.shown()
    assert results.filter.nothing.isVisible()
    assert "deeper still" in results.filter.nothing.text()
    results.filter.clear()
    assert not results.filter.nothing.isVisible()


def test_what_failed_keeps_its_sentence_and_is_tried_again(desk: Desk, folder: Path) -> None:
    window = desk.open()
    run_dry(desk, lambda: desk.drop(folder))
    bad = next(entry for entry in window.session.entries() if entry.state is EntryState.FAILED)
    note = window.session.index(window.session.row_of(bad.number), SessionModel.NOTE).data()
    assert note == bad.error
    assert "bad.wav" in note
    window.recordings.select(bad)
    assert not window.map.isVisible()  # it lies nowhere
    soundfile.write(folder / "bad.wav", clip("happy", 1), RATE)
    desk.qtbot.waitUntil(window.results.retry.isEnabled, timeout=LONG)
    run_dry(desk, lambda: click(desk, window.results.retry))
    mended = window.session.entry(bad.number)
    assert mended is not None
    assert mended.state is EntryState.DONE
    window.recordings.select(mended)
    assert window.map.isVisible()


def test_all_is_stopped_and_what_was_answered_stays(desk: Desk, folder: Path) -> None:
    window = desk.open()

    def stop_after_two(_: object) -> None:
        if window.queue.done == 2:
            click(desk, window.queue_panel.stop)

    window.session.entry_changed.connect(stop_after_two)
    run_dry(desk, lambda: desk.drop(folder))
    states = [entry.state for entry in window.session.entries()]
    assert EntryState.STOPPED in states
    assert states.count(EntryState.DONE) >= 1
    window.session.entry_changed.disconnect(stop_after_two)
    desk.qtbot.waitUntil(window.results.retry.isEnabled, timeout=LONG)
    run_dry(desk, lambda: click(desk, window.results.retry))
    assert EntryState.STOPPED not in [entry.state for entry in window.session.entries()]


def test_one_is_stopped_and_the_rest_goes_on(desk: Desk, folder: Path) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(folder), EntryState.RUNNING)
    click(desk, window.queue_panel.pause)
    assert window.queue_panel.isVisible()
    assert "paused" in window.queue_panel.text.text()
    desk.qtbot.waitUntil(lambda: window.results.summary.text().endswith(" waiting, paused"), timeout=LONG)
    window.results.table.selectRow(window.results.proxy.rowCount() - 1)
    chosen = window.results.selection()[0]
    click(desk, window.results.stop)
    run_dry(desk, lambda: click(desk, window.queue_panel.pause))
    assert "paused" not in window.results.summary.text()
    states = {entry.number: entry.state for entry in window.session.entries()}
    assert states.pop(chosen.number) is EntryState.STOPPED
    assert set(states.values()) == {EntryState.DONE, EntryState.FAILED}


def test_one_channel_is_listened_to(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    path = tmp_path / "two people.wav"
    soundfile.write(path, np.stack([clip("angry", 1), clip("sad", 2)], axis=1), RATE)
    all_channels, first, second, third = window.channel_menu.choices[:4]
    second.trigger()
    entry = desk.wait_entry(lambda: desk.drop(path))
    assert entry.recognition is not None
    assert entry.recognition.label == "sad"
    row = window.session.row_of(entry.number)
    assert window.session.index(row, SessionModel.NAME).data() == "two people.wav, channel 2"
    click(desk, window.answer.play)
    desk.qtbot.waitUntil(lambda: bool(desk.player.played), timeout=LONG)
    expected = to_mono_at(clip("sad", 2), RATE, 48_000)
    np.testing.assert_allclose(desk.player.played[0], expected, atol=1e-3)

    # the choice of the moment holds when it is tried again
    window.show_results()
    window.results.table.selectRow(0)
    first.trigger()
    entry = desk.wait_entry(lambda: click(desk, window.results.retry))
    assert entry.recognition is not None
    assert entry.recognition.label == "angry"
    third.trigger()
    entry = desk.wait_entry(lambda: click(desk, window.results.retry), EntryState.FAILED)
    assert "no channel 3" in entry.error
    all_channels.trigger()
    entry = desk.wait_entry(lambda: click(desk, window.results.retry))
    assert entry.state is EntryState.DONE
    assert window.session.index(row, SessionModel.NAME).data() == "two people.wav"


def test_what_of_a_file_could_not_be_heard_is_told(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    soundfile.write(path, clip("sad"), 16_000)
    path.write_bytes(path.read_bytes()[:40_044])
    window = desk.open()
    run_dry(desk, lambda: desk.drop(path))
    said = "The file says that it lasts 2.0 s; 1.2 s of sound are in it and were heard."
    assert said in window.answer.sure.text()
    assert said in window.session.entries()[0].remark


def test_a_take_is_heard_whatever_channel_files_are_heard_by(desk: Desk) -> None:
    window = desk.open()
    window.channel_menu.choices[2].trigger()
    assert desk.record(clip("sad", 3)).state is EntryState.DONE


def test_every_bad_file_gets_its_row_and_its_sentence(desk: Desk, tmp_path: Path, silence: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    kinds = write_bad_audio(bad)
    named = [path for kind, path in kinds.items() if kind not in ("folder", "no name of a file")]
    with permissions_count():
        window = desk.open()
        run_dry(desk, lambda: desk.drop(silence, *named, kinds["folder"]))
    entries = {entry.path: entry for entry in window.session.entries()}
    assert set(entries) == {silence, *named}
    assert all(entries[path].state is EntryState.FAILED and entries[path].error.endswith(".") for path in named)
    assert "no audio file" in window.notice.message.text()
    row = window.session.row_of(entries[silence].number)
    assert "No speech" in window.session.index(row, SessionModel.NOTE).data()
    assert window.session.index(row, SessionModel.SEGMENTS).data() == "0"


# long recordings


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """An analysis says that it has begun, and waits at its first block until it may go on."""
    began, go_on = threading.Event(), threading.Event()
    real = Peaks.feed

    def feed(self: Peaks, block: NDArray[np.float32]) -> None:
        began.set()
        go_on.wait(20)
        real(self, block)

    monkeypatch.setattr(Peaks, "feed", feed)
    return began, go_on


def test_a_long_recording_by_itself_says_how_long_it_takes_and_can_be_stopped(
    desk: Desk, interview: Path, held: tuple[threading.Event, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileQueue, "time_left_s", property(lambda queue: 90.0 if queue.is_running else None))
    began, go_on = held
    window = desk.open()
    assert not window.queue_panel.isVisible()
    desk.wait_entry(lambda: desk.drop(interview), EntryState.RUNNING)
    desk.qtbot.waitUntil(began.is_set, timeout=LONG)
    desk.qtbot.waitUntil(window.queue_panel.isVisible, timeout=LONG)
    assert "1:30 left" in window.queue_panel.text.text()
    click(desk, window.queue_panel.stop)
    desk.wait_entry(go_on.set, EntryState.STOPPED)
    desk.qtbot.waitUntil(lambda: not window.queue_panel.isVisible(), timeout=LONG)
    window.show_results()
    assert desk.wait_entry(lambda: click(desk, window.results.retry)).state is EntryState.DONE


def test_a_long_recording_is_paused_where_it_is_and_goes_on(
    desk: Desk, interview: Path, held: tuple[threading.Event, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileQueue, "time_left_s", property(lambda queue: None if queue.is_paused else 90.0))
    began, go_on = held
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(interview), EntryState.RUNNING)
    desk.qtbot.waitUntil(began.is_set, timeout=LONG)
    desk.qtbot.waitUntil(window.queue_panel.isVisible, timeout=LONG)
    click(desk, window.queue_panel.pause)
    go_on.set()
    for _ in range(3):  # whatever else is asked for is answered meanwhile
        with desk.qtbot.waitSignal(window.owner.list_examples().done, timeout=LONG):
            pass
    assert [entry.state for entry in window.session.entries()] == [EntryState.RUNNING]
    assert window.queue_panel.isVisible()
    answer = window.session.index(0, SessionModel.ANSWER)
    assert (answer.data(), window.answer.answer.text()) == ("Paused", "Paused")
    entry = desk.wait_entry(lambda: click(desk, window.queue_panel.pause))
    assert entry.state is EntryState.DONE


def test_live_answers_come_between_the_pieces_of_a_long_recording(
    desk: Desk, interview: Path, held: tuple[threading.Event, threading.Event]
) -> None:
    owner = desk.open().owner
    (began, go_on), order = held, []
    jobs = [owner.answer_file(interview)]
    jobs[0].done.connect(order.append)
    desk.qtbot.waitUntil(began.is_set, timeout=LONG)
    jobs.append(owner.answer_live(clip("happy", 5, 3.0), RATE))
    jobs[1].done.connect(order.append)
    go_on.set()
    with desk.qtbot.waitSignals([job.finished for job in jobs], timeout=LONG):
        pass
    assert [type(answer) for answer in order] == [LiveAnswer, Answered]
    alone = desk.wait_entry(lambda: desk.drop(interview))
    assert alone.recognition is not None
    assert order[1].recognition.segments == alone.recognition.segments, "neither disturbs the other"


def test_a_long_recording_is_shown_over_time(desk: Desk, interview: Path) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(interview))
    assert entry.recognition is not None
    assert len(entry.recognition.segments) == 4
    assert window.timeline.isVisible()
    assert window.timeline.shares.text().count("%") >= 2

    view = window.timeline.view
    start_s = entry.recognition.segments[1].start_s
    desk.qtbot.mouseClick(view, LEFT, pos=QPoint(round(view.x_at(start_s)), 100))
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 1, timeout=LONG)
    assert len(desk.player.played[0]) / 48_000 == pytest.approx(entry.recognition.duration_s - start_s, abs=0.1)
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.player.end()

    whole = view.view
    at = QPointF(view.x_at(start_s), 100)
    wheel = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    assert view.view.end_s - view.view.start_s < (whole.end_s - whole.start_s) / 2
    assert view.x_at(start_s) == pytest.approx(at.x(), abs=1), "what is under the pointer stays there"
    assert window.timeline.scroll_bar.isVisible()
    click(desk, window.timeline.whole)
    assert view.view == whole


def test_a_part_is_selected_and_asked_about_again(desk: Desk, interview: Path) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(interview))
    assert entry.recognition is not None
    segment = entry.recognition.segments[2]
    view = window.timeline.view
    left, right = (QPoint(round(view.x_at(s)), 100) for s in (segment.start_s - 0.1, segment.end_s + 0.1))
    desk.qtbot.mousePress(view, LEFT, pos=left)
    desk.qtbot.mouseMove(view, pos=right)
    desk.qtbot.mouseRelease(view, LEFT, pos=right)
    assert view.selection is not None
    part = desk.wait_entry(lambda: click(desk, window.timeline.again))
    assert part.recognition is not None
    assert part.recognition.label == segment.label
    assert part.recognition.segments[0].start_s == pytest.approx(view.seconds_at(left.x()), abs=0.1)
    assert part.name.startswith("interview.wav, 0:")
    assert window.recordings.table.hasFocus()


def test_a_long_recording_is_its_own_voice(desk: Desk, interview: Path) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(interview))
    assert entry.recognition is not None
    voices = window.voice.voices
    voices.setFocus()
    own = desk.wait_entry(lambda: desk.qtbot.keyClick(voices, Qt.Key.Key_Down))
    assert window.owner.voice == ONE_SPEAKER
    assert own.recognition is not None
    spans = [[(s.start_s, s.end_s) for s in one.recognition.segments] for one in (entry, own) if one.recognition]
    assert spans[0] == spans[1]
    recogniser = Recogniser(load_pack(desk.pack))
    analysis = recogniser.analyse_file(interview)
    baseline = recogniser.estimate_voice([analysis]).baseline
    expected = recogniser.answer(analysis, baseline=baseline).segments
    assert expected != entry.recognition.segments
    assert [s.probabilities for s in own.recognition.segments] == [pytest.approx(s.probabilities) for s in expected]


def test_the_keyboard_goes_from_segment_to_segment(desk: Desk, interview: Path) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(interview))
    assert entry.recognition is not None
    view = window.timeline.view
    view.setFocus()
    desk.qtbot.keyClick(view, Qt.Key.Key_Right)
    desk.qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.selection is not None
    assert view.selection.start_s == entry.recognition.segments[1].start_s
    label = entry.recognition.segments[1].label
    assert label.capitalize() in view.accessibleDescription()
    desk.qtbot.keyClick(view, Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 1, timeout=LONG)
    length = view.selection.end_s - view.selection.start_s
    assert len(desk.player.played[0]) / 48_000 == pytest.approx(length, abs=0.05)
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.player.end()


# exports


def exported(export: ExportActions, desk: Desk, name: str) -> str:
    with desk.qtbot.waitSignal(export.told, timeout=LONG) as signal:
        export.menu.aboutToShow.emit()
        export.actions[name].trigger()
    assert signal.args is not None
    return str(signal.args[0])


def test_every_format_is_exported_from_the_menu(
    desk: Desk, interview: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(interview))
    for name in NAMES:
        target = tmp_path / f"out of {name}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, target=target, **__: (str(target), ""))
        told = exported(window.export, desk, name)
        (written,) = tmp_path.glob(f"out of {name}.*")  # with the ending that the format has
        assert str(written) in told
        assert written.stat().st_size > 40


def test_a_file_is_replaced_only_after_a_yes(
    desk: Desk, interview: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(interview))
    target = tmp_path / "out.csv"
    target.write_text("precious")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    assert "is there already" in exported(window.export, desk, "csv")
    assert target.read_text() == "precious"
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    assert "Exported" in exported(window.export, desk, "csv")
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert [row["path"] for row in csv.DictReader(file)] == [str(interview)]


def test_the_selection_of_the_table_is_exported_and_copied(
    desk: Desk, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    run_dry(desk, lambda: desk.drop(folder))
    window.results.filter.setText("clip ")
    window.results.table.selectRow(1)
    target = tmp_path / "out.jsonl"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    exported(window.export, desk, "jsonl")
    assert [json.loads(line)["path"] for line in target.read_text().splitlines()] == [str(folder / "clip 1.wav")]
    window.results.table.clearSelection()
    with desk.qtbot.waitSignal(window.export.told, timeout=LONG):
        window.export.copy.trigger()
    assert len(QApplication.clipboard().text().splitlines()) == 1 + 6


# packs


@pytest.fixture
def other(tmp_path: Path) -> Path:
    pack = build_tiny_pack(tmp_path / "other pack", items=24, name="other")
    archive = tmp_path / "other.vkpack"
    zip_pack(pack, archive)
    return archive


@pytest.fixture
def shipping(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.paths.default_pack", lambda: desk.pack)


def names(dialog: PacksDialog) -> list[str]:
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


@pytest.mark.usefixtures("shipping")
def test_a_pack_is_dropped_used_and_removed_and_the_answers_stay(
    desk: Desk, wav: Wav, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(wav("happy")))
    desk.drop(other)
    desk.qtbot.waitUntil(lambda: window.findChild(PacksDialog) is not None, timeout=LONG)
    dialog = window.findChild(PacksDialog)
    assert dialog is not None
    desk.qtbot.waitUntil(lambda: names(dialog) == ["tiny 1.0, in use", "other 1.0"], timeout=LONG)
    assert dialog.list.currentItem().text() == "other 1.0"
    desk.qtbot.waitUntil(lambda: "Tiny pack" in dialog.card.toPlainText(), timeout=LONG)

    with desk.qtbot.waitSignal(window.owner.opened, timeout=LONG):
        click(desk, dialog.use)
    assert window.owner.pack is not None
    assert (window.owner.pack.name, window.owner.pack.items) == ("other", 24)
    assert installed_packs.pack_in_use().name == "other"
    now = window.session.entry(entry.number)
    assert now is not None
    assert now.recognition == entry.recognition, "switching the pack loses no result"
    with desk.qtbot.waitSignal(
        window.session.entry_changed,
        timeout=LONG,
        check_params_cb=lambda e: e.state is EntryState.DONE and e.answered.basis == window.owner.basis,
    ):
        pass  # and the pack in use answers it again by itself
    desk.qtbot.waitUntil(lambda: names(dialog) == ["tiny 1.0", "other 1.0, in use"], timeout=LONG)
    assert not dialog.remove.isEnabled()

    dialog.list.setCurrentRow(0)
    with desk.qtbot.waitSignal(window.owner.opened, timeout=LONG):
        click(desk, dialog.use)
    desk.qtbot.waitUntil(lambda: names(dialog) == ["tiny 1.0, in use", "other 1.0"], timeout=LONG)
    dialog.list.setCurrentRow(1)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    click(desk, dialog.remove)
    desk.qtbot.waitUntil(lambda: names(dialog) == ["tiny 1.0, in use"], timeout=LONG)
    dialog.close()


@pytest.mark.usefixtures("shipping")
def test_the_pack_is_switched_while_a_queue_runs(desk: Desk, folder: Path, other: Path) -> None:
    window = desk.open()
    installed_packs.install_pack(other)
    dialog = window.show_packs()
    desk.qtbot.waitUntil(lambda: len(names(dialog)) == 2, timeout=LONG)
    dialog.list.setCurrentRow(1)

    def switch_after_two(_: object) -> None:
        if window.queue.done == 2 and dialog.use.isEnabled():
            window.session.entry_changed.disconnect(switch_after_two)
            window.queue.pause(True)
            click(desk, dialog.use)

    window.session.entry_changed.connect(switch_after_two)
    with desk.qtbot.waitSignal(window.owner.opened, timeout=LONG):
        desk.drop(folder)
    assert window.owner.pack is not None
    assert window.owner.pack.name == "other"
    before = {entry.number: entry for entry in window.session.entries() if entry.recognition}
    assert 2 <= len(before) < 8
    run_dry(desk, lambda: window.queue.pause(False))
    desk.settle()
    after = window.session.entries()
    assert [entry.state for entry in after].count(EntryState.DONE) == 7
    assert len({entry.answered.analysis.encoder_sha256 for entry in after if entry.answered}) == 1, "none is old"
    assert not any(entry.is_stale for entry in after)
    dialog.close()


@pytest.mark.usefixtures("shipping")
def test_a_folder_that_is_a_pack_is_installed_and_not_listened_to(
    desk: Desk, other: Path, wav: Wav, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    run_dry(desk, lambda: desk.drop(tmp_path / "other pack", wav("happy")))
    assert [entry.name for entry in window.session.entries()] == ["happy 0.wav"]
    dialog = window.findChild(PacksDialog)
    assert dialog is not None
    desk.qtbot.waitUntil(lambda: names(dialog) == ["tiny 1.0, in use", "other 1.0"], timeout=LONG)

    installed_packs.use_pack("other")
    asked: list[str] = []

    def question(*arguments: object) -> QMessageBox.StandardButton:
        asked.append(str(arguments[-1]))
        return QMessageBox.StandardButton.Yes if len(asked) == 2 else QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", question)
    drop(dialog, other)
    desk.qtbot.waitUntil(lambda: "was not installed" in dialog.state.text(), timeout=LONG)
    with desk.qtbot.waitSignal(window.owner.opened, timeout=LONG):  # the pack in use was replaced
        drop(dialog, other)
    assert "other is installed already" in asked[0]
    assert window.owner.pack is not None
    assert window.owner.pack.name == "other"
    dialog.close()


@pytest.mark.usefixtures("shipping")
def test_a_bad_pack_is_told_in_a_sentence_and_changes_nothing(desk: Desk, other: Path, tmp_path: Path) -> None:
    window = desk.open()
    pack = load_pack(other)
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in pack.root.iterdir():
        content = path.read_bytes()
        (broken / path.name).write_bytes(content[:-10] if path.name == NEIGHBOURS else content)
    window.packs_action.trigger()
    dialog = window.findChild(PacksDialog)
    assert dialog is not None
    dialog.install_from(broken)
    desk.qtbot.waitUntil(lambda: "was not installed" in dialog.state.text(), timeout=LONG)
    assert NEIGHBOURS in dialog.state.text()
    assert names(dialog) == ["tiny 1.0, in use"]
    click(desk, dialog.verify)
    desk.qtbot.waitUntil(lambda: "is intact" in dialog.state.text(), timeout=LONG)
    dialog.close()


def test_a_long_recording_is_heard_against_its_own_rest_until_that_is_switched_off(
    desk: Desk, interview: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.engine.recognition.recogniser.MIN_GROUP", 4)  # which the interview has
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(interview))
    assert entry.recognition is not None
    assert len(entry.recognition.segments) == 4
    assert entry.recognition.rests_on.voice.kind == "itself"
    assert "the voice in this recording" in window.answer.rests.text()
    window.voice.voices.setFocus()
    desk.wait_entry(lambda: desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_Down))
    again = desk.wait_entry(lambda: desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_Down))
    assert window.owner.voice == BY_ITSELF
    assert again.recognition is not None
    assert again.recognition.rests_on.voice.kind == "none"
    assert again.recognition.probabilities != entry.recognition.probabilities
    assert "an unknown voice" in window.answer.rests.text()


def test_recordings_of_one_folder_are_heard_together_until_that_is_switched_off(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "visit"
    folder.mkdir()
    for i in range(6):
        soundfile.write(folder / f"clip {i}.wav", clip(LABELS[i % 4], i, 1.0), RATE)
    soundfile.write(folder / "nothing.wav", np.zeros(RATE, np.float32), RATE)
    soundfile.write(tmp_path / "elsewhere.wav", clip("sad", 9, 1.0), RATE)
    window = desk.open()

    def voices() -> dict[str, tuple[str, int]]:
        said = {e.name: e.recognition for e in window.session.entries()}
        return {n: (r.rests_on.voice.kind, r.rests_on.voice.heard) for n, r in said.items() if r is not None}

    def until(expected: dict[str, tuple[str, int]]) -> None:
        desk.qtbot.waitUntil(lambda: voices() == expected and window.ask_again.is_idle, timeout=LONG)

    files = [*sorted(folder.iterdir()), tmp_path / "elsewhere.wav"]
    alone = {f.name: ("none", 0) for f in files}
    together = {f.name: ("group", 6) if f.name.startswith("clip") else ("none", 0) for f in files}
    desk.drop(*files[:3], files[-1])  # four are too few, and one of them lies elsewhere
    until({f.name: ("none", 0) for f in (*files[:3], files[-1])})
    desk.drop(*files[3:-1])
    until(together)
    entries = [e for e in window.session.entries() if e.name.startswith("clip")]
    assert all("all 6 recordings together" in rests_on_in_short(e.recognition) for e in entries if e.recognition)
    recogniser = Recogniser(load_pack(desk.pack))
    analyses = [recogniser.analyse_file(f) for f in files[:6]]
    baseline = recogniser.estimate_voice(analyses).baseline
    for entry, analysis in zip(entries, analyses, strict=True):
        assert entry.recognition is not None
        assert entry.recognition.model_probabilities == pytest.approx(
            recogniser.answer(analysis, baseline=baseline, voice=entry.recognition.rests_on.voice).model_probabilities,
            abs=1e-6,
        )
    combo = window.voice.voices
    combo.setCurrentIndex(combo.findData(BY_ITSELF))
    combo.activated.emit(combo.currentIndex())
    until(alone)
    combo.setCurrentIndex(combo.findData(UNKNOWN_VOICE))
    combo.activated.emit(combo.currentIndex())
    until(together)
    window.takes.clear(tuple(entries[:2]))
    until({f.name: ("none", 0) for f in (*files[2:],)})
    desk.qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    until(together)


def test_the_live_bars_know_the_voice_after_half_a_minute(tiny_pack: Path) -> None:
    recogniser = Recogniser(load_pack(tiny_pack))
    take = LiveTake()
    windows = [recogniser.analyse(clip(LABELS[i % 4], i, 3.0)) for i in range(9)]
    for i, window in enumerate(windows[:7]):
        assert take.hear(recogniser, window, 3.0 * (i + 1)) is None
        assert take.hear(recogniser, window, 3.0 * (i + 1) + 0.2) is None, "what overlaps counts once"
    voice = take.hear(recogniser, windows[7], 24.0)
    assert voice is not None
    expected = recogniser.estimate_voice(windows[:8])
    np.testing.assert_allclose(voice.baseline, expected.baseline, atol=1e-5)
    assert voice.settled == pytest.approx(expected.settled)
