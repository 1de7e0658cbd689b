"""The user's saved voices, and the recordings that each has learnt from."""

import sqlite3
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from desktop_app.engine.people.removed import Removed, put_back, rows_of
from desktop_app.engine.people.store import Heard, Store, clean_name, now, pack_floats, unpack_floats
from desktop_app.engine.speakers.encoder import DIM
from desktop_app.engine.speakers.encoder import NAME as SPEAKER_ENCODER
from desktop_app.errors import StoreError

Floats = npt.NDArray[np.float32]

MAX_PIECES = 128
"""A baseline is estimated from at most so many stretches, the latest recordings first: with 128 the shrinkage is 0.96,
and more would only make each update slower."""


@dataclass(frozen=True)
class Profile:
    """A saved voice.

    Attributes:
        id: Its id in the store.
        name: The name that the user gave it.
        paused: Whether it is used but learns nothing new.
        learns_from_takes: Whether it learns from each new take automatically; off by default.
        recordings: How many recordings it has learnt from.
        created: UTC, ISO 8601.
    """

    id: int
    name: str
    paused: bool
    learns_from_takes: bool
    recordings: int
    created: str


@dataclass(frozen=True)
class Contribution:
    """One recording that a voice has learnt from; `added` is UTC, ISO 8601."""

    voice_id: int
    recording_id: int
    origin: str
    added: str
    speech_s: float


@dataclass(frozen=True)
class VoiceMaterial:
    """The recordings that a baseline is estimated from.

    Attributes:
        pooled: float32 [n, D], this encoder's features of the recordings' stretches.
        labels: For each of the n stretches the label that the user gave its recording, or "".
        recordings: The number of these recordings.
        unheard: How many more recordings the voice has that this encoder has not analysed.
    """

    pooled: Floats
    labels: tuple[str, ...]
    recordings: int
    unheard: int


