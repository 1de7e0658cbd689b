"""The pack: its format, written, read and checked here and nowhere else.

A pack is a folder, or the same folder zipped as NAME.vkpack, and untrusted input: nothing in it is handed to Annoy or
ONNX Runtime before sizes and sha256 hold, the index is proven sound, labels and dimensions agree and no name leaves it.
"""

import hashlib
import json
import re
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from desktop_app.engine.audio import SAMPLE_RATE
from desktop_app.engine.fusion import WEIGHTINGS, Weighting
from desktop_app.engine.index import build_index, check_index
from desktop_app.errors import PackError

FORMAT = 1
"""What this app reads and writes; a pack with a higher number needs a newer app."""

MANIFEST = "pack.json"
ENCODER = "encoder.onnx"
HEAD = "head.onnx"
INDEX = "index.ann"
NEIGHBOURS = "neighbours.jsonl"
MODEL_CARD = "MODEL_CARD.md"
VOICE = "voice.npy"
MAP = "map.npy"
CLIPS = "clips"

REQUIRED = (ENCODER, HEAD, INDEX, NEIGHBOURS, MODEL_CARD)

ENVELOPE_PEAKS = 64

MAX_MANIFEST_BYTES = 4 * 1024**2
MAX_TEXT_BYTES = {NEIGHBOURS: 512 * 1024**2, MODEL_CARD: 4 * 1024**2}
"""Of what is read into memory as text: 500,000 recordings, and a card of more pages than anybody reads."""
MAX_PACK_BYTES = 4 * 1024**3
MAX_FILES = 100_000
MAX_LABELS = 256
MAX_DIM = 65_536

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of an archive, which is untrusted: the others that zipfile knows swell in memory as a whole."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}){0,3}")
_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")

_BAD_ARCHIVE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)
"""What zipfile raises on bytes that are not as it expects: more than it documents."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FileEntry:
    """What pack.json says of one file: lower-case hexadecimal sha256, and bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class KnnSettings:
    """How p_knn is made: k neighbours, weight alpha in eq. (4), temperature and form of the weighting."""

    k: int
    alpha: float
    temperature: float
    weighting: Weighting


def is_pack_name(name: str) -> bool:
    """Whether a pack may have this name, on any system."""
    return bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", name)) and not _WINDOWS_DEVICE.fullmatch(name)


@dataclass(frozen=True)
class PackManifest:
    """pack.json.

    Attributes:
        name: For people and for folders: letters, digits, dot, dash, underscore.
        version: Of the pack, for people.
        created: ISO 8601 date.
        licence: Of the whole pack, an SPDX expression where there is one.
        labels: In the order of the logits.
        sample_rate: Hz; format 1 knows 16,000 alone, the rate that speech encoders and the speech detector hear.
        max_seconds: The longest stretch the encoder takes at once.
        embedding_dim: E, of the L2-normalised embedding.
        pooled_dim: D, of the pooled features and of a speaker's baseline.
        backbone: Which encoder it was made from.
        knn: How p_knn is made and mixed.
        calibration_temperature: T of p_model = softmax(logits / T).
        novelty_distance: The distance (see `fusion.novelty`) above which a clip is unlike anything known.
        abstain_confidence: The confidence under which an answer is not to be relied on.
        abstain_speech_s: Seconds of speech under which it is not to be relied on either.
        voice: What `engine.voice` needs to estimate a baseline, but for the arrays of voice.npy.
        training: How it was made: recipe, seed, versions, corpora.
        scores: What it reaches, by protocol.
        files: Every other file of the pack. Filled by `write_pack`.
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
    voice: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> dict[str, Any]:
        """The object that pack.json holds."""
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
            "novelty": {"distance": self.novelty_distance},
            "abstain": {"confidence": self.abstain_confidence, "speech_s": self.abstain_speech_s},
            "training": dict(self.training),
            "scores": dict(self.scores),
            "files": {name: {"sha256": f.sha256, "size": f.size} for name, f in sorted(self.files.items())},
        }

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads and checks what pack.json holds; keys it does not know are left alone.

        Raises:
            PackError: If the format is newer than this app's, or a value is missing, of another type or out of range.
        """
        top = _Fields(data, "pack.json")
        written = top.integer("format", 1, 1_000_000)
        if written > FORMAT:
            raise PackError(
                f"This pack is of format {written} and this VoiceKin reads up to {FORMAT}: update VoiceKin to use it."
            )
        labels = tuple(top.strings("labels"))
        if not 2 <= len(labels) <= MAX_LABELS or len(set(labels)) != len(labels) or not all(labels):
            raise PackError("The pack's labels must be at least two, each its own name: ask whoever made the pack.")
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
            voice=voice,
            training=top.fields("training").data,
            scores=top.fields("scores").data,
            files=_files(top.fields("files")),
            format=written,
        )


