"""The user's own examples: recordings that a person has said the emotion of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.engine.people.removed import Removed, put_back, rows_of
from desktop_app.engine.people.store import Heard, Store, clean_name, now, unpack_envelope, unpack_floats

Floats = npt.NDArray[np.float32]

BATCH = 1024
"""Examples read at once: 8 MB of features at most."""


@dataclass(frozen=True)
class Example:
    """One recording and what the user says it was.

    Attributes:
        id: Of the recording in the store.
        label: One of the pack's, or the user's own ("tired").
        voice_id: Whose voice it is; None where it has no name.
        origin: The file it came from, or "" for a take.
        added: UTC, ISO 8601.
        duration_s: Seconds.
        envelope: Peaks of its waveform, 0 to 1, in equal stretches.
        audio: Its sound, where the user agreed to keep it; else None.
    """

    id: int
    label: str
    voice_id: int | None
    origin: str
    added: str
    duration_s: float
    envelope: tuple[float, ...]
    audio: Path | None


@dataclass(frozen=True)
class StoredFeatures:
    """What one encoder made of an example.

    Attributes:
        id, label, voice_id: As in `Example`.
        pooled: float32 [D], the mean over its stretches.
        baseline: float32 [D], of a voice without a name; None: none was used.
    """

    id: int
    label: str
    voice_id: int | None
    pooled: Floats
    baseline: Floats | None


class Examples:
    """The examples in a store; every change is there when the method returns. Raises StoreError as the store does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[Example, ...]:
        """All examples, the latest first."""
        return self._select("", ())

    def get(self, example_id: int) -> Example | None:
        """The example of that id, None where it has gone."""
        found = self._select("WHERE e.recording_id = ?", (example_id,))
        return found[0] if found else None

    def add(self, heard: Heard, label: str, voice_id: int | None = None) -> int:
        """Store a recording as an example; the same recording with another label is corrected. Returns its id.

        Raises:
            StoreError: If the label is empty, too long, or not printable, besides what the store raises.
        """
        label = clean_name(label, "a label")
        with self._store.writing() as connection:
            recording_id = self._store.put_recording(heard)
            connection.execute(
                """INSERT INTO examples (recording_id, label, voice_id, added) VALUES (?, ?, ?, ?)
                ON CONFLICT (recording_id) DO UPDATE SET label = excluded.label, voice_id = excluded.voice_id""",
                (recording_id, label, voice_id, now()),
            )
        return recording_id

    def relabel(self, example_id: int, label: str) -> None:
        """Say that an example was something else; errors as in `add`."""
        label = clean_name(label, "a label")
        with self._store.writing() as connection:
            connection.execute("UPDATE examples SET label = ? WHERE recording_id = ?", (label, example_id))

    def remove(self, example_ids: Sequence[int]) -> Removed:
        """Remove examples. A recording that a voice has learnt from stays with the voice."""
        with self._store.writing() as connection:
            removed = rows_of(connection, recordings=example_ids)
            ids = [(i,) for i in example_ids]
            connection.executemany("DELETE FROM examples WHERE recording_id = ?", ids)
            # what a voice keeps of it is numbers; the sound was kept for the example
            connection.executemany("UPDATE recordings SET audio = NULL WHERE id = ?", ids)
            self._store.drop_unused(list(example_ids))
        return removed

    def remove_all(self) -> Removed:
        """Remove every example."""
        with self._store.writing():
            return self.remove([e.id for e in self.all()])

    def restore(self, removed: Removed) -> None:
        """Take a removal back, as `removed.put_back` does. A voice that was removed in the meantime stays removed."""
        put_back(self._store, removed)

    def labels(self) -> dict[str, int]:
        """How many examples each label has."""
        with self._store.reading() as connection:
            rows = connection.execute("SELECT label, count(*) FROM examples GROUP BY label ORDER BY min(added)")
            return {label: int(n) for label, n in rows}

    def features(self, encoder: str, pooled_dim: int, after: int = 0) -> Iterator[tuple[StoredFeatures, ...]]:
        """What an encoder made of the examples, by id, in batches of at most `BATCH`; those with ids above `after`."""
        while True:
            with self._store.reading() as connection:
                rows = connection.execute(
                    """SELECT e.recording_id, e.label, e.voice_id, f.pooled, f.baseline FROM examples e
                    JOIN features f ON f.recording_id = e.recording_id AND f.encoder = ? AND f.dim = ?
                    WHERE e.recording_id > ? ORDER BY e.recording_id LIMIT ?""",
                    (encoder, pooled_dim, after, BATCH),
                ).fetchall()
            if not rows:
                return
            yield tuple(
                StoredFeatures(
                    i,
                    label,
                    voice_id,
                    unpack_floats(pooled, pooled_dim).mean(axis=0),
                    None if baseline is None else unpack_floats(baseline, pooled_dim)[0],
                )
                for i, label, voice_id, pooled, baseline in rows
            )
            after = rows[-1][0]

    def unheard(self, encoder: str) -> tuple[Example, ...]:
        """The examples that this encoder has not heard: with kept audio it can, without they are of no use to it."""
        return self._select(
            "WHERE NOT EXISTS (SELECT 1 FROM features f WHERE f.recording_id = e.recording_id AND f.encoder = ?)",
            (encoder,),
        )

    def _select(self, where: str, values: tuple[object, ...]) -> tuple[Example, ...]:
        with self._store.reading() as connection:
            rows = connection.execute(
                f"""SELECT e.recording_id, e.label, e.voice_id, r.origin, e.added, r.duration_s, r.envelope, r.audio
                FROM examples e JOIN recordings r ON r.id = e.recording_id {where}
                ORDER BY e.added DESC, e.recording_id DESC""",
                values,
            ).fetchall()
        return tuple(
            Example(i, label, voice, origin, added, duration, unpack_envelope(envelope), self._store.audio_path(audio))
            for i, label, voice, origin, added, duration, envelope, audio in rows
        )
