"""The pack's format: its files' names, its limits, pack.json, and the dataclass of a pack that was read.

A pack is a folder, or the same folder zipped as NAME.vkpack. It is untrusted input: Annoy and ONNX Runtime get nothing
of it before sizes and sha256 are verified, the index is proven valid, labels and dimensions agree, and no file name
points outside the pack.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from desktop_app.engine.sound.audio import SAMPLE_RATE
from desktop_app.errors import PackError

Weighting = Literal["distance", "vote"]
"""How neighbours vote: with the weight exp(-distance / temperature), or all with the same weight, as in the paper."""
WEIGHTINGS: tuple[Weighting, ...] = ("distance", "vote")

FORMAT = 1
"""The version of the format that this app reads and writes; a pack with a higher number needs a newer app."""

MANIFEST = "pack.json"
ENCODER = "encoder.onnx"
HEAD = "head.onnx"
INDEX = "index.ann"
NEIGHBOURS = "neighbours.jsonl"
ROWS = "neighbours.idx"
MODEL_CARD = "MODEL_CARD.md"
VOICE = "voice.npy"
DIMENSIONS = "dimensions.npy"
MAP = "map.npy"
CLIPS = "clips"

REQUIRED = (ENCODER, HEAD, INDEX, NEIGHBOURS, MODEL_CARD)

ENVELOPE_PEAKS = 64

MAX_MANIFEST_BYTES = 4 * 1024**2

KNOWN_DIMENSIONS = ("arousal", "dominance", "valence")
"""What a pack may tell beside the label; they are columns of exported tables, so no other name may be one."""

MAX_TEXT_BYTES = {MODEL_CARD: 4 * 1024**2}
"""The largest size of files that are read into memory as text."""

MAX_PACK_BYTES = 4 * 1024**3
MAX_LABELS = 256
MAX_DIM = 65_536

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}){0,3}")
_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FileEntry:
    """A file's entry in pack.json: its sha256 in lower-case hexadecimal, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class KnnSettings:
    """How p_knn is computed: k neighbours, the weight alpha in eq. (4), temperature and kind of the weighting."""

    k: int
    alpha: float
    temperature: float
    weighting: Weighting


def is_pack_name(name: str) -> bool:
    """Whether a pack may have this name, which must be valid on any system."""
    return bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", name)) and not _WINDOWS_DEVICE.fullmatch(name)


