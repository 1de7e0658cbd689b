"""Lists, addresses and parts of recordings."""

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import fsspec
import numpy as np
import pytest
import soundfile

from desktop_app.engine.batch import sources
from desktop_app.engine.batch.classify import Asked, Batch, groups
from desktop_app.engine.batch.journal import BatchJournal
from desktop_app.engine.batch.sources import (
    Source,
    copied,
    find_sources,
    for_everyone,
    is_address,
    located,
    read_list,
)
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.answer import Failure, Recognition
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.errors import AudioError, Cancelled
from tests.tiny_pack import LABELS, RATE, clip


@pytest.fixture(scope="module")
def recogniser(tiny_pack: Pack) -> Recogniser:
    return Recogniser(tiny_pack, threads=1)


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[str]:
    """Sounds in memory, as at an address."""
    system = fsspec.filesystem("memory")
    for i in range(3):
        soundfile.write(tmp_path / "x.wav", clip(LABELS[i], i), RATE)
        system.pipe(f"/calls/deep/{i}.wav" if i else "/calls/0.wav", (tmp_path / "x.wav").read_bytes())
    system.pipe("/calls/notes.txt", b"no sound")
    yield "memory://calls"
    system.rm("/calls", recursive=True)


def test_a_list_of_paths() -> None:
    text = "\ufeffa.wav\r\n\n b c.wav\ns3://bucket/d.wav\n"
    assert read_list(io.StringIO(text), "list") == [Source("a.wav"), Source(" b c.wav"), Source("s3://bucket/d.wav")]


def test_only_the_first_line_may_begin_with_a_mark_of_its_encoding() -> None:
    assert read_list(io.StringIO("\ufeffa\n\ufeffb\n"), "list") == [Source("a"), Source("\ufeffb")]
    assert read_list(io.StringIO("\ufeffpath\na\n"), "list") == [Source("a")]


def test_a_quote_in_a_name_opens_no_cell_and_one_without_an_end_gets_a_sentence() -> None:
    paths = ['"What?", she said.wav', '"odd', *(f"{i:0>64}.wav" for i in range(3_000))]
    assert read_list(io.StringIO("\n".join(paths)), "list") == [Source(path) for path in paths]
    with pytest.raises(AudioError, match=r"list.csv is not a CSV that can be read \(.*\): export it again"):
        read_list(io.StringIO("path\n" + "\n".join(paths[1:])), "list.csv")


def test_an_error_without_words_is_told_by_its_kind() -> None:
    def fails(error: Exception) -> Callable[[], None]:
        def ask() -> None:
            raise error

        return ask

    for error, says in (
        (ValueError(), r"s3://a can't be read \(ValueError\): check"),
        (OSError("no\n  such   host"), r"s3://a can't be read \(no such host\): check"),
        (FileNotFoundError(), "s3://a does not exist"),
        (AudioError("As it is."), "^As it is"),
    ):
        with pytest.raises(AudioError, match=says):
            sources._explained("s3://a", fails(error))
    with pytest.raises(Cancelled):
        sources._explained("s3://a", fails(Cancelled()))


def test_a_list_with_columns() -> None:
    text = 'speaker,path,start,end,channel,note\nAnn,"a, b.wav",1:02.5,2:00:00,2,x\n,c.wav,,,,\nBo,d.wav,,3.25\n'
    assert read_list(io.StringIO(text), "list.csv") == [
        Source("a, b.wav", 1, "Ann", 62.5, 7200.0),
        Source("c.wav"),
        Source("d.wav", None, "Bo", 0.0, 3.25),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "names no recording"),
        ("path,channel\na.wav,0\n", "Line 2 of l.csv has no whole number from 1 up as its channel"),
        ("path,start\nb.wav,1\na.wav,soon\n", "Line 3 of l.csv has no time"),
        ("path,start,end\na.wav,3,3\n", "time after the start"),
        ("path,start\n,3\n", "path or address"),
    ],
)
def test_a_line_that_cant_be_understood_is_named(text: str, sentence: str) -> None:
    with pytest.raises(AudioError, match=sentence):
        read_list(io.StringIO(text), "l.csv")


