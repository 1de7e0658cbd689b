"""The folders that takes are recorded into, and the recovery of takes after a crash."""

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from desktop_app.capture.wav_file import repair

LOCK = "in-use"
REMOVED = "removed"


@dataclass(frozen=True)
class LeftOver:
    """A take that a crash left behind: its WAV file, repaired, its length in seconds, and when it was begun."""

    path: Path
    duration_s: float
    begun: datetime


class TakeFolder:
    """The folder for the takes of one run of the app, and the folder of kept recordings.

    `root/takes/<session>/` holds the takes of one run of the app, and a file that the run keeps locked: a session whose
    lock is free was ended by a crash. `root/recordings/` holds the recordings that the user keeps.
    """

    def __init__(self, root: Path) -> None:
        self.recordings = root / "recordings"
        self._sessions = root / "takes"
        self._lock: IO[bytes] | None = None
        self._session: Path | None = None

    def new_path(self, now: datetime | None = None) -> Path:
        """A path for a new take; the folder is made and locked on the first call.

        Raises:
            OSError: when the folder can't be written.
        """
        now = now or datetime.now()
        return _unused(self._session_folder(now) / f"{now:%Y-%m-%d %H.%M.%S}.wav")

    def left_over(self) -> tuple[LeftOver, ...]:
        """The takes of sessions that ended without closing, oldest first; empty sessions are cleared away."""
        found: list[LeftOver] = []
        for session in sorted(self._sessions.glob("*/")):
            if session == self._session or _in_use(session):
                continue
            takes = []
            for path in sorted(session.glob("*.wav")):
                with contextlib.suppress(OSError):
                    duration_s = repair(path)
                    if duration_s > 0:
                        takes.append(LeftOver(path, duration_s, datetime.fromtimestamp(path.stat().st_mtime)))
            if not takes:
                shutil.rmtree(session, ignore_errors=True)
            found.extend(takes)
        return tuple(found)

    def keep(self, take: Path) -> Path:
        """Moves a take to the kept recordings and returns its new path.

        Raises:
            OSError: when it can't be moved.
        """
        self.recordings.mkdir(parents=True, exist_ok=True)
        kept = _unused(self.recordings / take.name)
        shutil.move(take, kept)
        return kept

    def keep_all(self) -> None:
        """Moves every take of this session to the kept recordings, including one whose end was never reported.

        Raises:
            OSError: when one can't be moved.
        """
        if self._session is not None:
            for take in sorted(self._session.glob("*.wav")):
                self.keep(take)

    def remove(self, take: Path) -> Path:
        """Moves a take or a kept recording to a folder that is deleted when this session is closed; its new path.

        Raises:
            OSError: when it can't be moved.
        """
        if not (take.is_relative_to(self._sessions) or take.is_relative_to(self.recordings)):
            raise ValueError(f"{take} is not a recording of ours")
        aside = self._session_folder(datetime.now()) / REMOVED
        aside.mkdir(exist_ok=True)
        removed = _unused(aside / take.name)
        shutil.move(take, removed)
        session = take.parent
        if session not in (self._session, self.recordings) and not list(session.glob("*.wav")):
            shutil.rmtree(session, ignore_errors=True)
        return removed

    def put_back(self, removed: Path) -> Path:
        """Undoes `remove`: moves the recording to the kept recordings and returns its path there.

        Raises:
            OSError: when it can't be moved.
        """
        return self.keep(removed)

    def close(self, delete: bool = True) -> None:
        """Ends this session: takes that were not kept are deleted, or, without `delete`, left for the next start to
        offer."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._session is not None:
            shutil.rmtree(self._session if delete else self._session / REMOVED, ignore_errors=True)
        self._session = None

    def _session_folder(self, now: datetime) -> Path:
        if self._session is None:
            session = self._sessions / f"{now:%Y%m%d-%H%M%S}-{os.getpid()}"
            session.mkdir(parents=True, exist_ok=True)
            self._lock = (session / LOCK).open("wb")
            if not _try_lock(self._lock):
                raise OSError(f"{session} is in use")
            self._session = session
        return self._session


def _unused(path: Path) -> Path:
    number = 1
    candidate = path
    while candidate.exists():
        number += 1
        candidate = path.with_stem(f"{path.stem} ({number})")
    return candidate


def _in_use(session: Path) -> bool:
    lock = session / LOCK
    if not lock.exists():
        return False
    try:
        with lock.open("r+b") as file:
            return not _try_lock(file)
    except OSError:
        return True


def _try_lock(file: IO[bytes]) -> bool:
    """Locks the file until it is closed or the process ends; False if another process holds the lock."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
