"""Recordings other than whole local files: a part of a file, a file at an address, or sound from a pipe.

A list names them: one path or address per line, or a CSV file with a column `path` and any of `channel` (from 1),
`speaker`, `start` and `end` (seconds, or h:mm:ss). Addresses are those of fsspec (s3://, sftp://, https://, ...). Such
a recording is copied into a temporary file while it is analysed, so a call has as many of them as jobs.
"""

import csv
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TextIO

from desktop_app.engine.batch.files import find_recordings
from desktop_app.engine.recognition.answer import Failure
from desktop_app.engine.sound.kinds import SUFFIXES
from desktop_app.errors import AudioError, Cancelled

NO_FSSPEC = "Addresses need fsspec, which is not installed here: type pip install 'voicekin[remote]'."

STANDARD_INPUT = "-"

CHUNK = 1 << 20

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?)")


@dataclass(frozen=True)
class Source:
    """A recording, or a part of a recording.

    Attributes:
        address: How the user named it: a path, an address, or "-".
        channel: Which channel to use, counted from 0; None: that of the call.
        speaker: Who speaks; "" if not known.
        start_s, end_s: The part, in seconds from the recording's start; None: to its end.
        at: The path of the file, if it differs from `address`.
    """

    address: str
    channel: int | None = None
    speaker: str = ""
    start_s: float = 0.0
    end_s: float | None = None
    at: Path | None = None

    def __str__(self) -> str:
        return self.address

    @property
    def name(self) -> str:
        """A short name, for the progress line."""
        return PurePosixPath(self.address).name or self.address

    @property
    def beside(self) -> str:
        """The key by which successive recordings are grouped: the speaker, or the folder."""
        return f"speaker {self.speaker}" if self.speaker else os.path.dirname(self.address)  # noqa: PTH120 - no path

    @property
    def is_far(self) -> bool:
        """Whether it is at an address and not a local file."""
        return self.at is None and is_address(self.address)

    def stamp(self) -> tuple[str, int, int] | None:
        """(name, size in bytes, modification time in ns), by which a journal recognises it; None if it can't."""
        part = f"#channel={self.channel}&t={self.start_s},{self.end_s}"
        part = "" if part == "#channel=None&t=0.0,None" else part
        if self.is_far:
            info = _explained(self.address, lambda: _filesystem(self.address)[0].info(_filesystem(self.address)[1]))
            changed = str(info.get("ETag") or info.get("mtime") or info.get("LastModified") or "")
            return f"{self.address}{part}&{changed}" if changed else f"{self.address}{part}", int(info["size"] or 0), 0
        if self.at is not None:
            return None
        try:
            status = Path(self.address).stat()
        except (OSError, ValueError):
            return None
        return f"{Path(self.address).absolute()}{part}", status.st_size, status.st_mtime_ns


def for_everyone(recording: Path | Source) -> Source:
    """The recording with an absolute path, so that every process finds it, whatever its working directory."""
    if isinstance(recording, Path):
        return Source(str(recording), at=recording.absolute())
    return (
        recording if recording.is_far else replace(recording, at=(recording.at or Path(recording.address)).absolute())
    )


Recording = Path | Source | Failure
"""An entry of a batch; a Failure for a folder that can't be searched."""


def is_address(text: str) -> bool:
    """Whether it is an address for fsspec."""
    return bool(_ADDRESS.match(text))


@contextmanager
def located(recording: Path | Source, should_stop: Callable[[], bool]) -> Iterator[Path]:
    """Yields a local file with the sound, which exists until the end of the block.

    Raises:
        AudioError: The address can't be read, or fsspec is not installed.
        Cancelled: `should_stop` returned True.
    """
    if isinstance(recording, Path):
        yield recording
    elif not recording.is_far:
        yield recording.at or Path(recording.address)
    else:
        with tempfile.TemporaryDirectory(prefix="voicekin-") as folder:
            # with its own name, which appears in messages
            path = Path(folder) / (re.sub(r"[^\w. -]", "_", recording.name)[-100:] or "recording")
            system, place = _filesystem(recording.address)

            def copy() -> None:
                with system.open(place, "rb") as far, path.open("wb") as near:
                    copied(far, near, should_stop)

            _explained(recording.address, copy)
            yield path


