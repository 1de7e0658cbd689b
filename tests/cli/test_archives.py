"""`classify --export parquet`, and `answer`, which goes on from its features."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pyarrow.dataset
import pytest
import soundfile

from desktop_app import cli
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.recogniser import Recogniser
from tests.tiny_pack import LABELS, RATE, clip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for i in range(6):
        soundfile.write(folder / f"clip {i}.wav", clip(LABELS[i % 4], i), RATE)
    (folder / "bad.wav").write_text("This is no sound.")
    return folder


def voicekin(command: str, pack: Pack, *arguments: object) -> int:
    return cli.main([command, "--pack", str(pack.root), *map(str, arguments)])


def rows(dataset: Path, table: str = "recordings") -> list[dict[str, Any]]:
    return pyarrow.dataset.dataset(dataset / table).to_table().to_pylist()  # type: ignore[no-any-return]


def test_parquet_says_what_json_says(
    tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voicekin("classify", tiny_pack, "--json", folder) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    target = tmp_path / "clips.parquet"
    assert voicekin("classify", tiny_pack, "--export", "parquet", "-o", target, folder) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"Wrote {target}." in printed.err
    assert "6 answered" in printed.err
    found = rows(target)
    assert [row["path"] for row in found] == [line["path"] for line in lines]
    assert [row["label"] for row in found] == [line.get("label") for line in lines]
    assert voicekin("classify", tiny_pack, "--export", "parquet", "-o", target, folder) == 2
    assert "--overwrite replaces it" in capsys.readouterr().err


def test_an_archive_is_answered_again_without_its_sound(
    tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = tmp_path / "first.parquet", tmp_path / "again.parquet"
    assert voicekin("classify", tiny_pack, "--export", "parquet", "--features", "-o", first, folder) == 1
    monkeypatch.setattr(Recogniser, "analyse_file", None)  # there is no sound any more
    assert voicekin("answer", tiny_pack, first, "-o", again, "--voice", "none", "--alpha", 0.25) == 0
    assert "6 answered" in capsys.readouterr().err
    assert [row["path"] for row in rows(again)] == [row["path"] for row in rows(first)]
    assert {row["alpha"] for row in rows(again)} == {0.25, None}
    assert {row["voice"] for row in rows(again)} == {"none", None}
    assert {row["voice"] for row in rows(first)} == {"group", None}
    assert not (again / "features").exists()
    assert voicekin("answer", tiny_pack, again, "-o", tmp_path / "x") == 2
    assert "holds no features" in capsys.readouterr().err


def test_an_interrupted_archive_goes_on_with_the_features_that_are_noted(
    tiny_pack: Pack, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ("--export", "parquet", "--features", "--resume", tmp_path / "journal", "-o", tmp_path / "a.parquet", folder)
    assert voicekin("classify", tiny_pack, *call) == 1
    with monkeypatch.context() as patch:
        patch.setattr(Recogniser, "analyse_file", None)
        assert voicekin("classify", tiny_pack, "--overwrite", *call[:-2], tmp_path / "b.parquet", folder) == 1
    for row, again in zip(
        rows(tmp_path / "a.parquet", "features"), rows(tmp_path / "b.parquet", "features"), strict=True
    ):
        assert row == again


def test_a_report_lies_beside_its_archive(
    tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voicekin("classify", tiny_pack, "--export", "parquet", "-o", tmp_path / "clips.parquet", folder) == 1
    assert cli.main(["report", str(tmp_path / "clips.parquet")]) == 0
    assert "clips.parquet.html" in capsys.readouterr().err
    assert "6 recordings" in (tmp_path / "clips.parquet.html").read_text(encoding="utf-8")
    assert cli.main(["report", str(tmp_path / "clips.parquet")]) == 2
    assert "--overwrite replaces it" in capsys.readouterr().err


def test_features_without_parquet_are_refused(
    tiny_pack: Pack, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert voicekin("classify", tiny_pack, "--features", folder) == 2
    assert "--export parquet" in capsys.readouterr().err


@pytest.mark.timeout(280)
def test_two_processes_of_this_machine_answer_all_that_one_does(
    tiny_pack: Pack, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def lines(*options: object) -> list[dict[str, Any]]:
        assert voicekin("classify", tiny_pack, "--json", *options, folder) == 1
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return sorted(({**line, "timing_ms": None} for line in found), key=lambda line: line["path"])

    assert lines("--cluster", "local:2") == lines()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal for a group of processes that each of them survives")
@pytest.mark.timeout(280)
def test_ctrl_c_stops_the_processes_too_and_the_journal_goes_on_without_them(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for i in range(300):
        soundfile.write(many / f"{i}.wav", clip(LABELS[i % 4], i, 5.0), RATE)
    call = ["--json", "--resume", tmp_path / "journal", many]
    command = [sys.executable, "-m", "desktop_app", "classify", "--pack", tiny_pack.root, "--cluster", "local:2", *call]
    process = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        started = psutil.Process(process.pid).children(recursive=True)
        assert len(started) >= 2
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait(30)
    assert process.returncode == 130
    assert err.splitlines() == ["voicekin: stopped."]
    assert not psutil.wait_procs(started, timeout=30)[1]
    answered = {first["path"], *(json.loads(line)["path"] for line in out.splitlines())}
    assert len(answered) < 300
    heard: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        real = Recogniser.analyse_file

        def analyse_file(self: Recogniser, path: Path, **options: Any) -> Any:
            heard.append(str(path))
            return real(self, path, **options)

        patch.setattr(Recogniser, "analyse_file", analyse_file)
        assert voicekin("classify", tiny_pack, *call) == 0
    assert len(capsys.readouterr().out.splitlines()) == 300
    assert not answered & set(heard)


def test_without_dask_a_sentence_says_what_to_install(
    tiny_pack: Pack, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert voicekin("classify", tiny_pack, "--cluster", "local:2", folder) == 2
    assert "voicekin[cluster]" in capsys.readouterr().err


def test_a_sound_on_standard_input(tiny_pack: Pack, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "desktop_app", "classify", "--json", "--pack", str(tiny_pack.root), "-"]
    done = subprocess.run(command, input=(folder / "clip 3.wav").read_bytes(), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert voicekin("classify", tiny_pack, "--json", folder / "clip 3.wav") == 0
    piped, there = json.loads(done.stdout), json.loads(capsys.readouterr().out)
    assert piped["path"] == "-"
    assert {**piped, "path": "", "timing_ms": ""} == {**there, "path": "", "timing_ms": ""}
    done = subprocess.run(command, input=b"no sound", capture_output=True, timeout=120)
    assert done.returncode == 1
    assert b"standard input is not audio" in done.stdout


def test_a_list_names_what_is_heard_and_who_speaks(
    tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{folder / f'clip {i}.wav'},Ann,0,0.5" for i in (2, 0)]
    (tmp_path / "list.csv").write_text("\n".join(["path,speaker,start,end", *lines, f"{folder}/bad.wav"]))
    call = ("--from", tmp_path / "list.csv", "--export", "parquet", "-o", tmp_path / "x.parquet")
    assert voicekin("classify", tiny_pack, *call) == 1
    assert [(Path(row["path"]).name, row["speaker"], row["duration_s"]) for row in rows(tmp_path / "x.parquet")] == [
        *(("clip 2.wav", "Ann", 0.5), ("clip 0.wav", "Ann", 0.5), ("bad.wav", None, None))
    ]
    capsys.readouterr()
    assert voicekin("classify", tiny_pack) == 2
    assert "Name a recording" in capsys.readouterr().err
    assert voicekin("classify", tiny_pack, "-", "--from", "-") == 2
    assert "name - once" in capsys.readouterr().err
    assert voicekin("classify", tiny_pack, "--from", tmp_path / "none") == 2
    assert "can't be read" in capsys.readouterr().err


def test_a_list_on_standard_input(
    tiny_pack: Pack, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{folder / 'clip 1.wav'}\n{folder / 'clip 2.wav'}\n"))
    assert voicekin("classify", tiny_pack, "--json", "--from", "-") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [Path(json.loads(line)["path"]).name for line in lines] == ["clip 1.wav", "clip 2.wav"]
