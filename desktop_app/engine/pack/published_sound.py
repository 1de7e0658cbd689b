"""Finds the recordings that a pack lists in the user's copies of the published corpora, since a pack has no sound."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from desktop_app.engine.sound.audio import probe
from desktop_app.errors import AudioError

LONGEST_DIFFERENCE_S = 0.1
"""Seconds by which the pack's length and the file's may differ. Lengths are compared because names such as
"03-01-01-..." occur in more than one corpus."""


class PublishedSound:
    """The files below a folder by their names without suffixes; the folder is searched once."""

    def __init__(self, folder: Path, should_stop: Callable[[], bool] | None = None) -> None:
        """
        Args:
            folder: The folder of the corpora, each as it was published.
            should_stop: Called now and then; if it returns True, the search ends and what was found is kept.
        """
        self.folder = folder
        self._files: dict[str, list[Path]] = {}
        for where, folders, names in os.walk(folder):
            folders.sort()
            if should_stop is not None and should_stop():
                break
            for name in names:
                self._files.setdefault(Path(name).stem, []).append(Path(where) / name)

    def find(self, item_id: str, duration_s: float) -> Path | None:
        """The file of a pack's item, or None if no file of that name has its length.

        Args:
            item_id: The item's id in the pack, "corpus/name".
            duration_s: The item's duration in the pack.
        """
        corpus, _, name = item_id.rpartition("/")
        named = self._files.get(name, [])
        return next(_of_length(sorted(named, key=lambda path: corpus not in path.parts), duration_s), None)


def _of_length(paths: Iterable[Path], duration_s: float) -> Iterator[Path]:
    for path in paths:
        try:
            length_s = probe(path).duration_s
        except AudioError:
            continue  # a table or a picture of the same name
        if abs(length_s - duration_s) <= LONGEST_DIFFERENCE_S:
            yield path
