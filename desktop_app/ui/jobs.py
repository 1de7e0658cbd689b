"""Every long action is a plain function that a worker thread runs, with progress and cancelling."""

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

PROGRESS_EVERY_S = 0.05  # updates faster than this can't be seen and would only cause repaints


class Priority(IntEnum):
    """The order in which waiting jobs run."""

    LIVE = 0
    ASKED = 1
    AGAIN = 2
    QUEUED = 3


class JobState:
    """Passed to a job's function for use while it runs, in the worker's thread.

    Attributes:
        give_way: Runs the waiting jobs of a higher priority now, and while this job is paused also those that come.
            Long jobs call it where they have nothing half finished that another job could touch.
    """

    def __init__(
        self, stop: threading.Event, tell: Callable[[str, object], None], give_way: Callable[[], None]
    ) -> None:
        self._stop = stop
        self._tell = tell
        self._told_at = 0.0
        self.give_way = give_way

    def should_stop(self) -> bool:
        """True once the job is cancelled: the function should raise `Cancelled` or return."""
        return self._stop.is_set()

    def progress(self, fraction: float) -> None:
        """Reports how far the job is, 0 to 1; may be called at any rate."""
        now = time.monotonic()
        if fraction >= 1.0 or now - self._told_at >= PROGRESS_EVERY_S:
            self._told_at = now
            self._tell("progressed", float(fraction))

    def partial(self, value: object) -> None:
        """Reports a part of the result."""
        self._tell("partial", value)


class Job(QObject):
    """A submitted function. All signals arrive in the thread that submitted it.

    Signals:
        progressed: 0 to 1.
        partial: What the function passed to `JobState.partial`.
        done: What it returned.
        failed: The VoiceKinError it raised (any other exception goes to `Worker.crashed` as well).
        finished: Always sent once, after `done`, `failed` or cancelling.
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
        """Ask the function to stop, also if it is paused; a job that has not begun never begins."""
        self.stop.set()
        self._worker_woken.set()

    def pause(self, paused: bool) -> None:
        """Pause the function where it next gives way, or let it go on."""
        self.is_paused = paused
        self._worker_woken.set()


def while_alive(receiver: QObject, act: Callable[..., object]) -> Callable[..., None]:
    """Wraps `act` for a job's signal so that it does nothing once the receiver is gone, such as a closed dialog.

    Not needed for the receiver's own methods, which Qt disconnects.
    """

    def act_if_alive(*values: object) -> None:
        if isValid(receiver):
            act(*values)

    return act_if_alive


class Worker(QObject):
    """One thread with a queue of jobs. What its jobs use is touched by this thread only.

    Signals:
        crashed: An exception that is a bug; its traceback is in the log.
    """

    crashed = Signal(object)
    _message = Signal(object, str, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: queue.PriorityQueue[tuple[int, int, Job | None]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._woken = threading.Event()  # wakes a paused job: another job came, or it goes on, or must stop
        self._alive: set[Job] = set()
        # always queued, so that a job's signals arrive in the window's thread whatever they are connected to
        self._message.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, function: Callable[[JobState], Any], priority: Priority = Priority.ASKED) -> Job:
        """Queue a function; the job is kept alive until it has finished."""
        job = Job(function, self._woken)
        self._alive.add(job)
        self._jobs.put((int(priority), next(self._count), job))
        self._woken.set()
        return job

    def close(self) -> None:
        """Cancel all jobs, wait for the running one, end the thread. Signals not yet delivered are dropped."""
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
        """Runs the waiting jobs that come before this priority."""
        while not self._jobs.empty():  # no other thread takes from it
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
        except Exception as error:  # bugs are shown, and don't end the worker
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
