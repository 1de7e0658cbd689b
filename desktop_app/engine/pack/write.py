"""Writes a pack into a temporary folder, reads it back with every check, and then renames it."""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np

from desktop_app.atomic_file import replace_folder
from desktop_app.engine.pack.format import (
    DIMENSIONS,
    ENCODER,
    HEAD,
    INDEX,
    MANIFEST,
    MAP,
    MODEL_CARD,
    VOICE,
    FileEntry,
    Floats,
    Item,
    Pack,
    PackManifest,
    safe_name,
    sha256_of,
)
from desktop_app.engine.pack.index import build_index
from desktop_app.engine.pack.items import write_items
from desktop_app.engine.pack.read import load_folder
from desktop_app.errors import PackError


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
    dimensions: Floats | None = None,
    clips: Mapping[str, Path] | None = None,
) -> Pack:
    """Writes a pack beside `target` and then renames it; the same input gives the same bytes.

    Args:
        target: The pack's folder.
        manifest: The content of pack.json; its `files` are filled in here.
        encoder: encoder.onnx: waveform, lengths, baseline -> logits, embedding, pooled.
        head: head.onnx: pooled, baseline -> logits, embedding.
        embeddings: float32 [n, E], made with the same encoder.
        items: The n recordings of the datastore.
        voice: The content of voice.npy, float32, last axis D; see `engine.recognition.voice`.
        item_map: float32 [n, 2], the content of map.npy.
        dimensions: float32 [manifest.dimensions, E + 1], see `Pack.dimensions`.
        clips: The audio files to copy, by their names in the pack ("clips/..."), which the items' `clip` uses.

    Raises:
        PackError: The pack does not pass `load_pack`, or `target` does not pass `check_pack_target`.
    """
    check_pack_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        work.chmod(0o755)
        (work / ENCODER).write_bytes(encoder)
        (work / HEAD).write_bytes(head)
        build_index(work / INDEX, np.ascontiguousarray(embeddings, dtype=np.float32))
        write_items(work, manifest.labels, items)
        (work / MODEL_CARD).write_bytes(model_card.encode())
        if voice is not None:
            np.save(work / VOICE, np.ascontiguousarray(voice, dtype=np.float32))
        if item_map is not None:
            np.save(work / MAP, np.ascontiguousarray(item_map, dtype=np.float32))
        if dimensions is not None:
            np.save(work / DIMENSIONS, np.ascontiguousarray(dimensions, dtype=np.float32))
        for name, source in (clips or {}).items():
            destination = work.joinpath(*PurePosixPath(safe_name(name)).parts)
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, destination)
        files = {
            p.relative_to(work).as_posix(): FileEntry(sha256_of(p), p.stat().st_size)
            for p in sorted(work.rglob("*"))
            if p.is_file()
        }
        _write_manifest(work, replace(manifest, files=files))
        load_folder(work)
        replace_folder(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return load_folder(target)


def rewrite_card(pack: Pack, model_card: str) -> Pack:
    """Replaces a pack's model card; a reader sees either the old or the new pack.

    Raises:
        PackError: The new pack does not pass `load_pack`.
    """
    work = Path(tempfile.mkdtemp(prefix=f".{pack.root.name}-", dir=pack.root.parent))
    try:
        shutil.copytree(pack.root, work, dirs_exist_ok=True)
        (work / MODEL_CARD).write_bytes(model_card.encode())
        entry = FileEntry(sha256_of(work / MODEL_CARD), (work / MODEL_CARD).stat().st_size)
        _write_manifest(work, replace(pack.manifest, files={**pack.manifest.files, MODEL_CARD: entry}))
        load_folder(work)
        replace_folder(work, pack.root)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return load_folder(pack.root)


def check_pack_target(target: Path) -> None:
    """Refuses to write a pack over something else, since a pack replaces its folder with everything in it.

    Raises:
        PackError: `target` exists and is neither a pack nor an empty folder.
    """
    if target.is_dir() and ((target / MANIFEST).is_file() or not any(target.iterdir())):
        return
    if target.exists():
        raise PackError(f"{target} can't be written: it is there already and is no pack. Choose another place.")


def _write_manifest(root: Path, manifest: PackManifest) -> None:
    text = json.dumps(manifest.as_json(), indent=2, ensure_ascii=False, allow_nan=False)
    (root / MANIFEST).write_bytes(text.encode() + b"\n")
