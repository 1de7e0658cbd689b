"""Through the window: two people in one recording, each with a lane, a name, and a saved voice if a person says so."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QInputDialog, QLineEdit

from desktop_app.engine.people.personal import Personal
from desktop_app.engine.sound.audio import SAMPLE_RATE
from desktop_app.ui.session import Entry
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow
from tests.engine.speakers.made_voices import talk
from tests.tiny_pack import RATE, clip
from tests.ui.conftest import LONG, Desk

LEFT = Qt.MouseButton.LeftButton
SECONDS = (3.0, 2.0, 2.5, 3.5, 2.0, 2.0, 4.0, 2.0, 2.0, 3.0, 2.0, 2.0)


@pytest.fixture
def two_people(tmp_path: Path, loud_is_speech: None) -> Path:  # noqa: ARG001
    samples, _ = talk([(i % 2, seconds) for i, seconds in enumerate(SECONDS)])
    path = tmp_path / "two people.wav"
    soundfile.write(path, samples, SAMPLE_RATE)
    return path


def dropped(desk: Desk, path: Path) -> tuple[MainWindow, Entry]:
    """Two people's recording, in which they are told apart."""
    window = desk.window
    entry = desk.wait_entry(lambda: desk.drop(path))
    assert entry.recognition is not None
    assert entry.recognition.speakers == (), "nobody asked"
    count = window.answer_page.speakers.count
    count.setFocus()
    entry = desk.wait_entry(lambda: desk.qtbot.keyClick(count, Qt.Key.Key_2))
    assert count.currentData() == 2
    assert entry.recognition is not None
    assert len(entry.recognition.speakers) == 2
    return window, entry


def test_a_lane_is_named_and_said_to_be_a_saved_voice_and_the_answers_change(
    desk: Desk, two_people: Path, tmp_path: Path
) -> None:
    window = desk.open()
    desk.save_a_voice("Anna")
    learnt = tmp_path / "anna.wav"
    soundfile.write(learnt, clip("angry", 3, 3.0), RATE)
    desk.wait_entry(lambda: desk.drop(learnt))
    with desk.qtbot.waitSignal(window.owner.known_changed, timeout=LONG):
        desk.qtbot.mouseClick(window.voice.learn, LEFT)
    desk.settle()
    window.voice.voices.setFocus()
    desk.wait_entry(lambda: desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_Home))
    window, entry = dropped(desk, two_people)
    panel = window.answer_page.speakers
    assert panel.isVisible()
    first, second = panel.rows[:2]
    assert [row.name.text() for row in (first, second)] == ["Speaker 1", "Speaker 2"]
    assert entry.recognition is not None
    assert first.time.text() == "0:15 · 52%"  # of 16.5 s, as the detector cuts them

    first.name.setFocus()
    first.name.selectAll()
    desk.qtbot.keyClicks(first.name, "Interviewer")
    named = desk.wait_entry(lambda: desk.qtbot.keyClick(first.name, Qt.Key.Key_Return))
    assert named.recognition is not None
    assert [one.name for one in named.recognition.speakers] == ["Interviewer", "Speaker 2"]
    assert [s.probabilities for s in named.recognition.segments] == [
        pytest.approx(s.probabilities) for s in entry.recognition.segments
    ]

    second.voice.setFocus()
    told = desk.wait_entry(lambda: desk.qtbot.keyClick(second.voice, Qt.Key.Key_Down))
    assert told.recognition is not None
    assert [one.name for one in told.recognition.speakers] == ["Interviewer", "Anna"]
    assert told.recognition.speakers[1].voice.kind == "saved"
    for before, after in zip(named.recognition.segments, told.recognition.segments, strict=True):
        same = after.probabilities == pytest.approx(before.probabilities)
        assert same == (after.speaker == 0), "the other's answers stay as they were"
    assert second.name.text() == "Anna"

    desk.activate()
    desk.wait_entry(lambda: desk.qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    back = window.session.entry(told.number)
    assert back is not None
    assert back.recognition is not None
    assert [one.name for one in back.recognition.speakers] == ["Interviewer", "Speaker 2"]
    assert back.recognition.speakers[1].voice.kind != "saved"


def test_a_saved_voice_is_never_taken_for_a_speaker_by_itself(desk: Desk, two_people: Path) -> None:
    window = desk.open()
    desk.save_a_voice("Anna")
    window.voice.voices.setFocus()
    desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_Home)
    window, entry = dropped(desk, two_people)
    assert all(row.voice.currentData() == "" for row in window.answer_page.speakers.rows[:2])
    assert entry.recognition is not None
    assert {one.voice.kind for one in entry.recognition.speakers} == {"itself"}