class Profiles:
    """The voices in a store; every change is stored when the method returns. Raises StoreError as the store does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[Profile, ...]:
        """All voices by name."""
        with self._store.reading() as connection:
            rows = connection.execute(
                """SELECT id, name, paused, learns_from_takes, created,
                (SELECT count(*) FROM contributions WHERE voice_id = voices.id)
                FROM voices ORDER BY name COLLATE NOCASE, id"""
            ).fetchall()
        return tuple(Profile(i, name, bool(paused), bool(learns), n, at) for i, name, paused, learns, at, n in rows)

    def named(self, name: str) -> Profile:
        """The voice of that name; case is ignored.

        Raises:
            StoreError: There is none; the message names the existing ones.
        """
        found = self.find(name)
        if found is not None:
            return found
        known = ", ".join(p.name for p in self.all())
        raise StoreError(f"There is no voice “{name}”" + (f"; there is {known}." if known else "; none is learnt yet."))

    def find(self, name: str) -> Profile | None:
        """As `named`; None if there is none.

        Raises:
            StoreError: The name is not valid for a voice.
        """
        wanted = clean_name(name, "the name of a voice").casefold()
        return next((p for p in self.all() if p.name.casefold() == wanted), None)

    def create(self, name: str) -> Profile:
        """Makes a voice that has learnt nothing yet.

        Raises:
            StoreError: The name is empty, too long or taken.
        """
        name = self._free_name(name)
        with self._store.writing() as connection:
            connection.execute("INSERT INTO voices (name, created) VALUES (?, ?)", (name, now()))
        return self.named(name)

    def rename(self, voice_id: int, name: str) -> None:
        """Changes a voice's name; errors as in `create`."""
        name = self._free_name(name, but=voice_id)
        self._update(voice_id, "name", name)

    def set_paused(self, voice_id: int, paused: bool) -> None:
        """Stops a voice from learning, or lets it learn again."""
        self._update(voice_id, "paused", int(paused))

    def set_learns_from_takes(self, voice_id: int, learns: bool) -> None:
        """Sets whether a voice learns from each new take."""
        self._update(voice_id, "learns_from_takes", int(learns))

    def remove(self, voice_id: int) -> Removed:
        """Removes a voice and what it has learnt; `restore` undoes it.

        Examples of this voice stay, without a voice.
        """
        with self._store.writing() as connection:
            recordings = [c.recording_id for c in self.contributions(voice_id)]
            its_examples = connection.execute("SELECT recording_id FROM examples WHERE voice_id = ?", (voice_id,))
            named = {*recordings, *(i for (i,) in its_examples.fetchall())}
            removed = rows_of(connection, voices=[voice_id], recordings=sorted(named))
            # only this voice's examples: the undo must not touch examples of other voices
            removed = replace(removed, examples=tuple(row for row in removed.examples if row[2] == voice_id))
            connection.execute("DELETE FROM voices WHERE id = ?", (voice_id,))
            self._store.drop_unused(recordings)
        return removed

    def restore(self, removed: Removed) -> None:
        """Undoes the removal of a voice or of one of its recordings, as `removed.put_back` does."""
        put_back(self._store, removed)

    def contribute(self, voice_id: int, heard: Heard, sound: Floats | None = None) -> int:
        """Adds a recording to what a voice has learnt from; a second time changes nothing. Returns the recording's id.

        `sound` is its speaker embedding, float32 [DIM]; None if not known.
        """
        with self._store.writing() as connection:
            recording_id = self._store.put_recording(heard)
            self.contribute_stored(voice_id, recording_id, connection, sound)
        return recording_id

    def contribute_stored(
        self, voice_id: int, recording_id: int, connection: sqlite3.Connection, sound: Floats | None = None
    ) -> None:
        """As `contribute`, for a recording that is in the store; part of the caller's transaction."""
        kept = (None, None) if sound is None else (pack_floats(sound), SPEAKER_ENCODER)
        connection.execute(
            """INSERT OR IGNORE INTO contributions (voice_id, recording_id, added, speaker, speaker_encoder)
            VALUES (?, ?, ?, ?, ?)""",
            (voice_id, recording_id, now(), *kept),
        )

    def sounds(self, voice_id: int) -> Floats:
        """Speaker embeddings, float32 [n, DIM], of a voice's latest recordings, at most MAX_PIECES."""
        with self._store.reading() as connection:
            rows = connection.execute(
                """SELECT speaker FROM contributions WHERE voice_id = ? AND speaker_encoder = ?
                ORDER BY rowid DESC LIMIT ?""",
                (voice_id, SPEAKER_ENCODER, MAX_PIECES),
            ).fetchall()
        return unpack_floats(b"".join(blob for (blob,) in rows), DIM)

    def withdraw(self, voice_id: int, recording_id: int) -> Removed:
        """Removes a recording from what a voice has learnt from; `restore` undoes it."""
        with self._store.writing() as connection:
            removed = rows_of(connection, recordings=[recording_id], examples=False)
            contributions = rows_of(connection, voices=[voice_id], recordings=[recording_id]).contributions
            connection.execute(
                "DELETE FROM contributions WHERE voice_id = ? AND recording_id = ?", (voice_id, recording_id)
            )
            self._store.drop_unused([recording_id])
        return replace(removed, contributions=contributions)

    def contributions(self, voice_id: int) -> tuple[Contribution, ...]:
        """The recordings that a voice has learnt from, the latest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                """SELECT c.voice_id, c.recording_id, r.origin, c.added, r.speech_s
                FROM contributions c JOIN recordings r ON r.id = c.recording_id
                WHERE c.voice_id = ? ORDER BY c.rowid DESC""",
                (voice_id,),
            ).fetchall()
        return tuple(Contribution(*row) for row in rows)

    def material(self, voice_id: int, encoder: str, pooled_dim: int) -> VoiceMaterial:
        """This encoder's features of a voice, of at most `MAX_PIECES` stretches, the latest recordings first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                """SELECT f.pooled, e.label FROM contributions c
                JOIN features f ON f.recording_id = c.recording_id AND f.encoder = ? AND f.dim = ?
                LEFT JOIN examples e ON e.recording_id = c.recording_id
                WHERE c.voice_id = ? ORDER BY c.rowid DESC""",
                (encoder, pooled_dim, voice_id),
            ).fetchall()
            (total,) = connection.execute(
                "SELECT count(*) FROM contributions WHERE voice_id = ?", (voice_id,)
            ).fetchone()
        pieces: list[Floats] = [np.zeros((0, pooled_dim), dtype=np.float32)]
        labels: list[str] = []
        for blob, label in rows:
            pooled = unpack_floats(blob, pooled_dim)
            room = MAX_PIECES - len(labels)
            if room <= 0:
                break
            if len(pooled) > room:  # a long recording: takes stretches from all parts of it
                pooled = pooled[np.linspace(0, len(pooled) - 1, room).round().astype(int)]
            pieces.append(pooled)
            labels += [label or ""] * len(pooled)
        return VoiceMaterial(np.concatenate(pieces), tuple(labels), len(rows), total - len(rows))

    def _free_name(self, name: str, but: int | None = None) -> str:
        name = clean_name(name, "the name of a voice")
        for profile in self.all():
            if profile.id != but and profile.name.casefold() == name.casefold():
                raise StoreError(f"There is a voice “{profile.name}” already; choose another name.")
        return name

    def _update(self, voice_id: int, column: str, value: str | int) -> None:
        with self._store.writing() as connection:
            connection.execute(f"UPDATE voices SET {column} = ? WHERE id = ?", (value, voice_id))
