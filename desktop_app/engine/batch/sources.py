"""Recordings that are more than a file as it lies there: part of one, one at an address, one that came through a pipe.

A list names them: a path or address a line, or a CSV with a column `path` and any of `channel` (from 1), `speaker`,
`start` and `end` (seconds, or h:mm:ss). Addresses are those of fsspec (s3://, sftp://, https://, ...): such a recording
is copied into a temporary file for as long as it is heard, so that a call holds as many of them as it has jobs.
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
    """A recording, or a part of one.

    Attributes:
        address: What the user calls it: a path, an address, or "-".
        channel: Which one to listen to, counted from 0; None: as the call says.
        speaker: Who speaks, "" where nobody says.
        start_s, end_s: The part, in seconds from the recording's start; None: to its end.
        at: Where it lies, if not where `address` says.
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
        """For a line of progress."""
        return PurePosixPath(self.address).name or self.address

    @property
    def beside(self) -> str:
        """What it has in common with those that it is heard against: who speaks, or the folder."""
        return f"speaker {self.speaker}" if self.speaker else os.path.dirname(self.address)  # noqa: PTH120 - no path

    @property
    def is_far(self) -> bool:
        """Whether it lies at an address."""
        return self.at is None and is_address(self.address)

    def stamp(self) -> tuple[str, int, int] | None:
        """(name, size in bytes, time of change in ns) by which a journal knows it again; None where it never will."""
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
    """The recording with the place where it lies as every process finds it, whatever its working folder."""
    if isinstance(recording, Path):
        return Source(str(recording), at=recording.absolute())
    return (
        recording if recording.is_far else replace(recording, at=(recording.at or Path(recording.address)).absolute())
    )


Recording = Path | Source | Failure
"""What a batch is asked about; a Failure for a folder that can't be searched."""


def is_address(text: str) -> bool:
    """Whether fsspec is to be asked."""
    return bool(_ADDRESS.match(text))


@contextmanager
def located(recording: Path | Source, should_stop: Callable[[], bool]) -> Iterator[Path]:
    """A file with the sound, for as long as the block lasts.

    Raises:
        AudioError: The address can't be read, or fsspec is not installed.
        Cancelled: `should_stop` said so.
    """
    if isinstance(recording, Path):
        yield recording
    elif not recording.is_far:
        yield recording.at or Path(recording.address)
    else:
        with tempfile.TemporaryDirectory(prefix="voicekin-") as folder:
            # under its own name, for what is said of it
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
        Cancelled: `should_stop` said so.
    """
    while chunk := source.read(CHUNK):
        if should_stop():
            raise Cancelled
        target.write(chunk)


def find_sources(names: Iterable[str], *, recursive: bool = False) -> Iterator[Recording]:
    """As `find_recordings`, of paths and addresses, folders at addresses among them."""
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
        name: What the list is called.

    Raises:
        AudioError: A line can't be understood, or there is none.
    """
    text = [line.rstrip("\r\n") for line in lines]
    text[:1] = [line.removeprefix("\ufeff") for line in text[:1]]
    head = next(csv.reader(text[:1]), [])
    if "path" not in head:
        found = [Source(line) for line in text if line.strip()]
    else:
        found = [_row(row, number, name) for number, row in enumerate(csv.DictReader(text), 2) if any(row.values())]
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
    """What a file system answers; whatever it raises as a sentence, for each raises its own kinds."""
    try:
        return ask()
    except (AudioError, Cancelled):
        raise
    except FileNotFoundError:
        raise AudioError(f"{address} does not exist: check the address.") from None
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise AudioError(f"{address} can't be read ({reason}): check the address, and who may read it.") from None
