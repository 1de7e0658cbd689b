"""Finds the recordings for a call: named files, and the recordings in named folders."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop_app.engine.recognition.answer import Failure
from desktop_app.engine.sound.kinds import SUFFIXES


def find_recordings(paths: Iterable[Path], *, recursive: bool = False) -> Iterator[Path | Failure]:
    """The recordings for a call: named files in their order, and for a folder the recordings in it, sorted by name.

    In a folder, a file counts by its suffix (see `kinds.SUFFIXES`); if it is not a recording, opening it gives the
    error. Hidden files are ignored, since macOS writes `._clip.wav` beside a clip. A folder that can't be read, or that
    has no recordings, gives a Failure.
    """
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 - unlike Path.is_dir, it never raises
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
        elif recursive and entry.is_dir(follow_symlinks=False):  # a link may lead back to a parent folder, endlessly
            yield from _entries(Path(entry.path), recursive)


def _by_name(name: str) -> list[tuple[str, int]]:
    """A sort key: "clip 2" comes before "clip 10", and case is ignored."""
    key: list[tuple[str, int]] = []
    digits = ""
    for character in name.casefold() + "\0":
        if character.isdecimal():
            digits += character
            continue
        if digits:
            key.append(("0", int(digits)))  # digits sort before letters
            digits = ""
        key.append((character, 0))
    return key
