import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop_app.engine.batch.journal import BatchJournal
from desktop_app.engine.batch.sources import Source
from desktop_app.engine.recognition.answer import Features, Neighbour, Recognition, Segment, Timing
from desktop_app.errors import StoreError

SHARES = {"angry": 0.25, "sad": 0.75}
NEIGHBOUR = Neighbour("n1", "sad", "nemo", "f1", "Polish", "", 0.0, 0.5, 1.0)
SEGMENTS = (Segment(0.5, 1.5, "sad", SHARES),)
TIMING = Timing(1.0, 2.0, 3.0)
WHY = "Unlike anything known."
ANSWER = Recognition(
    "", 2.0, "sad", 0.75, True, WHY, 1.5, 1.0, SHARES, SHARES, SHARES, (NEIGHBOUR,), 8, 0.5, SEGMENTS, TIMING
)
SETTINGS = {"pack": "abc", "k": None, "voice": ("x",)}


@pytest.fixture
def clips(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"ü {i}.wav" for i in range(3)]
    for path in paths:
        path.write_bytes(b"sound")
    return paths


def begin(tmp_path: Path, clips: list[Path]) -> Path:
    path = tmp_path / "batch.jsonl"
    with BatchJournal(path, SETTINGS) as journal:
        for clip in clips[:2]:
            assert journal.answer(clip) is None
            journal.add(clip, replace(ANSWER, path=str(clip)))
    return path


def test_answers_are_read_back_from_the_journal(tmp_path: Path, clips: list[Path]) -> None:
    with BatchJournal(begin(tmp_path, clips), SETTINGS) as journal:
        assert journal.answer(clips[0]) == replace(ANSWER, path=str(clips[0]))
        assert journal.answer(clips[2]) is None
    assert journal._file.closed, "so that it can be deleted on any system"
    assert journal._lines.closed


def test_features_are_there_again_to_the_bit(tmp_path: Path, clips: list[Path]) -> None:
    pooled, embedding = (np.random.default_rng(i).normal(size=(2, 3)).astype(np.float32) for i in range(2))
    features = Features(((0.0, 1.0), (1.0, 2.0)), pooled, embedding, 0.9, -12.5, "abc", 0.5)
    with BatchJournal(tmp_path / "batch.jsonl", SETTINGS) as journal:
        journal.add(clips[0], replace(ANSWER, features=features))
    with BatchJournal(tmp_path / "batch.jsonl", SETTINGS) as journal:
        found = journal.answer(Source(str(clips[0]), speaker="Ann"))
    assert found is not None
    assert found.features is not None
    assert found.features.as_json() == features.as_json()
    assert (found.path, found.said_speaker) == (str(clips[0]), "Ann")


def test_an_answer_of_another_version_is_asked_for_again(tmp_path: Path, clips: list[Path]) -> None:
    path = begin(tmp_path, clips)
    header, first, second = path.read_bytes().splitlines(keepends=True)
    line = json.loads(first)
    del line["answer"]["label"]
    path.write_bytes(header + json.dumps(line).encode() + b"\n" + second)
    with BatchJournal(path, SETTINGS) as journal:
        assert journal.answer(clips[0]) is None
        assert journal.answer(clips[1]) is not None
        journal.add(clips[0], ANSWER)
    with BatchJournal(path, SETTINGS) as journal:
        assert journal.answer(clips[0]) is not None


def test_an_answer_is_on_the_disk_before_the_next_file_is_asked(
    tmp_path: Path, clips: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synced = tmp_path / "batch.jsonl", []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(path.read_bytes().count(b"\n")))
    with BatchJournal(path, SETTINGS) as journal:
        for n, clip in enumerate(clips, 1):
            journal.add(clip, replace(ANSWER, path=str(clip)))
            assert synced[-1] == 1 + n, "the disk was told to keep the whole line, the header's and each answer's"


def test_an_answer_that_is_noted_is_not_noted_again(tmp_path: Path, clips: list[Path]) -> None:
    path = begin(tmp_path, clips)
    before = path.read_bytes()
    with BatchJournal(path, SETTINGS) as journal:
        noted = journal.answer(clips[0])
        assert noted is not None
        journal.add(clips[0], noted)
    assert path.read_bytes() == before
    clips[0].write_bytes(b"another sound")
    with BatchJournal(path, SETTINGS) as journal:
        journal.add(clips[0], ANSWER)
    assert len(path.read_bytes()) > len(before)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes among its files")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="it is not a regular file"):
        BatchJournal(tmp_path / "pipe", SETTINGS)


