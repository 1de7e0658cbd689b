"""Answers many recordings, one by one or several at once; if one fails, the others go on."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TypeVar

from desktop_app.engine.batch.sources import Recording, Source
from desktop_app.engine.recognition.answer import Failure
from desktop_app.errors import Cancelled, VoiceKinError
from desktop_app.interruption import ShouldStop, never

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_EVERY_S = 0.1
"""How often the wait for an answer is interrupted to check whether to stop."""

Ask = Callable[[Path | Source, ShouldStop], T]
"""The work for one file; called from several threads if there are several jobs."""


def answer_one(path: Recording, ask: Ask[T], should_stop: ShouldStop = never) -> T | Failure:
    """The answer for one file, or a Failure if it can't be answered; a Failure is returned as it is.

    Raises:
        Cancelled: `should_stop` returned True.
    """
    if isinstance(path, Failure):
        return path
    try:
        return ask(path, should_stop)
    except VoiceKinError as error:
        return Failure(str(path), str(error))
    except MemoryError:
        return Failure(str(path), f"{path} needs more memory than there is: close other programs or cut it into parts.")
    except Cancelled:
        raise
    except Exception as error:  # a bug: it is logged, and the other files go on
        log.exception("%s could not be analysed", path)
        kind = type(error).__name__
        return Failure(str(path), f"{path} made VoiceKin itself fail ({kind}: {error}): please report it with the log.")


def answer_all(
    files: Sequence[Recording], ask: Ask[T], *, jobs: int = 1, should_stop: ShouldStop = never
) -> Iterator[T | Failure]:
    """One outcome for each file, in the files' order, each as soon as it and those before it are ready.

    The work is never done in the caller's thread, even if `jobs` is 1: a Ctrl-C that arrives while the main thread is
    in a library's callback (on Windows libsndfile reads the file through Python) would be lost.

    Args:
        jobs: How many files are worked on at once.

    Raises:
        Cancelled: `should_stop` returned True; outcomes yielded until then are valid.
    """
    stopped = False

    def stop() -> bool:
        return stopped or should_stop()

    waiting = iter(files)
    running: deque[Future[T | Failure]] = deque()
    with ThreadPoolExecutor(jobs, thread_name_prefix="batch") as pool:
        try:
            while True:
                # at most twice as many as there are workers, so that 10,000 files are not all in memory
                while len(running) < 2 * jobs and (file := next(waiting, None)) is not None:
                    running.append(pool.submit(answer_one, file, ask, stop))
                if not running:
                    return
                # with a timeout, since on Windows Ctrl-C does not reach a thread that waits without one
                while not stop() and not wait([running[0]], LOOK_EVERY_S).done:
                    pass
                if stop():
                    raise Cancelled
                yield running.popleft().result()
        finally:  # cancelled, or the caller has stopped iterating: the workers stop when they next poll
            stopped = True
            for future in running:
                future.cancel()