@dataclass(frozen=True)
class PackManifest:
    """The content of pack.json.

    Attributes:
        name: The pack's name, also of its folder: letters, digits, dot, dash, underscore.
        version: The pack's version, to show to users.
        created: ISO 8601 date.
        licence: The licence of the whole pack, if possible an SPDX expression.
        labels: In the order of the logits.
        sample_rate: Hz; format 1 allows only 16,000, the rate of the speech encoders and the speech detector.
        max_seconds: The longest stretch that the encoder accepts.
        embedding_dim: E, the dimension of the L2-normalised embedding.
        pooled_dim: D, the dimension of the pooled features and of a speaker's baseline.
        backbone: The encoder that it was made from.
        knn: How p_knn is computed and mixed.
        calibration_temperature: T of p_model = softmax(logits / T).
        novelty_distance: The distance (see `fusion.novelty`) above which a clip is unlike anything known.
        abstain_confidence: The confidence below which an answer is uncertain.
        abstain_speech_s: The seconds of speech below which an answer is uncertain.
        set_probability: The probability from which a label joins the label set beside the most probable one (see
            `fusion.label_set`); 1 in packs without it, whose sets have one label.
        voice: The parameters for estimating a baseline, except the arrays in voice.npy; see
            `engine.recognition.voice`.
        manner: The pooled features that describe how something was said, see `engine.recognition.manner`.
        dimensions: Those of KNOWN_DIMENSIONS that dimensions.npy predicts; none in most packs.
        training: How it was trained: recipe, seed, versions, corpora.
        scores: The scores it reached, by protocol.
        files: Every other file of the pack; filled in by `write_pack`.
    """

    name: str
    version: str
    created: str
    licence: str
    labels: tuple[str, ...]
    sample_rate: int
    max_seconds: float
    embedding_dim: int
    pooled_dim: int
    backbone: str
    knn: KnnSettings
    calibration_temperature: float
    novelty_distance: float
    abstain_confidence: float
    abstain_speech_s: float
    set_probability: float = 1.0
    voice: Mapping[str, Any] = field(default_factory=dict)
    manner: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    dimensions: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> dict[str, Any]:
        """The JSON object for pack.json."""
        return {
            "format": self.format,
            "name": self.name,
            "version": self.version,
            "created": self.created,
            "licence": self.licence,
            "labels": list(self.labels),
            "sample_rate": self.sample_rate,
            "max_seconds": self.max_seconds,
            "embedding_dim": self.embedding_dim,
            "pooled_dim": self.pooled_dim,
            "backbone": self.backbone,
            "knn": {
                "k": self.knn.k,
                "alpha": self.knn.alpha,
                "temperature": self.knn.temperature,
                "weighting": self.knn.weighting,
            },
            "calibration": {"temperature": self.calibration_temperature},
            "voice": {"dim": self.pooled_dim, **self.voice},
            "manner": {name: list(column) for name, column in self.manner.items()},
            **({"dimensions": list(self.dimensions)} if self.dimensions else {}),
            "novelty": {"distance": self.novelty_distance},
            "abstain": {"confidence": self.abstain_confidence, "speech_s": self.abstain_speech_s},
            "label_set": {"probability": self.set_probability},
            "training": dict(self.training),
            "scores": dict(self.scores),
            "files": {name: {"sha256": f.sha256, "size": f.size} for name, f in sorted(self.files.items())},
        }

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads and checks the JSON object of pack.json; unknown keys are ignored.

        Raises:
            PackError: If the format is newer than this app's, or a value is missing, of another type or out of range.
        """
        top = Fields(data, "pack.json")
        written = top.integer("format", 1, 1_000_000)
        if written > FORMAT:
            raise PackError(
                f"This pack is of format {written} and this VoiceKin reads up to {FORMAT}: update VoiceKin to use it."
            )
        labels = tuple(top.strings("labels"))
        if not 2 <= len(labels) <= MAX_LABELS or len(set(labels)) != len(labels) or not all(labels):
            raise PackError("The pack's labels must be at least two, each its own name: ask whoever made the pack.")
        dimensions = tuple(top.strings("dimensions")) if "dimensions" in top.data else ()
        if not set(dimensions) <= set(KNOWN_DIMENSIONS) or len(set(dimensions)) != len(dimensions):
            raise PackError(
                f"The pack's dimensions must be among {', '.join(KNOWN_DIMENSIONS)}, each once: ask whoever made it."
            )
        knn, pooled_dim = top.fields("knn"), top.integer("pooled_dim", 1, MAX_DIM)
        weighting = next((w for w in WEIGHTINGS if w == knn.string("weighting")), None)
        if weighting is None:
            raise PackError(f"The pack's knn.weighting must be one of {', '.join(WEIGHTINGS)}: ask whoever made it.")
        voice = dict(top.fields("voice").data)
        if voice.pop("dim", pooled_dim) != pooled_dim:
            raise PackError("The pack's voice.dim and pooled_dim differ: ask whoever made the pack.")
        name = top.string("name")
        if not is_pack_name(name):
            raise PackError("The pack's name may hold only letters, digits, dot, dash and underscore.")
        return cls(
            name=name,
            version=top.string("version"),
            created=top.string("created"),
            licence=top.string("licence"),
            labels=labels,
            sample_rate=top.integer("sample_rate", SAMPLE_RATE, SAMPLE_RATE),
            max_seconds=top.number("max_seconds", 1.0, 120.0),
            embedding_dim=top.integer("embedding_dim", 1, MAX_DIM),
            pooled_dim=pooled_dim,
            backbone=top.string("backbone"),
            knn=KnnSettings(
                k=knn.integer("k", 1, 10_000),
                alpha=knn.number("alpha", 0.0, 1.0),
                temperature=knn.number("temperature", 1e-6, 1e6),
                weighting=weighting,
            ),
            calibration_temperature=top.fields("calibration").number("temperature", 1e-6, 1e6),
            novelty_distance=top.fields("novelty").number("distance", 1e-6, 1e6),
            abstain_confidence=top.fields("abstain").number("confidence", 0.0, 1.0),
            abstain_speech_s=top.fields("abstain").number("speech_s", 0.0, 60.0),
            set_probability=top.fields("label_set").number("probability", 0.0, 1.0) if "label_set" in top.data else 1.0,
            voice=voice,
            manner=_manner(top.fields("manner").data, pooled_dim) if "manner" in top.data else {},
            dimensions=dimensions,
            training=top.fields("training").data,
            scores=top.fields("scores").data,
            files=_files(top.fields("files")),
            format=written,
        )


@dataclass(frozen=True)
class Item:
    """One recording of the datastore, a line of neighbours.jsonl. `clip` is its audio file in the pack, or None."""

    id: str
    label: str
    corpus: str = ""
    speaker: str = ""
    language: str = ""
    duration_s: float = 0.0
    text: str = ""
    licence: str = ""
    envelope: tuple[float, ...] = ()
    clip: str | None = None


@dataclass(frozen=True, eq=False)
class Pack:
    """A pack that passed every check.

    Attributes:
        root: Its folder.
        manifest: The content of pack.json.
        items: The recordings of the datastore; item i of the index is items[i]. Rows are read when needed, see
            `pack.items`.
        item_labels: uint16 [items], the index of each item's label.
        voice: The content of voice.npy, float32, last axis pooled_dim; None if the pack has none.
        dimensions: float32 [manifest.dimensions, embedding_dim + 1]: for each dimension the weights of the embedding,
            then a constant; None if the pack has none.
        map: float32 [items, 2], each item's place on the two-dimensional map, memory-mapped; None if the pack has none.
    """

    root: Path
    manifest: PackManifest
    items: Sequence[Item]
    item_labels: npt.NDArray[np.uint16]
    voice: Floats | None = None
    map: Floats | None = None
    dimensions: Floats | None = None

    @property
    def encoder_sha256(self) -> str:
        """The sha256 of the encoder, which identifies the pooled features it makes."""
        return self.manifest.files[ENCODER].sha256

    def path(self, name: str) -> Path:
        """The path of the pack's file of that name."""
        return self.root.joinpath(*PurePosixPath(name).parts)

    def model_card(self) -> str:
        """MODEL_CARD.md as text."""
        return self.path(MODEL_CARD).read_text(encoding="utf-8", errors="replace")


