"""Rows that were removed from the store, so that the removal can be undone: voices, with what they learnt and where
they speak in recordings of the library, and examples."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.engine.people.store import Store

Row = tuple[object, ...]


@dataclass(frozen=True)
class Removed:
    """Removed rows of the store's tables. Kept audio that they name exists until the store is closed."""

    voices: tuple[Row, ...] = ()
    recordings: tuple[Row, ...] = ()
    features: tuple[Row, ...] = ()
    contributions: tuple[Row, ...] = ()
    examples: tuple[Row, ...] = ()
    speakers: tuple[Row, ...] = ()


def rows_of(
    connection: sqlite3.Connection, *, voices: Iterable[int] = (), recordings: Iterable[int], examples: bool = True
) -> Removed:
    """The rows of these recordings and of what `voices` learnt from them; with `examples`, also their examples."""
    voice_ids, ids = tuple(voices), tuple(recordings)

    def rows(query: str, values: Iterable[int]) -> tuple[Row, ...]:
        return tuple(row for one in values for row in connection.execute(query, (one,)))

    return Removed(
        rows("SELECT id, name, paused, learns_from_takes, created FROM voices WHERE id = ?", voice_ids),
        rows(
            "SELECT id, fingerprint, origin, duration_s, speech_s, envelope, audio FROM recordings WHERE id = ?",
            ids,
        ),
        rows("SELECT recording_id, encoder, pooled, dim, baseline FROM features WHERE recording_id = ?", ids),
        tuple(
            row
            for voice in voice_ids
            for one in ids
            for row in connection.execute(
                """SELECT rowid, voice_id, recording_id, added, speaker, speaker_encoder FROM contributions
                WHERE voice_id = ? AND recording_id = ?""",
                (voice, one),
            )
        ),
        rows("SELECT recording_id, label, voice_id, added FROM examples WHERE recording_id = ?", ids)
        if examples
        else (),
        rows("SELECT item_id, speaker, voice_id FROM library_speakers WHERE voice_id = ?", voice_ids),
    )


def put_back(store: Store, removed: Removed) -> None:
    """Undoes a removal.

    If an id was reused meanwhile, the restored row gets another id; if a name was, the restored one gets a number after
    its name. Existing rows are unchanged.
    """
    with store.writing() as connection:
        voices = {row[0]: _put_voice(connection, row) for row in removed.voices}
        ids: dict[object, int] = {}
        for i, *recording in removed.recordings:
            (ids[i],) = connection.execute(
                """INSERT INTO recordings (id, fingerprint, origin, duration_s, speech_s, envelope, audio)
                VALUES ((SELECT ? WHERE NOT EXISTS (SELECT 1 FROM recordings WHERE id = ?)), ?, ?, ?, ?, ?, ?)
                ON CONFLICT (fingerprint) DO UPDATE SET audio = coalesce(audio, excluded.audio) RETURNING id""",
                (i, i, *recording),
            ).fetchone()
        connection.executemany(
            "INSERT OR IGNORE INTO features VALUES (?, ?, ?, ?, ?)", [(ids[i], *rest) for i, *rest in removed.features]
        )
        connection.executemany(
            """INSERT OR IGNORE INTO contributions
            (rowid, voice_id, recording_id, added, speaker, speaker_encoder) VALUES
            ((SELECT ? WHERE NOT EXISTS (SELECT 1 FROM contributions WHERE rowid = ?)),
            (SELECT id FROM voices WHERE id = ?), ?, ?, ?, ?)""",
            [(at, at, voices.get(voice, voice), ids[i], *rest) for at, voice, i, *rest in removed.contributions],
        )
        for i, label, voice, added in removed.examples:
            connection.execute(
                """INSERT INTO examples (recording_id, label, voice_id, added)
                VALUES (?, ?, (SELECT id FROM voices WHERE id = ?), ?)
                ON CONFLICT (recording_id) DO UPDATE SET voice_id = coalesce(voice_id, excluded.voice_id)""",
                (ids[i], label, voices.get(voice, voice), added),
            )
        connection.executemany(
            "UPDATE library_speakers SET voice_id = ? WHERE item_id = ? AND speaker = ? AND voice_id IS NULL",
            [(voices[voice], item, speaker) for item, speaker, voice in removed.speakers],
        )


def _put_voice(connection: sqlite3.Connection, row: Row) -> int:
    i, name, *rest = row
    taken = {str(one).casefold() for (one,) in connection.execute("SELECT name FROM voices")}
    free, number = str(name), 1
    while free.casefold() in taken:
        number += 1
        free = f"{name} {number}"
    (new,) = connection.execute(
        """INSERT INTO voices (id, name, paused, learns_from_takes, created)
        VALUES ((SELECT ? WHERE NOT EXISTS (SELECT 1 FROM voices WHERE id = ?)), ?, ?, ?, ?) RETURNING id""",
        (i, i, free, *rest),
    ).fetchone()
    return int(new)
