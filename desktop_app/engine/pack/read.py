"""Reads a pack and makes every check of the format before anything in it is used."""

import math
import re
import shutil
import tempfile
import weakref
from pathlib import Path, PurePosixPath

import numpy as np

from desktop_app.engine.pack.archive import unpack
from desktop_app.engine.pack.format import (
    DIMENSIONS,
    ENCODER,
    HEAD,
    INDEX,
    MANIFEST,
    MAP,
    MAX_MANIFEST_BYTES,
    VOICE,
    FileEntry,
    Floats,
    Pack,
    PackManifest,
    parse_manifest,
    sha256_of,
)
from desktop_app.engine.pack.graph import check_graph
from desktop_app.engine.pack.index import check_index
from desktop_app.engine.pack.items import read_items
from desktop_app.errors import PackError
from desktop_app.interruption import ShouldStop, heed, never

_NPY_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '<f4', 'fortran_order': False, 'shape': "
    rb"\((?P<shape>(\d{1,10}, ){0,3}\d{1,10},?)\), \} *\n",
    re.DOTALL,
)

MAX_NPY_HEADER = 1024
"""Bytes; numpy.save writes 128 for shapes like these."""


def load_pack(path: Path, should_stop: ShouldStop = never) -> Pack:
    """Reads a pack and makes every check. A .vkpack is unpacked to a temporary folder, which the Pack keeps.

    Raises:
        PackError: Something is missing, damaged, unsafe or newer than this app.
        Cancelled: `should_stop` returned True.
    """
    if path.is_dir():
        return load_folder(path, should_stop=should_stop)
    unpacked = Path(tempfile.mkdtemp(prefix="voicekin-pack-"))
    try:
        unpack(path, unpacked / "pack", should_stop)
        pack = load_folder(unpacked / "pack", should_stop=should_stop)
    except BaseException:
        shutil.rmtree(unpacked, ignore_errors=True)
        raise
    weakref.finalize(pack, shutil.rmtree, unpacked, ignore_errors=True)
    return pack


def load_folder(root: Path, *, checked: bool = False, should_stop: ShouldStop = never) -> Pack:
    """As `load_pack`, for a folder. `checked` says that its files are known to have passed the checks before; then
    sums, graphs, index and rows are not checked again."""
    root = root.resolve()
    manifest = read_manifest(root)
    try:
        if not checked:
            for name, entry in manifest.files.items():
                heed(should_stop)
                _check_file(root, name, entry)
            for name in (ENCODER, HEAD):
                heed(should_stop)
                check_graph((root / name).read_bytes(), name)
        items = read_items(root, manifest, checked=checked)
        if not checked:
            check_index(root / INDEX, len(items), manifest.embedding_dim)
        rows = _load_array(root, VOICE, manifest, checked)
        voice = None if rows is None else np.array(rows)
        item_map = _load_array(root, MAP, manifest, checked)
        of_dimensions = _load_array(root, DIMENSIONS, manifest, checked)
        dimensions = None if of_dimensions is None else np.array(of_dimensions)
    except OSError as error:
        raise PackError(f"The pack at {root} can't be read ({error.strerror or error}).") from None
    if voice is not None and voice.shape[-1] != manifest.pooled_dim:
        raise PackError(f"The pack's {VOICE} does not fit its pooled_dim: ask whoever made the pack.")
    if item_map is not None and item_map.shape != (len(items), 2):
        raise PackError(f"The pack's {MAP} does not fit its {len(items)} recordings: ask whoever made the pack.")
    told = (0, 0) if dimensions is None else dimensions.shape
    if told != ((len(manifest.dimensions), manifest.embedding_dim + 1) if manifest.dimensions else (0, 0)):
        raise PackError(f"The pack's {DIMENSIONS} does not fit its dimensions: ask whoever made the pack.")
    return Pack(root, manifest, items, items.labels, voice, item_map, dimensions)


def read_manifest(root: Path) -> PackManifest:
    """Reads pack.json in the folder `root`; the pack's other files are not read.

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


def _load_array(root: Path, name: str, manifest: PackManifest, checked: bool) -> Floats | None:
    """A .npy file of finite float32 numbers, as `numpy.save` writes it, memory-mapped; None if the pack has none."""
    if name not in manifest.files:
        return None
    # not by numpy.load, which evaluates the header as Python, and accepts archives and pickles
    with (root / name).open("rb") as file:
        header = _NPY_HEADER.match(file.read(MAX_NPY_HEADER))
    if header is None:
        raise PackError(f"The pack's {name} is not an array of float32 numbers: ask whoever made the pack.")
    shape = tuple(int(n) for n in header["shape"].split(b",") if n.strip())
    if 4 * math.prod(shape) != (root / name).stat().st_size - header.end():
        raise PackError(f"The pack's {name} is damaged: install the pack again.")
    if not math.prod(shape):
        return np.zeros(shape, np.float32)  # an empty file can't be mapped
    array: Floats = np.memmap(root / name, "<f4", "r", header.end(), shape)
    if not checked and not np.isfinite(array).all():
        raise PackError(f"The pack's {name} holds what is not a number: ask whoever made the pack.")
    return array
