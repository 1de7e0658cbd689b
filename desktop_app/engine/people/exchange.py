"""Exports voices and examples to one file and imports them: a zip archive of JSON, features and kept audio.

    contents.json          voices; recordings with their labels and voices, and where their features are
    features/0.npy ...     float16 [rows, D], one file for each encoder and D
    audio/FINGERPRINT.flac

A file to import is untrusted input: only these names are read, sizes are bounded, arrays may hold only numbers, sound
is decoded and encoded again, and either everything is imported or nothing.
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from desktop_app.atomic_file import written_beside
from desktop_app.engine.pack.archive import COMPRESSIONS
from desktop_app.engine.people.profiles import Profiles
from desktop_app.engine.people.store import Store, clean_name, fingerprint, now, pack_floats, unpack_floats
from desktop_app.engine.sound.audio import SAMPLE_RATE
from desktop_app.errors import StoreError
from desktop_app.interruption import ShouldStop, heed, never

Floats = npt.NDArray[np.float32]

FORMAT = 1
KIND = "voicekin voices and examples"
CONTENTS = "contents.json"
SUFFIX = ".vkexamples"

MAX_CONTENTS_BYTES = 256 * 1024**2
MAX_FEATURES_BYTES = 2 * 1024**3
MAX_AUDIO_BYTES = 64 * 1024**2
MAX_AUDIO_S = 3_600.0
MAX_BYTES = 4 * 1024**3
MAX_DIM = 65_536
MAX_PEAKS = 1024
"""The most peaks of an envelope; the window stores 160, the command line 64."""

_ENTRY = re.compile(r"contents\.json|features/\d{1,3}\.npy|audio/[0-9a-f]{32}\.flac")
_ENCODER = re.compile(r"[0-9A-Za-z_-]{1,128}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class Exported:
    """How much was exported."""

    voices: int
    examples: int
    with_audio: int


@dataclass(frozen=True)
class Imported:
    """How much an import added; what existed already is unchanged."""

    voices: int
    examples: int
    already_there: int


def export_file(store: Store, target: Path, *, overwrite: bool = False, should_stop: ShouldStop = never) -> Exported:
    """Writes everything in the store to one file, atomically. Of a recording's path only the file name is exported.

    Raises:
        TargetExists, ExportError: As `atomic_file.written_beside`.
        Cancelled: `should_stop` returned True; an existing file is unchanged.
    """
    with store.reading() as connection, written_beside(target, overwrite=overwrite) as beside:
        recordings = _recordings(connection)
        voices = connection.execute("SELECT name, paused, learns_from_takes, created FROM voices ORDER BY id")
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            # an encoder has one dimension, but an imported file may claim another
            kinds = connection.execute("SELECT DISTINCT encoder, dim FROM features ORDER BY encoder, dim").fetchall()
            for i, (encoder, dim) in enumerate(kinds):
                name = f"features/{i}.npy"
                rows: list[bytes] = []
                for recording_id, pooled, baseline in connection.execute(
                    "SELECT recording_id, pooled, baseline FROM features WHERE encoder = ? AND dim = ?", (encoder, dim)
                ):
                    heed(should_stop)
                    place = {"encoder": encoder, "file": name, "start": len(rows), "baseline": baseline is not None}
                    blob = pooled + (baseline or b"")
                    rows += [blob[at : at + 2 * dim] for at in range(0, len(blob), 2 * dim)]
                    recordings[recording_id]["features"].append({**place, "end": len(rows)})
                with archive.open(name, "w", force_zip64=True) as out:
                    np.save(out, np.frombuffer(b"".join(rows), dtype="<f2").reshape(-1, dim), allow_pickle=False)
            with_audio = 0
            for recording in recordings.values():
                heed(should_stop)
                path = store.audio_path(recording["audio"])
                recording["audio"] = path is not None
                if path is not None:
                    archive.write(path, f"audio/{recording['fingerprint']}.flac", zipfile.ZIP_STORED)
                    with_audio += 1
            contents: dict[str, Any] = {
                "kind": KIND,
                "format": FORMAT,
                "created": now(),
                "voices": [
                    {"name": name, "paused": bool(paused), "learns_from_takes": bool(learns), "created": created}
                    for name, paused, learns, created in voices
                ],
                "recordings": list(recordings.values()),
            }
            archive.writestr(CONTENTS, json.dumps(contents, ensure_ascii=False, allow_nan=False))
    examples = sum(r["example"] is not None for r in recordings.values())
    return Exported(len(contents["voices"]), examples, with_audio)


def import_file(store: Store, source: Path, should_stop: ShouldStop = never) -> Imported:
    """Imports a file that `export_file` wrote; labels, voices and recordings that exist already are unchanged.

    Raises:
        StoreError: It is not such a file, is damaged, or was written by a newer VoiceKin; nothing is imported then.
        Cancelled: `should_stop` returned True; nothing is imported then.
    """
    with _explained(source), zipfile.ZipFile(source) as archive:
        contents = _Fields(json.loads(_read(archive, CONTENTS, MAX_CONTENTS_BYTES)))
        if contents.text("kind", 64) != KIND:
            raise ValueError("another kind of file")
        if contents.number("format", 1, 10**6) > FORMAT:
            raise StoreError(f"{source.name} was written by a newer VoiceKin; update VoiceKin to import it.")
        _check_names(archive)
        files: dict[str, npt.NDArray[np.float16]] = {}
        with store.writing() as connection:
            voices, new_voices = _take_in_voices(store, contents)
            added = already = 0
            for recording in contents.objects("recordings"):
                heed(should_stop)
                recording_id = _take_in_recording(archive, files, store, connection, recording)
                for one in recording.objects("voices"):
                    connection.execute(
                        "INSERT OR IGNORE INTO contributions (voice_id, recording_id, added) VALUES (?, ?, ?)",
                        (voices[one.text("name", 60)], recording_id, one.time("added")),
                    )
                example = recording.optional("example")
                if example is not None:
                    voice = example.data.get("voice")
                    changed = connection.execute(
                        "INSERT OR IGNORE INTO examples (recording_id, label, voice_id, added) VALUES (?, ?, ?, ?)",
                        (
                            recording_id,
                            clean_name(example.text("label", 60), "a label"),
                            None if voice is None else voices[voice],
                            example.time("added"),
                        ),
                    )
                    added += changed.rowcount
                    already += 1 - changed.rowcount
                store.drop_unused([recording_id])
    return Imported(new_voices, added, already)


def _recordings(connection: Any) -> dict[int, dict[str, Any]]:
    """Every recording of the store by id, as in contents.json but without features; `audio` is its file name."""
    recordings = {
        i: {
            "fingerprint": name,
            "origin": PureWindowsPath(origin).name,
            "duration_s": duration_s,
            "speech_s": speech_s,
            "envelope": envelope.hex(),
            "audio": audio,
            "features": [],
            "voices": [],
            "example": None,
        }
        for i, name, origin, duration_s, speech_s, envelope, audio in connection.execute(
            "SELECT id, fingerprint, origin, duration_s, speech_s, envelope, audio FROM recordings ORDER BY id"
        )
    }
    for i, name, added in connection.execute(
        """SELECT c.recording_id, v.name, c.added FROM contributions c JOIN voices v ON v.id = c.voice_id
        ORDER BY c.rowid"""
    ):
        recordings[i]["voices"].append({"name": name, "added": added})
    for i, label, voice, added in connection.execute(
        """SELECT e.recording_id, e.label, v.name, e.added
        FROM examples e LEFT JOIN voices v ON v.id = e.voice_id"""
    ):
        recordings[i]["example"] = {"label": label, "voice": voice, "added": added}
    return recordings


def _take_in_voices(store: Store, contents: "_Fields") -> tuple[dict[str, int], int]:
    """The ids of the voices named in the file, and how many of them are new."""
    profiles = Profiles(store)
    there = {p.name.casefold(): p.id for p in profiles.all()}
    ids: dict[str, int] = {}
    new = 0
    for voice in contents.objects("voices"):
        name = clean_name(voice.text("name", 60), "the name of a voice")
        if name.casefold() not in there:
            profile = profiles.create(name)
            profiles.set_paused(profile.id, voice.flag("paused"))
            profiles.set_learns_from_takes(profile.id, voice.flag("learns_from_takes"))
            there[name.casefold()] = profile.id
            new += 1
        ids[voice.text("name", 60)] = there[name.casefold()]
    return ids, new


def _take_in_recording(
    archive: zipfile.ZipFile,
    files: dict[str, npt.NDArray[np.float16]],
    store: Store,
    connection: Any,
    recording: "_Fields",
) -> int:
    name = recording.text("fingerprint", 32)
    envelope = bytes.fromhex(recording.text("envelope", 2 * MAX_PEAKS))
    features = [_features(archive, files, one) for one in recording.objects("features")]
    if not any(fingerprint(pooled, encoder) == name for encoder, pooled, _ in features):
        raise ValueError("features that are not of this recording")
    origin = recording.text("origin", 1024)
    row = connection.execute(
        """INSERT INTO recordings (fingerprint, origin, duration_s, speech_s, envelope) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (fingerprint) DO UPDATE SET origin = origin RETURNING id, audio""",
        (name, origin, recording.number("duration_s", 0, 1e7), recording.number("speech_s", 0, 1e7), envelope),
    ).fetchone()
    recording_id = int(row[0])
    for encoder, pooled, baseline in features:
        connection.execute(
            "INSERT OR IGNORE INTO features (recording_id, encoder, pooled, dim, baseline) VALUES (?, ?, ?, ?, ?)",
            (
                recording_id,
                encoder,
                pack_floats(pooled),
                pooled.shape[1],
                None if baseline is None else pack_floats(baseline),
            ),
        )
    if recording.flag("audio") and row[1] is None:
        sound = io.BytesIO(_read(archive, f"audio/{name}.flac", MAX_AUDIO_BYTES))
        with soundfile.SoundFile(sound) as file:
            kept = (file.format, file.channels, file.samplerate)
            if kept != ("FLAC", 1, SAMPLE_RATE) or file.frames > MAX_AUDIO_S * SAMPLE_RATE:
                raise ValueError("kept audio that VoiceKin does not write")
            store.keep_audio(recording_id, file.read(dtype="float32"), file.samplerate)
    return recording_id


def _features(
    archive: zipfile.ZipFile, files: dict[str, npt.NDArray[np.float16]], one: "_Fields"
) -> tuple[str, Floats, Floats | None]:
    """(encoder, pooled float32 [n, D], baseline float32 [D] or None) of one recording."""
    encoder, name = one.text("encoder", 128), one.text("file", 32)
    if not _ENCODER.fullmatch(encoder) or not name.startswith("features/"):
        raise ValueError("an encoder's name")
    if name not in files:
        array = np.load(io.BytesIO(_read(archive, name, MAX_FEATURES_BYTES)), allow_pickle=False)
        if array.dtype != np.float16 or array.ndim != 2 or array.shape[1] > MAX_DIM:
            raise ValueError("features of another shape")
        if not np.isfinite(array).all():
            raise ValueError("features that are no numbers")
        files[name] = array
    array = files[name]
    start, end = int(one.number("start", 0, len(array))), int(one.number("end", 0, len(array)))
    rows = unpack_floats(array[start:end].astype("<f2").tobytes(), array.shape[1])
    has_baseline = one.flag("baseline")
    if len(rows) <= has_baseline:
        raise ValueError("a recording without features")
    return encoder, rows[: len(rows) - has_baseline], rows[-1] if has_baseline else None


def _check_names(archive: zipfile.ZipFile) -> None:
    names = [entry.filename for entry in archive.infolist()]
    if len(set(names)) != len(names) or not all(_ENTRY.fullmatch(name) for name in names):
        raise ValueError("names that VoiceKin does not write")
    if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
        raise ValueError("more than VoiceKin writes")


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    if archive.getinfo(name).compress_type not in COMPRESSIONS:
        raise ValueError(f"{name} is compressed as VoiceKin compresses nothing")
    try:
        with archive.open(name) as file:
            content = file.read(most + 1)
    except OSError as error:  # an error of this file, not of the store
        raise ValueError(f"{name} can't be read") from error
    if len(content) > most:
        raise ValueError(f"{name} is too large")
    return content


class _Fields:
    """An object of contents.json; each value is checked when it is read."""

    def __init__(self, data: Any) -> None:
        if not isinstance(data, Mapping):
            raise TypeError("not an object")
        self.data = data

    def text(self, key: str, most: int) -> str:
        value = self.data[key]
        if not isinstance(value, str) or len(value) > most:
            raise TypeError(key)
        return value

    def number(self, key: str, least: float, most: float) -> float:
        value = self.data[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise TypeError(key)
        return value

    def flag(self, key: str) -> bool:
        value = self.data[key]
        if not isinstance(value, bool):
            raise TypeError(key)
        return value

    def time(self, key: str) -> str:
        value = self.text(key, 32)
        if not _TIME.fullmatch(value):
            raise ValueError(key)
        return value

    def objects(self, key: str) -> Iterator["_Fields"]:
        value = self.data[key]
        if not isinstance(value, list):
            raise TypeError(key)
        return map(_Fields, value)

    def optional(self, key: str) -> "_Fields | None":
        value = self.data[key]
        return None if value is None else _Fields(value)


@contextmanager
def _explained(source: Path) -> Iterator[None]:
    """Turns the readers' errors for a wrong or damaged file into one sentence."""
    try:
        if source.exists() and not source.is_dir() and not source.is_file():  # opening a pipe would block
            raise FileNotFoundError
        yield
    except FileNotFoundError:
        raise StoreError(f"There is no file {source}: check the name.") from None
    except IsADirectoryError:
        raise StoreError(f"{source} is a folder; name a file that VoiceKin exported.") from None
    except PermissionError:
        raise StoreError(f"{source} can't be read: no permission.") from None
    except (
        OSError,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        soundfile.LibsndfileError,
        NotImplementedError,
        EOFError,
        KeyError,
        TypeError,
        ValueError,  # JSON and UTF-8 errors are of this kind
        RuntimeError,  # an encrypted entry
        RecursionError,
        MemoryError,
    ):
        raise StoreError(f"{source.name} was not exported by VoiceKin, or is damaged; nothing was imported.") from None
