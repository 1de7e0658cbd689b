"""Large files are announced, and `prune` deletes only what no process uses."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from trainer.cli import main
from trainer.data.disk import DAY_S, DiskFullError, announce, hold

HOLDER = """
import pathlib, sys
from trainer.data.disk import hold
hold(pathlib.Path(sys.argv[1]))
print("held", flush=True)
input()
"""


def kept(cache: Path, kind: str, name: str, days: float) -> Path:
    folder = cache / kind / name
    folder.mkdir(parents=True)
    (folder / "rows.f32").write_bytes(bytes(1000))
    os.utime(folder, (time.time() - days * DAY_S,) * 2)
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEKIN_CACHE", str(tmp_path))
    return tmp_path


def test_what_was_not_used_for_a_while_is_removed(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = [kept(cache, kind, "old", 31) for kind in ("features", "states")]
    new = kept(cache, "features", "new", 29)
    (cache / "clips.jsonl").write_text("[]\n")
    assert main(["prune"]) == 0
    assert not any(folder.exists() for folder in old)
    assert (new / "rows.f32").is_file()
    assert (cache / "clips.jsonl").is_file()
    told = "2 folders of features deleted, 0.0 GB; 1 with 0.0 GB are left: they were used recently.\n"
    assert capsys.readouterr().out == told
    assert main(["prune", "--days", "0"]) == 0
    assert not new.exists()
    assert capsys.readouterr().out == "1 folders of features deleted, 0.0 GB.\n"


def test_what_a_process_uses_stays_until_it_ends(cache: Path) -> None:
    used = kept(cache, "features", "used", 31)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(used)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        os.utime(used, (0, 0))
        assert main(["prune", "--days", "0"]) == 0
        assert (used / "rows.f32").is_file()
    finally:
        process.kill()  # however it ends
        process.wait(60)
    assert main(["prune", "--days", "0"]) == 0
    assert not used.exists()


def test_a_folder_in_use_counts_as_used_today(cache: Path) -> None:
    folder = kept(cache, "features", "again", 31)
    hold(folder)
    assert time.time() - folder.stat().st_mtime < DAY_S


def test_too_little_disk_space_is_an_error_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10e9))
    announce("The features", 9e9, tmp_path)
    announce("The features", 9e9, tmp_path, quiet=True)
    announce("The features", 1e6, tmp_path)
    told = f"The features will take about 9.0 GB in {tmp_path}, where 10.0 GB are free.\n"
    assert capsys.readouterr().err == told
    with pytest.raises(DiskFullError, match=r"9\.1 GB in .*10\.0 GB are free: lower `this`, free some space"):
        announce("The features", 9.1e9, tmp_path, "lower `this`", quiet=True)
