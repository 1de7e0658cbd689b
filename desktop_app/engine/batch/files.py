"""Which recordings are meant: files as they are named, folders by what is in them."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop_app.engine.recognition.answer import Failure
from desktop_app.engine.sound.kinds import SUFFIXES


def find_recordings(paths: Iterable[Path], *, recursive: bool = False) -> Iterator[Path | Failure]:
    """The recordings to ask about: files as they are named, folders by what is in them, sorted by name.

    In a folder, whatever is called like a recording counts (see `kinds.SUFFIXES`), be it a recording or not: what is
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
