"""The packs on this machine: the one that ships, those the user installed, and which of them is in use.

An installed pack is a folder of its name in the user's data. It is copied to a temporary folder, passes every check of
`engine.pack` and gives one real answer there, and is then renamed. A bad pack changes nothing.
"""

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from desktop_app import __version__, paths
from desktop_app.atomic_file import replace_folder, write_atomically
from desktop_app.engine.pack.archive import unpack
from desktop_app.engine.pack.format import MANIFEST, Pack, PackManifest, sha256_of
from desktop_app.engine.pack.read import load_folder, load_pack, read_manifest
from desktop_app.engine.recognition.verify import verify_pack
from desktop_app.errors import ExportError, PackError, PackExists, StoreError
from desktop_app.interruption import ShouldStop, heed, never

IN_USE = "in_use"
"""A file beside the installed packs with the name of the pack in use. Without it, that is the pack that ships."""

TRIED = "tried"
"""A file beside the installed packs with one line for each pack opened from elsewhere that has passed its first run."""

PASSED = "passed"
"""A file beside the installed packs with the stamp of each pack's files when they last passed every check."""

LEFTOVER_S = 3600
"""No installation takes this many seconds: the leftovers of an older one are deleted."""


@dataclass(frozen=True)
class InstalledPack:
    """One pack as shown in a list. Only its pack.json was read; `verify_pack` checks the rest.

    Attributes:
        name: The name for `find_pack`, `use_pack` and `remove_pack`.
        version, licence, labels, size_bytes: From its pack.json; empty if that can't be read.
        path: Its folder.
        ships: True for the pack that comes with the app, which can't be removed.
        in_use: True for the pack in use.
        problem: One sentence that says why it can't be used; "" if no problem is known.
    """

    name: str
    version: str
    licence: str
    labels: tuple[str, ...]
    size_bytes: int
    path: Path
    ships: bool
    in_use: bool
    problem: str = ""


def packs_folder() -> Path:
    """The folder of the installed packs."""
    return paths.user_data() / "packs"


def installed_packs() -> tuple[InstalledPack, ...]:
    """All packs, the one that ships first, the others by name."""
    in_use = pack_in_use()
    shipping = _listed(paths.default_pack(), in_use, ships=True)
    with _explained("Your packs can't be listed"):
        folders = sorted(p for p in packs_folder().glob("[!.]*") if p.is_dir()) if packs_folder().is_dir() else []
    return (shipping, *(_listed(folder, in_use, ships=False) for folder in folders))


