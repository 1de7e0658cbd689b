"""A pack as one file, NAME.vkpack, which is a zip archive; unpacking treats it as untrusted input."""

import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from desktop_app.engine.pack.format import MANIFEST, MAX_MANIFEST_BYTES, Pack, parse_manifest
from desktop_app.errors import PackError
from desktop_app.interruption import ShouldStop, heed, never

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The compressions allowed in an archive. zipfile would decompress the others entirely in memory."""

_BAD_ARCHIVE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)
"""What zipfile raises for damaged archives; more than it documents."""


def zip_pack(pack: Pack, archive: Path) -> None:
    """Writes the pack atomically as a .vkpack. Time stamps are fixed, so the same pack gives the same bytes."""
    beside = archive.with_name(f".{archive.name}.part")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as z:
        for name in (MANIFEST, *sorted(pack.manifest.files)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with pack.path(name).open("rb") as source, z.open(entry, "w") as out:
                shutil.copyfileobj(source, out)
    beside.replace(archive)


def unpack(archive: Path, target: Path, should_stop: ShouldStop = never) -> None:
    """Unpacks a .vkpack into `target`, which must not exist yet, completely or not at all.

    Only files that pack.json lists are written, with at most the size it lists, which protects against zip bombs.

    Raises:
        PackError: The archive is not a zip file, names a file outside itself or twice, or differs from its pack.json.
        Cancelled: `should_stop` returned True.
    """
    if not archive.is_file():  # opening a pipe would block
        raise PackError(f"There is no pack at {archive}: check the name.")
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        work.chmod(0o755)
        with zipfile.ZipFile(archive) as z:
            _unpack_into(z, archive.name, work, should_stop)
        work.rename(target)
    except _BAD_ARCHIVE:
        raise PackError(f"{archive.name} is no pack, or is damaged: download it again.") from None
    except OSError as error:
        raise PackError(f"{archive.name} can't be unpacked ({error.strerror or error}).") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpack_into(z: zipfile.ZipFile, archive_name: str, work: Path, should_stop: ShouldStop) -> None:
    entries = [e for e in z.infolist() if not e.is_dir()]
    by_name: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        if by_name.setdefault(entry.filename, entry) is not entry:
            raise PackError(f"{archive_name} holds {entry.filename} twice: don't use it.")
        if entry.compress_type not in COMPRESSIONS:
            raise PackError(f"{archive_name} is compressed in a way that a pack may not be: don't use it.")
    # if a folder was zipped by hand, every entry begins with the folder's name
    manifests = [name for name in by_name if name.split("/", 1)[-1] == MANIFEST]
    if not manifests:
        raise PackError(f"{archive_name} holds no {MANIFEST}, so it is no pack.")
    prefix = min(manifests, key=len)[: -len(MANIFEST)]
    if by_name[prefix + MANIFEST].file_size > MAX_MANIFEST_BYTES:
        raise PackError(f"The {MANIFEST} of {archive_name} is too large: don't use it.")
    with z.open(prefix + MANIFEST) as f:
        raw = f.read(MAX_MANIFEST_BYTES)
    manifest = parse_manifest(raw, f"The pack's {MANIFEST} is not valid JSON: install the pack again.")
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
        with z.open(zipped) as source, destination.open("xb") as out:
            while chunk := source.read(1 << 20):  # which ends at the listed size, whatever is there
                heed(should_stop)
                out.write(chunk)