def test_a_lane_is_saved_as_a_new_voice_by_click_and_taken_back(desk: Desk, two_people: Path) -> None:
    window, entry = dropped_in_new_window(desk, two_people)
    first, second = window.answer_page.speakers.rows[:2]
    assert second.save.accessibleName() == "Save speaker 2 as a new voice"
    second.name.setFocus()
    second.name.selectAll()
    desk.qtbot.keyClicks(second.name, "Anna")
    desk.wait_entry(lambda: desk.qtbot.keyClick(second.name, Qt.Key.Key_Return))
    desk.qtbot.mouseClick(second.save, LEFT)
    asked = window.findChild(QInputDialog)
    assert asked.textValue() == "Anna", "as she is called already"
    with desk.qtbot.waitSignal(window.owner.known_changed, timeout=LONG):
        desk.qtbot.keyClick(asked, Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: second.voice.currentText() == "This is Anna", timeout=LONG)
    desk.settle()
    told = window.session.entry(entry.number)
    assert told is not None
    assert told.recognition is not None
    assert [one.voice.kind for one in told.recognition.speakers] == ["itself", "saved"]
    assert not second.save.isEnabled(), "she is saved"
    assert first.save.isEnabled()
    assert window.owner.known is not None
    assert [voice.name for voice in window.owner.known.voices] == ["Anna"]
    desk.activate()
    desk.qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.waitUntil(lambda: not (window.owner.known and window.owner.known.voices), timeout=LONG)
    desk.settle()
    back = window.session.entry(entry.number)
    assert back is not None
    assert back.recognition is not None
    assert [one.voice.kind for one in back.recognition.speakers] == ["itself", "itself"]
    assert [one.name for one in back.recognition.speakers] == ["Speaker 1", "Anna"]


def test_a_name_that_a_voice_has_already_is_said_and_saves_nothing(desk: Desk, two_people: Path) -> None:
    window = desk.open()
    desk.save_a_voice("Anna")
    window.voice.voices.setFocus()
    desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_Home)
    window, entry = dropped(desk, two_people)
    desk.qtbot.mouseClick(window.answer_page.speakers.rows[0].save, LEFT)
    asked = window.findChild(QInputDialog)
    desk.qtbot.keyClicks(asked.findChild(QLineEdit), "anna")
    with desk.qtbot.waitSignal(window.notice.said, timeout=LONG) as told:
        desk.qtbot.keyClick(asked, Qt.Key.Key_Return)
    assert told.args is not None
    assert "There is a voice “Anna” already" in told.args[0]
    now = window.session.entry(entry.number)
    assert now is not None
    assert now.said == ()


@pytest.mark.parametrize("how", ["library", "drop"])
def test_what_was_said_of_the_speakers_holds_at_the_next_start(desk: Desk, two_people: Path, how: str) -> None:
    window = desk.open()
    desk.save_a_voice("Anna")
    window.voice.voices.setFocus()
    desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_Home)
    window, _entry = dropped(desk, two_people)
    first, second = window.answer_page.speakers.rows[:2]
    first.name.setFocus()
    first.name.selectAll()
    desk.qtbot.keyClicks(first.name, "Interviewer")
    desk.wait_entry(lambda: desk.qtbot.keyClick(first.name, Qt.Key.Key_Return))
    second.voice.setFocus()
    desk.wait_entry(lambda: desk.qtbot.keyClick(second.voice, Qt.Key.Key_Down))
    desk.close()
    window = desk.open()
    desk.qtbot.waitUntil(lambda: bool(window.library.items), timeout=LONG)
    if how == "drop":
        again = desk.wait_entry(lambda: desk.drop(two_people))
    else:
        window.library_action.trigger()
        desk.qtbot.waitUntil(lambda: window.library_page.proxy.rowCount() == 1, timeout=LONG)
        window.library_page.table.selectRow(0)
        again = desk.wait_entry(lambda: desk.qtbot.keyClick(window.library_page.table, Qt.Key.Key_Return))
    assert again.recognition is not None
    assert [one.name for one in again.recognition.speakers] == ["Interviewer", "Anna"]
    assert again.recognition.speakers[1].voice.kind == "saved"
    panel = window.answer_page.speakers
    assert panel.count.currentText() == "2 speakers"
    assert panel.rows[1].voice.currentText() == "This is Anna"


