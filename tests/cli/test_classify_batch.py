"""`voicekin classify` over many files: exports, jobs, one voice, a journal to go on from, progress and summary."""

import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from desktop_app import cli
from desktop_app.commands import classify_batch, progress_line
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.recogniser import NO_SPEECH, Recogniser
from desktop_app.errors import Cancelled
from tests.engine.sound.bad_audio import permissions_count, write_bad_audio
from tests.tiny_pack import LABELS, RATE, clip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    (folder / "deeper").mkdir(parents=True)
    for i in range(6):
        soundfile.write(folder / f"clip {i}.wav", clip(LABELS[i % 4], i), RATE)
    (folder / "bad.wav").write_text("This is no sound.")
    soundfile.write(folder / "deeper" / "ü.flac", clip("sad", 9), RATE)
    return folder


def classify(pack: Pack, *arguments: object) -> int:
    return cli.main(["classify", "--pack", str(pack.root), *map(str, arguments)])


def json_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def without_timing(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in line.items() if key != "timing_ms"} for line in lines]


def test_jobs_change_nothing_but_the_time(tiny_pack: Pack, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert classify(tiny_pack, "--json", "-r", "--jobs", 1, folder) == 1
    one = json_lines(capsys)
    assert [Path(line["path"]).name for line in one] == ["bad.wav", *(f"clip {i}.wav" for i in range(6)), "ü.flac"]
    assert classify(tiny_pack, "--json", "-r", "--jobs", 3, folder) == 1
    assert without_timing(json_lines(capsys)) == without_timing(one)
    assert classify(tiny_pack, "--json", "-r", "--same-voice", "--jobs", 3, folder) == 1
    several = without_timing(json_lines(capsys))
    assert classify(tiny_pack, "--json", "-r", "--same-voice", "--jobs", 1, folder) == 1
    assert several == without_timing(json_lines(capsys))
    assert several != without_timing(one), "the voice was taken off"


@pytest.mark.parametrize("name", classify_batch.EXPORTS)
def test_every_format_is_written(
    name: str, tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = next(f for f in classify_batch.formats() if f.name == name)
    target = tmp_path / f"out{form.suffix}"
    assert classify(tiny_pack, "--export", name, "-o", target, folder / "clip 1.wav") == 0
    content = target.read_bytes()
    assert len(content) > 20
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"Wrote {target}." in printed.err
    assert classify(tiny_pack, "--export", name, "-o", target, folder / "clip 1.wav") == 2
    assert "is there already" in capsys.readouterr().err
    assert target.read_bytes() == content


def test_the_names_on_the_command_line_are_those_of_the_formats() -> None:
    assert tuple(form.name for form in classify_batch.formats()) == classify_batch.EXPORTS


def test_many_recordings_are_exported_into_a_folder(
    tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classify(tiny_pack, "--export", "textgrid", "-o", tmp_path / "out", "-r", folder) == 1
    written = sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.TextGrid"))
    assert written == [*(f"clip {i}.TextGrid" for i in range(6)), "deeper/ü.TextGrid"]
    printed = capsys.readouterr()
    assert "7 answered" in printed.err
    assert "1 failed" in printed.err
    assert "bad.wav" in printed.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--export", "csv"], "go together"),
        (["-o", "x.csv"], "go together"),
        (["--resume", "x", "--same-voice"], "do not go together"),
        (["--jobs", "2", "--cluster", "local:2"], "do not go together"),
        (["--export", "csv", "-o", "."], "is a folder"),
        (["--export", "csv", "-o", "out/"], "is a folder"),
        (["--export", "csv", "-o", "no/x.csv"], "there is no folder"),
        (["--export", "csv", "-o", "notes.txt"], "--overwrite replaces it"),
        (["--export", "srt", "-o", "notes.txt", "--overwrite"], "can't be made"),
        (["--export", "srt", "-o", "no/out"], "can't be made"),
    ],
)
def test_what_would_fail_at_the_end_is_refused_at_once(
    arguments: list[str],
    sentence: str,
    tiny_pack: Pack,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing_is_heard(*_: object, **__: object) -> None:
        raise AssertionError("work that is lost")

    monkeypatch.setattr(Recogniser, "analyse_file", nothing_is_heard)
    monkeypatch.chdir(folder)
    (folder / "notes.txt").write_text("precious")
    assert classify(tiny_pack, *arguments, folder) == 2
    assert sentence in capsys.readouterr().err
    assert (folder / "notes.txt").read_text() == "precious"


def test_a_picture_that_cant_be_painted_is_told_before_the_work(
    tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing_is_heard(*_: object, **__: object) -> None:
        raise AssertionError("work that is lost")

    monkeypatch.setattr(Recogniser, "analyse_file", nothing_is_heard)
    monkeypatch.setitem(sys.modules, "PySide6.QtSvg", None)
    assert classify(tiny_pack, "--export", "png", "-o", tmp_path / "out", folder) == 2
    assert "PNG needs Qt" in capsys.readouterr().err


def test_a_slash_asks_for_a_folder(tiny_pack: Pack, folder: Path, tmp_path: Path) -> None:
    assert classify(tiny_pack, "--export", "srt", "-o", f"{tmp_path / 'out'}/", folder / "clip 1.wav") == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["clip 1.srt"]
    # of two recordings one fails: still a folder, whatever became of the other
    assert (
        classify(tiny_pack, "--export", "srt", "-o", tmp_path / "two", folder / "clip 1.wav", folder / "bad.wav") == 1
    )
    assert [p.name for p in (tmp_path / "two").iterdir()] == ["clip 1.srt"]


def test_an_interrupted_batch_goes_on_where_it_was(
    tiny_pack: Pack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # what is asked with a journal stands by itself, file by file
    assert classify(tiny_pack, "--json", "--voice", "none", "--jobs", 1, folder) == 1
    whole = without_timing(json_lines(capsys))
    asked: list[str] = []
    real = Recogniser.analyse_file

    def counted(self: Recogniser, path: Path, **options: Any) -> Any:
        if len(asked) == 4:
            raise Cancelled  # as it does at the next block where the process was asked to stop
        asked.append(path.name)
        return real(self, path, **options)

    monkeypatch.setattr(Recogniser, "analyse_file", counted)
    resume = ["--json", "--jobs", 1, "--resume", tmp_path / "journal", folder]
    assert classify(tiny_pack, *resume) == 130
    capsys.readouterr()
    first, asked[:] = list(asked), []
    assert classify(tiny_pack, *resume) == 1
    assert without_timing(json_lines(capsys)) == whole
    assert set(asked) & set(first) == {"bad.wav"}, "only what failed is asked again"
    assert classify(tiny_pack, "--k", 3, *resume) == 2
    assert "another pack, voice or settings" in capsys.readouterr().err


def test_progress_and_summary_on_a_terminal(
    tiny_pack: Pack, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(progress_line, "EVERY_S", 0.0)
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    assert classify(tiny_pack, "--json", "--jobs", 1, folder) == 1
    assert len(json_lines(capsys)) == 7
    shown = terminal.getvalue()
    counted = [int(n) for n in re.findall(r"(\d) of 7", shown)]
    assert sorted(counted) == counted
    assert set(counted) == set(range(8))
    assert "0 of 7  0%" in shown
    assert shown.rindex("7 of 7  100%") > shown.rindex("6 of 7")
    assert "clip 3.wav" in shown
    assert "6 answered" in shown.splitlines()[-1]


@pytest.mark.timeout(240)
def test_400_recordings_with_20_bad_ones_among_them(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two hours of silence are among the 20, with a sentence; 8 channels at 192 kHz are not: they hold speech."""
    good = [tmp_path / f"good {i}.wav" for i in range(379)]
    soundfile.write(good[0], clip("happy", 1, 1.0), RATE)
    for path in good[1:]:
        path.hardlink_to(good[0])
    good.append(tmp_path / "eight microphones.wav")
    soundfile.write(good[-1], np.repeat(clip("happy", 1, 1.0, rate=192_000)[:, None], 8, axis=1), 192_000)
    kinds = write_bad_audio(tmp_path)
    asked_for = ("cut header", "text", "empty", "one sample", "nan", "infinity", "folder")
    asked_for += ("pipe", "no permission") if os.name == "posix" else ()
    others = [kind for kind in kinds if kind not in asked_for]
    bad = [write_silence(tmp_path / "silence.flac", hours=2)]
    bad += [kinds[kind] for kind in (*asked_for, *others)][: 20 - len(bad)]
    paths = list(good)
    for i, path in enumerate(bad):
        paths.insert(i * 19, path)

    with permissions_count():
        assert classify(tiny_pack, "--json", "--jobs", 2, *paths) == 1
    lines = json_lines(capsys)
    assert [line["path"] for line in lines] == [str(path) for path in paths]
    by_path = {line["path"]: line for line in lines}
    assert all(by_path[str(path)]["label"] == "happy" for path in good)
    sentences = [by_path[str(path)].get("error") or by_path[str(path)]["abstained_because"] for path in bad]
    assert len(sentences) == 20
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences)
    assert sentences[0] == NO_SPEECH
    assert by_path[str(bad[0])]["duration_s"] == 7200
    assert by_path[str(bad[0])]["segments"] == []


def write_silence(path: Path, hours: float) -> Path:
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
        for _ in range(round(hours * 60)):
            file.write(np.zeros(60 * RATE, np.int16))
    return path
