"""What may be dropped on the window or chosen in the dialog: audio files, folders of them, and packs."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

from desktop_app.engine.recognition.answer import Failure

PACK_SUFFIX = ".vkpack"


@dataclass(frozen=True)
class Found:
    """What there is to answer, each file once; packs; and the sentences about folders with nothing in them."""

    files: tuple[Path, ...]
    packs: tuple[Path, ...]
    failures: tuple[Failure, ...]


def dropped_paths(data: QMimeData) -> tuple[Path, ...]:
    """The local files and folders of a drop, as they are named."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def find_recordings(paths: Iterable[Path]) -> Found:
    """Every file named, whatever it is, and what is called like a recording in the folders named, however deep.

    A .vkpack and a folder that is a pack are packs, whose clips nobody asks about.
    """
    # imported here: they load the decoders, which the first paint need not wait for
    from desktop_app.engine.batch import files as batch_files
    from desktop_app.engine.pack.format import MANIFEST

    paths = tuple(paths)
    packs = tuple(path for path in paths if path.suffix.lower() == PACK_SUFFIX or os.path.isfile(path / MANIFEST))  # noqa: PTH113 - which takes any name without raising
    found = list(batch_files.find_recordings((path for path in paths if path not in packs), recursive=True))
    files = dict.fromkeys(path for path in found if isinstance(path, Path))
    return Found(tuple(files), packs, tuple(path for path in found if isinstance(path, Failure)))