def test_each_has_a_lane_in_their_own_colour(desk: Desk, two_people: Path, theme: Theme) -> None:
    window, entry = dropped_in_new_window(desk, two_people)
    assert entry.recognition is not None
    view = window.timeline.view
    desk.qtbot.waitUntil(lambda: view.height() == view.sizeHint().height(), timeout=LONG)
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = (
        np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1].astype(int)
    )
    for speaker in (0, 1):
        colour = np.array(QColor(theme.speaker(speaker)).getRgb()[:3])
        rows, columns = np.nonzero(np.abs(pixels - colour).sum(2) < 12)
        assert np.ptp(rows) <= 22, "in one lane"
        for segment in entry.recognition.segments:
            middle = round(view.x_at((segment.start_s + segment.end_s) / 2))
            assert (middle in columns) == (segment.speaker == speaker)


@pytest.mark.usefixtures("every_language")
def test_large_text_and_a_small_window_put_each_in_lines_that_fit(desk: Desk, two_people: Path) -> None:
    window, _ = dropped_in_new_window(desk, two_people)
    window.resize(1280, 800)
    speakers = window.answer_page.speakers
    first = speakers.rows[0]
    sideways = window.answer_page.area.horizontalScrollBar()

    def is_in_one_line() -> bool:
        return first.voice.y() < first.name.y() + first.name.height()

    for percent, in_one_line in ((100, True), (200, False), (100, True)):
        desk.settings.update(text_size=percent)
        desk.qtbot.waitUntil(is_in_one_line if in_one_line else lambda: not is_in_one_line(), timeout=LONG)
        desk.qtbot.waitUntil(lambda: sideways.maximum() == 0, timeout=LONG)
        assert first.name.width() >= desk.theme.px(100)
        assert first.bar.width() >= desk.theme.px(90)
    window.resize(1024, 700)
    desk.qtbot.waitUntil(lambda: not is_in_one_line() and sideways.maximum() == 0, timeout=LONG)


def dropped_in_new_window(desk: Desk, path: Path) -> tuple[MainWindow, Entry]:
    desk.open()
    return dropped(desk, path)


def test_how_many_there_are_can_be_said(desk: Desk, two_people: Path) -> None:
    window, entry = dropped_in_new_window(desk, two_people)
    count = window.answer_page.speakers.count
    # not Key_1: typed soon after the 2 it would be searched for as 21
    one = desk.wait_entry(lambda: desk.qtbot.keyClick(count, Qt.Key.Key_Up))
    assert one.number == entry.number
    assert one.recognition is not None
    assert len(one.recognition.speakers) == 1
    assert window.answer_page.speakers.isVisible(), "so that it can be said otherwise"
    assert window.timeline.view.height() < 300
    nobody = desk.wait_entry(lambda: desk.qtbot.keyClick(count, Qt.Key.Key_Home))
    assert nobody.recognition is not None
    assert nobody.recognition.speakers == ()
    assert not any(row.name.isVisible() for row in window.answer_page.speakers.rows)


def test_whom_a_speaker_sounds_like_is_offered_and_taken_with_a_click(
    desk: Desk, two_people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    desk.save_a_voice("Anna")
    window.voice.voices.setFocus()
    desk.qtbot.keyClick(window.voice.voices, Qt.Key.Key_Home)
    (anna,) = window.owner.known.voices if window.owner.known is not None else ()
    real = Personal.sounds_like
    monkeypatch.setattr(Personal, "sounds_like", lambda self, _: (None, self.profiles.all()[0]))
    window, _entry = dropped(desk, two_people)
    first, second = window.answer_page.speakers.rows[:2]
    assert not first.offer.isVisible()
    assert second.offer.text() == "Is this Anna?"
    assert second.voice.currentData() == ""
    told = desk.wait_entry(lambda: desk.qtbot.mouseClick(second.offer, LEFT))
    assert dict(told.said)[1].voice == anna.key
    assert not second.offer.isVisible()
    monkeypatch.setattr(Personal, "sounds_like", real)


def test_a_short_recording_asks_nobody_how_many_there_are(desk: Desk, wav: Callable[..., Path]) -> None:
    window = desk.open()
    desk.wait_entry(lambda: desk.drop(wav("happy")))
    assert not window.answer_page.speakers.isVisible()
