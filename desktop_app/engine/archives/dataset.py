"""Answers as a partitioned Parquet dataset: one row per recording, one per stretch, and the features if wanted.

A dataset is a folder with the tables `recordings`, `stretches` and `features`, each a folder of parts that hold the
same recordings under the same number. docs/archives.md lists the columns; `SCHEMA` counts up when one of them changes.
Each part's metadata names, under "voicekin", the schema, the labels, the encoder and VoiceKin's version.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from desktop_app import __version__
from desktop_app.atomic_file import replace_folder
from desktop_app.engine.batch.sources import Source
from desktop_app.engine.recognition.answer import Failure, Features, Outcome, Recognition
from desktop_app.engine.recognition.path_text import path_of, path_text
from desktop_app.engine.recognition.recogniser import Analysis
from desktop_app.errors import ExportError, TargetExists

if TYPE_CHECKING:
    import pyarrow

SCHEMA = 1

RECORDINGS, STRETCHES, FEATURES = "recordings", "stretches", "features"

PART_RECORDINGS = 2_000
PART_STRETCHES = 20_000
"""A part is written when it has as many recordings or stretches as this. Until then its rows are in memory: 20,000 rows
of features take 120 MB."""

NO_PYARROW = "Parquet needs pyarrow, which is not installed here: type pip install 'voicekin[archives]'."


def arrow() -> Any:
    """pyarrow with its modules for datasets and Parquet.

    Raises:
        ExportError: It is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ExportError(NO_PYARROW) from None
    return pyarrow


class DatasetWriter:
    """Writes a dataset into a temporary folder beside `target`. When the `with` block ends, the folder is renamed to
    `target`; after an error it is deleted.

    Raises:
        TargetExists: `target` exists and `overwrite` is False.
        ExportError: pyarrow is not installed, or the dataset can't be written.
    """

    def __init__(self, target: Path, *, overwrite: bool = False) -> None:
        self._arrow = arrow()
        self._target = checked_dataset(target, overwrite=overwrite)
        try:
            self._work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=self._target.parent))
        except OSError as error:
            raise self._no_place(error) from error
        # rows, not outcomes, whose neighbours take ten times as much memory
        self._recordings: list[dict[str, Any]] = []
        self._stretches: list[dict[str, Any]] = []
        self._features: list[tuple[int, Features]] = []
        self._count = 0
        self._parts = 0
        self._labels: tuple[str, ...] = ()
        self._dimensions: tuple[str, ...] = ()
        self._encoder = ""

    def add(self, outcome: Outcome) -> None:
        """Adds one recording.

        Raises:
            ExportError: It can't be written to the disk.
        """
        if isinstance(outcome, Recognition):
            self._labels = self._labels or tuple(outcome.probabilities)
            self._dimensions = self._dimensions or tuple(outcome.dimensions)
            self._stretches += _stretches(self._count, outcome, self._labels)
            if outcome.features is not None:
                self._features.append((self._count, outcome.features))
                self._encoder = outcome.features.encoder_sha256
        self._recordings.append(_recording(self._count, outcome, self._labels, self._dimensions))
        self._count += 1
        # the labels are known only from the first answer on
        full = len(self._recordings) >= PART_RECORDINGS or len(self._stretches) >= PART_STRETCHES
        if full and self._labels:
            self._write_part()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                if self._recordings or not self._parts:
                    self._write_part()
                self._work.chmod(0o755)
                replace_folder(self._work, self._target)
        except OSError as wrong:
            raise self._no_place(wrong) from wrong
        finally:
            shutil.rmtree(self._work, ignore_errors=True)

    def _write_part(self) -> None:
        noted = {
            "schema": SCHEMA,
            "labels": self._labels,
            "encoder_sha256": self._encoder,
            "version": __version__,
        }
        tables = {
            RECORDINGS: self._table(self._recordings, _recording_columns(self._arrow, self._labels, self._dimensions)),
            STRETCHES: self._table(self._stretches, _stretch_columns(self._arrow, self._labels)),
        }
        if self._features:
            tables[FEATURES] = self._features_table()
        try:
            for name, table in tables.items():
                (self._work / name).mkdir(exist_ok=True)
                self._arrow.parquet.write_table(
                    table.replace_schema_metadata({"voicekin": json.dumps(noted)}),
                    self._work / name / f"part-{self._parts:05d}.parquet",
                    compression="zstd",
                )
        except OSError as error:
            raise self._no_place(error) from error
        self._parts += 1
        self._recordings, self._stretches, self._features = [], [], []

    def _table(self, rows: Sequence[dict[str, Any]], columns: dict[str, Any]) -> "pyarrow.Table":
        return self._arrow.Table.from_pylist(rows, schema=self._arrow.schema(list(columns.items())))

    def _features_table(self) -> "pyarrow.Table":
        pa = self._arrow
        spans = [len(f.spans) for _, f in self._features]

        def floats(rows: list[Any]) -> Any:
            array = np.concatenate(rows).astype(np.float32, copy=False)
            return pa.FixedSizeListArray.from_arrays(pa.array(array.ravel()), array.shape[1])

        times = np.array([span for _, f in self._features for span in f.spans], np.float64)
        return pa.table(
            {
                "recording": np.repeat([number for number, _ in self._features], spans).astype(np.int64),
                "stretch": np.concatenate([np.arange(1, n + 1, dtype=np.int32) for n in spans]),
                "start_s": times[:, 0],
                "end_s": times[:, 1],
                "pooled": floats([f.pooled for _, f in self._features]),
                "embedding": floats([f.embedding for _, f in self._features]),
            }
        )

    def _no_place(self, error: OSError) -> ExportError:
        return ExportError(f"{self._target} can't be written: {error.strerror or error}. Choose another place.")


