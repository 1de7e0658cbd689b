"""Through the window: record, drop, see the answer and why."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLineEdit, QWidget

from desktop_app.capture.fake import FakeSource, MutedSource
from desktop_app.capture.recorder import Recorder
from desktop_app.capture.wav_file import WavWriter
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.encoder import Encoder
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.dialogs.about_dialog import AboutDialog
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.panels.what_if_panel import ALPHA_STEPS
from desktop_app.ui.session import EntryState, SessionModel
from desktop_app.ui.widgets.probability_bar import ProbabilityBar
from tests.tiny_pack import LABELS, build_tiny_pack, clip
from tests.ui.conftest import LONG, Desk

LEFT = Qt.MouseButton.LeftButton
Wav = Callable[..., Path]


def label_of(desk: Desk, path: Path) -> str:
    return Recogniser(load_pack(desk.pack)).recognise_file(path).label


# recording


@pytest.mark.parametrize("label", ["happy", "sad"])
def test_a_recording_gets_the_label_of_its_file(desk: Desk, wav: Wav, label: str) -> None:
    window = desk.open()
    entry = desk.record(clip(label, 3, 3.0))
    assert entry.recognition is not None
    assert entry.recognition.label == label_of(desk, wav(label, 3, seconds=3.0)) == label
    assert window.answer.answer.text() == label.capitalize()
    assert window.answer.share.text().endswith("%")
    assert entry.name.startswith("Recording")


def test_axes_tell_arousal_dominance_and_valence_where_the_pack_does(
    desk: Desk, wav: Wav, tmp_path: Path, silence: Path
) -> None:
    desk.pack = build_tiny_pack(tmp_path / "telling", dimensions=True).root
    window = desk.open()
    panel = window.answer
    desk.wait_entry(lambda: desk.drop(wav("angry")))
    assert list(panel.dimensions) == ["arousal", "dominance", "valence"]
    desk.qtbot.waitUntil(lambda: all(axis.isVisible() for axis in panel.dimensions.values()), timeout=LONG)
    loud = panel.dimensions["arousal"]
    assert loud.accessibleName() == f"Arousal {loud.amount:.2f}, from 0 (calm) to 1 (excited)"
    assert loud.amount == pytest.approx(0.9, abs=0.15)
    axis, before = loud.grab().toImage(), loud.amount
    desk.wait_entry(lambda: desk.drop(wav("sad")))
    assert panel.dimensions["arousal"] is loud
    assert loud.amount < before - 0.5
    assert loud.grab().toImage() != axis  # the mark lies elsewhere
    desk.wait_entry(lambda: desk.drop(silence))
    assert not any(axis.isVisible() for axis in panel.dimensions.values())


@pytest.mark.usefixtures("german")
def test_the_axes_speak_german(desk: Desk, wav: Wav, tmp_path: Path) -> None:
    desk.pack = build_tiny_pack(tmp_path / "telling", dimensions=True).root
    panel = desk.open().answer
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    name = panel.dimensions["valence"].accessibleName()
    assert name.startswith("Valenz 0,")
    assert name.endswith(", von 0 (unangenehm) bis 1 (angenehm)")


def test_space_starts_and_ends_a_recording(desk: Desk) -> None:
    window = desk.open()
    assert window.record.button.hasFocus()
    desk.qtbot.keyClick(window.record.button, Qt.Key.Key_Space)
    desk.wait_state(MicState.RECORDING)
    assert "Recording" in window.record.state.text()
    desk.say(clip("angry", 1))
    entry = desk.wait_entry(lambda: desk.qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space))
    assert entry.state is EntryState.DONE
    # and once more, from anywhere that has no use of its own for the space bar
    assert window.record.button.hasFocus()
    window.recordings.table.setFocus()
    desk.qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    desk.wait_state(MicState.RECORDING)
    desk.say(clip("angry", 1))
    desk.wait_entry(lambda: desk.qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space))


def test_the_space_bar_is_left_to_a_field_that_has_the_focus(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    for seed in range(8):
        desk.wait_entry(lambda seed=seed: desk.drop(wav("sad", seed)))
    window.recordings.filter.setFocus()
    desk.qtbot.keyClicks(window.recordings.filter, "sad 3")
    assert window.recordings.filter.text() == "sad 3"
    assert window.recordings.proxy.rowCount() == 1
    assert window.capture.state is MicState.READY


def test_recording_is_announced_only_after_the_first_sample(desk: Desk) -> None:
    window = desk.open()
    desk.source.pause()
    desk.qtbot.mouseClick(window.record.button, LEFT)
    assert window.capture.state is MicState.STARTING
    assert "Waiting" in window.record.state.text()
    desk.source.pause(False)
    desk.wait_state(MicState.RECORDING)
    assert "Recording" in window.record.state.text()
    desk.stop()


def test_the_bars_live_while_recording_and_the_answer_follows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.source.speed = 2
    window = desk.open()
    detector = "desktop_app.engine.sound.speech.SpeechDetector.probabilities"
    monkeypatch.setattr(detector, lambda _, samples: np.full(max(1, len(samples) // 512), 0.9, np.float32))
    desk.start()
    assert window.answer.history.isVisible()
    assert not window.neighbours.isVisible()
    desk.source.play(clip("happy", 5, 6.0))
    with desk.qtbot.waitSignals([window.live.answered] * 3, timeout=LONG):
        pass
    assert window.answer.name.text().startswith("Live")
    shares = [bar.row.mix for bar in window.answer.bars.values()]
    assert sum(shares) == pytest.approx(1.0, abs=1e-3)
    assert window.answer.share.text() != ""
    desk.qtbot.waitUntil(lambda: window.map.view.clip_at is not None, timeout=LONG)  # the star is on the map
    assert window.answer.live.so_far_bar.isVisible()
    assert window.answer.live.so_far.text().startswith("So far: ")
    desk.qtbot.waitUntil(lambda: max(window.answer.live.waveform.peaks) > 0.01, timeout=LONG)
    entry = desk.stop()
    assert entry.state is EntryState.DONE
    assert not window.answer.history.isVisible()
    assert window.neighbours.isVisible()


def test_nobody_speaking_is_said_and_the_encoder_rests(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = desk.open()
    encoded: list[int] = []
    real = Encoder.encode
    monkeypatch.setattr(Encoder, "encode", lambda self, w: (encoded.append(1), real(self, w))[1])
    desk.start()
    with desk.qtbot.waitSignal(window.live.answered, timeout=LONG) as signal:
        pass
    assert signal.args is not None
    assert signal.args[1] is None
    assert encoded == []
    assert "Nobody is speaking" in window.answer.sure.text()
    desk.stop()


def test_the_level_moves_before_recording(desk: Desk) -> None:
    window = desk.open()
    desk.source.play(np.full(16_000, 0.5, dtype=np.float32))
    desk.qtbot.waitUntil(lambda: window.record.meter.value() > -20, timeout=LONG)
    assert window.capture.state is MicState.READY


def test_the_microphone_stays_closed_until_recording_where_the_setting_says_so(desk: Desk) -> None:
    desk.settings.update(listen_before_recording=False, introduced=True)
    window = desk.make()
    with desk.qtbot.waitSignal(window.owner.opened, timeout=LONG):
        window.show()
    desk.wait_state(MicState.CLOSED)
    desk.start()
    desk.say(clip("sad", 2))
    entry = desk.stop()
    assert entry.state is EntryState.DONE
    desk.wait_state(MicState.CLOSED)


# devices


def test_a_muted_microphone_gets_a_hint(desk: Desk) -> None:
    desk.microphones.plugged[:] = [MutedSource(speed=20)]
    window = desk.open()
    desk.qtbot.waitUntil(lambda: "muted" in window.record.hint.text(), timeout=LONG)
    assert window.record.hint.isVisible()


def test_clipping_and_lost_sound_are_shown(desk: Desk) -> None:
    window = desk.open()
    desk.source.play(np.ones(16_000, dtype=np.float32))
    desk.qtbot.waitUntil(lambda: "clipped" in window.record.hint.text(), timeout=LONG)
    desk.source.overflow()
    desk.qtbot.waitUntil(lambda: "lost 1 times" in window.record.hint.text(), timeout=LONG)


def test_no_microphone_is_a_normal_state(desk: Desk, wav: Wav) -> None:
    desk.microphones.plugged.clear()
    window = desk.open()
    desk.wait_state(MicState.NONE)
    assert "No microphone" in window.record.hint.text()
    assert "There is no microphone" in window.empty.sentence.text()
    assert not window.record.button.isEnabled()
    assert not window.notice.isVisible()
    entry = desk.wait_entry(lambda: desk.drop(wav("angry")))
    assert entry.recognition is not None
    # plugged in later
    desk.microphones.plugged.append(FakeSource("Plugged in later", speed=8))
    desk.qtbot.mouseClick(window.record.refresh, LEFT)
    desk.wait_state(MicState.READY)
    assert window.record.microphones.currentText() == "Plugged in later"
    assert window.empty.sentence.text().startswith("Press Space and speak")


def test_a_microphone_is_chosen_by_name_and_remembered(desk: Desk) -> None:
    other = FakeSource("Second", speed=8)
    desk.microphones.plugged.append(other)
    window = desk.open()
    box = window.record.microphones
    assert [box.itemText(i) for i in range(box.count())] == ["Fake microphone", "Second"]
    box.setFocus()
    desk.qtbot.keyClick(box, Qt.Key.Key_Down)
    assert window.capture.chosen is not None
    assert window.capture.chosen.name == "Second"
    desk.wait_state(MicState.READY)
    desk.close()
    desk.microphones.plugged.reverse()  # another order: an index would now be wrong
    window = desk.open()
    assert window.record.microphones.currentText() == "Second"
    assert (desk.settings.values.microphone_name, desk.settings.values.microphone_host_api) == ("Second", "Fake")


def test_an_unplugged_microphone_ends_the_take_with_all_its_sound_and_offers_to_go_on(desk: Desk) -> None:
    window = desk.open()
    desk.start(clip("happy", 7, 3.0))
    entry = desk.wait_entry(desk.source.unplug)
    assert entry.recognition is not None
    assert entry.recognition.label == "happy"
    assert entry.recognition.duration_s >= 3.0
    assert "is gone" in window.notice.message.text()
    # and goes on, where it is plugged in again
    desk.source.pause(False)
    desk.qtbot.mouseClick(window.notice.buttons[0], LEFT)
    desk.wait_state(MicState.RECORDING)
    assert not window.notice.isVisible()
    desk.say(clip("sad", 2))
    assert desk.stop().number == entry.number + 1


def test_going_on_without_a_microphone_records_nothing_later(desk: Desk) -> None:
    window = desk.open()
    desk.start(clip("happy", 7, 3.0))
    desk.wait_entry(desk.source.unplug)
    desk.microphones.plugged.clear()
    desk.qtbot.mouseClick(window.notice.buttons[0], LEFT)
    desk.wait_state(MicState.NONE)
    desk.microphones.plugged.append(FakeSource("Plugged in later", speed=8))
    desk.qtbot.mouseClick(window.record.refresh, LEFT)
    desk.wait_state(MicState.READY)
    assert len(window.session.entries()) == 1


def test_a_microphone_that_goes_between_takes_is_said(desk: Desk) -> None:
    window = desk.open()
    with desk.qtbot.waitSignal(window.capture.device_gone, timeout=LONG):
        desk.source.unplug()
    assert window.notice.message.text() == "“Fake microphone” is gone."
    assert [button.text() for button in window.notice.buttons] == ["Look again"]


def test_a_microphone_that_cannot_be_opened_is_said(desk: Desk) -> None:
    window = desk.open()
    desk.microphones.plugged.append(FakeSource("Gone soon"))
    desk.qtbot.mouseClick(window.record.refresh, LEFT)
    desk.wait_state(MicState.READY)
    desk.microphones.plugged.pop()
    with desk.qtbot.waitSignal(window.capture.troubled, timeout=LONG):
        desk.qtbot.keyClick(window.record.microphones, Qt.Key.Key_Down)
    assert "no longer there" in window.notice.message.text()
    assert window.capture.state is MicState.CLOSED


def test_a_full_disk_keeps_what_was_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = desk.open()
    real = WavWriter.write

    def write(self: WavWriter, block: np.ndarray) -> None:
        if self.n_samples > 32_000:
            raise OSError(28, "No space left on device")
        real(self, block)

    monkeypatch.setattr(WavWriter, "write", write)
    desk.start()
    entry = desk.wait_entry(lambda: desk.source.play(clip("sad", 1, 4.0)))
    assert entry.recognition is not None
    assert "No space left" in window.notice.message.text()


# files


def test_many_files_are_dropped_and_each_gets_its_answer(desk: Desk, wav: Wav, tmp_path: Path) -> None:
    window = desk.open()
    files = [wav(label, 9) for label in LABELS]
    broken = tmp_path / "broken.wav"
    broken.write_text("not a sound", encoding="utf-8")
    with desk.qtbot.waitSignal(window.queue.idle, timeout=LONG):
        desk.drop(*files[:2], broken, *files[2:])
    entries = window.session.entries()
    assert [e.name for e in entries] == [p.name for p in (*files[:2], broken, *files[2:])]
    assert [e.recognition.label for e in entries if e.recognition] == list(LABELS)
    assert entries[2].state is EntryState.FAILED
    assert "broken.wav" in entries[2].error
    # the broken one says why, and can be tried again once it is mended
    window.recordings.select(entries[2])
    assert window.answer.sure.text() == entries[2].error
    broken.write_bytes(files[0].read_bytes())
    entry = desk.wait_entry(lambda: desk.qtbot.mouseClick(window.answer.retry, LEFT))
    assert entry.recognition is not None
    assert entry.recognition.label == "angry"


def test_a_folder_is_dropped(desk: Desk, wav: Wav, tmp_path: Path) -> None:
    window = desk.open()
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    for i, name in enumerate(("folder/b.wav", "folder/inner/a.wav", "folder/notes.txt")):
        wav("sad", i, name="x.wav").rename(tmp_path / name)
    with desk.qtbot.waitSignal(window.queue.idle, timeout=LONG):
        desk.drop(tmp_path / "folder")
    assert {e.name for e in window.session.entries()} == {"a.wav", "b.wav"}
    (tmp_path / "empty").mkdir()
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
        desk.drop(tmp_path / "empty")
    assert "no audio file" in window.notice.message.text()


def test_a_row_shows_its_answer_and_the_table_sorts(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    with desk.qtbot.waitSignal(window.queue.idle, timeout=LONG):
        desk.drop(*(wav(label, 4) for label in LABELS))
    table, proxy = window.recordings.table, window.recordings.proxy
    window.recordings.table.sortByColumn(SessionModel.ANSWER, Qt.SortOrder.AscendingOrder)
    answers = [proxy.index(row, SessionModel.ANSWER).data() for row in range(4)]
    assert answers == sorted(answers)
    for row in (2, 0):
        at = table.visualRect(proxy.index(row, 0)).center()
        desk.qtbot.mouseClick(table.viewport(), LEFT, pos=at)
        assert window.answer.answer.text() == answers[row].split()[0]


def test_a_silent_file_is_answered_in_words_not_with_a_proud_bar(desk: Desk, silence: Path) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(silence))
    assert entry.recognition is not None
    assert entry.recognition.abstained
    assert window.answer.answer.text() == "No speech"
    assert window.answer.share.text() == ""
    assert "no answer" in window.answer.sure.text()
    window.show_results()
    desk.qtbot.waitUntil(lambda: window.results.summary.text() == "1 recording: 1 without speech", timeout=LONG)
    window.recordings.select(entry)
    assert not any(bar.isVisible() for bar in window.answer.bars.values())
    assert not window.neighbours.isVisible()
    assert window.answer.lengths.isVisible()


# why


def test_the_answer_is_explained(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    entry = desk.wait_entry(lambda: desk.drop(wav("angry", 2)))
    recognition = entry.recognition
    assert recognition is not None
    for label, bar in window.answer.bars.items():
        assert bar.row.mix == recognition.probabilities[label]
        assert bar.row.model == recognition.model_probabilities[label]
        assert bar.row.neighbours == recognition.neighbour_probabilities[label]
        assert label.capitalize() in bar.accessibleName()
        assert "model" in bar.accessibleName()
    assert "model" in window.answer.agreement.text()
    cards = [card for card in window.neighbours.findChildren(QWidget, "card") if card.isVisible()]
    assert len(cards) == len(recognition.neighbours)
    first = recognition.neighbours[0]
    name = cards[0].accessibleName()
    for part in (first.label.capitalize(), first.corpus, first.speaker, f"{first.distance:.2f}"):
        assert part in name
    assert window.map.isVisible()


def test_what_if_answers_without_encoding_and_goes_back(desk: Desk, wav: Wav, monkeypatch: pytest.MonkeyPatch) -> None:
    window = desk.open()
    before = desk.wait_entry(lambda: desk.drop(wav("happy", 6))).recognition
    assert before is not None

    def never(*_: object) -> None:
        raise AssertionError("the encoder ran again")

    monkeypatch.setattr(Encoder, "encode", never)
    desk.qtbot.mouseClick(window.what_if.heading, LEFT)
    assert window.what_if.k.isVisible()
    window.what_if.alpha.setFocus()

    def bars() -> dict[str, float]:
        return {label: bar.row.mix for label, bar in window.answer.bars.items()}

    desk.qtbot.keyClick(window.what_if.alpha, Qt.Key.Key_End)
    desk.qtbot.waitUntil(lambda: bars() == pytest.approx(dict(before.neighbour_probabilities)), timeout=LONG)
    desk.qtbot.keyClick(window.what_if.k, Qt.Key.Key_Home)
    desk.qtbot.waitUntil(lambda: "of the 1 nearest" in window.neighbours.sentence.text(), timeout=LONG)
    desk.qtbot.mouseClick(window.what_if.reset, LEFT)
    desk.qtbot.waitUntil(lambda: bars() == pytest.approx(dict(before.probabilities)), timeout=LONG)
    assert window.what_if.alpha.value() == round(before.alpha * ALPHA_STEPS)


# takes


def test_a_take_is_played_kept_and_deleted(desk: Desk) -> None:
    window = desk.open()
    entry = desk.record(clip("neutral", 1))
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.qtbot.mouseClick(window.answer.play, LEFT)
    assert window.answer.play.text() == "Stop"
    desk.qtbot.waitUntil(lambda: len(desk.player.played) == 1, timeout=LONG)
    with desk.qtbot.waitSignal(window.playback.playing_changed, timeout=LONG):
        desk.player.end()
    assert window.answer.play.text() == "Play"
    assert entry.kept
    assert entry.path.parent == desk.takes.recordings
    assert not window.answer.keep.isVisible()
    desk.qtbot.mouseClick(window.answer.delete, LEFT)
    assert window.session.entries() == ()
    assert not entry.path.exists()
    assert window.empty.isVisible()
    assert window.notice.message.text() == f"“{entry.name}” is deleted."
    desk.qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    (back,) = window.session.entries()
    assert back.path.exists()
    assert (back.name, back.recognition) == (entry.name, entry.recognition)
    assert window.answer.isVisible()
    assert not window.notice.isVisible()


def test_takes_are_kept_unless_the_setting_says_no(desk: Desk) -> None:
    desk.settings.update(keep_takes=False)
    window = desk.open()
    path = desk.record(clip("sad", 1)).path
    assert path.exists()
    assert window.answer.keep.isVisible()
    desk.close()
    assert not list(desk.home.rglob("*.wav"))
    desk.settings = type(desk.settings)(desk.home / "none.json")  # as it is where nobody has chosen
    desk.open()
    desk.record(clip("sad", 1))
    desk.close()
    assert len(list(desk.takes.recordings.glob("*.wav"))) == 1
    assert not list((desk.home / "takes").rglob("*.wav"))


def test_closing_while_recording_loses_nothing_that_was_to_be_kept(desk: Desk) -> None:
    desk.open()
    desk.start()
    desk.say(clip("sad", 1))
    desk.close()
    assert len(list(desk.takes.recordings.glob("*.wav"))) == 1


def test_a_loudspeaker_that_is_not_there_is_said(desk: Desk) -> None:
    window = desk.open()
    desk.record(clip("neutral", 1))
    desk.player.refuses = True
    with desk.qtbot.waitSignal(window.playback.troubled, timeout=LONG):
        desk.qtbot.mouseClick(window.answer.play, LEFT)
    assert "loudspeaker" in window.notice.message.text()
    assert window.answer.play.text() == "Play"


@pytest.mark.parametrize("recover", [True, False])
def test_a_take_of_a_killed_app_is_offered(desk: Desk, recover: bool) -> None:
    session = desk.home / "takes" / "20240101-120000-1"
    session.mkdir(parents=True)
    with WavWriter(session / "2024-01-01 12.00.00.wav", 16_000) as writer:
        writer.write(clip("happy", 2))
    desk.settings.update(introduced=True)
    window = desk.make()
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG):
        window.show()
    assert "did not close properly" in window.notice.message.text()
    if recover:
        entry = desk.wait_entry(lambda: desk.qtbot.mouseClick(window.notice.buttons[0], LEFT))
        assert entry.recognition is not None
        assert entry.recognition.label == "happy"
        assert entry.path.parent == desk.takes.recordings
    else:
        desk.qtbot.mouseClick(window.notice.buttons[1], LEFT)
        assert window.notice.message.text() == "The recording is deleted."
        entry = desk.wait_entry(lambda: desk.qtbot.mouseClick(window.notice.buttons[0], LEFT))
        assert entry.path.exists()
        desk.qtbot.mouseClick(window.answer.delete, LEFT)
        desk.close()
        assert not list(desk.home.rglob("*.wav"))


# the house


def test_the_first_start_explains_and_is_not_shown_again(desk: Desk) -> None:
    window = desk.open(introduced=False)
    assert window.first_start.isVisible()
    text = " ".join(label.text() for label in window.first_start.findChildren(type(window.answer.sure)))
    assert "Article 5(1)(f)" in text
    assert not desk.microphones.opened
    desk.qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.keyClick(window, Qt.Key.Key_F5)
    assert window.capture.state is MicState.LOOKING  # no device is so much as looked for before it was read
    desk.qtbot.keyClick(window.first_start.button, Qt.Key.Key_Return)
    assert not window.first_start.isVisible()
    assert window.record.button.hasFocus()
    desk.wait_state(MicState.READY)
    assert desk.microphones.opened
    desk.close()
    window = desk.open(introduced=False)
    assert not window.first_start.isVisible()
    desk.qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.first_start.isVisible()


def test_synthetic_voices_are_there_to_try(desk: Desk) -> None:
    window = desk.open()
    window.empty.samples.setFocus()
    with desk.qtbot.waitSignal(window.queue.idle, timeout=LONG):
        desk.qtbot.keyClick(window.empty.samples, Qt.Key.Key_Return)
    entries = window.session.entries()
    assert len(entries) == 4
    assert all(entry.name.startswith("Synthetic voice, ") and entry.recognition is not None for entry in entries)
    assert window.results.isVisible()
    window.results.table.selectRow(0)
    desk.qtbot.keyClick(window.results.table, Qt.Key.Key_Return)
    assert window.answer.isVisible()
    assert "Synthetic voice" in window.answer.name.text()


def test_broken_settings_are_set_aside_and_said(desk: Desk) -> None:
    desk.home.mkdir(parents=True)
    desk.settings.path.write_text('{"theme": ', encoding="utf-8")
    desk.settings = type(desk.settings)(desk.settings.path)
    window = desk.open()
    assert "settings could not be read" in window.notice.message.text()
    assert (desk.home / "settings.broken.json").read_text(encoding="utf-8") == '{"theme": '


def test_themes_and_settings_work_at_once(desk: Desk) -> None:
    window = desk.open()
    desk.qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    light = window.palette().window().color().lightness()
    desk.qtbot.keyClick(dialog.theme, Qt.Key.Key_End)
    assert desk.settings.values.theme == "dark"
    assert window.palette().window().color().lightness() < light
    desk.qtbot.mouseClick(dialog.listen, LEFT, pos=dialog.listen.rect().center() - dialog.listen.rect().center() * 0.9)
    desk.wait_state(MicState.CLOSED)
    desk.qtbot.mouseClick(dialog.close_button, LEFT)
    assert not dialog.isVisible()


def test_a_bug_is_shown_calmly_with_diagnostics(desk: Desk, wav: Wav, monkeypatch: pytest.MonkeyPatch) -> None:
    window = desk.open()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Recogniser, "analyse_file", broken)
    entry = desk.wait_entry(lambda: desk.drop(wav("sad")))
    assert entry.state is EntryState.FAILED
    box = window.findChild(QDialog)
    assert box is not None
    desk.qtbot.mouseClick(box.copy, LEFT)  # type: ignore[attr-defined]
    assert "VoiceKin" in QApplication.clipboard().text()
    assert "tiny 1.0" in QApplication.clipboard().text()
    desk.qtbot.mouseClick(box.close_button, LEFT)  # type: ignore[attr-defined]
    monkeypatch.undo()
    assert desk.wait_entry(lambda: desk.qtbot.mouseClick(window.answer.retry, LEFT)).state is EntryState.DONE


def test_a_bad_pack_is_said_and_the_window_stays(desk: Desk, tmp_path: Path) -> None:
    desk.pack = tmp_path / "nothing"
    desk.settings.update(introduced=True)
    window = desk.make()
    with desk.qtbot.waitSignal(window.owner.failed, timeout=LONG):
        window.show()
    assert "no pack" in window.notice.message.text()
    assert window.isVisible()


def test_about_names_licences_and_the_method(desk: Desk) -> None:
    window = desk.open()
    window.about_action.trigger()
    dialog = window.findChild(AboutDialog)
    assert dialog is not None
    text = dialog.text.toPlainText()
    for part in ("Apache-2.0", "LGPL-3.0", "Interspeech 2023", "Pack tiny 1.0", "OFL-1.1", "with PortAudio: MIT"):
        assert part in text
    desk.qtbot.mouseClick(dialog.close_button, LEFT)


def test_every_control_has_a_name_and_can_be_reached_by_tab(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    desk.qtbot.mouseClick(window.what_if.heading, LEFT)
    controls = [
        w
        for w in window.findChildren(QWidget)
        if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    nameless = [w for w in controls if not (w.accessibleName() or getattr(w, "text", str)())]
    assert nameless == []
    window.record.button.setFocus()
    reached: list[QWidget] = []
    while QApplication.focusWidget() not in reached:
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.append(focused)
        desk.qtbot.keyClick(focused, Qt.Key.Key_Tab)
    missed = [w for w in controls if w not in reached and w.focusProxy() is None]
    assert missed == []
    for kind in (QComboBox, QLineEdit, ProbabilityBar):
        for widget in window.findChildren(kind):
            assert widget.accessibleName(), widget


def test_geometry_is_remembered(desk: Desk) -> None:
    window = desk.open()
    window.resize(window.minimumWidth(), 600)
    desk.close()
    desk.settings = type(desk.settings)(desk.settings.path)
    window = desk.make()
    assert window.height() == 600
    window.show()


def test_a_slow_device_never_holds_the_window_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that takes long to open leaves the window alive: a file is answered meanwhile."""
    import threading

    gate = threading.Event()
    real = Recorder.open
    monkeypatch.setattr(Recorder, "open", lambda self: (gate.wait(20), real(self))[1])
    desk.settings.update(introduced=True)
    window = desk.make()
    with desk.qtbot.waitSignal(window.owner.opened, timeout=LONG):
        window.show()
    assert window.capture.state is MicState.LOOKING
    assert "Opening" in window.record.state.text()
    gate.set()
    desk.wait_state(MicState.READY)


def test_files_dropped_while_recording_wait_for_the_take(desk: Desk, wav: Wav) -> None:
    window = desk.open()
    desk.start(clip("happy", 3, 3.0))
    with desk.qtbot.waitSignal(window.session.rowsInserted, timeout=LONG):
        desk.drop(wav("sad", 2))
    assert window.answer.history.isVisible()  # the live answer stays on the screen
    desk.qtbot.mouseClick(window.record.button, LEFT)
    desk.qtbot.waitUntil(lambda: [e.state for e in window.session.entries()] == [EntryState.DONE] * 2, timeout=LONG)
    assert [e.recognition.label for e in window.session.entries() if e.recognition] == ["sad", "happy"]
    assert window.answer.answer.text() == "Happy"
