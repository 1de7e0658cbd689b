"""Reads the recordings of a datastore row by row, so that a million of them open as quickly as a thousand.

neighbours.jsonl has one line per recording. neighbours.idx gives the end of each line and the recording's label, so
labels are known at once, and a line is read only when its recording is a neighbour. In an older pack without
neighbours.idx, every line is read when the pack is opened.
"""

import json
import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from desktop_app.engine.pack.format import (
    ENVELOPE_PEAKS,
    NEIGHBOURS,
    ROWS,
    Fields,
    Item,
    PackManifest,
    no_constant,
)
from desktop_app.errors import PackError

MAX_ROW_BYTES = 1024**2
"""The longest line of neighbours.jsonl; the default pack's lines have 900 bytes."""

ROW = np.dtype([("end", "<u8"), ("label", "<u2")])
"""A row of neighbours.idx: the offset after its line in neighbours.jsonl, and the index of its label."""

Rows = npt.NDArray[np.void]


class Items(Sequence[Item]):
    """The recordings: [i] is item i of the index. Thread-safe.

    Attributes:
        labels: uint16 [n], the index of each recording's label among the pack's labels.
    """

    def __init__(self, path: Path, manifest: PackManifest, rows: Rows) -> None:
        """Memory-maps neighbours.jsonl, which `rows` [n, dtype ROW] must describe; n is at least 1."""
        self._manifest = manifest
        self._ends = np.ascontiguousarray(rows["end"])
        self.labels: npt.NDArray[np.uint16] = np.ascontiguousarray(rows["label"])
        with path.open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        index = range(len(self))[index]  # allows negative indices, and raises IndexError
        start = int(self._ends[index - 1]) if index else 0
        try:
            return parse_item(self._lines[start : int(self._ends[index])], index + 1, self._manifest)
        except (ValueError, RecursionError):
            raise _no_json() from None


def read_items(root: Path, manifest: PackManifest, *, checked: bool) -> Items:
    """The items of a pack's folder.

    Args:
        checked: Whether its files are known to have passed these checks before: then, if the pack has neighbours.idx,
            no line is read.

    Raises:
        PackError: A line is invalid, or neighbours.idx does not match neighbours.jsonl.
    """
    path, listed = root / NEIGHBOURS, manifest.files.get(ROWS)
    if checked and listed is not None:
        return Items(path, manifest, np.fromfile(root / ROWS, ROW))
    rows = np.fromiter(_checked_rows(path, manifest), ROW)
    if not len(rows):
        raise PackError("The pack's datastore is empty: ask whoever made the pack.")
    if listed is not None and (
        listed.size != rows.nbytes or not np.array_equal(rows, np.fromfile(root / ROWS, ROW))  # its size first
    ):
        raise PackError(f"The pack's {ROWS} does not fit its {NEIGHBOURS}: ask whoever made the pack.")
    return Items(path, manifest, rows)


def write_items(root: Path, labels: Sequence[str], items: Sequence[Item]) -> None:
    """Writes neighbours.jsonl and neighbours.idx; `labels` are the pack's labels."""
    number = {label: i for i, label in enumerate(labels)}
    rows = np.zeros(len(items), ROW)
    end = 0
    with (root / NEIGHBOURS).open("wb") as file:
        for i, item in enumerate(items):
            end += file.write(_item_line(item))
            rows[i] = (end, number.get(item.label, 0))  # an unknown label is found when the pack is read back
    rows.tofile(root / ROWS)


def _checked_rows(path: Path, manifest: PackManifest) -> Iterator[tuple[int, int]]:
    """(end, label) of every line, after checking the line."""
    seen: set[str] = set()
    number = {label: i for i, label in enumerate(manifest.labels)}
    end = 0
    with path.open("rb") as file:
        while line := file.readline(MAX_ROW_BYTES):
            if len(line) == MAX_ROW_BYTES:
                raise PackError(f"A line of {NEIGHBOURS} in the pack is too long: don't use it.")
            try:
                item = parse_item(line, len(seen) + 1, manifest)
            except (ValueError, RecursionError):
                raise _no_json() from None
            if item.id in seen:
                raise PackError(f"The pack's neighbours name {item.id!r} twice: ask whoever made the pack.")
            seen.add(item.id)
            end += len(line)
            yield end, number[item.label]


def _no_json() -> PackError:
    return PackError(f"The pack's {NEIGHBOURS} is not valid JSON lines: install the pack again.")


def parse_item(line: bytes, number: int, manifest: PackManifest) -> Item:
    """One line of neighbours.jsonl.

    Raises:
        PackError: It does not fit the pack.
        ValueError, RecursionError: It is not JSON.
    """
    data: Any = json.loads(line.decode("utf-8"), parse_constant=no_constant)
    row = Fields(data, f"line {number} of {NEIGHBOURS}")
    label = row.string("label")
    if label not in manifest.labels:
        raise PackError(f"The pack's neighbours have a label {label!r} that the pack has not: ask whoever made it.")
    clip = row.text("clip") or None
    if clip is not None and clip not in manifest.files:
        raise PackError(f"The pack lacks the clip {clip!r}: install the pack again.")
    envelope = row.data.get("envelope") or []
    # checks whole lists, not single values: 8,000 rows hold half a million of them
    if (
        not isinstance(envelope, list)
        or len(envelope) > ENVELOPE_PEAKS
        or not set(map(type, envelope)) <= {int, float}
        or (envelope and not (min(envelope) >= 0 and max(envelope) <= 1))
    ):
        raise PackError(
            f"An envelope in {NEIGHBOURS} is not a list of peaks between 0 and 1: ask whoever made the pack."
        )
    return Item(
        id=row.string("id"),
        label=label,
        corpus=row.text("corpus"),
        speaker=row.text("speaker"),
        language=row.text("language"),
        duration_s=row.number("duration_s", 0.0, 1e6),
        text=row.text("text"),
        licence=row.text("licence"),
        envelope=tuple(map(float, envelope)),
        clip=clip,
    )


def _item_line(item: Item) -> bytes:
    row = {
        "id": item.id,
        "label": item.label,
        "corpus": item.corpus,
        "speaker": item.speaker,
        "language": item.language,
        "duration_s": round(item.duration_s, 3),
        "text": item.text,
        "licence": item.licence,
        "envelope": [round(v, 3) for v in item.envelope],
        "clip": item.clip,
    }
    return json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n"
