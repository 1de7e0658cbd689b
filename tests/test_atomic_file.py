import errno
import os
from contextlib import suppress
from pathlib import Path

import pytest

from desktop_app import atomic_file
from desktop_app.atomic_file import write_atomically, written_beside
from desktop_app.errors import ExportError, TargetExists


def test_an_error_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_bytes(b"old")
    with suppress(RuntimeError), written_beside(target, overwrite=True) as beside:
        beside.write_bytes(b"half")
        raise RuntimeError
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(ExportError, match=r"can't be written: .*\. Choose another place\."),
        written_beside(tmp_path / "x"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_comes_up_in_the_meantime_stays(tmp_path: Path) -> None:
    target = tmp_path / "x"
    write = written_beside(target)
    write.__enter__().write_bytes(b"ours")
    target.write_bytes(b"theirs")
    with pytest.raises(TargetExists):
        write.__exit__(None, None, None)
    assert target.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [target]


def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(atomic_file.os, "link", no_links)
    write_atomically(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"new"
    write = written_beside(tmp_path / "y")
    write.__enter__().write_bytes(b"ours")
    (tmp_path / "y").write_bytes(b"theirs")
    with pytest.raises(TargetExists):
        write.__exit__(None, None, None)
    assert (tmp_path / "y").read_bytes() == b"theirs"


def test_a_link_stays_a_link_and_the_file_gets_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomically(tmp_path / "link", b"new", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    (tmp_path / "plain").touch()
    assert (tmp_path / "real").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="Windows has no devices and pipes among its files")
def test_a_device_or_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ExportError, match="it is a pipe or device"):
        write_atomically(tmp_path / "pipe", b"", overwrite=True)
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own on Windows")
def test_links_in_a_circle_are_told(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path / "round")
    with pytest.raises(ExportError, match="can't be written"):
        write_atomically(tmp_path / "round", b"", overwrite=True)


def test_a_folder_or_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is a folder"):
        write_atomically(tmp_path, b"", overwrite=True)
    with pytest.raises(ExportError, match="Choose another place"):
        write_atomically(tmp_path / "no" / "x", b"")


def test_the_whole_file_is_on_the_disk_before_it_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a machine that loses its power leaves a file of that name with nothing in it."""
    target, told = tmp_path / "target", []

    def fsync(number: int) -> None:
        told.append((os.fstat(number).st_size, target.exists()))

    monkeypatch.setattr(os, "fsync", fsync)
    write_atomically(target, b"x" * 1000)
    assert told == [(1000, False)]
