"""The library: takes and opened files with what was heard in them and what the user noted, kept between sessions.

It names files and never holds their sound. What is removed is marked and goes at the next opening, so that until then
it can be put back as it was.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.engine.people.store import Store, now
from desktop_app.errors import StoreError

if TYPE_CHECKING:
    from desktop_app.engine.recognition.recogniser import SpeakerCount

LONGEST_NOTE = 4000


@dataclass(frozen=True)
class Outcome:
    """What was heard: its label and the shares of all, whether it can be relied on, the length, and whose voice it was
    answered with ("" where it has no name)."""

    label: str
    probabilities: Mapping[str, float]
    abstained: bool
    duration_s: float
    voice: str = ""


@dataclass(frozen=True)
class SaidOfSpeaker:
    """What the user said of one of the speakers of a recording, who count from 0: their name, "" for none, and the id
    of the saved voice that they are, None for none."""

    speaker: int
    name: str = ""
    voice_id: int | None = None


@dataclass(frozen=True)
class LibraryItem:
    """One recording in the library.

    Attributes:
        id: In the store.
        path: Its file, which may have gone.
        channel: The channel that was listened to, counted from 0; None: no certain one.
        is_take: It was recorded here, and its file is ours.
        name: What it is called; the user's to change.
        added: UTC, ISO 8601.
        outcome: What was heard in it last; None: nothing yet.
        notes, tags: What the user wrote; tags are words between commas.
        speakers: How many people are told apart in it, as the user said; "off": none.
        said: What the user said of them.
    """

    id: int
    path: Path
    channel: int | None
    is_take: bool
    name: str
    added: str
    outcome: Outcome | None = None
    notes: str = ""
    tags: str = ""
    speakers: "SpeakerCount" = "off"
    said: tuple[SaidOfSpeaker, ...] = ()


@dataclass(frozen=True)
class Remembered:
    """A recording to be remembered; one that is there keeps its name, date, notes and tags."""

    path: Path
    name: str
    channel: int | None = None
    is_take: bool = False
    outcome: Outcome | None = field(default=None)


class Library:
    """The library in a store; every change is there when the method returns. Raises StoreError as the store does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[LibraryItem, ...]:
        """Everything, the latest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                """SELECT id, path, channel, is_take, name, added, label, probabilities, abstained, duration_s, voice,
                notes, tags, speakers FROM library WHERE NOT removed ORDER BY added DESC, id DESC"""
            ).fetchall()
            said: dict[int, list[SaidOfSpeaker]] = {}
            for item_id, *one in connection.execute(
                "SELECT item_id, speaker, name, voice_id FROM library_speakers ORDER BY speaker"
            ):
                said.setdefault(item_id, []).append(SaidOfSpeaker(*one))
        return tuple(_item(row, said.get(row[0], ())) for row in rows)

    def remember(self, recordings: Iterable[Remembered]) -> None:
        """Add recordings, or what was heard in those that are there."""
        with self._store.writing() as connection:
            connection.executemany(
                """INSERT INTO library (path, channel, is_take, name, added, label, probabilities, abstained,
                duration_s, voice) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (path, channel) DO UPDATE SET removed = 0, label = coalesce(excluded.label, label),
                probabilities = coalesce(excluded.probabilities, probabilities),
                abstained = coalesce(excluded.abstained, abstained),
                duration_s = coalesce(excluded.duration_s, duration_s), voice = coalesce(excluded.voice, voice)""",
                [_row(one) for one in recordings],
            )

    def change(
        self, item_id: int, *, name: str | None = None, notes: str | None = None, tags: str | None = None
    ) -> None:
        """Write what the user calls a recording and notes of it; None leaves it as it is.

        Raises:
            StoreError: If the name is empty, or something is too long, besides what the store raises.
        """
        changes = {"name": name, "notes": notes, "tags": tags}
        if name is not None and not name.strip():
            raise StoreError("A recording needs a name.")
        if any(text is not None and len(text) > LONGEST_NOTE for text in changes.values()):
            raise StoreError(f"That is too long: give at most {LONGEST_NOTE} characters.")
        with self._store.writing() as connection:
            for column, text in changes.items():
                if text is not None:
                    connection.execute(f"UPDATE library SET {column} = ? WHERE id = ?", (text.strip(), item_id))

    def say_who_speaks(
        self, path: Path, channel: int | None, speakers: "SpeakerCount", said: Iterable[SaidOfSpeaker]
    ) -> None:
        """Keep what the user says of the people in a recording, in place of what was said before.

        A recording that is not in the library is left alone, and a voice that is forgotten is none.
        """
        with self._store.writing() as connection:
            row = connection.execute(
                "UPDATE library SET speakers = ? WHERE path = ? AND channel = ? RETURNING id",
                (str(speakers), str(path), _channel(channel)),
            ).fetchone()
            if row is None:
                return
            connection.execute("DELETE FROM library_speakers WHERE item_id = ?", row)
            connection.executemany(
                "INSERT INTO library_speakers VALUES (?, ?, ?, (SELECT id FROM voices WHERE id = ?))",
                [(*row, one.speaker, one.name, one.voice_id) for one in said],
            )

    def remove(self, ids: Sequence[int]) -> None:
        """Take recordings out; until the store is opened anew `put_back` undoes it. Files stay where they are."""
        self._mark(ids, True)

    def put_back(self, ids: Sequence[int], moved: Mapping[int, Path] | None = None) -> None:
        """Undo a removal; `moved` says where files lie now that were elsewhere before."""
        with self._store.writing() as connection:
            for item_id, path in (moved or {}).items():
                connection.execute("UPDATE OR REPLACE library SET path = ? WHERE id = ?", (str(path), item_id))
            self._mark(ids, False)

    def _mark(self, ids: Sequence[int], removed: bool) -> None:
        with self._store.writing() as connection:
            connection.executemany("UPDATE library SET removed = ? WHERE id = ?", [(removed, one) for one in ids])


def find_takes(folder: Path, known: Iterable[LibraryItem]) -> tuple[Remembered, ...]:
    """Kept recordings that the library does not name: kept before there was one, or as the app was closed."""
    named = {item.path for item in known}
    return tuple(
        Remembered(path, path.stem, is_take=True) for path in sorted(folder.glob("*.wav")) if path not in named
    )


def size_of(items: Iterable[LibraryItem]) -> int:
    """Bytes that the takes among them take on the disk; files that were opened are not ours."""
    total = 0
    for item in items:
        if item.is_take:
            try:
                total += item.path.stat().st_size
            except OSError:  # it has gone
                continue
    return total


def _row(one: Remembered) -> tuple[object, ...]:
    outcome = one.outcome
    channel = _channel(one.channel)
    if outcome is None:
        return (str(one.path), channel, one.is_take, one.name, now(), None, None, None, None, None)
    shares = json.dumps({label: round(p, 4) for label, p in outcome.probabilities.items()})
    heard = (outcome.label, shares, outcome.abstained, outcome.duration_s, outcome.voice)
    return (str(one.path), channel, one.is_take, one.name, now(), *heard)


def _channel(channel: int | None) -> int:
    return -1 if channel is None else channel  # SQLite's NULLs are all different


def _item(row: sqlite3.Row | tuple[object, ...], said: Sequence[SaidOfSpeaker]) -> LibraryItem:
    i, path, channel, is_take, name, added, label, shares, abstained, duration_s, voice, notes, tags, speakers = row
    outcome = None
    if label is not None:
        outcome = Outcome(str(label), json.loads(str(shares)), bool(abstained), float(str(duration_s)), str(voice))
    at = int(str(channel))
    return LibraryItem(
        id=int(str(i)),
        path=Path(str(path)),
        channel=None if at < 0 else at,
        is_take=bool(is_take),
        name=str(name),
        added=str(added),
        outcome=outcome,
        notes=str(notes),
        tags=str(tags),
        speakers=_count(speakers),
        said=tuple(said),
    )


def _count(text: object) -> "SpeakerCount":
    if text is None or text == "off":
        return "off"
    return "auto" if text == "auto" else int(str(text))
