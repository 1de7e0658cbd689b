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
    """The files to analyse, without duplicates; packs; and sentences about folders that hold nothing to use."""

    files: tuple[Path, ...]
    packs: tuple[Path, ...]
    failures: tuple[Failure, ...]


def dropped_paths(data: QMimeData) -> tuple[Path, ...]:
    """The paths of the local files and folders of a drop."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def find_recordings(paths: Iterable[Path]) -> Found:
    """Finds all files that are named, of any kind, and the audio files in the folders that are named, at any depth.

    A .vkpack file or a pack's folder is returned as a pack; the clips in it are not analysed.
    """
    # imported here, since they load the decoders, for which the first paint need not wait
    from desktop_app.engine.batch import files as batch_files
    from desktop_app.engine.pack.format import MANIFEST

    paths = tuple(paths)
    packs = tuple(path for path in paths if path.suffix.lower() == PACK_SUFFIX or os.path.isfile(path / MANIFEST))  # noqa: PTH113 - which takes any name without raising
    found = list(batch_files.find_recordings((path for path in paths if path not in packs), recursive=True))
    files = dict.fromkeys(path for path in found if isinstance(path, Path))
    return Found(tuple(files), packs, tuple(path for path in found if isinstance(path, Failure)))