def pack_in_use() -> Path:
    """The folder of the pack in use: the one chosen last, if it still exists, else the one that ships."""
    try:
        name = (packs_folder() / IN_USE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        return paths.default_pack()
    chosen = _installed_folder(name)
    return chosen if chosen is not None else paths.default_pack()


def find_pack(name: str) -> Path:
    """The path of the pack called `name`: an installed one or the one that ships, else a folder or .vkpack file.

    Raises:
        PackError: There is no such pack.
    """
    found = _installed_folder(name)
    if found is not None:
        return found
    if name.casefold() == _shipping_name().casefold():
        return paths.default_pack()
    if Path(name).exists():
        return Path(name)
    raise PackError(f"There is no pack called {name}: `voicekin pack list` shows those that are installed.")


def load_known(path: Path, should_stop: ShouldStop = never) -> Pack:
    """As `load_pack`, but quick for the pack that ships and the installed ones: if each file has the size and
    modification time that it had when the pack passed all checks, the checks are skipped. `verify_pack` always makes
    them.

    Raises:
        PackError: It does not pass its checks.
        Cancelled: `should_stop` returned True.
    """
    if not _is_ours(path):
        return load_pack(path, should_stop)
    root = path.resolve()
    stamp = _stamp(root, read_manifest(root))
    noted = _passed()
    if noted.get(str(root)) == stamp:
        return load_folder(root, checked=True)
    pack = load_pack(root, should_stop)
    # made before the checks, so that a file which changes meanwhile is checked again next time
    noted = {folder: s for folder, s in noted.items() if Path(folder).is_dir()} | {str(root): stamp}
    with suppress(OSError, ExportError):  # then the checks are made again next time
        packs_folder().mkdir(parents=True, exist_ok=True)
        write_atomically(packs_folder() / PASSED, json.dumps(noted).encode(), overwrite=True)
    return pack


def _is_ours(path: Path) -> bool:
    """Whether it is the pack that ships or an installed one; no other program writes to those."""
    root = path.resolve()
    return root.is_dir() and (root == paths.default_pack().resolve() or root.parent == packs_folder().resolve())


def _stamp(root: Path, manifest: PackManifest) -> str:
    """A digest of the version of VoiceKin, pack.json, and the size and modification time of every file."""
    parts = [__version__, sha256_of(root / MANIFEST)]
    for name in manifest.files:
        with suppress(OSError):  # the checks report missing files
            status = root.joinpath(*PurePosixPath(name).parts).lstat()
            parts.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _passed() -> dict[str, str]:
    try:
        noted = json.loads((packs_folder() / PASSED).read_bytes())
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def open_pack(path: Path, should_stop: ShouldStop = never) -> Pack:
    """As `load_known`; a pack from elsewhere that is opened for the first time is first run in a separate process.

    Raises:
        PackError: It does not pass its checks, or its first run.
        Cancelled: `should_stop` returned True.
    """
    pack = load_known(path, should_stop)
    if _is_ours(path):
        return pack  # it ships with the app, or had its first run when it was installed
    tried = packs_folder() / TRIED
    line = sha256_of(pack.root / MANIFEST)  # pack.json holds the sums of all the pack's files
    with suppress(OSError, UnicodeError):
        if line in tried.read_text(encoding="utf-8").split():
            return pack
    _first_run(pack.root, should_stop)
    with suppress(OSError):  # then it is run again next time
        packs_folder().mkdir(parents=True, exist_ok=True)
        with tried.open("a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")
    return pack


def use_pack(name: str) -> Path:
    """Makes an installed pack, or the shipping one, the pack in use from now on; returns its folder.

    Raises:
        PackError: There is no such pack, or it does not pass its checks; the pack in use does not change then.
        StoreError: The choice can't be stored.
    """
    path = _installed_folder(name)
    if path is None and name.casefold() == _shipping_name().casefold():
        path = paths.default_pack()
    if path is None:
        raise PackError(f"No pack called {name} is installed: install it first.")
    load_pack(path)
    with _explained("The choice of the pack can't be stored"):
        packs_folder().mkdir(parents=True, exist_ok=True)
        write_atomically(packs_folder() / IN_USE, f"{path.name}\n".encode(), overwrite=True)
    return path


def install_pack(source: Path, *, replace: bool = False, should_stop: ShouldStop = never) -> InstalledPack:
    """Installs a pack from a folder or .vkpack file, after all checks and one real answer.

    Args:
        source: The folder or file; it is not changed.
        replace: Whether an installed pack of the same name is replaced.

    Raises:
        PackError: It is not a pack, or a bad one; installed packs are unchanged.
        PackExists: A pack of its name is installed and `replace` is False.
        StoreError: It can't be written.
        Cancelled: `should_stop` returned True; nothing has changed then.
    """
    with _explained("The pack can't be installed"):
        packs_folder().mkdir(parents=True, exist_ok=True)
        _sweep()
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=packs_folder()))
    try:
        beside = work / "pack"
        if source.is_dir():
            _copy_pack(source, beside, should_stop)
        elif source.is_file():
            unpack(source, beside, should_stop)
        else:
            raise PackError(f"There is no pack at {source}: check the name.")
        _first_run(beside, should_stop)
        name = read_manifest(beside).name
        target = _free_target(name, replace=replace)
        with _explained(f"The pack {name} can't be installed"):
            replace_folder(beside, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return _listed(target, pack_in_use(), ships=False)


def _first_run(folder: Path, should_stop: ShouldStop) -> None:
    bad = next((check for check in verify_pack(folder, should_stop) if not check.ok), None)
    if bad is not None:
        raise PackError(bad.detail)


def remove_pack(name: str) -> None:
    """Removes an installed pack.

    Raises:
        PackError: There is no pack of that name, it ships with the app, or it is in use.
        StoreError: It can't be removed.
    """
    folder = _installed_folder(name)
    if folder is None:
        if name.casefold() == _shipping_name().casefold():
            raise PackError(f"{name} is the pack that ships with VoiceKin: it can't be removed.")
        raise PackError(f"No pack called {name} is installed.")
    if folder == pack_in_use():
        raise PackError(f"{folder.name} is in use: switch to another pack, then remove it.")
    with _explained(f"The pack {folder.name} can't be removed"):
        grave = Path(tempfile.mkdtemp(prefix=".old-", dir=packs_folder()))
        folder.rename(grave / "pack")  # renamed first, so that no process finds half a pack
    shutil.rmtree(grave, ignore_errors=True)


def _listed(path: Path, in_use: Path, *, ships: bool) -> InstalledPack:
    try:
        m = read_manifest(path)
    except PackError as error:
        return InstalledPack(path.name, "", "", (), 0, path, ships, path == in_use, str(error))
    size = sum(entry.size for entry in m.files.values())
    # named after its folder, which someone may have renamed: `find_pack` must find it by this name
    name = m.name if ships else path.name
    return InstalledPack(name, m.version, m.licence, m.labels, size, path, ships, path == in_use)


def _installed_folder(name: str) -> Path | None:
    """The folder of the installed pack of that name; case is ignored, as on Windows and macOS."""
    with suppress(OSError):
        for folder in packs_folder().iterdir():
            if folder.name.casefold() == name.casefold() and not folder.name.startswith(".") and folder.is_dir():
                return folder
    return None


def _shipping_name() -> str:
    try:
        return read_manifest(paths.default_pack()).name
    except PackError:
        return paths.default_pack().name


def _free_target(name: str, *, replace: bool) -> Path:
    if name.casefold() in (_shipping_name().casefold(), IN_USE, TRIED, PASSED):
        raise PackError(f"{name} is the name of the pack that ships with VoiceKin: it needs a name of its own.")
    there = _installed_folder(name)
    if there is None:
        return packs_folder() / name
    if not replace:
        raise PackExists(there.name)
    return there


def _copy_pack(source: Path, target: Path, should_stop: ShouldStop) -> None:
    """Copies only the files that pack.json lists; the copy is verified afterwards."""
    pack = load_pack(source, should_stop)
    with _explained(f"The pack {pack.manifest.name} can't be copied"):
        for name in (MANIFEST, *pack.manifest.files):
            heed(should_stop)
            destination = target.joinpath(*PurePosixPath(name).parts)
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pack.path(name), destination)


def _sweep() -> None:
    """Deletes what interrupted installations left behind, but not what another VoiceKin is writing now."""
    for leftover in packs_folder().glob(".*-*"):
        if leftover.is_dir() and time.time() - leftover.stat().st_mtime > LEFTOVER_S:
            shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turns an OSError into a StoreError with a sentence for the user."""
    try:
        yield
    except (OSError, ExportError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(f"{what} ({reason}): check {packs_folder()} and the free space.") from error