def checked_dataset(target: Path, *, overwrite: bool = False) -> Path:
    """`target` with its links resolved, checked to be a place where a dataset can be written.

    Raises:
        TargetExists: A dataset is there and `overwrite` is False.
        ExportError: Something else is there, or its folder does not exist.
    """
    target = target.absolute()
    if (target / RECORDINGS).is_dir():
        if not overwrite:
            raise TargetExists(target)
    elif target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise ExportError(f"{target} exists and holds no answers of VoiceKin: choose another name.")
    if not target.parent.is_dir():
        raise ExportError(f"{target} can't be written: there is no folder {target.parent}. Choose another place.")
    return target


def _recording_columns(pa: Any, labels: Sequence[str], dimensions: Sequence[str]) -> dict[str, Any]:
    text, number = pa.string(), pa.float64()
    return {
        "recording": pa.int64(),
        "path": text,
        "error": text,
        "start_s": number,
        "duration_s": number,
        "speech_s": number,
        "speech_peak": number,
        "level_db": number,
        "channel": pa.int32(),
        "speaker": text,
        "label": text,
        "label_set": pa.list_(text),
        "confidence": number,
        "abstained": pa.bool_(),
        "abstained_because": text,
        "remarks": pa.list_(text),
        "novelty": number,
        "stretches": pa.int32(),
        "voice": text,
        "voice_name": text,
        "voice_heard": pa.int32(),
        "pack": text,
        "k": pa.int32(),
        "alpha": number,
        "own_examples": pa.int32(),
        **{f"p_{label}": number for label in labels},
        **dict.fromkeys(dimensions, number),
    }


def _recording(number: int, outcome: Outcome, labels: Sequence[str], dimensions: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"recording": number, "path": path_text(outcome.path)}
    if isinstance(outcome, Failure):
        return {**row, "error": path_text(outcome.error)}
    on, features = outcome.rests_on, outcome.features
    if features is not None:
        row |= {"start_s": features.start_s, "speech_peak": features.speech_peak, "level_db": features.level_db}
    return {
        **row,
        "speaker": outcome.said_speaker or None,
        "duration_s": outcome.duration_s,
        "speech_s": outcome.speech_s,
        "channel": None if outcome.channel is None else outcome.channel + 1,
        "label": outcome.label,
        "label_set": list(outcome.label_set),
        "confidence": outcome.confidence,
        "abstained": outcome.abstained,
        "abstained_because": outcome.abstained_because,
        "remarks": list(outcome.remarks),
        "novelty": outcome.novelty,
        "stretches": len(outcome.segments),
        "voice": on.voice.kind,
        "voice_name": on.voice.name,
        "voice_heard": on.voice.heard,
        "pack": on.pack,
        "k": outcome.k,
        "alpha": outcome.alpha,
        "own_examples": on.examples,
        **{f"p_{label}": outcome.probabilities.get(label) for label in labels},
        **{name: outcome.dimensions.get(name) for name in dimensions},
    }


def _stretch_columns(pa: Any, labels: Sequence[str]) -> dict[str, Any]:
    text, number = pa.string(), pa.float64()
    return {
        "recording": pa.int64(),
        "path": text,
        "stretch": pa.int32(),
        "start_s": number,
        "end_s": number,
        "speaker": text,
        "label": text,
        "label_set": pa.list_(text),
        "confidence": number,
        **{f"p_{label}": number for label in labels},
    }


def _stretches(number: int, answer: Recognition, labels: Sequence[str]) -> Iterator[dict[str, Any]]:
    path = path_text(answer.path)
    for i, segment in enumerate(answer.segments, 1):
        yield {
            "recording": number,
            "path": path,
            "stretch": i,
            "start_s": segment.start_s,
            "end_s": segment.end_s,
            "speaker": answer.speaker_of(segment),
            "label": segment.label,
            "label_set": list(segment.label_set),
            "confidence": segment.probabilities[segment.label],
            **{f"p_{label}": segment.probabilities.get(label) for label in labels},
        }


