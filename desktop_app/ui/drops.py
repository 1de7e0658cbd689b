"""What may be dropped on the window or chosen in the dialog: audio files, and folders of them."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData


def dropped_paths(data: QMimeData) -> tuple[Path, ...]:
    """The local files and folders of a drop, as they are named."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def audio_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Every file named, whatever it is, and every audio file in the folders named, sorted within each.

    A file that was named on purpose and can't be read deserves its sentence; one that merely lies in a folder does not.
    """
    from desktop_app.engine.audio import (
        SUFFIXES,
    )  # here: it loads the decoders, which the first paint need not wait for

    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        else:
            found.append(path)
    return tuple(dict.fromkeys(found))