def test_a_part_is_heard_as_if_it_were_cut_out(recogniser: Recogniser, tmp_path: Path) -> None:
    path = tmp_path / "both.wav"
    left, right = clip("angry", 1, 2.0), clip("sad", 2, 2.0)
    soundfile.write(path, np.stack([np.concatenate([left, right]), np.concatenate([right, left])], axis=1), RATE)
    sources = [Source(str(path), channel, "", start_s, start_s + 2.0) for channel in (0, 1) for start_s in (0.0, 2.0)]
    answers = list(Batch(recogniser, sources, Asked(company="none")).outcomes())
    assert [answer.label for answer in answers if isinstance(answer, Recognition)] == ["angry", "sad", "sad", "angry"]
    assert [answer.channel for answer in answers if isinstance(answer, Recognition)] == [0, 0, 1, 1]


def test_files_of_one_speaker_share_a_voice() -> None:
    files = [
        *(Source("a/1.wav"), Source("a/2.wav"), Source("b/1.wav")),
        *(Source("a/3.wav", speaker="Ann"), Source("b/3.wav", speaker="Ann"), Source("b/4.wav", speaker="Bo")),
        Path("c/1.wav"),
    ]
    assert [len(group) for group in groups(files)] == [2, 1, 2, 1, 1]


def test_a_file_at_an_address_gives_the_same_answer_as_a_local_one(
    bucket: str, recogniser: Recogniser, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "0.wav", clip(LABELS[0], 0), RATE)
    here, there = Batch(
        recogniser, [tmp_path / "0.wav", Source(f"{bucket}/0.wav")], Asked(company="none"), jobs=2
    ).outcomes()
    assert isinstance(here, Recognition)
    assert isinstance(there, Recognition)
    assert there == replace(here, path="memory://calls/0.wav", timing_ms=there.timing_ms)


def test_no_downloaded_file_is_left_behind(bucket: str) -> None:
    with located(Source(f"{bucket}/0.wav"), lambda: False) as path:
        assert path.name == "0.wav"
        assert path.parent.name.startswith("voicekin-")
        assert path.stat().st_size > 1000
    assert not path.parent.exists()
    with pytest.raises(Cancelled), located(Source(f"{bucket}/0.wav"), lambda: True):
        raise AssertionError("it was copied")


def test_a_copy_goes_on_by_the_megabyte_until_it_is_stopped() -> None:
    content = bytes(2 * 2**20 + 1)
    for stop_at in (9, 2):
        asked: list[bool] = []
        near = io.BytesIO()
        if stop_at == 9:
            copied(io.BytesIO(content), near, lambda asked=asked: bool(asked.append(False)))  # type: ignore[misc]
            assert (near.getvalue(), len(asked)) == (content, 3)
        else:
            with pytest.raises(Cancelled):
                copied(io.BytesIO(content), near, lambda asked=asked: asked.append(True) or len(asked) == 2)  # type: ignore[misc]
            assert len(near.getvalue()) == 2**20


