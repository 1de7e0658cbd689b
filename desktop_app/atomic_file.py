"""Writes a file or folder completely or not at all: first under a temporary name beside the target, then renamed."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from desktop_app.errors import ExportError, TargetExists


def write_atomically(target: Path, content: bytes, *, overwrite: bool = False) -> None:
    """Writes `content` as the file `target`. An interrupted call leaves the previous file as it was.

    Raises:
        TargetExists: `target` is there already and `overwrite` is False.
        ExportError: The file can't be written.
    """
    with written_beside(target, overwrite=overwrite) as beside:
        beside.write_bytes(content)


@contextmanager
def written_beside(target: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yields a temporary path beside `target` to write to. When the block ends, that file becomes `target`; after an
    error it is deleted.

    Raises: as `write_atomically`. An OSError inside the block becomes an ExportError; other errors pass unchanged.
    """
    target = checked_target(target, overwrite=overwrite)
    beside = target.parent / f".voicekin-{secrets.token_hex(6)}.part"
    try:
        beside.touch(exist_ok=False)
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        if overwrite:
            beside.replace(target)
        else:
            _rename_to_new(beside, target)
    except OSError as error:
        raise ExportError(f"{target} can't be written: {error.strerror or error}. Choose another place.") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def checked_target(target: Path, *, overwrite: bool = False) -> Path:
    """`target` with its links followed: a link stays a link, and what it points to is written or replaced.

    Raises:
        TargetExists: `target` is there already and `overwrite` is False.
        ExportError: `target` is a folder or device, or its folder does not exist or is not writable.
    """
    try:
        target = target.resolve()
        if target.is_dir():
            raise ExportError(f"{target} is a folder; name a file to write to.")
        if target.exists() and not target.is_file():  # replacing it would delete /dev/null
            raise ExportError(f"{target} can't be written: it is a pipe or device. Choose another place.")
    except (OSError, RuntimeError, ValueError) as error:  # circular links, or a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise ExportError(f"{target} can't be written: {reason}. Choose another place.") from error
    if target.exists() and not overwrite:
        raise TargetExists(target)
    if not target.parent.is_dir():
        raise ExportError(f"{target} can't be written: there is no folder {target.parent}. Choose another place.")
    if not os.access(target.parent, os.W_OK):
        raise ExportError(f"{target} can't be written: {target.parent} may not be changed. Choose another place.")
    return target


def _rename_to_new(source: Path, target: Path) -> None:
    """Renames, but never over a file that was created in the meantime."""
    try:
        if os.name == "nt":
            source.rename(target)  # Windows refuses if the target exists; POSIX would silently replace it
        else:
            os.link(source, target)
    except FileExistsError:
        raise TargetExists(target) from None
    except OSError:  # no hard links on this file system (FAT, some network shares): reserve the name, then replace it
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            raise TargetExists(target) from None
        source.replace(target)


def replace_folder(new: Path, target: Path) -> None:
    """Replaces the folder `target` with `new`, on the same file system; a reader sees either the old or the new one."""
    if not target.exists():
        new.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old / target.name)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)
