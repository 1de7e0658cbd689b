"""Many recordings: finding them in folders, answering them one by one or several at once, none stopping the rest."""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TypeVar

from desktop_app.engine.audio import SUFFIXES
from desktop_app.engine.recognition import Failure
from desktop_app.errors import Cancelled, VoiceKinError

log = logging.getLogger(__name__)

T = TypeVar("T")

ANALYSIS_SHARE = 0.95
"""Of the work for a recording; the rest is looking for neighbours, a second for an hour of speech."""

LOOK_EVERY_S = 0.1
"""How soon one who waits for an answer notices that he is to stop."""

ShouldStop = Callable[[], bool]
Ask = Callable[[Path, ShouldStop], T]
"""What is asked of one file; called from several threads when there are several jobs."""


def never() -> bool:
    """The `should_stop` of who does not want to stop."""
    return False


def find_recordings(paths: Iterable[Path], *, recursive: bool = False) -> Iterator[Path | Failure]:
    """The recordings to ask about: files as they are named, folders by what is in them, sorted by name.

    In a folder, whatever is called like a recording counts (see `audio.SUFFIXES`), be it a recording or not: what is
    wrong with it is told when it is opened. Hidden entries do not count; macOS leaves `._clip.wav` beside a clip.
    A folder that can't be read, or with nothing in it to ask about, is a Failure.
    """
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 - which, unlike Path.is_dir, takes any name without raising
            yield path
            continue
        found = False
        for entry in _entries(path, recursive):
            found = True
            yield entry
        if not found:
            if recursive:
                yield Failure(str(path), f"There is no audio file in {path}: choose another folder.")
            else:
                yield Failure(
                    str(path),
                    f"{path} holds no recordings, or only in folders of its own: "
                    "name another folder or look into all of them.",
                )


def _entries(folder: Path, recursive: bool) -> Iterator[Path | Failure]:
    try:
        entries = sorted((e for e in os.scandir(folder) if not e.name.startswith(".")), key=lambda e: _by_name(e.name))
    except OSError as error:
        yield Failure(str(folder), f"The folder {folder} can't be read ({error.strerror}): check its permissions.")
        return
    for entry in entries:
        if entry.name.lower().endswith(SUFFIXES):
            yield Path(entry.path)
        elif recursive and entry.is_dir(follow_symlinks=False):  # a link may lead back up, round and round
            yield from _entries(Path(entry.path), recursive)


def _by_name(name: str) -> list[tuple[str, int]]:
    """Sorts "clip 2" before "clip 10", and small letters beside capitals."""
    key: list[tuple[str, int]] = []
    digits = ""
    for character in name.casefold() + "\0":
        if character.isdecimal():
            digits += character
            continue
        if digits:
            key.append(("0", int(digits)))  # where digits stand among characters: before letters
            digits = ""
        key.append((character, 0))
    return key


def answer_one(path: Path | Failure, ask: Ask[T], should_stop: ShouldStop = never) -> T | Failure:
    """The answer for one file, or what keeps it from having one; a Failure stays what it is.

    Raises:
        Cancelled: `should_stop` said so.
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
    except Exception as error:  # a bug is loud in the log, but 399 other files are not to be lost to it
        log.exception("%s could not be analysed", path)
        kind = type(error).__name__
        return Failure(str(path), f"{path} made VoiceKin itself fail ({kind}: {error}): please report it with the log.")


def answer_all(
    files: Sequence[Path | Failure], ask: Ask[T], *, jobs: int = 1, should_stop: ShouldStop = never
) -> Iterator[T | Failure]:
    """One outcome for each file, in the files' order, each as soon as it and those before it are there.

    The work is never done in the caller's thread, also where `jobs` is 1: a Ctrl-C that meets the main thread inside a
    library's callback (on Windows libsndfile asks Python for the file's bytes) is swallowed there.

    Args:
        jobs: How many files are worked on at once.

    Raises:
        Cancelled: `should_stop` said so; what was yielded until then stands.
    """
    stopped = False

    def stop() -> bool:
        return stopped or should_stop()

    waiting = iter(files)
    running: deque[Future[T | Failure]] = deque()
    with ThreadPoolExecutor(jobs, thread_name_prefix="batch") as pool:
        try:
            while True:
                # no more than twice as many as there are workers, so that 10,000 files are not all held at once
                while len(running) < 2 * jobs and (file := next(waiting, None)) is not None:
                    running.append(pool.submit(answer_one, file, ask, stop))
                if not running:
                    return
                # by turns, since on Windows no Ctrl-C gets through to a thread that waits for as long as it takes
                while not stop() and not wait([running[0]], LOOK_EVERY_S).done:
                    pass
                if stop():
                    raise Cancelled
                yield running.popleft().result()
        finally:  # cancelled, or the caller has enough: the workers stop at their next look
            stopped = True
            for future in running:
                future.cancel()


class BatchProgress:
    """How far a batch is, each file by its size; may be told from several threads."""

    def __init__(self, files: Sequence[Path | Failure]) -> None:
        self._bytes = [_size(path) for path in files]
        self._shares = [0.0] * len(files)
        self._total = sum(self._bytes)
        self._done = 0.0  # bytes; kept, since adding up 20,000 files at every block would take a quarter of the time
        self._lock = threading.Lock()

    def note(self, index: int, share: float) -> None:
        """File number `index` is done to `share`, 0 to 1."""
        with self._lock:
            self._done += self._bytes[index] * (share - self._shares[index])
            self._shares[index] = share

    def share(self) -> float:
        """The whole batch, 0 to 1."""
        return min(1.0, self._done / self._total) if self._total else 1.0


def _size(path: Path | Failure) -> int:
    """Bytes, at least 1: a file that can't be read is something to be done as well."""
    if isinstance(path, Failure):
        return 1
    try:
        return max(1, path.stat().st_size)
    except (OSError, ValueError):
        return 1


def time_left_s(elapsed_s: float, done: float) -> float | None:
    """Seconds still to go when the share `done` (0 to 1) took `elapsed_s`; None while too little is done to tell."""
    if done <= 0 or elapsed_s < 1:
        return None
    return elapsed_s * (1 - min(done, 1.0)) / done