def copied(source: BinaryIO, target: BinaryIO, should_stop: Callable[[], bool]) -> None:
    """Copies a stream to its end.

    Raises:
        Cancelled: `should_stop` returned True.
    """
    while chunk := source.read(CHUNK):
        if should_stop():
            raise Cancelled
        target.write(chunk)


def find_sources(names: Iterable[str], *, recursive: bool = False) -> Iterator[Recording]:
    """As `find_recordings`, for paths and addresses, including folders at addresses."""
    for name in names:
        if not is_address(name):
            yield from find_recordings([Path(name)], recursive=recursive)
            continue
        try:
            yield from _find_far(name, recursive)
        except AudioError as error:
            yield Failure(name, str(error))


def _find_far(address: str, recursive: bool) -> Iterator[Source | Failure]:
    system, place = _filesystem(address)
    if not _explained(address, lambda: system.isdir(place)):
        yield Source(address)
        return
    depth = {} if recursive else {"maxdepth": 1}
    found = [p for p in _explained(address, lambda: system.find(place, **depth)) if p.lower().endswith(SUFFIXES)]
    yield from (Source(system.unstrip_protocol(path)) for path in sorted(found))
    if not found:
        yield Failure(address, f"There is no audio file in {address}: choose another folder.")


def read_list(lines: TextIO, name: str) -> list[Source]:
    """The recordings of a list.

    Args:
        name: The name of the list, for messages.

    Raises:
        AudioError: A line can't be understood, or the list is empty.
    """
    text = [line.rstrip("\r\n") for line in lines]
    text[:1] = [line.removeprefix("\ufeff") for line in text[:1]]
    try:
        head = next(csv.reader(text[:1]), [])  # of a list of paths, whose names may hold quotes, no more is a CSV
        rows = list(csv.DictReader(text)) if "path" in head else []
    except csv.Error as error:
        raise AudioError(f"{name} is not a CSV that can be read ({error}): export it again.") from None
    if "path" not in head:
        found = [Source(line) for line in text if line.strip()]
    else:
        found = [_row(row, number, name) for number, row in enumerate(rows, 2) if any(row.values())]
    if not found:
        raise AudioError(f"{name} names no recording: write a path a line, or a CSV with a column path.")
    return found


def _row(row: dict[str, Any], number: int, name: str) -> Source:
    def wrong(column: str, what: str) -> AudioError:
        return AudioError(f"Line {number} of {name} has no {what} as its {column}: correct it.")

    def cell(column: str) -> str:
        return (row.get(column) or "").strip()

    if not cell("path"):
        raise wrong("path", "path or address")
    channel = cell("channel")
    if channel and (not channel.isdecimal() or int(channel) < 1):
        raise wrong("channel", "whole number from 1 up")
    times: dict[str, float | None] = {"start": 0.0, "end": None}
    for column in times:
        if text := cell(column):
            found = _TIME.fullmatch(text)
            if found is None:
                raise wrong(column, "time in seconds or h:mm:ss")
            hours, minutes, seconds = (float(part or 0) for part in found.groups())
            times[column] = 3600 * hours + 60 * minutes + seconds
    start_s, end_s = times["start"] or 0.0, times["end"]
    if end_s is not None and end_s <= start_s:
        raise wrong("end", "time after the start")
    return Source(cell("path"), int(channel) - 1 if channel else None, cell("speaker"), start_s, end_s)


def _filesystem(address: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError:
        raise AudioError(NO_FSSPEC) from None
    system, place = _explained(address, lambda: fsspec.core.url_to_fs(address))
    return system, place


def _explained(address: str, ask: Callable[[], Any]) -> Any:
    """The result of `ask`. Any error becomes an AudioError, since each file system raises its own types."""
    try:
        return ask()
    except (AudioError, Cancelled):
        raise
    except FileNotFoundError:
        raise AudioError(f"{address} does not exist: check the address.") from None
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise AudioError(f"{address} can't be read ({reason}): check the address, and who may read it.") from None
