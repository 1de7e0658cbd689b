"""The journal of a batch: stores each answer when it is ready, so that an interrupted batch can be resumed.

JSON lines: first the settings that the answers were made with, then one line per file with its answer. A file counts as
answered as long as its size and modification time don't change.
"""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from desktop_app.engine.batch.sources import Source
from desktop_app.engine.recognition.answer import Features, Recognition
from desktop_app.errors import AudioError, StoreError

FORMAT = 1


class BatchJournal:
    """An open journal; for one writer and one thread at a time.

    Args:
        path: The file; made if it does not exist.
        settings: What the answers depend on (pack, k, alpha, voice); plain JSON values.

    Raises:
        StoreError: It can't be read or written, is not a journal, or was begun with other settings.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self._path = path
        self._answers: dict[str, tuple[int, int, int]] = {}  # size, modification time, offset of its line
        self._reads = threading.Lock()
        header = {"voicekin_batch": FORMAT, "settings": dict(settings)}
        try:
            if path.exists() and not path.is_file():  # opening a pipe would block
                raise StoreError(f"{path} can't be used (it is not a regular file): choose another file.")
            whole = self._read(header) if path.exists() else 0
            self._file = path.open("r+b" if path.exists() else "xb")
            # an interruption may have cut off the last line
            self._file.truncate(whole)
            self._file.seek(whole)
            if not whole:
                self._write(header)
            self._lines = path.open("rb")
        except OSError as error:
            raise StoreError(f"{path} can't be used ({error.strerror or error}): choose another file.") from error

    def answer(self, file: Path | Source) -> Recognition | None:
        """The answer stored for the file; None if there is none or the file has changed since."""
        if not self._answers:  # reading the stamp of a remote address may be slow
            return None
        stamp = _stamp(file)
        found = None if stamp is None else self._answers.get(stamp[0])
        if stamp is None or found is None or found[:2] != stamp[1:]:
            return None
        try:
            with self._reads:
                self._lines.seek(found[2])
                noted = json.loads(self._lines.readline())
            features = Features.from_json(noted["features"]) if "features" in noted else None
            speaker = getattr(file, "speaker", "")
            answer = Recognition.from_json(noted["answer"])
            return replace(answer, path=str(file), features=features, said_speaker=speaker)
        except (OSError, KeyError, TypeError, ValueError):  # written by another version: answer it again
            del self._answers[stamp[0]]
            return None

    def add(self, file: Path | Source, recognition: Recognition) -> None:
        """Stores an answer, unless it is stored already; it is on the disk when this returns.

        Raises:
            StoreError: It can't be written to the disk.
        """
        stamp = _stamp(file)
        noted = None if stamp is None else self._answers.get(stamp[0])
        if stamp is None or (noted is not None and noted[:2] == stamp[1:]):
            return
        place = {"path": stamp[0], "size": stamp[1], "changed_ns": stamp[2]}
        features = {"features": recognition.features.as_json()} if recognition.features is not None else {}
        try:
            self._write({"file": place, "answer": recognition.as_json(), **features})
        except OSError as error:
            raise StoreError(f"{self._path} can't be written ({error.strerror or error}): free some space.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._lines.close()

    def _write(self, value: dict[str, Any]) -> None:
        self._file.write(_line(value))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self, header: dict[str, Any]) -> int:
        """Reads the answers in the journal; returns the length of its complete lines in bytes."""
        whole = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines):
                if not line.endswith(b"\n"):
                    if number == 0 and not _line(header).startswith(line):
                        raise self._no_journal()
                    break
                try:
                    value = json.loads(line)
                    if number == 0:
                        self._check(value, header)
                    else:
                        file = value["file"]
                        if not isinstance(value["answer"], dict):
                            raise ValueError
                        self._answers[file["path"]] = (file["size"], file["changed_ns"], whole)
                except (ValueError, KeyError, TypeError):
                    raise self._no_journal() from None
                whole += len(line)
        return whole

    def _no_journal(self) -> StoreError:
        return StoreError(f"{self._path} is not a journal written by VoiceKin: choose another file.")

    def _check(self, found: Any, header: dict[str, Any]) -> None:
        if not isinstance(found, dict) or found.get("voicekin_batch") != FORMAT:
            raise ValueError
        # converted by way of JSON, like the settings that were read: tuples become lists
        if found.get("settings") != json.loads(json.dumps(header["settings"])):
            raise StoreError(f"{self._path} was begun with another pack, voice or settings: choose another file.")


def _stamp(file: Path | Source) -> tuple[str, int, int] | None:
    """See `Source.stamp`."""
    try:
        return (Source(str(file)) if isinstance(file, Path) else file).stamp()
    except AudioError:  # can't be reached: analysing it gives the error
        return None


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"