def test_a_journal_is_lines_of_json_that_say_what_they_are(tmp_path: Path, clips: list[Path]) -> None:
    header, *answers = (json.loads(line) for line in begin(tmp_path, clips).read_text(encoding="utf-8").splitlines())
    assert header == {"voicekin_batch": 1, "settings": {"pack": "abc", "k": None, "voice": ["x"]}}
    for clip, answer in zip(clips[:2], answers, strict=True):
        status = clip.stat()
        assert answer["file"] == {"path": str(clip), "size": 5, "changed_ns": status.st_mtime_ns}
        assert answer["answer"]["label"] == "sad"
    for number, known in ((1, True), (2, False), (0, False)):
        path = tmp_path / f"{number}.jsonl"
        path.write_text(json.dumps({**header, "voicekin_batch": number}) + "\n")
        if known:
            with BatchJournal(path, SETTINGS) as journal:
                assert journal.answer(clips[0]) is None
        else:
            with pytest.raises(StoreError, match="not a journal written by VoiceKin"):
                BatchJournal(path, SETTINGS)


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b'{"file": {"path": "a", "size": 1, "changed_ns": 2}, "answer": []}',
        b'{"file": {"path": "a", "size": 1}, "answer": {}}',
        b'{"answer": {}}',
        b'{"file": 3, "answer": {}}',
        b"{",
    ],
)
def test_a_line_of_another_kind_is_not_taken_for_an_answer(tmp_path: Path, clips: list[Path], line: bytes) -> None:
    path = begin(tmp_path, clips)
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(StoreError, match="not a journal written by VoiceKin"):
        BatchJournal(path, SETTINGS)


def test_a_disk_that_is_full_is_told(tmp_path: Path, clips: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with BatchJournal(tmp_path / "batch.jsonl", SETTINGS) as journal:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match=r"batch\.jsonl can't be written \(No space left on device\): free some"):
            journal.add(clips[0], ANSWER)
    with pytest.raises(StoreError, match=r"can't be used \(No space left on device\): choose another"):
        BatchJournal(tmp_path / "another.jsonl", SETTINGS)


def test_a_recording_without_a_stamp_is_neither_noted_nor_looked_for(tmp_path: Path, clips: list[Path]) -> None:
    path = begin(tmp_path, clips)
    before = path.read_bytes()
    with BatchJournal(path, SETTINGS) as journal:
        for gone in (tmp_path / "gone.wav", Source("-", at=clips[0])):
            journal.add(gone, ANSWER)
            assert journal.answer(gone) is None
    assert path.read_bytes() == before


def test_a_line_that_the_interruption_cut_is_dropped(tmp_path: Path, clips: list[Path]) -> None:
    path = begin(tmp_path, clips)
    path.write_bytes(path.read_bytes()[:-20])
    with BatchJournal(path, SETTINGS) as journal:
        assert journal.answer(clips[0]) is not None
        assert journal.answer(clips[1]) is None
        journal.add(clips[1], ANSWER)
    with BatchJournal(path, SETTINGS) as journal:
        assert journal.answer(clips[1]) is not None


def test_a_cut_line_is_removed_completely(tmp_path: Path, clips: list[Path]) -> None:
    path = begin(tmp_path, clips)
    path.write_bytes(path.read_bytes()[:-2])
    with BatchJournal(path, SETTINGS) as journal:
        journal.add(clips[1], replace(ANSWER, abstained_because="", segments=()))
    assert [set(json.loads(line)) for line in path.read_text().splitlines()][1:] == [{"file", "answer"}] * 2
    with BatchJournal(path, SETTINGS) as journal:
        found = journal.answer(clips[1])
    assert found is not None
    assert found.segments == ()


def test_an_interruption_while_writing_the_first_line(tmp_path: Path, clips: list[Path]) -> None:
    path = begin(tmp_path, clips)
    path.write_bytes(path.read_bytes()[:25])
    with BatchJournal(path, SETTINGS) as journal:
        journal.add(clips[1], ANSWER)
    with BatchJournal(path, SETTINGS) as journal:
        assert journal.answer(clips[1]) is not None


def test_a_file_that_changed_is_asked_again(tmp_path: Path, clips: list[Path]) -> None:
    path = begin(tmp_path, clips)
    clips[0].write_bytes(b"another sound")
    clips[1].unlink()
    with BatchJournal(path, SETTINGS) as journal:
        assert journal.answer(clips[0]) is None
        assert journal.answer(clips[1]) is None


def test_other_settings_and_other_files_are_refused_and_left_as_they_are(tmp_path: Path, clips: list[Path]) -> None:
    path = begin(tmp_path, clips)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="begun with another"):
        BatchJournal(path, {**SETTINGS, "k": 5})
    assert path.read_bytes() == before
    for content in (b"{}\n", b"not json\n", b'["a"]\n', b'{"path": "x"}\n', b"no line end"):
        path.write_bytes(content)
        with pytest.raises(StoreError, match="not a journal written by VoiceKin"):
            BatchJournal(path, SETTINGS)
        assert path.read_bytes() == content
    with pytest.raises(StoreError, match="can't be used"):
        BatchJournal(tmp_path, SETTINGS)
