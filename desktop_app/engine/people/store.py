"""Stores the features of the user's recordings on disk: one SQLite file, and the audio that the user chose to keep.

A row of `recordings` is one analysed recording. It may belong to voices (`contributions`), have a label (`examples`),
or both, and is deleted when nothing uses it any more. Its pooled features are stored once for each encoder that
analysed it; embeddings are computed from them, because they change with the voice's baseline.

Every change is one SQLite transaction in WAL mode, so a process that is killed loses at most the change in progress.
Kept audio is written before its row is committed and removed after its row is deleted, so a row never names a missing
file; files that no row names are deleted when the store is next opened.
"""

import hashlib
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import soundfile

from desktop_app.errors import StoreError

Floats = npt.NDArray[np.float32]

DATABASE = "voices-and-examples.sqlite3"
AUDIO_FOLDER = "kept-audio"
APPLICATION_ID = 0x564B494E  # "VKIN", so that another program's database is never mistaken for ours
BUSY_TIMEOUT_S = 5.0  # how long one process waits for another's change; ours take milliseconds
FLOAT16_MAX = float(np.finfo(np.float16).max)

Migration = Callable[[sqlite3.Connection], None]


def _create_version_1(connection: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE voices (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            paused INTEGER NOT NULL DEFAULT 0,
            learns_from_takes INTEGER NOT NULL DEFAULT 0,
            created TEXT NOT NULL) STRICT""",
        """CREATE TABLE recordings (
            id INTEGER PRIMARY KEY,
            fingerprint TEXT NOT NULL UNIQUE,
            origin TEXT NOT NULL,
            duration_s REAL NOT NULL,
            speech_s REAL NOT NULL,
            envelope BLOB NOT NULL,
            audio TEXT) STRICT""",
        """CREATE TABLE features (
            recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
            encoder TEXT NOT NULL,
            pooled BLOB NOT NULL,
            dim INTEGER NOT NULL,
            baseline BLOB,
            PRIMARY KEY (recording_id, encoder)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE contributions (
            voice_id INTEGER NOT NULL REFERENCES voices ON DELETE CASCADE,
            recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
            added TEXT NOT NULL,
            PRIMARY KEY (voice_id, recording_id)) STRICT""",
        "CREATE INDEX contributions_by_recording ON contributions (recording_id)",
        """CREATE TABLE examples (
            recording_id INTEGER PRIMARY KEY REFERENCES recordings ON DELETE CASCADE,
            label TEXT NOT NULL,
            voice_id INTEGER REFERENCES voices ON DELETE SET NULL,
            added TEXT NOT NULL) STRICT""",
        "CREATE INDEX examples_by_voice ON examples (voice_id)",
    ):
        connection.execute(statement)


def _create_version_2(connection: sqlite3.Connection) -> None:
    connection.execute(
        """CREATE TABLE library (
            id INTEGER PRIMARY KEY,
            path TEXT NOT NULL,
            channel INTEGER NOT NULL,
            is_take INTEGER NOT NULL,
            name TEXT NOT NULL,
            added TEXT NOT NULL,
            label TEXT,
            probabilities TEXT,
            abstained INTEGER,
            duration_s REAL,
            voice TEXT,
            notes TEXT NOT NULL DEFAULT '',
            tags TEXT NOT NULL DEFAULT '',
            removed INTEGER NOT NULL DEFAULT 0,
            UNIQUE (path, channel)) STRICT"""
    )


def _create_version_3(connection: sqlite3.Connection) -> None:
    # in the same row, so that it is deleted with the contribution: it identifies a person
    connection.execute("ALTER TABLE contributions ADD COLUMN speaker BLOB")
    connection.execute("ALTER TABLE contributions ADD COLUMN speaker_encoder TEXT")


def _create_version_4(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE library ADD COLUMN speakers TEXT")
    connection.execute(
        """CREATE TABLE library_speakers (
            item_id INTEGER NOT NULL REFERENCES library ON DELETE CASCADE,
            speaker INTEGER NOT NULL,
            name TEXT NOT NULL,
            voice_id INTEGER REFERENCES voices ON DELETE SET NULL,
            PRIMARY KEY (item_id, speaker)) STRICT, WITHOUT ROWID"""
    )
    connection.execute("CREATE INDEX library_speakers_by_voice ON library_speakers (voice_id)")


def _create_version_5(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE library ADD COLUMN named TEXT")


MIGRATIONS: tuple[Migration, ...] = (
    *(_create_version_1, _create_version_2, _create_version_3, _create_version_4, _create_version_5),
)
"""MIGRATIONS[v] updates a store of version v to version v + 1. Released ones are never changed, only new ones added."""


@dataclass(frozen=True)
class Heard:
    """One analysed recording, for a voice to learn from or to make an example of.

    Attributes:
        pooled: float32 [pieces, D], the encoder's pooled features of its stretches.
        encoder: sha256 of the encoder that made them; features of different encoders are never mixed.
        origin: Its source, to show to the user: a file's path, or "" for a take.
        duration_s, speech_s: Seconds in total, and of speech.
        envelope: Peaks of its waveform, 0 to 1, in equal stretches; empty if not known.
        baseline: float32 [D], the baseline of its answer if the speaker is not a saved voice; None: none was used.
    """

    pooled: Floats
    encoder: str
    origin: str
    duration_s: float
    speech_s: float
    envelope: tuple[float, ...] = ()
    baseline: Floats | None = None


def fingerprint(pooled: Floats, encoder: str) -> str:
    """Identifies a recording by its features, so that the same sound is stored as one recording."""
    return hashlib.sha256(encoder.encode() + pack_floats(pooled)).hexdigest()[:32]


class Store:
    """The open store, with one connection that is guarded by a lock: any thread may call, and changes are made one at a
    time.

    Attributes:
        folder: The store's folder.
        audio_folder: The folder of kept audio.

    Raises:
        StoreError: By the constructor and every method, if the disk or the file prevents the action.
    """

    def __init__(self, folder: Path, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
        self.folder = folder
        self.audio_folder = folder / AUDIO_FOLDER
        self._lock = threading.RLock()
        with _explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                folder / DATABASE, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        try:
            with _explained(folder):
                self._connection.execute("PRAGMA foreign_keys = ON")
                self._connection.execute("PRAGMA secure_delete = FAST")  # overwrite what the user removes
                self._migrate(migrations)
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
            self.sweep_audio()
            with self.writing() as connection:  # removals from the library that were not undone
                connection.execute("DELETE FROM library WHERE removed")
        except BaseException:
            self._connection.close()
            raise

    def _migrate(self, migrations: tuple[Migration, ...]) -> None:
        if _version(self._connection, self.folder, len(migrations)) == len(migrations):
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            # checked again inside the transaction: another process may have been quicker
            for migrate in migrations[_version(self._connection, self.folder, len(migrations)) :]:
                migrate(self._connection)
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._connection.execute(f"PRAGMA user_version = {len(migrations)}")
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries."""
        with self._lock, _explained(self.folder):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection inside one transaction, which is committed at the end and rolled back on any error."""
        with self._lock, _explained(self.folder):
            if self._connection.in_transaction:  # part of a larger transaction
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def put_recording(self, heard: Heard) -> int:
        """Stores a recording and its features; returns its id. A recording that exists already keeps its row."""
        with self.writing() as connection:
            row = connection.execute(
                """INSERT INTO recordings (fingerprint, origin, duration_s, speech_s, envelope) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (fingerprint) DO UPDATE SET origin = origin RETURNING id""",
                (
                    fingerprint(heard.pooled, heard.encoder),
                    heard.origin,
                    heard.duration_s,
                    heard.speech_s,
                    pack_envelope(heard.envelope),
                ),
            ).fetchone()
            recording_id = int(row[0])
            self.put_features(recording_id, heard.encoder, heard.pooled, heard.baseline)
        return recording_id

    def put_features(self, recording_id: int, encoder: str, pooled: Floats, baseline: Floats | None = None) -> None:
        """Stores `encoder`'s features of a recording: pooled float32 [pieces, D], baseline float32 [D] or None."""
        with self.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO features (recording_id, encoder, pooled, dim, baseline) VALUES (?, ?, ?, ?, ?)",
                (
                    recording_id,
                    encoder,
                    pack_floats(pooled),
                    pooled.shape[1],
                    None if baseline is None else pack_floats(baseline),
                ),
            )

    def keep_audio(self, recording_id: int, samples: Floats, sample_rate: int) -> Path:
        """Stores a recording's sound (float32 [n], -1..1) as FLAC; call it only with the user's consent."""
        with self.writing() as connection:
            (name,) = connection.execute(
                "SELECT fingerprint || '.flac' FROM recordings WHERE id = ?", (recording_id,)
            ).fetchone()
            self.audio_folder.mkdir(exist_ok=True)
            path: Path = self.audio_folder / name
            beside = path.with_suffix(".part")
            try:
                soundfile.write(beside, samples, sample_rate, format="FLAC", subtype="PCM_16")
                beside.replace(path)
            except soundfile.LibsndfileError as error:
                beside.unlink(missing_ok=True)
                raise StoreError(
                    f"The recording can't be kept: {error.error_string} Free some space and try again."
                ) from error
            connection.execute("UPDATE recordings SET audio = ? WHERE id = ?", (name, recording_id))
        return path

    def audio_path(self, name: str | None) -> Path | None:
        """The path of a kept recording; None if none was kept or the file no longer exists."""
        path = self.audio_folder / name if name else None
        return path if path is not None and path.is_file() else None

    def drop_unused(self, recording_ids: list[int]) -> None:
        """Removes those of the recordings that no voice and no example uses any more."""
        with self.writing() as connection:
            connection.executemany(
                """DELETE FROM recordings WHERE id = ?
                AND NOT EXISTS (SELECT 1 FROM contributions WHERE recording_id = recordings.id)
                AND NOT EXISTS (SELECT 1 FROM examples WHERE recording_id = recordings.id)""",
                [(i,) for i in recording_ids],
            )

    def sweep_audio(self) -> None:
        """Deletes kept audio that no recording names: of removed recordings, and left by a killed process."""
        if not self.audio_folder.is_dir():
            return
        with self.writing() as connection:  # so that no other process has written a file but not its row
            named = {name for (name,) in connection.execute("SELECT audio FROM recordings WHERE audio IS NOT NULL")}
            for path in self.audio_folder.iterdir():
                if path.name not in named:
                    path.unlink(missing_ok=True)

    def close(self) -> None:
        """Deletes the audio of removed recordings and closes the store; a second call does nothing."""
        with self._lock:
            try:
                self.sweep_audio()
            except (StoreError, sqlite3.ProgrammingError):
                pass  # closed already, or deleted at the next opening
            finally:
                self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def pack_floats(values: Floats) -> bytes:
    """float32 of any shape as little-endian float16 bytes: half the size, with an error of at most 1e-3 of a clip's own
    spread."""
    return np.clip(values, -FLOAT16_MAX, FLOAT16_MAX).astype("<f2").tobytes()


def unpack_floats(blob: bytes, dim: int) -> Floats:
    """Reverses `pack_floats`: float32 [n, dim]."""
    return np.frombuffer(blob, dtype="<f2").reshape(-1, dim).astype(np.float32)


def pack_envelope(peaks: tuple[float, ...]) -> bytes:
    """Peaks from 0 to 1 as one byte each."""
    return np.round(np.clip(np.asarray(peaks, dtype=np.float32), 0, 1) * 255).astype(np.uint8).tobytes()


def unpack_envelope(blob: bytes) -> tuple[float, ...]:
    """Reverses `pack_envelope`."""
    return tuple((np.frombuffer(blob, dtype=np.uint8) / 255).round(3).tolist())


def now() -> str:
    """The current time as the store writes it: UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clean_name(text: str, what: str) -> str:
    """A name or label that the user typed, with its white space normalised.

    Raises:
        StoreError: It is empty, over 60 characters, or holds control characters; `what` says what it is a name of.
    """
    name = re.sub(r"\s+", " ", text).strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise StoreError(f"“{text[:60]}” can't be {what}: give 1 to 60 characters that can be printed.")
    return name


def _version(connection: sqlite3.Connection, folder: Path, newest: int) -> int:
    """The store's schema version, 0 for a new file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (version or tables):
        raise StoreError(f"{folder / DATABASE} is not a VoiceKin file; move it away to use voices and examples.")
    if version > newest:
        raise StoreError(
            f"The voices and examples in {folder} were written by a newer VoiceKin (version {version} of the file, this"
            f" app reads up to {newest}); update VoiceKin to use them."
        )
    return int(version)


_SENTENCES = {
    sqlite3.SQLITE_FULL: "Your voices and examples can't be changed: the disk is full; free some space and try again.",
    sqlite3.SQLITE_READONLY: "Your voices and examples in {folder} can't be changed: the folder or file is read-only.",
    sqlite3.SQLITE_CANTOPEN: "Your voices and examples can't be opened: {folder} can't be read and written.",
    sqlite3.SQLITE_PERM: "Your voices and examples can't be opened: {folder} can't be read and written.",
    sqlite3.SQLITE_BUSY: "Another VoiceKin is changing your voices and examples right now; try again in a moment.",
    sqlite3.SQLITE_IOERR: "The disk failed or is full while your voices and examples were in use ({folder}); check it.",
    sqlite3.SQLITE_CORRUPT: "The file {folder}/" + DATABASE + " is damaged; move it away to begin anew.",
    sqlite3.SQLITE_NOTADB: "{folder}/" + DATABASE + " is not a VoiceKin file; move it away to use voices and examples.",
}


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turns errors of the disk and SQLite into a StoreError for the user; errors in our SQL are raised unchanged."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended error code
        if code not in _SENTENCES:
            raise
        raise StoreError(_SENTENCES[code].format(folder=folder)) from error
    except OSError as error:
        raise StoreError(f"Your voices and examples in {folder} can't be used: {error.strerror or error}.") from error
