"""`voicekin voice`, `voicekin examples`, and how `voicekin classify` heeds both."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app import cli
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.people.store import DATABASE
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.errors import Cancelled
from tests.tiny_pack import LABELS, RATE, clip

Capture = pytest.CaptureFixture[str]


def write(folder: Path, name: str, label: str, seed: int) -> Path:
    folder.mkdir(exist_ok=True)
    soundfile.write(folder / name, clip(label, seed), RATE)
    return folder / name


@pytest.fixture(autouse=True)
def pack_in_use(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the detector takes for speech is not what these tests are about."""
    monkeypatch.setattr("desktop_app.engine.installed_packs.pack_in_use", lambda: tiny_pack.root)
    monkeypatch.setattr("desktop_app.engine.people.personal.MIN_SPEECH_S", 0.0)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    for label in LABELS:
        write(tmp_path / "clips", f"{label}.wav", label, 3)
    return tmp_path / "clips"


def call(*arguments: object) -> int:
    return cli.main([str(a) for a in arguments])


def answer(capsys: Capture, *arguments: object) -> dict[str, object]:
    capsys.readouterr()
    assert call("classify", "--json", *arguments) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_a_voice_is_learnt_used_listed_and_removed(
    clips: Path, tmp_path: Path, tiny_pack: Pack, capsys: Capture
) -> None:
    assert call("voice", "learn", "Zoë", clips) == 0
    assert "Zoë has learnt from 4 recordings and is 44% settled." in capsys.readouterr().out
    assert call("voice", "learn", "zoë", clips / "sad.wav") == 0  # the same recording counts once
    assert "4 recordings" in capsys.readouterr().out
    query = write(tmp_path, "query.wav", "happy", 9)
    plain, voiced = answer(capsys, query), answer(capsys, query, "--voice", "ZOË")
    assert plain["probabilities"] != voiced["probabilities"]
    recogniser = Recogniser(tiny_pack, threads=1)
    voice = recogniser.estimate_voice(recogniser.analyse_file(path) for path in sorted(clips.iterdir()))
    expected = recogniser.answer(recogniser.analyse_file(query), baseline=voice.baseline)
    assert voiced["probabilities"] == pytest.approx(dict(expected.probabilities), abs=1e-3)
    assert call("voice", "list") == 0
    assert "Zoë " in capsys.readouterr().out
    assert call("voice", "remove", "Zoë") == 0
    assert call("classify", query, "--voice", "Zoë") == 2
    assert "There is no voice “Zoë”" in capsys.readouterr().err


def test_recordings_that_teach_nothing_are_told(clips: Path, capsys: Capture) -> None:
    soundfile.write(clips / "silence.wav", np.zeros(RATE), RATE)
    (clips / "broken.wav").write_text("no sound")
    assert call("voice", "learn", "me", clips) == 1
    captured = capsys.readouterr()
    assert "me has learnt from 4 recordings" in captured.out
    assert "too little speech" in captured.err
    assert "broken.wav" in captured.err
    assert call("voice", "learn", "nobody", clips / "silence.wav") == 1
    assert "there is no such voice" in capsys.readouterr().err
    assert call("voice", "list") == 0
    assert "nobody" not in capsys.readouterr().out


def test_an_example_changes_the_answers_that_heed_it(clips: Path, tmp_path: Path, capsys: Capture) -> None:
    query = clips / "sad.wav"
    before = answer(capsys, query)
    assert call("examples", "add", "happy", query) == 0
    assert "happy" in capsys.readouterr().out
    after = answer(capsys, query)
    assert after["neighbour_probabilities"]["happy"] > 0.85  # type: ignore[index]
    assert after["neighbours"][0]["own"]  # type: ignore[index]
    assert answer(capsys, query, "--examples", "none")["probabilities"] == before["probabilities"]
    assert call("examples", "export", tmp_path / "mine.vkexamples") == 0
    assert call("examples", "export", tmp_path / "mine.vkexamples") == 2
    assert call("examples", "remove", "--all") == 0
    assert answer(capsys, query)["probabilities"] == before["probabilities"]
    exported = answer(capsys, query, "--examples", tmp_path / "mine.vkexamples")
    assert exported["probabilities"] == after["probabilities"]
    assert call("examples", "import", tmp_path / "mine.vkexamples") == 0
    assert "Imported 1 examples" in capsys.readouterr().out
    assert answer(capsys, query)["probabilities"] == after["probabilities"]
    same = answer(capsys, query, "--same-voice")
    assert same["neighbours"][0]["own"] or same["probabilities"] != before["probabilities"]  # type: ignore[index]


