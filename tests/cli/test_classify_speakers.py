"""`voicekin classify --speakers`: who speaks when, as text, as JSON, in an export and in a journal."""

import json
from pathlib import Path

import pytest
import soundfile

import voicekin
from desktop_app import cli
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.sound.audio import SAMPLE_RATE
from tests.engine.sound.speech_like import LoudnessDetector
from tests.engine.speakers.made_voices import talk

WHO = [i % 2 for i in range(10)]


@pytest.fixture
def talked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # made voices are no speech to the real detector
    monkeypatch.setattr("desktop_app.engine.recognition.recogniser.SpeechDetector", lambda *_: LoudnessDetector())
    samples, _ = talk([(number, 2.0) for number in WHO], pause_s=0.6)
    soundfile.write(tmp_path / "talk.wav", samples, SAMPLE_RATE)
    return tmp_path / "talk.wav"


def run(pack: Pack, *arguments: object) -> int:
    return cli.main(["classify", "--pack", str(pack.root), *map(str, arguments)])


def test_json_says_who_speaks(tiny_pack: Pack, talked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tiny_pack, talked, "--json", "--speakers", 2) == 0
    line = json.loads(capsys.readouterr().out)
    assert [s["speaker"] - 1 for s in line["segments"]] == WHO
    assert [(s["name"], s["voice"], s["voice_heard"]) for s in line["speakers"]] == [
        ("Speaker 1", "itself", 5),
        ("Speaker 2", "itself", 5),
    ]
    assert line["rests_on"]["voice"] == "speakers"
    run(tiny_pack, talked, "--json")
    assert json.loads(capsys.readouterr().out)["speakers"] == []


def test_a_voice_that_is_named_or_none_stands(
    tiny_pack: Pack, talked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tiny_pack, talked, "--json", "--speakers", 2, "--voice", "none")
    line = json.loads(capsys.readouterr().out)
    assert {s["voice"] for s in line["speakers"]} == {"none"}
    assert line["rests_on"]["voice"] == "none"


def test_text_names_each(tiny_pack: Pack, talked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tiny_pack, talked, "--speakers", "auto")
    text = capsys.readouterr().out
    assert "  2 speakers:\n    Speaker 1  10.0 s (50% of the time)  " in text
    assert ", compared with the rest of this recording\n" in text
    assert "  Speaker 2  " in text
    assert "Each speaker compared with their own stretches." in text


def test_a_journal_remembers_them_and_is_of_one_number(
    tiny_pack: Pack, talked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = []
    for _ in range(2):
        run(tiny_pack, talked, "--json", "--speakers", 2, "--resume", tmp_path / "journal")
        lines.append(capsys.readouterr().out)
    assert lines[0] == lines[1]
    assert run(tiny_pack, talked, "--json", "--speakers", 3, "--resume", tmp_path / "journal") != 0
    assert "another pack, voice or settings" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["0", "9", "two", "-1"])
def test_a_number_that_makes_no_sense_exits_with_2(
    tiny_pack: Pack, talked: Path, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        run(tiny_pack, talked, f"--speakers={wrong}")
    assert exit_.value.code == 2
    assert "not a number from 1 to 8, auto or off" in capsys.readouterr().err


def test_the_python_interface_says_the_same(tiny_pack: Pack, talked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tiny_pack, talked, "--json", "--speakers", 2)
    line = json.loads(capsys.readouterr().out)
    with voicekin.load(tiny_pack) as recogniser:
        one = recogniser.classify(talked, speakers=2)
        (many,) = recogniser.classify([talked], speakers=2)
        again = recogniser.classify(recogniser.analyse(talked, speakers=2))
        with pytest.raises(ValueError, match="1 to 8"):
            recogniser.classify([talked], speakers=0)
    for answer in (one, many, again):
        assert isinstance(answer, voicekin.Recognition)
        assert answer.as_json()["speakers"] == line["speakers"]
        assert answer.as_json()["segments"] == line["segments"]
