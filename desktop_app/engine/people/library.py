"""The library: takes and opened files with their last answers and the user's notes, kept between sessions.

It names files and never holds their sound. Removed entries are marked, and deleted when the store is next opened, so
that the removal can be undone until then.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.engine.people.store import Store, now
from desktop_app.engine.recognition.answer import Named
from desktop_app.errors import StoreError

if TYPE_CHECKING:
    from desktop_app.engine.recognition.recogniser import SpeakerCount

LONGEST_NOTE = 4000


@dataclass(frozen=True)
class Outcome:
    """A recording's answer: its label, the probabilities of all labels (none if there was no speech), whether it is
    uncertain, the duration, the name of the voice it was answered with ("" if none), and the emotions that it names."""

    label: str
    probabilities: Mapping[str, float]
    abstained: bool
    duration_s: float
    voice: str = ""
    named: Named = field(default_factory=Named)


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
        id: Its id in the store.
        path: Its file, which may no longer exist.
        channel: The channel that was chosen, counted from 0; None: no particular one.
        is_take: Whether it was recorded with the app, which then owns the file.
        name: Its name, which the user can change.
        added: UTC, ISO 8601.
        outcome: Its last answer; None if it has none yet.
        notes, tags: What the user wrote; tags are separated by commas.
        speakers: The number of speakers to tell apart, as the user chose; "off": speakers are not told apart.
        said: Whom the user named.
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
    """A recording to add to the library; one that is in it already keeps its name, date, notes and tags."""

    path: Path
    name: str
    channel: int | None = None
    is_take: bool = False
    outcome: Outcome | None = field(default=None)


class Library:
    """The library in a store; every change is stored when the method returns. Raises StoreError as the store does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[LibraryItem, ...]:
        """All recordings, the latest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                """SELECT id, path, channel, is_take, name, added, label, probabilities, abstained, duration_s, voice,
                named, notes, tags, speakers FROM library WHERE NOT removed ORDER BY added DESC, id DESC"""
            ).fetchall()
            said: dict[int, list[SaidOfSpeaker]] = {}
            for item_id, *one in connection.execute(
                "SELECT item_id, speaker, name, voice_id FROM library_speakers ORDER BY speaker"
            ):
                said.setdefault(item_id, []).append(SaidOfSpeaker(*one))
        return tuple(_item(row, said.get(row[0], ())) for row in rows)

    def remember(self, recordings: Iterable[Remembered]) -> None:
        """Adds recordings, or updates the answers of those that are in the library already."""
        with self._store.writing() as connection:
            connection.executemany(
                """INSERT INTO library (path, channel, is_take, name, added, label, probabilities, abstained,
                duration_s, voice, named) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (path, channel) DO UPDATE SET removed = 0, label = coalesce(excluded.label, label),
                probabilities = coalesce(excluded.probabilities, probabilities),
                abstained = coalesce(excluded.abstained, abstained),
                duration_s = coalesce(excluded.duration_s, duration_s), voice = coalesce(excluded.voice, voice),
                named = coalesce(excluded.named, named)""",
                [_row(one) for one in recordings],
            )

    def change(
        self, item_id: int, *, name: str | None = None, notes: str | None = None, tags: str | None = None
    ) -> None:
        """Changes a recording's name, notes or tags; None leaves a value unchanged.

        Raises:
            StoreError: The name is empty, or a value is too long; or as raised by the store.
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
        """Removes recordings; `put_back` undoes it until the store is next opened. Their files are not changed."""
        self._mark(ids, True)

    def put_back(self, ids: Sequence[int], moved: Mapping[int, Path] | None = None) -> None:
        """Undoes a removal; `moved` gives the new paths of files that have moved."""
        with self._store.writing() as connection:
            for item_id, path in (moved or {}).items():
                connection.execute("UPDATE OR REPLACE library SET path = ? WHERE id = ?", (str(path), item_id))
            self._mark(ids, False)

    def _mark(self, ids: Sequence[int], removed: bool) -> None:
        with self._store.writing() as connection:
            connection.executemany("UPDATE library SET removed = ? WHERE id = ?", [(removed, one) for one in ids])


def find_takes(folder: Path, known: Iterable[LibraryItem]) -> tuple[Remembered, ...]:
    """Kept recordings that are not in the library: from before the library existed, or kept when the app was closed."""
    named = {item.path for item in known}
    return tuple(
        Remembered(path, path.stem, is_take=True) for path in sorted(folder.glob("*.wav")) if path not in named
    )


def size_of(items: Iterable[LibraryItem]) -> int:
    """The size in bytes of the takes among `items`; opened files are not counted, since they are not the app's."""
    total = 0
    for item in items:
        if item.is_take:
            try:
                total += item.path.stat().st_size
            except OSError:  # the file no longer exists
                continue
    return total


def _row(one: Remembered) -> tuple[object, ...]:
    outcome = one.outcome
    channel = _channel(one.channel)
    if outcome is None:
        return (str(one.path), channel, one.is_take, one.name, now(), *[None] * 6)
    shares = json.dumps({label: round(p, 4) for label, p in outcome.probabilities.items()})
    named = json.dumps({**asdict(outcome.named), "share": round(outcome.named.share, 4)})
    heard = (outcome.label, shares, outcome.abstained, outcome.duration_s, outcome.voice, named)
    return (str(one.path), channel, one.is_take, one.name, now(), *heard)


def _channel(channel: int | None) -> int:
    return -1 if channel is None else channel  # SQLite's NULLs are all different


def _item(row: sqlite3.Row | tuple[object, ...], said: Sequence[SaidOfSpeaker]) -> LibraryItem:
    i, path, channel, is_take, name, added, label, shares, abstained, duration_s, voice, named, *rest = row
    notes, tags, speakers = rest
    outcome = None
    if label is not None:
        probabilities = json.loads(str(shares))
        if named is not None:
            said_in_short = json.loads(str(named))
            short = Named(**{**said_in_short, "labels": tuple(said_in_short["labels"])})
        else:  # from a version that did not keep it
            short = Named() if abstained else Named((str(label),), probabilities.get(label, 0.0))
        outcome = Outcome(
            *(str(label), probabilities, bool(abstained), float(str(duration_s)), str(voice), short),
        )
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
