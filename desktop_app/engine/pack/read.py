"""Reading a pack: every check of the format, made before anything of it is used."""

import json
import math
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from desktop_app.engine.pack.archive import unpack
from desktop_app.engine.pack.format import (
    ENCODER,
    ENVELOPE_PEAKS,
    HEAD,
    INDEX,
    MANIFEST,
    MAP,
    MAX_MANIFEST_BYTES,
    NEIGHBOURS,
    VOICE,
    Fields,
    FileEntry,
    Floats,
    Item,
    Pack,
    PackManifest,
    no_constant,
    parse_manifest,
    sha256_of,
)
from desktop_app.engine.pack.graph import check_graph
from desktop_app.engine.pack.index import check_index
from desktop_app.errors import PackError

_NPY_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '<f4', 'fortran_order': False, 'shape': "
    rb"\((?P<shape>(\d{1,10}, ){0,3}\d{1,10},?)\), \} *\n",
    re.DOTALL,
)


def load_pack(path: Path) -> Pack:
    """Reads a pack, every check of the format made; a .vkpack by way of a temporary folder that lives as long as it.

    Raises:
        PackError: With one sentence, if anything is missing, damaged, unsafe or newer than this app.
    """
    if path.is_dir():
        return load_folder(path)
    unpacked = Path(tempfile.mkdtemp(prefix="voicekin-pack-"))
    try:
        unpack(path, unpacked / "pack")
        pack = load_folder(unpacked / "pack")
    except BaseException:
        shutil.rmtree(unpacked, ignore_errors=True)
        raise
    weakref.finalize(pack, shutil.rmtree, unpacked, ignore_errors=True)
    return pack


def load_folder(root: Path) -> Pack:
    root = root.resolve()
    manifest = read_manifest(root)
    try:
        for name, entry in manifest.files.items():
            _check_file(root, name, entry)
        for name in (ENCODER, HEAD):
            check_graph((root / name).read_bytes(), name)
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
    return parse_manifest(raw, f"The {MANIFEST} of the pack at {root} is damaged: install the pack again.")


def _check_file(root: Path, name: str, entry: FileEntry) -> None:
    path = root
    for part in PurePosixPath(name).parts:
        path = path / part
        if path.is_symlink():
            raise PackError(f"{name} in the pack is a link out of it: don't use it.")
    if not path.is_file():
        raise PackError(f"The pack lacks {name}: install the pack again.")
    if path.stat().st_size != entry.size or sha256_of(path) != entry.sha256:
        raise PackError(f"{name} in the pack is damaged or was changed: install the pack again.")


def _read_items(path: Path, manifest: PackManifest) -> Iterator[Item]:
    seen: set[str] = set()
    with path.open(encoding="utf-8") as lines:
        try:
            for number, line in enumerate(lines, 1):
                item = _item(json.loads(line, parse_constant=no_constant), number, manifest)
                if item.id in seen:
                    raise PackError(f"The pack's neighbours name {item.id!r} twice: ask whoever made the pack.")
                seen.add(item.id)
                yield item
        except (ValueError, RecursionError):
            raise PackError(f"The pack's {NEIGHBOURS} is not valid JSON lines: install the pack again.") from None
    if not seen:
        raise PackError("The pack's datastore is empty: ask whoever made the pack.")


def _item(data: Any, number: int, manifest: PackManifest) -> Item:
    row = Fields(data, f"line {number} of {NEIGHBOURS}")
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


def _load_array(root: Path, name: str, manifest: PackManifest) -> Floats | None:
    """A float32 .npy of finite numbers as `numpy.save` writes it, or None where the pack has none."""
    if name not in manifest.files:
        return None
    content = (root / name).read_bytes()
    # not by numpy.load, which takes the header for Python, and archives and pickles for arrays
    header = _NPY_HEADER.match(content)
    if header is None:
        raise PackError(f"The pack's {name} is not an array of float32 numbers: ask whoever made the pack.")
    shape = tuple(int(n) for n in header["shape"].split(b",") if n.strip())
    if 4 * math.prod(shape) != len(content) - header.end():
        raise PackError(f"The pack's {name} is damaged: install the pack again.")
    array: Floats = np.frombuffer(content, "<f4", offset=header.end()).reshape(shape).astype(np.float32)
    if not np.isfinite(array).all():
        raise PackError(f"The pack's {name} holds what is not a number: ask whoever made the pack.")
    return array