@pytest.mark.parametrize(
    ("address", "name", "beside"),
    [
        ("s3://bucket/calls/a.wav", "a.wav", "s3://bucket/calls"),
        ("calls/a.wav", "a.wav", "calls"),
        ("-", "-", ""),
        ("/", "/", "/"),
    ],
)
def test_what_a_source_is_called_and_lies_beside(address: str, name: str, beside: str) -> None:
    source = Source(address)
    assert (source.name, source.beside, str(source)) == (name, beside, address)
    assert replace(source, speaker="Ann").beside == "speaker Ann"
    assert (source.channel, source.start_s, source.end_s, source.at) == (None, 0.0, None, None)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        *(("s3://a", True), ("SFTP://a", True), ("a+b.c-1://x", True), ("https://a/b c.wav", True)),
        *(("c:/a.wav", False), ("c://a.wav", False), ("a.wav", False), ("1s://a", False), ("x s3://a", False)),
    ],
)
def test_what_an_address_is(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one
    assert Source(text).is_far is is_one
    assert not Source(text, at=Path("a.wav")).is_far


def test_a_local_recording_is_where_it_is(tmp_path: Path) -> None:
    for recording in (tmp_path / "a.wav", Source(str(tmp_path / "a.wav")), Source("-", at=tmp_path / "a.wav")):
        with located(recording, lambda: True) as path:
            assert path == tmp_path / "a.wav"


@pytest.mark.parametrize(
    ("times", "part"),
    [
        ("1:02:03.5,", (3723.5, None)),
        ("0,0.5", (0.0, 0.5)),
        ("59,1:00", (59.0, 60.0)),
        ("0:59:59,1:0:0", (3599.0, 3600.0)),
        ("1.,2.", (1.0, 2.0)),
        (" 1 , 2 ", (1.0, 2.0)),
    ],
)
def test_times_of_a_list(times: str, part: tuple[float, float | None]) -> None:
    (source,) = read_list(io.StringIO(f"start,end,path\n{times},a.wav\n"), "l.csv")
    assert (source.start_s, source.end_s) == part


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a.wav,1.5,,", "no whole number from 1 up as its channel"),
        ("a.wav,-1,,", "no whole number from 1 up as its channel"),
        ("a.wav,0,,", "no whole number from 1 up as its channel"),
        ("a.wav,,1:2:3:4,", "no time in seconds or h:mm:ss as its start"),
        ("a.wav,,-1,", "no time in seconds or h:mm:ss as its start"),
        ("a.wav,,,x", "no time in seconds or h:mm:ss as its end"),
        ("a.wav,,2,1", "no time after the start as its end"),
        ("a.wav,,,0", "no time after the start as its end"),
        (" ,,,1", "no path or address as its path"),
    ],
)
def test_what_a_row_may_not_say(row: str, says: str) -> None:
    with pytest.raises(AudioError, match=f"Line 4 of l.csv has {says}: correct it"):
        read_list(io.StringIO(f"path,channel,start,end\na.wav,1,,\n,,,\n{row}\n"), "l.csv")


def test_a_copy_has_a_name_that_any_system_takes(bucket: str) -> None:
    system = fsspec.filesystem("memory")
    for name, near in (("a:b*c ä-1.wav", "a_b_c ä-1.wav"), ("n" * 120 + ".wav", "n" * 96 + ".wav")):
        system.pipe(f"/calls/{name}", b"sound")
        with located(Source(f"{bucket}/{name}"), lambda: False) as path:
            assert (path.name, path.read_bytes()) == (near, b"sound")


