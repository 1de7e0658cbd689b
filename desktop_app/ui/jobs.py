"""The one primitive for every long action: a plain function run by a worker thread, with progress and cancel."""

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from desktop_app.errors import Cancelled, VoiceKinError

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 0.05  # more often than this nobody sees, and the window only repaints


class Priority(IntEnum):
    """Which of the waiting jobs runs first."""

    LIVE = 0
    ASKED = 1
    AGAIN = 2
    QUEUED = 3


class JobState:
    """What a job's function may use while it runs, in the worker's thread.

    Attributes:
        give_way: Runs the jobs of a higher priority that wait, here and now, and those that come while this job is
            paused. For a long job to call at moments when it has nothing half done that another job could touch.
    """

    def __init__(
        self, stop: threading.Event, tell: Callable[[str, object], None], give_way: Callable[[], None]
    ) -> None:
        self._stop = stop
        self._tell = tell
        self._told_at = 0.0
        self.give_way = give_way

    def should_stop(self) -> bool:
        """True once the job was cancelled: raise `Cancelled`, or return."""
        return self._stop.is_set()

    def progress(self, fraction: float) -> None:
        """How far the job is, 0 to 1; may be called as often as one likes."""
        now = time.monotonic()
        if fraction >= 1.0 or now - self._told_at >= PROGRESS_EVERY_S:
            self._told_at = now
            self._tell("progressed", float(fraction))

    def partial(self, value: object) -> None:
        """A result that is ready before the whole."""
        self._tell("partial", value)


class Job(QObject):
    """A function under way. All signals arrive in the thread that submitted it.

    Signals:
        progressed: 0 to 1.
        partial: What the function handed to `JobState.partial`.
        done: What it returned.
        failed: The VoiceKinError it raised (any other exception goes to `Worker.crashed` as well).
        finished: After one of `done`, `failed`, or a cancel; always, once.
    """

    progressed = Signal(float)
    partial = Signal(object)
    done = Signal(object)
    failed = Signal(object)
    finished = Signal()

    def __init__(self, function: Callable[[JobState], Any], worker_woken: threading.Event) -> None:
        super().__init__()
        self.function = function
        self.stop = threading.Event()
        self.is_paused = False
        self.is_finished = False
        self._worker_woken = worker_woken

    def cancel(self) -> None:
        """Ask the function to stop, also where it is paused; a job that has not begun never begins."""
        self.stop.set()
        self._worker_woken.set()

    def pause(self, paused: bool) -> None:
        """Have the function wait where it gives way next, or go on."""
        self.is_paused = paused
        self._worker_woken.set()


def while_alive(receiver: QObject, act: Callable[..., object]) -> Callable[..., None]:
    """`act` for a signal of a job, until the receiver is gone: a dialog may be closed before its job is done.

    A method of the receiver itself needs none: Qt ends its connections with it.
    """

    def act_if_alive(*values: object) -> None:
        if isValid(receiver):
            act(*values)

    return act_if_alive


class Worker(QObject):
    """One thread with a queue of jobs, and so the one owner of whatever its jobs use.

    Signals:
        crashed: An exception that is a bug, with its traceback logged.
    """

    crashed = Signal(object)
    _message = Signal(object, str, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: queue.PriorityQueue[tuple[int, int, Job | None]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._woken = threading.Event()  # for a paused job: another job came, or it may go on, or must stop
        self._alive: set[Job] = set()
        # always queued: signals of a job arrive in the window's thread whatever they are connected to
        self._message.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, function: Callable[[JobState], Any], priority: Priority = Priority.ASKED) -> Job:
        """Queue a function; the job is kept alive until it is finished."""
        job = Job(function, self._woken)
        self._alive.add(job)
        self._jobs.put((int(priority), next(self._count), job))
        self._woken.set()
        return job

    def close(self) -> None:
        """Cancel everything, wait for the job under way, end the thread. Signals not delivered yet are dropped."""
        for job in self._alive:
            job.cancel()
        self._jobs.put((-1, next(self._count), None))
        self._thread.join()
        self._message.disconnect(self._deliver)
        self._alive.clear()

    def _run(self) -> None:
        while True:
            priority, _, job = self._jobs.get()
            if job is None:
                return
            self._run_job(job, priority)

    def _give_way(self, job: Job, priority: int) -> None:
        while True:
            self._woken.clear()
            self._run_before(priority)
            if not job.is_paused or job.stop.is_set():
                return
            self._woken.wait()

    def _run_before(self, priority: int) -> None:
        """Runs the jobs that wait and come before this priority."""
        while not self._jobs.empty():  # no one else takes from it
            first = self._jobs.get()
            if first[2] is None or first[0] >= priority:
                self._jobs.put(first)
                return
            self._run_job(first[2], first[0])

    def _run_job(self, job: Job, priority: int) -> None:
        def tell(kind: str, value: object) -> None:
            self._message.emit(job, kind, value)

        if job.stop.is_set():
            tell("cancelled", None)
            return
        try:
            result = job.function(JobState(job.stop, tell, partial(self._give_way, job, priority)))
        except Cancelled:
            tell("cancelled", None)
        except VoiceKinError as error:
            log.warning("%s", error)
            tell("failed", error)
        except Exception as error:  # every bug is shown once, and never ends the worker
            log.exception("a job failed")
            tell("crashed", error)
        else:
            tell("done", result)

    @Slot(object, str, object)
    def _deliver(self, job: Job, kind: str, value: object) -> None:
        if kind == "progressed":
            job.progressed.emit(value)
            return
        if kind == "partial":
            job.partial.emit(value)
            return
        self._alive.discard(job)
        job.is_finished = True
        if kind == "done" and not job.stop.is_set():
            job.done.emit(value)
        elif kind in ("failed", "crashed"):
            if kind == "crashed":
                self.crashed.emit(value)
            job.failed.emit(value)
        job.finished.emit()
