"""The queue's count of what is done, over an owner that answers when the test says so."""

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from desktop_app.ui.session import EntryState, FileQueue, SessionModel


class Asked(QObject):
    """A job under way until the test emits `finished`; one that is stopped takes its time as well."""

    progressed, done, failed, finished = Signal(float), Signal(object), Signal(object), Signal()

    def cancel(self) -> None: ...

    def pause(self, paused: bool) -> None: ...


class Owner(QObject):
    """Remembers what it is asked; the newest is `asked[-1]`."""

    opened = Signal(object)
    pack = "a pack"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []

    def answer_file(self, *_: object) -> Asked:
        self.asked.append(Asked())
        return self.asked[-1]


@pytest.fixture
def four(qtbot: QtBot) -> tuple[FileQueue, SessionModel, Owner]:  # noqa: ARG001 - signals need Qt
    """Four recordings, the first under way."""
    session, owner = SessionModel(), Owner()
    queue = FileQueue(session, owner)  # type: ignore[arg-type]
    queue.add_all(session.add_files([Path(f"{i}.wav") for i in range(4)]))
    return queue, session, owner


Four = tuple[FileQueue, SessionModel, Owner]


def test_one_that_is_stopped_while_it_waits_is_done_with(four: Four) -> None:
    queue, session, _ = four
    stopped = session.entries()[2]
    queue.cancel(stopped.number)
    assert (queue.done, queue.total, queue.share) == (1, 4, 0.25)
    now = session.entry(stopped.number)
    assert now is not None
    assert now.state is EntryState.STOPPED


def test_one_that_is_stopped_while_it_runs_is_done_with_and_the_next_begins(four: Four) -> None:
    queue, session, owner = four
    queue.cancel(session.entries()[0].number)
    owner.asked[0].finished.emit()
    assert (queue.done, queue.total, len(owner.asked)) == (1, 4, 2)
    assert [e.state for e in session.entries()[:2]] == [EntryState.STOPPED, EntryState.RUNNING]


def test_one_that_is_removed_while_it_waits_is_done_with(four: Four) -> None:
    queue, session, owner = four
    session.remove(session.entries()[1].number)
    owner.asked[0].finished.emit()
    assert (queue.done, queue.total, len(owner.asked)) == (2, 4, 2)


def test_all_that_are_stopped_are_done_with(four: Four) -> None:
    queue, _, owner = four
    counts: list[tuple[int, int]] = []
    queue.all_stopped.connect(lambda: counts.append((queue.done, queue.total)))
    queue.cancel_all()
    assert counts == [(3, 4)]
    owner.asked[0].finished.emit()
    assert (queue.done, queue.total) == (0, 0), "a queue that has run dry begins to count anew"


def test_half_of_the_first_of_four_is_an_eighth(four: Four) -> None:
    queue, _, owner = four
    owner.asked[0].progressed.emit(0.5)
    assert queue.share == 0.125
    queue.hold()
    owner.asked[0].finished.emit()
    assert queue.share == 0.25, "what ran before counts once it is done, not twice"
    queue.go_on()
    assert queue.share == 0.25