def parse_manifest(raw: bytes, damaged: str) -> PackManifest:
    """Parses the bytes of pack.json; raises PackError, with the message `damaged` if they are not JSON."""
    try:
        data = json.loads(raw.decode("utf-8"), parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise PackError(damaged) from None
    return PackManifest.from_json(data)


def no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _files(listed: "Fields") -> dict[str, FileEntry]:
    files: dict[str, FileEntry] = {}
    seen: set[str] = set()
    for name in listed.data:
        entry = listed.fields(name)
        sha256 = entry.string("sha256")
        if not _SHA256.fullmatch(sha256):
            raise PackError(f"The pack gives no valid sha256 for {name!r}: ask whoever made it.")
        if safe_name(name).lower() in seen or name == MANIFEST:
            raise PackError(f"The pack lists {name} twice: don't use it.")
        seen.add(name.lower())
        files[name] = FileEntry(sha256, entry.integer("size", 0, MAX_PACK_BYTES))
        if files[name].size > MAX_TEXT_BYTES.get(name, MAX_PACK_BYTES):
            raise PackError(f"{name} in the pack is too large: don't use it.")
    for name in REQUIRED:
        if name not in files:
            raise PackError(f"The pack lacks {name}: install the pack again.")
    if sum(entry.size for entry in files.values()) > MAX_PACK_BYTES:
        raise PackError("The pack is too large: don't use it.")
    return files


def safe_name(name: str) -> str:
    """Checks that `name` is a valid file name inside a pack on every system; raises PackError otherwise."""
    parts = name.split("/")
    if not _NAME.fullmatch(name) or any(_WINDOWS_DEVICE.fullmatch(p) or p.endswith(".") for p in parts):
        raise PackError(f"The pack names a file {name[:80]!r}, which is not allowed in a pack: don't use it.")
    return name


def sha256_of(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _manner(data: Mapping[str, Any], pooled_dim: int) -> dict[str, tuple[int, int]]:
    for column in data.values():
        is_column = isinstance(column, list) and len(column) == 2 and all(type(n) is int for n in column)
        if not is_column or not 0 <= column[0] < pooled_dim or column[1] not in (1, -1):
            raise PackError("manner in pack.json must name features and 1 or -1: ask whoever made the pack.")
    return {name: (column[0], column[1]) for name, column in data.items()}


class Fields:
    """Reads values of given types from one JSON object; a wrong value raises a PackError that names its place."""

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, dict):
            raise PackError(f"{where} must hold an object: ask whoever made the pack.")
        self.data: dict[str, Any] = data
        self._where = where

    def fields(self, key: str) -> "Fields":
        return Fields(self._get(key, dict), f"{key} in {self._where}")

    def string(self, key: str) -> str:
        value: str = self._get(key, str)
        return value

    def text(self, key: str) -> str:
        """A string; "" if it is absent or null."""
        return "" if self.data.get(key) is None else self.string(key)

    def strings(self, key: str) -> list[str]:
        values: list[Any] = self._get(key, list)
        if not all(isinstance(v, str) for v in values):
            raise self._wrong(key)
        return values

    def integer(self, key: str, low: int, high: int) -> int:
        value: int = self._get(key, int)
        if not low <= value <= high:
            raise self._wrong(key)
        return value

    def number(self, key: str, low: float, high: float) -> float:
        value: int | float = self._get(key, (int, float))
        if not low <= value <= high:  # NaN compares false
            raise self._wrong(key)
        return float(value)

    def _get(self, key: str, kind: type | tuple[type, ...]) -> Any:
        value = self.data.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._wrong(key)
        return value

    def _wrong(self, key: str) -> PackError:
        return PackError(f"{key} in {self._where} is missing or out of range: ask whoever made the pack.")