class Dataset:
    """A dataset that was written by `DatasetWriter`.

    Attributes:
        labels: The labels of its answers.
        encoder_sha256: The encoder that made its features; "" if it has none.
    """

    def __init__(self, root: Path) -> None:
        """Reads the first part's metadata.

        Raises:
            ExportError: pyarrow is not installed, or there is no VoiceKin dataset that this version can read.
        """
        self._arrow = arrow()
        self._root = root
        self._parts = sorted((root / RECORDINGS).glob("part-*.parquet"))
        if not self._parts:
            raise ExportError(f"There are no answers of VoiceKin in {root}: name what `--export parquet` wrote.")
        noted = self._read(lambda: (self._arrow.parquet.read_schema(self._parts[0]).metadata or {}).get(b"voicekin"))
        try:
            found = json.loads(noted or b"")
            schema = found["schema"]
            self.labels: tuple[str, ...] = tuple(found["labels"])
            self.encoder_sha256: str = found["encoder_sha256"]
        except (ValueError, KeyError, TypeError):
            raise self._damaged() from None
        if schema > SCHEMA:
            raise ExportError(
                f"{root} is of schema {schema} and this VoiceKin reads up to {SCHEMA}: update VoiceKin to use it."
            )

    def table(self, name: str, columns: Sequence[str] | None = None) -> "pyarrow.Table":
        """All rows of the table RECORDINGS or STRETCHES.

        Raises:
            ExportError: It can't be read.
        """
        paths = sorted((self._root / name).glob("part-*.parquet"))
        pa = self._arrow
        tables = self._read(lambda: [pa.parquet.read_table(path, columns=columns) for path in paths])
        return self._read(lambda: pa.concat_tables(tables, promote_options="default"))

    def sources(self) -> list[Source]:
        """The recordings in order, with what decides which of them are grouped: paths and speakers."""
        rows = self.table(RECORDINGS, ["path", "speaker"]).to_pylist()
        return [Source(path_of(row["path"]), speaker=row["speaker"] or "") for row in rows]

    def heard(self) -> Iterator[Analysis | Failure]:
        """The analysis of every recording, or its failure; one part at a time is in memory.

        Raises:
            ExportError: The dataset has no features, or can't be read.
        """
        if not self.encoder_sha256:
            raise ExportError(f"{self._root} holds no features: write it with `--export parquet --features`.")
        for path in self._parts:
            yield from self._read(partial(self._part, path.name))

    def _part(self, name: str) -> list[Analysis | Failure]:
        recordings = self._arrow.parquet.read_table(self._root / RECORDINGS / name, columns=list(_HEARD))
        beside = self._root / FEATURES / name
        if not beside.is_file():  # no recording of this part got an answer
            return [Failure(path_of(row["path"]), path_of(row["error"])) for row in recordings.to_pylist()]
        features = self._arrow.parquet.read_table(beside, columns=["recording", "start_s", "end_s", "pooled"])
        whose = features["recording"].to_numpy()
        times = np.stack([features["start_s"].to_numpy(), features["end_s"].to_numpy()], axis=1).tolist()
        flat = features["pooled"].combine_chunks().values.to_numpy(zero_copy_only=False)
        pooled = flat.reshape(len(whose), -1).astype(np.float32, copy=False)
        found: list[Analysis | Failure] = []
        for row in recordings.to_pylist():
            path = path_of(row["path"])
            if row["error"] is not None:
                found.append(Failure(path, path_of(row["error"])))
                continue
            first, last = np.searchsorted(whose, [row["recording"], row["recording"] + 1]).tolist()
            if first == last:
                raise ValueError  # every answered recording has at least one stretch
            analysis = Analysis(
                path=path,
                duration_s=row["duration_s"],
                speech_s=row["speech_s"],
                speech_peak=row["speech_peak"],
                level_db=row["level_db"],
                spans=tuple((start_s, end_s) for start_s, end_s in times[first:last]),
                pooled=pooled[first:last],
                encoder_sha256=self.encoder_sha256,
                decode_ms=0.0,
                encode_ms=0.0,
                start_s=row["start_s"],
                channel=None if row["channel"] is None else row["channel"] - 1,
                remarks=tuple(row["remarks"]),
                said_speaker=row["speaker"] or "",
            )
            found.append(analysis)
        return found

    def _read(self, what: Callable[[], Any]) -> Any:
        try:
            return what()
        except (OSError, KeyError, TypeError, ValueError, self._arrow.ArrowException):
            raise self._damaged() from None

    def _damaged(self) -> ExportError:
        return ExportError(f"{self._root} is damaged or not a VoiceKin dataset: write it again.")


_HEARD: tuple[str, ...] = (
    *("recording", "path", "error", "start_s", "duration_s", "speech_s", "speech_peak", "level_db", "channel"),
    *("speaker", "remarks"),
)