def test_folders_here_are_searched_as_those_at_addresses(tmp_path: Path) -> None:
    for name in ("a.wav", "deep/b.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list(find_sources([str(tmp_path), "c.wav"])) == [tmp_path / "a.wav", Path("c.wav")]
    assert list(find_sources([str(tmp_path)], recursive=True)) == [tmp_path / "a.wav", tmp_path / "deep" / "b.wav"]


def test_every_process_finds_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert for_everyone(Path("a.wav")) == Source("a.wav", at=tmp_path / "a.wav")
    part = Source("a.wav", 1, "Ann", 1.0, 2.0)
    assert for_everyone(part) == replace(part, at=tmp_path / "a.wav")
    assert for_everyone(replace(part, at=Path("b.wav"))) == replace(part, at=tmp_path / "b.wav")
    assert for_everyone(Source("s3://bucket/a.wav")) == Source("s3://bucket/a.wav")


def test_what_a_recording_is_known_by(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.wav"
    path.write_bytes(b"sound")
    status = path.stat()
    known = (str(path), status.st_size, status.st_mtime_ns)
    assert Source("a.wav").stamp() == Source(str(path)).stamp() == known
    assert Source("a.wav", 1, "", 0.5).stamp() == (f"{path}#channel=1&t=0.5,None", *known[1:])
    assert Source("-", at=path).stamp() is None
    assert Source("b.wav").stamp() is None
    info = {"size": 7, "ETag": "x1"}
    with monkeypatch.context() as patch:
        patch.setattr(type(fsspec.filesystem("memory")), "info", lambda *_args, **_more: info)
        assert Source(f"{bucket}/0.wav", 0).stamp() == (f"{bucket}/0.wav#channel=0&t=0.0,None&x1", 7, 0)
        info.update(ETag="", LastModified="today")
        assert Source(f"{bucket}/0.wav").stamp() == (f"{bucket}/0.wav&today", 7, 0)
        info.update(mtime=12.5)
        assert Source(f"{bucket}/0.wav").stamp() == (f"{bucket}/0.wav&12.5", 7, 0)
        info = {"size": None}
        assert Source(f"{bucket}/0.wav").stamp() == (f"{bucket}/0.wav", 0, 0)
        info = {"size": 0}
        assert Source(f"{bucket}/0.wav").stamp() == (f"{bucket}/0.wav", 0, 0)


def test_folders_at_addresses(bucket: str) -> None:
    assert [str(source) for source in find_sources([bucket])] == ["memory:///calls/0.wav"]
    deep = [str(source) for source in find_sources([bucket], recursive=True)]
    assert deep == [f"memory:///calls/{name}.wav" for name in ("0", "deep/1", "deep/2")]
    assert [str(source) for source in find_sources([f"{bucket}/0.wav"])] == [f"{bucket}/0.wav"]


def test_a_folder_at_an_address_without_recordings_is_told(bucket: str) -> None:
    fsspec.filesystem("memory").pipe("/calls/texts/a.txt", b"no sound")
    (failure,) = find_sources([f"{bucket}/texts"])
    assert failure == Failure(f"{bucket}/texts", f"There is no audio file in {bucket}/texts: choose another folder.")


def test_what_is_not_there_gets_a_sentence(bucket: str, recogniser: Recogniser, tmp_path: Path) -> None:
    sources = [Source(f"{bucket}/none.wav"), Source("nosuch://x/y.wav"), Source(str(tmp_path / "none.wav"))]
    outcomes = list(Batch(recogniser, sources, Asked(company="none")).outcomes())
    assert all(isinstance(outcome, Failure) for outcome in outcomes)
    assert [outcome.path for outcome in outcomes] == [str(source) for source in sources]
    sentences = [outcome.error for outcome in outcomes if isinstance(outcome, Failure)]
    assert "does not exist: check the address" in sentences[0]
    assert "nosuch" in sentences[1]
    (missing,) = find_sources(["nosuch://x"])
    assert isinstance(missing, Failure)


def test_without_fsspec_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    (failure,) = find_sources(["s3://bucket/a.wav"])
    assert isinstance(failure, Failure)
    assert "voicekin[remote]" in failure.error


def test_a_journal_tells_parts_and_addresses_apart(
    bucket: str, recogniser: Recogniser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "both.wav"
    soundfile.write(path, np.concatenate([clip("angry", 1, 2.0), clip("sad", 2, 2.0)]), RATE)
    parts = [Source(str(path), None, "Ann", start_s, start_s + 2.0) for start_s in (0.0, 2.0)]
    files = [*parts, Source(f"{bucket}/0.wav"), path, Source("-", at=path)]

    def asked() -> list[object]:
        with BatchJournal(tmp_path / "journal", {}) as journal:
            return list(Batch(recogniser, files, Asked(company="none"), journal=journal).outcomes())

    first = asked()
    heard: list[Path] = []
    real = Recogniser.analyse_file

    def noted(self: Recogniser, path: Path, **options: object) -> object:
        heard.append(path)
        return real(self, path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Recogniser, "analyse_file", noted)
    again = asked()
    assert len(heard) == 1, "what came through a pipe is not there again"
    assert [(o.path, o.label, o.said_speaker) for o in again] == [  # type: ignore[attr-defined]
        (o.path, o.label, o.said_speaker)
        for o in first  # type: ignore[attr-defined]
    ]
    assert [o.label for o in again[:2]] == ["angry", "sad"]  # type: ignore[attr-defined]
