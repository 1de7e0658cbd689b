"""`voicekin classify`: every file gets its line, whatever is wrong with the others."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from desktop_app import cli
from desktop_app.commands.plain_text import clock
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.answer import Recognition, VoiceUsed
from desktop_app.engine.recognition.recogniser import NO_SPEECH, Recogniser
from tests.engine.sound.bad_audio import permissions_count, write_bad_audio
from tests.tiny_pack import LABELS, RATE, build_tiny_pack, clip


def write(folder: Path, name: str, label: str = "happy", seed: int = 0, **options: Any) -> Path:
    path = folder / name
    soundfile.write(path, clip(label, seed), RATE, **options)
    return path


def classify_json(
    pack: Pack, paths: Sequence[Path | str], capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, list[dict[str, Any]]]:
    status = cli.main(["classify", "--json", "--pack", str(pack.root), *options, *map(str, paths)])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_clip_as_json(tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "Grüße 你好.wav", "sad")
    status, (line,) = classify_json(tiny_pack, [path], capsys)
    assert status == 0
    assert (line["path"], line["label"], line["duration_s"]) == (str(path), "sad", 2.0)
    assert set(line) >= {
        *("path", "duration_s", "label", "confidence", "abstained", "novelty", "probabilities", "model_probabilities"),
        *("neighbour_probabilities", "neighbours", "segments", "timing_ms"),
    }
    assert sum(line["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)
    assert set(line["neighbours"][0]) >= {"id", "label", "corpus", "speaker", "distance", "weight"}
    assert set(line["timing_ms"]) == {"decode", "encode", "retrieve"}


def test_dimensions_are_told_in_words_and_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = build_tiny_pack(tmp_path / "pack", dimensions=True)
    path = write(tmp_path, "loud.wav", "angry")
    _, (line,) = classify_json(pack, [path], capsys)
    assert list(line["dimensions"]) == ["arousal", "dominance", "valence"]
    assert cli.main(["classify", "--pack", str(pack.root), str(path)]) == 0
    told = ", ".join(f"{name} {value:.2f}" for name, value in line["dimensions"].items())
    assert f"  {told.capitalize()} (0 to 1).\n" in capsys.readouterr().out


def test_one_channel_is_listened_to_and_named(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "two people.wav"
    soundfile.write(path, np.stack([clip("angry", 1), clip("sad", 2)], axis=1), RATE)
    answers = [classify_json(tiny_pack, [path], capsys, "--channel", n)[1][0] for n in ("1", "2")]
    assert [(answer["channel"], answer["label"]) for answer in answers] == [(1, "angry"), (2, "sad")]
    assert classify_json(tiny_pack, [path], capsys)[1][0]["channel"] is None
    restored = Recognition.from_json(answers[1])
    assert restored.channel == 1
    assert restored.as_json() == answers[1]


def test_what_of_a_file_could_not_be_heard_is_told(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "cut.wav", "sad")
    path.write_bytes(path.read_bytes()[:40_044])
    status, (line,) = classify_json(tiny_pack, [path], capsys)
    assert status == 0
    (remark,) = line["remarks"]
    assert remark.startswith("The file says that it lasts 2.0 s; 1.2")
    assert Recognition.from_json(line).remarks == (remark,)
    cli.main(["classify", "--pack", str(tiny_pack.root), str(path)])
    assert remark in capsys.readouterr().out


@pytest.mark.timeout(120)
def test_a_batch_with_everything_wrong_in_it(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = tmp_path / "good"
    good.mkdir()
    clips = [write(good, f"{label} {seed}.wav", label, seed) for label in LABELS for seed in range(3)]
    clips.append(write(good, "lossy.mp3", "sad"))
    clips.append(write(good, "lossy.ogg", "angry"))
    soundfile.write(good / "studio.wav", np.repeat(clip("sad", rate=96_000)[:, None], 6, axis=1), 96_000)
    soundfile.write(good / "ultra.wav", np.repeat(clip("sad", rate=192_000)[:, None], 8, axis=1), 192_000)
    soundfile.write(good / "phone.wav", clip("neutral", rate=8_000), 8_000, subtype="PCM_U8")
    soundfile.write(good / "silence.wav", np.zeros(3 * RATE, np.int16), RATE)
    clips += [good / name for name in ("studio.wav", "ultra.wav", "phone.wav", "silence.wav")]
    bad = write_bad_audio(tmp_path)
    mixed: list[Path] = [p for pair in zip(clips, [*bad.values()], strict=False) for p in pair]
    mixed += [p for p in (*clips, *bad.values()) if p not in mixed]

    with permissions_count():
        status, lines = classify_json(tiny_pack, mixed, capsys)
    assert status == 1
    by_path = {line["path"]: line for line in lines}
    assert [line["path"] for line in lines] == list(map(str, mixed))
    for path in clips:
        assert by_path[str(path)].get("label") in LABELS, path
    for kind, path in bad.items():
        line = by_path[str(path)]
        assert set(line) == {"path", "error"}, kind
        assert line["error"].endswith("."), kind
        assert "\n" not in line["error"], kind
        assert "report it" not in line["error"], kind
    for path in clips[:12]:
        assert by_path[str(path)]["label"] == path.name.split()[0]
    assert by_path[str(good / "silence.wav")]["abstained_because"] == NO_SPEECH


def test_a_batch_without_a_failure_exits_with_0(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, lines = classify_json(tiny_pack, [write(tmp_path, f"{i}.wav", seed=i) for i in range(5)], capsys)
    assert (status, len(lines)) == (0, 5)


def test_a_folder_gives_the_recordings_in_it(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "interview"
    (folder / "inner").mkdir(parents=True)
    write(folder, "b.flac")
    write(folder, "a.wav")
    write(folder / "inner", "c.wav")
    (folder / "notes.txt").write_text("no recording")
    _, lines = classify_json(tiny_pack, [folder], capsys)
    assert [Path(line["path"]).name for line in lines] == ["a.wav", "b.flac"]
    _, lines = classify_json(tiny_pack, [folder], capsys, "-r")
    assert [Path(line["path"]).name for line in lines] == ["a.wav", "b.flac", "c.wav"]


def test_k_and_alpha_are_passed_on(tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "a.wav")
    _, (line,) = classify_json(tiny_pack, [path], capsys, "--k", "3", "--alpha", "1")
    assert (line["k"], line["alpha"], len(line["neighbours"])) == (3, 1.0, 3)
    assert line["probabilities"] == line["neighbour_probabilities"]
    _, (line,) = classify_json(tiny_pack, [path], capsys, "--k", "5000")
    assert line["k"] == 80


def test_same_voice_takes_the_baseline_from_the_files_of_the_call(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [write(tmp_path, f"{i}.wav", LABELS[i % 2], seed=i) for i in range(6)]
    missing = tmp_path / "missing.wav"
    status, plain = classify_json(tiny_pack, [*paths, missing], capsys, "--voice", "none")
    same_status, same = classify_json(tiny_pack, [*paths, missing], capsys, "--same-voice")
    assert status == same_status == 1
    assert [line["path"] for line in same] == [line["path"] for line in plain]
    assert "error" in same[-1]
    recogniser = Recogniser(tiny_pack)
    analyses = [recogniser.analyse_file(path) for path in paths]
    voice = recogniser.estimate_voice(analyses)
    assert voice.clips == 6
    for line, before, analysis in zip(same, plain, analyses, strict=False):
        expected = recogniser.answer(analysis, baseline=voice.baseline)
        assert line["probabilities"] == pytest.approx(dict(expected.probabilities), abs=1e-5)
        assert line["probabilities"] != before["probabilities"]
        assert (line["rests_on"]["voice"], line["rests_on"]["heard"]) == ("group", 6)
        assert before["rests_on"]["voice"] == "none"


def test_recordings_of_one_folder_are_heard_against_each_other_by_themselves(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    together = [write(tmp_path, f"{i}.wav", LABELS[i % 4], seed=i) for i in range(6)]
    (tmp_path / "other").mkdir()
    apart = [write(tmp_path / "other", f"{i}.wav", LABELS[i], seed=i) for i in range(2)]
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE, np.float32), RATE)
    _, silent = classify_json(tiny_pack, [*together, tmp_path / "silence.wav"], capsys)
    assert {line["rests_on"]["heard"] for line in silent} == {6}, "what is no speech is not counted"
    _, lines = classify_json(tiny_pack, [*together, *apart], capsys)
    _, same = classify_json(tiny_pack, together, capsys, "--same-voice")
    _, alone = classify_json(tiny_pack, apart, capsys, "--voice", "none")
    for line, expected in zip(lines, [*same, *alone], strict=True):
        assert line["probabilities"] == expected["probabilities"]
        assert line["rests_on"] == expected["rests_on"]
    status = cli.main(["classify", "--pack", str(tiny_pack.root), *map(str, together)])
    assert (status, capsys.readouterr().out.count("Compared with all 6 recordings together.")) == (0, 6)


def test_a_long_recording_is_heard_against_its_own_stretches(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Recogniser, "own_voice", lambda self, a: (self.estimate_voice([a]).baseline, VoiceUsed("itself", heard=9))
    )
    path = write(tmp_path, "a.wav", "angry")
    _, (line,) = classify_json(tiny_pack, [path], capsys)
    assert (line["rests_on"]["voice"], line["rests_on"]["heard"]) == ("itself", 9)
    assert line["rests_on"]["pack"].startswith("tiny ")
    _, (line,) = classify_json(tiny_pack, [path], capsys, "--voice", "none")
    assert line["rests_on"]["voice"] == "none"


def test_text_for_people(tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "a.wav", "angry")
    status = cli.main(["classify", "--pack", str(tiny_pack.root), "--top-k", "2", str(path), str(tmp_path / "no.wav")])
    out, err = capsys.readouterr()
    assert status == 1
    bars = [line for line in out.splitlines() if "█" in line or "░" in line]
    assert len(bars) == 2
    assert bars[0].split()[0] == "angry"
    assert "%" in bars[0]
    assert f"{path}  (2.0 s)" in out
    assert "alpha" in out or "beta" in out
    assert "does not exist" in err
    assert "does not exist" not in out


def test_text_says_when_it_is_not_to_be_relied_on(
    tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soundfile.write(tmp_path / "s.wav", np.zeros(20 * RATE, np.int16), RATE)
    assert cli.main(["classify", "--pack", str(tiny_pack.root), str(tmp_path / "s.wav")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{tmp_path / 's.wav'}  (20.0 s)", f"  {NO_SPEECH}", ""], "no bars of emotions that nobody had"


@pytest.mark.parametrize(("seconds", "shown"), [(3.21, "3.2 s"), (7, "7 s"), (83, "1:23"), (3_723, "1:02:03")])
def test_durations_read_as_on_a_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["classify", "--k", "0", "a.wav"],
        ["classify", "--k", "many", "a.wav"],
        ["classify", "--alpha", "1.5", "a.wav"],
        ["classify", "--alpha", "nan", "a.wav"],
        ["classify", "--voice", "me", "--same-voice", "a.wav"],
        ["clasify", "a.wav"],
        ["pack"],
    ],
)
def test_a_call_that_is_not_understood_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "usage: voicekin" in capsys.readouterr().err


@pytest.mark.parametrize("pack", ["no such pack", "."])
def test_without_a_pack_nothing_is_answered(
    pack: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["classify", "--pack", pack, "a.wav"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("voicekin: ")
    assert err.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("options", [["--json"], []])
def test_a_full_disk_under_the_output_is_told(options: list[str], tiny_pack: Pack, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "desktop_app", "classify", "--pack", str(tiny_pack.root), *options]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*command, str(write(tmp_path, "a.wav"))],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=240,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("voicekin: The answers can't be written")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="the shell's way to close an output")
def test_closed_outputs_cost_nothing_but_the_text(tiny_pack: Pack, tmp_path: Path) -> None:
    call = shlex.join([sys.executable, "-m", "desktop_app", "classify", "--pack", str(tiny_pack.root)])
    good, bad = shlex.quote(str(write(tmp_path, "a.wav"))), shlex.quote(str(tmp_path / "missing.wav"))
    assert subprocess.run(f"{call} {good} >&-", shell=True, check=False, timeout=240).returncode == 0
    assert subprocess.run(f"{call} {bad} >&- 2>&-", shell=True, check=False, timeout=240).returncode == 1


def test_a_name_cant_command_the_terminal(tiny_pack: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "a\x1b[2J\nb.wav") if os.name != "nt" else tmp_path / "a\x1b[2J\nb.wav"
    cli.main(["classify", "--pack", str(tiny_pack.root), str(path), str(tmp_path / "\x1b[31m.wav")])
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert "\\x1b[31m.wav does not exist" in err
    assert os.name == "nt" or "a\\x1b[2J\\nb.wav" in out


def test_a_reader_that_goes_away_ends_it_quietly(tiny_pack: Pack, tmp_path: Path) -> None:
    path = write(tmp_path, "a.wav")
    command = [sys.executable, "-m", "desktop_app", "classify", "--pack", str(tiny_pack.root), *[str(path)] * 300]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read().decode()
    assert errors == ""
    assert process.returncode == 141


def test_a_terminal_without_unicode_gets_other_bars(tiny_pack: Pack, tmp_path: Path) -> None:
    path = write(tmp_path, "Grüße.wav")
    command = [sys.executable, "-m", "desktop_app", "classify", "--pack", str(tiny_pack.root), str(path)]
    environment = {"PATH": "", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=240)
    assert b"####" in done.stdout
    assert b"Gr" in done.stdout
    assert done.stderr == b""