def test_all_examples_or_some_not_both(clips: Path, capsys: Capture) -> None:
    assert call("examples", "add", "sad", clips) == 0
    for arguments in ([], ["1", "--all"]):
        assert call("examples", "remove", *arguments) == 2
        assert "Say which examples" in capsys.readouterr().err
    assert call("examples", "remove", "--all") == 0


def test_examples_are_listed_and_removed_by_number(clips: Path, capsys: Capture, user_home: Path) -> None:
    assert call("voice", "learn", "me", clips) == 0
    assert call("examples", "add", "tired", clips / "sad.wav", "--voice", "me", "--keep-audio") == 0
    capsys.readouterr()
    assert call("examples", "list") == 0
    (line,) = capsys.readouterr().out.splitlines()
    number, label, *_ = line.split()
    assert label == "tired"
    for shown in ("me", "audio kept", "sad.wav"):
        assert shown in line
    assert len(list((user_home / "kept-audio").iterdir())) == 1
    assert call("examples", "remove") == 2
    assert call("examples", "remove", 99) == 2
    assert "There is no example 99" in capsys.readouterr().err
    assert call("examples", "remove", number) == 0
    assert list((user_home / "kept-audio").iterdir()) == []


def test_a_recording_that_cant_be_read_does_not_stop_the_rest(clips: Path, capsys: Capture) -> None:
    assert call("examples", "add", "sad", clips / "missing.wav", clips / "sad.wav") == 1
    captured = capsys.readouterr()
    assert "missing.wav" in captured.err
    assert "sad.wav" in captured.out


def test_a_store_that_cant_be_opened_is_told_and_gone_without(clips: Path, capsys: Capture, user_home: Path) -> None:
    assert call("voice", "learn", "me", clips) == 0
    connection = sqlite3.connect(user_home / DATABASE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    capsys.readouterr()
    assert call("classify", "--json", clips / "sad.wav") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["label"] == "sad"
    assert "newer VoiceKin" in captured.err
    assert call("classify", clips / "sad.wav", "--voice", "me") == 2
    assert call("voice", "list") == 2


def test_classify_leaves_no_store_behind(clips: Path, capsys: Capture, user_home: Path) -> None:
    answer(capsys, clips / "sad.wav")
    assert not (user_home / DATABASE).exists()


def test_a_voice_that_this_pack_has_not_heard_is_told(clips: Path, capsys: Capture, user_home: Path) -> None:
    assert call("voice", "learn", "me", clips) == 0
    connection = sqlite3.connect(user_home / DATABASE)
    with connection:
        connection.execute("UPDATE features SET encoder = 'another'")
    connection.close()
    assert call("classify", clips / "sad.wav", "--voice", "me") == 2
    assert "This pack has learnt from no recording of me" in capsys.readouterr().err


def test_a_voice_that_only_another_pack_has_heard_stays_when_nothing_is_learnt(
    clips: Path, capsys: Capture, user_home: Path
) -> None:
    assert call("voice", "learn", "me", clips) == 0
    connection = sqlite3.connect(user_home / DATABASE)
    with connection:
        connection.execute("UPDATE features SET encoder = 'another'")
    connection.close()
    assert call("voice", "learn", "me", clips / "missing.wav") == 1
    capsys.readouterr()
    assert call("voice", "list") == 0
    assert "4 recordings" in capsys.readouterr().out


def test_an_interrupted_lesson_leaves_no_empty_voice(
    clips: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise Cancelled

    monkeypatch.setattr(Recogniser, "analyse_file", interrupt)
    assert call("voice", "learn", "me", clips) == 130
    assert call("voice", "list") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "No voice is learnt yet" in captured.err


def test_a_journal_is_of_one_set_of_examples(clips: Path, tmp_path: Path, capsys: Capture) -> None:
    journal = tmp_path / "journal"
    assert call("classify", "--json", clips, "--resume", journal) == 0
    assert call("examples", "add", "happy", clips / "sad.wav") == 0
    assert call("classify", "--json", clips, "--resume", journal) == 2
    assert "another pack, voice or settings" in capsys.readouterr().err
