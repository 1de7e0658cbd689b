"""The user's own examples: recordings that the user has labelled with an emotion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.engine.people.removed import Removed, put_back, rows_of
from desktop_app.engine.people.store import Heard, Store, clean_name, now, unpack_envelope, unpack_floats

Floats = npt.NDArray[np.float32]

BATCH = 1024
"""Examples read together: at most 8 MB of features."""


@dataclass(frozen=True)
class Example:
    """One recording and the label that the user gave it.

    Attributes:
        id: The recording's id in the store.
        label: One of the pack's labels, or the user's own ("tired").
        voice_id: The saved voice of the speaker; None if it is none of these.
        origin: The file it came from, or "" for a take.
        added: UTC, ISO 8601.
        duration_s: Seconds.
        envelope: Peaks of its waveform, 0 to 1, in equal stretches.
        audio: The file with its sound, if the user agreed to keep it; else None.
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
    """The features that one encoder made of an example.

    Attributes:
        id, label, voice_id: As in `Example`.
        pooled: float32 [D], the mean over its stretches.
        baseline: float32 [D], the baseline of a speaker who is not a saved voice; None: none was used.
    """

    id: int
    label: str
    voice_id: int | None
    pooled: Floats
    baseline: Floats | None


class Examples:
    """The examples in a store; every change is stored when the method returns. Raises StoreError as the store does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[Example, ...]:
        """All examples, the latest first."""
        return self._select("", ())

    def get(self, example_id: int) -> Example | None:
        """The example with that id; None if it does not exist."""
        found = self._select("WHERE e.recording_id = ?", (example_id,))
        return found[0] if found else None

    def add(self, heard: Heard, label: str, voice_id: int | None = None) -> int:
        """Stores a recording as an example; if it is one already, its label is changed. Returns its id.

        Raises:
            StoreError: The label is empty, too long, or not printable; or as raised by the store.
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
        """Changes an example's label; errors as in `add`."""
        label = clean_name(label, "a label")
        with self._store.writing() as connection:
            connection.execute("UPDATE examples SET label = ? WHERE recording_id = ?", (label, example_id))

    def remove(self, example_ids: Sequence[int]) -> Removed:
        """Removes examples. A recording that a voice has learnt from stays in the store for the voice."""
        with self._store.writing() as connection:
            removed = rows_of(connection, recordings=example_ids)
            ids = [(i,) for i in example_ids]
            connection.executemany("DELETE FROM examples WHERE recording_id = ?", ids)
            # a voice needs only the features; the sound was kept for the example
            connection.executemany("UPDATE recordings SET audio = NULL WHERE id = ?", ids)
            self._store.drop_unused(list(example_ids))
        return removed

    def remove_all(self) -> Removed:
        """Remove every example."""
        with self._store.writing():
            return self.remove([e.id for e in self.all()])

    def restore(self, removed: Removed) -> None:
        """Undoes a removal, as `removed.put_back` does. A voice that was removed in the meantime stays removed."""
        put_back(self._store, removed)

    def labels(self) -> dict[str, int]:
        """The number of examples by label."""
        with self._store.reading() as connection:
            rows = connection.execute("SELECT label, count(*) FROM examples GROUP BY label ORDER BY min(added)")
            return {label: int(n) for label, n in rows}

    def features(self, encoder: str, pooled_dim: int, after: int = 0) -> Iterator[tuple[StoredFeatures, ...]]:
        """An encoder's features of the examples with ids above `after`, by id, in batches of at most `BATCH`."""
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
        """The examples without features of this encoder. If their audio was kept, it can make them."""
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