@dataclass(frozen=True)
class Item:
    """One recording of the datastore: a line of neighbours.jsonl. `clip` is its audio in the pack, or None."""

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
        manifest: pack.json.
        items: The recordings of the datastore; item i of the index is items[i].
        voice: What voice.npy holds, float32, last axis pooled_dim; None where the pack has none.
        map: float32 [items, 2], each item's place on the two-dimensional map; None where the pack has none.
    """

    root: Path
    manifest: PackManifest
    items: tuple[Item, ...]
    voice: Floats | None = None
    map: Floats | None = None

    @property
    def encoder_sha256(self) -> str:
        """What pooled features are tied to: another encoder, other features."""
        return self.manifest.files[ENCODER].sha256

    def path(self, name: str) -> Path:
        """Where the file of that name lies."""
        return self.root.joinpath(*PurePosixPath(name).parts)

    def model_card(self) -> str:
        """MODEL_CARD.md as text."""
        return self.path(MODEL_CARD).read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True)
class Check:
    """One line of `verify_pack`: what was looked at, whether it holds, and what was found."""

    name: str
    ok: bool
    detail: str


def load_pack(path: Path) -> Pack:
    """Reads a pack, every check of the format made; a .vkpack by way of a temporary folder that lives as long as it.

    Raises:
        PackError: With one sentence, if anything is missing, damaged, unsafe or newer than this app.
    """
    if path.is_dir():
        return _load_folder(path)
    unpacked = Path(tempfile.mkdtemp(prefix="voicekin-pack-"))
    try:
        unpack(path, unpacked / "pack")
        pack = _load_folder(unpacked / "pack")
    except BaseException:
        shutil.rmtree(unpacked, ignore_errors=True)
        raise
    weakref.finalize(pack, shutil.rmtree, unpacked, ignore_errors=True)
    return pack


def verify_pack(path: Path) -> list[Check]:
    """Looks at a pack as `load_pack` does and then runs it once; never raises for what is wrong with the pack."""
    from desktop_app.engine.encoder import Encoder
    from desktop_app.engine.retrieval import Datastore

    checks: list[Check] = []
    try:
        pack = load_pack(path)
        m = pack.manifest
        size = sum(entry.size for entry in m.files.values())
        checks.append(Check("manifest", True, f"{m.name} {m.version}, format {m.format}, {m.licence}"))
        checks.append(
            Check("files", True, f"{len(m.files)} files, {size / 1e6:.1f} MB, every size and sha256 as listed")
        )
        checks.append(Check("labels", True, ", ".join(m.labels)))
        checks.append(Check("index", True, f"{len(pack.items)} recordings, {m.embedding_dim} dimensions"))
        encoder = Encoder(pack)
        checks.append(Check("encoder", True, f"{m.backbone}, inputs and outputs as the format asks"))
        silence = np.zeros(m.sample_rate, np.float32)
        headed = encoder.head(encoder.encode([silence]).pooled, np.zeros(m.pooled_dim, np.float32))
        hits = Datastore(pack).nearest(headed.embedding[0], m.knn.k)
        checks.append(Check("answer", True, f"one second of silence encoded, {len(hits)} neighbours found"))
    except PackError as error:
        checks.append(Check("encoder" if checks else "pack", False, str(error)))
    return checks


def write_pack(
    target: Path,
    manifest: PackManifest,
    *,
    encoder: bytes,
    head: bytes,
    embeddings: Floats,
    items: Sequence[Item],
    model_card: str,
    voice: Floats | None = None,
    item_map: Floats | None = None,
    clips: Mapping[str, Path] | None = None,
) -> Pack:
    """Writes a pack beside `target` and renames it into place; the same input gives the same bytes.

    Args:
        target: The pack's folder.
        manifest: pack.json; its `files` are filled in here.
        encoder: encoder.onnx: waveform, lengths, baseline -> logits, embedding, pooled.
        head: head.onnx: pooled, baseline -> logits, embedding.
        embeddings: float32 [n, E], made with the very encoder that is written.
        items: n rows of the neighbours table.
        voice: For `engine.voice`, float32, last axis D.
        item_map: float32 [n, 2].
        clips: Name in the pack ("clips/...") -> the audio file to copy; an item's `clip` names one of them.

    Raises:
        PackError: If what was written does not pass `load_pack`, or `check_pack_target`.
    """
    check_pack_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        work.chmod(0o755)
        (work / ENCODER).write_bytes(encoder)
        (work / HEAD).write_bytes(head)
        build_index(work / INDEX, np.ascontiguousarray(embeddings, dtype=np.float32))
        (work / NEIGHBOURS).write_text("".join(_item_line(item) for item in items), encoding="utf-8", newline="\n")
        (work / MODEL_CARD).write_text(model_card, encoding="utf-8", newline="\n")
        if voice is not None:
            np.save(work / VOICE, np.ascontiguousarray(voice, dtype=np.float32))
        if item_map is not None:
            np.save(work / MAP, np.ascontiguousarray(item_map, dtype=np.float32))
        for name, source in (clips or {}).items():
            destination = work.joinpath(*PurePosixPath(_safe_name(name)).parts)
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, destination)
        files = {
            p.relative_to(work).as_posix(): FileEntry(_sha256(p), p.stat().st_size)
            for p in sorted(work.rglob("*"))
            if p.is_file()
        }
        text = json.dumps(replace(manifest, files=files).as_json(), indent=2, ensure_ascii=False, allow_nan=False)
        (work / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
        _load_folder(work)
        replace_folder(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return _load_folder(target)


def check_pack_target(target: Path) -> None:
    """Refuses to write a pack where something else lies: a pack takes the place of its folder with all that is in it.

    Raises:
        PackError: `target` is there, and neither a pack nor an empty folder.
    """
    if target.is_dir() and ((target / MANIFEST).is_file() or not any(target.iterdir())):
        return
    if target.exists():
        raise PackError(f"{target} can't be written: it is there already and is no pack. Choose another place.")


def zip_pack(pack: Pack, archive: Path) -> None:
    """Writes the pack as a .vkpack, beside and renamed; stamps are fixed, so the same pack gives the same bytes."""
    beside = archive.with_name(f".{archive.name}.part")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as z:
        for name in (MANIFEST, *sorted(pack.manifest.files)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with pack.path(name).open("rb") as source, z.open(entry, "w") as out:
                shutil.copyfileobj(source, out)
    beside.replace(archive)


def unpack(archive: Path, target: Path) -> None:
    """Unpacks a .vkpack into `target`, which must not exist yet: all of it or nothing.

    Only what pack.json lists is written, and of that not a byte more than it lists, so a zip bomb has nowhere to go.

    Raises:
        PackError: If the archive is no zip, names something outside itself or twice, or differs from its pack.json.
    """
    if not archive.is_file():  # a pipe would be waited for
        raise PackError(f"There is no pack at {archive}: check the name.")
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        work.chmod(0o755)
        with zipfile.ZipFile(archive) as z:
            _unpack_into(z, archive.name, work)
        work.rename(target)
    except _BAD_ARCHIVE:
        raise PackError(f"{archive.name} is no pack, or is damaged: download it again.") from None
    except OSError as error:
        raise PackError(f"{archive.name} can't be unpacked ({error.strerror or error}).") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def replace_folder(new: Path, target: Path) -> None:
    """Puts the folder `new` in the place of `target`, on the same file system; a reader sees the old or the new one."""
    if not target.exists():
        new.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old / target.name)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _unpack_into(z: zipfile.ZipFile, archive_name: str, work: Path) -> None:
    entries = [e for e in z.infolist() if not e.is_dir()]
    if len(entries) > MAX_FILES:
        raise PackError(f"{archive_name} holds too many files for a pack: don't use it.")
    by_name: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        if by_name.setdefault(entry.filename, entry) is not entry:
            raise PackError(f"{archive_name} holds {entry.filename} twice: don't use it.")
        if entry.compress_type not in COMPRESSIONS:
            raise PackError(f"{archive_name} is compressed in a way that a pack may not be: don't use it.")
    # a folder that was zipped by hand has its own name in front of every entry
    manifests = [name for name in by_name if name.split("/", 1)[-1] == MANIFEST]
    if not manifests:
        raise PackError(f"{archive_name} holds no {MANIFEST}, so it is no pack.")
    prefix = min(manifests, key=len)[: -len(MANIFEST)]
    if by_name[prefix + MANIFEST].file_size > MAX_MANIFEST_BYTES:
        raise PackError(f"The {MANIFEST} of {archive_name} is too large: don't use it.")
    with z.open(prefix + MANIFEST) as f:
        raw = f.read(MAX_MANIFEST_BYTES + 1)
    manifest = _parse_manifest(raw, f"The pack's {MANIFEST} is not valid JSON: install the pack again.")
    expected = {prefix + name: entry for name, entry in manifest.files.items()}
    for name in by_name:
        if name not in expected and name != prefix + MANIFEST:
            raise PackError(f"{archive_name} holds {name!r}, which its {MANIFEST} does not list: don't use it.")
    (work / MANIFEST).write_bytes(raw)
    for name, listed in expected.items():
        zipped = by_name.get(name)
        if zipped is None:
            raise PackError(f"{archive_name} lacks {name}: download it again.")
        if zipped.file_size != listed.size:
            raise PackError(f"{name} in {archive_name} has another size than listed: download it again.")
        destination = work.joinpath(*PurePosixPath(name[len(prefix) :]).parts)
        destination.parent.mkdir(parents=True, exist_ok=True)
        left = listed.size
        with z.open(zipped) as source, destination.open("xb") as out:
            while chunk := source.read(min(1 << 20, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise PackError(f"{name} in {archive_name} is larger than listed: don't use it.")
                out.write(chunk)


def _load_folder(root: Path) -> Pack:
    root = root.resolve()
    manifest = read_manifest(root)
    try:
        for name, entry in manifest.files.items():
            _check_file(root, name, entry)
        items = tuple(_read_items(root / NEIGHBOURS, manifest))
        check_index(root / INDEX, len(items), manifest.embedding_dim)
        voice = _load_array(root, VOICE, manifest)
        item_map = _load_array(root, MAP, manifest)
    except OSError as error:
        raise PackError(f"The pack at {root} can't be read ({error.strerror or error}).") from None
    if voice is not None and (voice.ndim < 1 or voice.shape[-1] != manifest.pooled_dim):
        raise PackError(f"The pack's {VOICE} does not fit its pooled_dim: ask whoever made the pack.")
    if item_map is not None and item_map.shape != (len(items), 2):
        raise PackError(f"The pack's {MAP} does not fit its {len(items)} recordings: ask whoever made the pack.")
    return Pack(root, manifest, items, voice, item_map)


def read_manifest(root: Path) -> PackManifest:
    """pack.json of the pack in the folder `root`; of the pack's other files nothing is looked at.

    Raises:
        PackError: If it is missing, damaged or newer than this app.
    """
    path = root / MANIFEST
    try:
        if not path.is_file() or path.is_symlink():
            raise PackError(f"{root} is no pack: it has no {MANIFEST}.")
        with path.open("rb") as file:
            raw = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise PackError(f"The pack at {root} can't be read ({error.strerror or error}).") from None
    if len(raw) > MAX_MANIFEST_BYTES:
        raise PackError(f"The {MANIFEST} of this pack is too large: don't use it.")
    return _parse_manifest(raw, f"The {MANIFEST} of the pack at {root} is damaged: install the pack again.")


def _parse_manifest(raw: bytes, damaged: str) -> PackManifest:
    """pack.json from its bytes; PackError, with the sentence `damaged` where it is no JSON."""
    try:
        data = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise PackError(damaged) from None
    return PackManifest.from_json(data)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _files(listed: "_Fields") -> dict[str, FileEntry]:
    files: dict[str, FileEntry] = {}
    seen: set[str] = set()
    if len(listed.data) > MAX_FILES:
        raise PackError("The pack lists too many files: don't use it.")
    for name in listed.data:
        entry = listed.fields(name)
        sha256 = entry.string("sha256")
        if not _SHA256.fullmatch(sha256):
            raise PackError(f"The pack gives no valid sha256 for {name!r}: ask whoever made it.")
        if _safe_name(name).lower() in seen or name == MANIFEST:
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


def _safe_name(name: str) -> str:
    """The name of a file inside a pack on every system, or PackError."""
    parts = name.split("/")
    if not _NAME.fullmatch(name) or any(_WINDOWS_DEVICE.fullmatch(p) or p.endswith(".") for p in parts):
        raise PackError(f"The pack names a file {name[:80]!r}, which is not allowed in a pack: don't use it.")
    return name


def _check_file(root: Path, name: str, entry: FileEntry) -> None:
    path = root
    for part in PurePosixPath(name).parts:
        path = path / part
        if path.is_symlink():
            raise PackError(f"{name} in the pack is a link out of it: don't use it.")
    if not path.is_file():
        raise PackError(f"The pack lacks {name}: install the pack again.")
    if path.stat().st_size != entry.size or _sha256(path) != entry.sha256:
        raise PackError(f"{name} in the pack is damaged or was changed: install the pack again.")


def _sha256(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _read_items(path: Path, manifest: PackManifest) -> Iterator[Item]:
    seen: set[str] = set()
    with path.open(encoding="utf-8") as lines:
        try:
            for number, line in enumerate(lines, 1):
                item = _item(json.loads(line, parse_constant=_no_constant), number, manifest)
                if item.id in seen:
                    raise PackError(f"The pack's neighbours name {item.id!r} twice: ask whoever made the pack.")
                seen.add(item.id)
                yield item
        except (ValueError, RecursionError):
            raise PackError(f"The pack's {NEIGHBOURS} is not valid JSON lines: install the pack again.") from None
    if not seen:
        raise PackError("The pack's datastore is empty: ask whoever made the pack.")


def _item(data: Any, number: int, manifest: PackManifest) -> Item:
    row = _Fields(data, f"line {number} of {NEIGHBOURS}")
    label = row.string("label")
    if label not in manifest.labels:
        raise PackError(f"The pack's neighbours have a label {label!r} that the pack has not: ask whoever made it.")
    clip = row.text("clip") or None
    if clip is not None and clip not in manifest.files:
        raise PackError(f"The pack lacks the clip {clip!r}: install the pack again.")
    envelope = row.data.get("envelope") or []
    # by whole lists, not value by value: 8,000 rows hold half a million of them
    if (
        not isinstance(envelope, list)
        or len(envelope) > ENVELOPE_PEAKS
        or not set(map(type, envelope)) <= {int, float}
        or (envelope and not (min(envelope) >= 0 and max(envelope) <= 1))
    ):
        raise PackError(
            f"An envelope in {NEIGHBOURS} is not a list of peaks between 0 and 1: ask whoever made the pack."
        )
    return Item(
        id=row.string("id"),
        label=label,
        corpus=row.text("corpus"),
        speaker=row.text("speaker"),
        language=row.text("language"),
        duration_s=row.number("duration_s", 0.0, 1e6),
        text=row.text("text"),
        licence=row.text("licence"),
        envelope=tuple(map(float, envelope)),
        clip=clip,
    )


def _item_line(item: Item) -> str:
    row = {
        "id": item.id,
        "label": item.label,
        "corpus": item.corpus,
        "speaker": item.speaker,
        "language": item.language,
        "duration_s": round(item.duration_s, 3),
        "text": item.text,
        "licence": item.licence,
        "envelope": [round(v, 3) for v in item.envelope],
        "clip": item.clip,
    }
    return json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"


def _load_array(root: Path, name: str, manifest: PackManifest) -> Floats | None:
    """A float32 .npy of finite numbers, or None where the pack has none."""
    if name not in manifest.files:
        return None
    try:
        array = np.load(root / name, allow_pickle=False)
    except (ValueError, EOFError, TypeError, KeyError, SyntaxError, MemoryError):
        raise PackError(f"The pack's {name} is not an array of numbers: install the pack again.") from None
    if not isinstance(array, np.ndarray) or array.dtype != np.float32 or not np.isfinite(array).all():
        raise PackError(f"The pack's {name} is not an array of float32 numbers: ask whoever made the pack.")
    return array


class _Fields:
    """Typed reading of one JSON object; each miss is a PackError that names the place."""

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, dict):
            raise PackError(f"{where} must hold an object: ask whoever made the pack.")
        self.data: dict[str, Any] = data
        self._where = where

    def fields(self, key: str) -> "_Fields":
        return _Fields(self._get(key, dict), f"{key} in {self._where}")

    def string(self, key: str) -> str:
        value: str = self._get(key, str)
        return value

    def text(self, key: str) -> str:
        """A string that may be absent or null: "" then."""
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
