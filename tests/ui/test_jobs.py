"""The one job primitive: results, progress, errors, cancel, order, and that nothing runs in the window's thread."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.errors import AudioError, Cancelled
from desktop_app.ui.jobs import JobState, Priority, Worker
from tests.ui.conftest import LONG


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("under test")
    yield worker
    worker.close()


def test_a_result_arrives_in_the_windows_thread_from_another(qtbot: QtBot, worker: Worker) -> None:
    seen: list[str] = []
    job = worker.submit(lambda _: threading.current_thread().name)
    job.done.connect(lambda _: seen.append(threading.current_thread().name))
    with qtbot.waitSignal(job.finished, timeout=LONG), qtbot.waitSignal(job.done, timeout=LONG) as done:
        pass
    assert done.args == ["under test"]
    assert seen == [threading.current_thread().name]
    assert job.is_finished


def test_progress_is_throttled_and_ends_whole(qtbot: QtBot, worker: Worker) -> None:
    told: list[float] = []

    def busy(state: JobState) -> None:
        for i in range(10_001):
            state.progress(i / 10_000)

    job = worker.submit(busy)
    job.progressed.connect(told.append)
    with qtbot.waitSignal(job.finished, timeout=LONG):
        pass
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert len(told) < 1_000


def test_a_paused_job_waits_where_it_gives_way_and_others_come_before_it(qtbot: QtBot, worker: Worker) -> None:
    gate, order = threading.Event(), []

    def long(state: JobState) -> None:
        gate.wait(20)
        state.give_way()
        order.append("long")

    job = worker.submit(long, Priority.QUEUED)
    job.pause(True)
    gate.set()
    for name in ("first", "second"):
        with qtbot.waitSignal(worker.submit(lambda _, name=name: order.append(name)).finished, timeout=LONG):
            pass
    assert order == ["first", "second"]
    with qtbot.waitSignal(job.done, timeout=LONG):
        job.pause(False)
    assert order[-1] == "long"


def test_a_paused_job_is_cancelled(qtbot: QtBot, worker: Worker) -> None:
    gate = threading.Event()

    def long(state: JobState) -> None:
        gate.wait(20)
        state.give_way()
        if state.should_stop():
            raise Cancelled

    job = worker.submit(long)
    job.pause(True)
    gate.set()
    with qtbot.waitSignal(worker.submit(lambda _: None, Priority.LIVE).finished, timeout=LONG):
        pass
    assert not job.is_finished
    with qtbot.waitSignal(job.finished, timeout=LONG), qtbot.assertNotEmitted(job.done):
        job.cancel()


def test_partial_results_come_before_the_whole(qtbot: QtBot, worker: Worker) -> None:
    order: list[object] = []

    def pieces(state: JobState) -> str:
        state.partial(1)
        state.partial(2)
        return "whole"

    job = worker.submit(pieces)
    job.partial.connect(order.append)
    job.done.connect(order.append)
    with qtbot.waitSignal(job.finished, timeout=LONG):
        pass
    assert order == [1, 2, "whole"]


def test_an_error_for_people_fails_the_job_and_the_worker_goes_on(qtbot: QtBot, worker: Worker) -> None:
    def fail(_: JobState) -> None:
        raise AudioError("too short")

    with qtbot.assertNotEmitted(worker.crashed):
        job = worker.submit(fail)
        with qtbot.waitSignal(job.failed, timeout=LONG) as failed:
            pass
    assert str(failed.args[0]) == "too short"
    with qtbot.waitSignal(worker.submit(lambda _: 1).done, timeout=LONG):
        pass


def test_a_bug_is_told_once_and_the_worker_goes_on(qtbot: QtBot, worker: Worker) -> None:
    job = worker.submit(lambda _: 1 / 0)
    with qtbot.waitSignals([worker.crashed, job.failed], timeout=LONG):
        pass
    with qtbot.waitSignal(worker.submit(lambda _: 1).done, timeout=LONG):
        pass


def test_cancel_stops_what_runs_and_what_waits(qtbot: QtBot, worker: Worker) -> None:
    began, ran = threading.Event(), []

    def until_stopped(state: JobState) -> None:
        began.set()
        while not state.should_stop():
            began.wait(0.001)
        raise Cancelled

    running = worker.submit(until_stopped)
    waiting = worker.submit(lambda _: ran.append(1))
    qtbot.waitUntil(began.is_set, timeout=LONG)
    with qtbot.assertNotEmitted(running.done), qtbot.assertNotEmitted(running.failed):
        waiting.cancel()
        running.cancel()
        with qtbot.waitSignals([running.finished, waiting.finished], timeout=LONG):
            pass
    assert ran == []


def test_live_jobs_go_before_queued_ones(qtbot: QtBot, worker: Worker) -> None:
    gate, order = threading.Event(), []
    worker.submit(lambda _: gate.wait(20))
    jobs = [worker.submit(lambda _, p=p: order.append(p), p) for p in (Priority.QUEUED, Priority.ASKED, Priority.LIVE)]
    gate.set()
    with qtbot.waitSignals([job.finished for job in jobs], timeout=LONG):
        pass
    assert order == [Priority.LIVE, Priority.ASKED, Priority.QUEUED]


def test_closing_waits_for_the_job_under_way_and_drops_the_rest(qtbot: QtBot) -> None:  # noqa: ARG001
    worker, began, ended = Worker("closing"), threading.Event(), []

    def until_stopped(state: JobState) -> None:
        began.set()
        while not state.should_stop():
            began.wait(0.001)
        ended.append("running")

    worker.submit(until_stopped)
    worker.submit(lambda _: ended.append("waiting"))
    began.wait(20)
    worker.close()
    assert ended == ["running"]


def test_a_long_job_gives_way_to_what_comes_before_it_and_to_nothing_else(qtbot: QtBot, worker: Worker) -> None:
    began, gate, order = threading.Event(), threading.Event(), []

    def long(state: JobState) -> None:
        began.set()
        gate.wait(20)
        state.give_way()
        order.append("long")

    def fail(_: JobState) -> None:
        order.append("asked")
        raise AudioError("It is bad.")

    jobs = [worker.submit(long, Priority.QUEUED)]
    began.wait(20)
    jobs.append(worker.submit(lambda _: order.append("next"), Priority.QUEUED))
    jobs.append(worker.submit(fail, Priority.ASKED))
    jobs.append(worker.submit(lambda _: order.append("live"), Priority.LIVE))
    gate.set()
    with qtbot.waitSignals([job.finished for job in jobs], timeout=LONG):
        pass
    assert order == ["live", "asked", "long", "next"]


def test_closing_ends_a_job_that_gives_way(qtbot: QtBot) -> None:  # noqa: ARG001
    worker, began, ran = Worker("closing"), threading.Event(), []

    def long(state: JobState) -> None:
        began.set()
        while not state.should_stop():
            state.give_way()

    worker.submit(long, Priority.QUEUED)
    began.wait(20)
    worker.submit(lambda _: ran.append(1), Priority.QUEUED)
    worker.close()
    assert ran == []
