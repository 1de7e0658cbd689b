import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.engine.batch.answers import answer_all, answer_one
from desktop_app.engine.batch.files import find_recordings
from desktop_app.engine.batch.progress import BatchProgress, time_left_s
from desktop_app.engine.batch.sources import Source
from desktop_app.engine.recognition.answer import Failure, Outcome, Recognition, Timing
from desktop_app.errors import AudioError, Cancelled
from desktop_app.interruption import ShouldStop
from tests.engine.sound.bad_audio import permissions_count

NOTHING = Recognition("", 1.0, "sad", 1.0, False, "", 0.0, 1.0, {"sad": 1.0}, {}, {}, (), 1, 0.5, (), Timing())


def ask(path: Path, should_stop: ShouldStop) -> Recognition:
    if should_stop():
        raise Cancelled
    if path.stem.startswith("bad"):
        raise AudioError(f"{path} is bad.")
    return replace(NOTHING, path=str(path))


def named(outcome: Outcome) -> str:
    return f"!{outcome.path}" if isinstance(outcome, Failure) else outcome.path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("clip 10.WAV", "clip 2.wav", "Übung.flac", "notes.txt", "._clip 2.wav", "deep/a.ogg", ".git/b.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "x.wav").mkdir()
    (tmp_path / "x.wav" / "inside.wav").touch()
    return tmp_path


def test_a_folder_is_searched_for_what_is_called_like_a_recording(folder: Path) -> None:
    found = [Path(f"{p}").relative_to(folder).as_posix() for p in find_recordings([folder])]
    assert found == ["clip 2.wav", "clip 10.WAV", "x.wav", "Übung.flac"]
    deep = [Path(f"{p}").relative_to(folder).as_posix() for p in find_recordings([folder], recursive=True)]
    assert deep == ["clip 2.wav", "clip 10.WAV", "deep/a.ogg", "x.wav", "Übung.flac"]


def test_films_and_sound_that_cannot_be_read_count_in_a_folder(tmp_path: Path) -> None:
    names = ["a.m4a", "b.MP4", "c.amr", "d.mid", "e.ds2"]
    for name in (*names, "f.txt", "g.ts"):
        (tmp_path / name).touch()
    assert [p.name for p in find_recordings([tmp_path]) if isinstance(p, Path)] == names


def test_names_are_sorted_as_people_sort_them(tmp_path: Path) -> None:
    names = ["a 1.wav", "a.wav", "a2.wav", "a10.wav", "ab.wav", "B.wav"]
    for name in names:
        (tmp_path / name).touch()
    assert [p.name for p in find_recordings([tmp_path]) if isinstance(p, Path)] == names


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_folder_that_may_not_be_read_is_told_and_the_others_are_searched(folder: Path) -> None:
    (folder / "deep").chmod(0)
    try:
        with permissions_count():
            found = list(find_recordings([folder], recursive=True))
    finally:
        (folder / "deep").chmod(0o755)
    (failure,) = (one for one in found if isinstance(one, Failure))
    assert failure.path == str(folder / "deep")
    assert "can't be read (Permission denied): check its permissions" in failure.error
    assert len(found) == 5


def test_files_are_taken_as_named(folder: Path) -> None:
    named_files = [folder / "notes.txt", folder / "missing.wav", folder / "x.wav"]
    assert list(find_recordings(named_files)) == [*named_files[:2], folder / "x.wav" / "inside.wav"]


def test_a_folder_without_recordings_is_told(folder: Path) -> None:
    (folder / "empty" / "deeper").mkdir(parents=True)
    (failure,) = find_recordings([folder / "empty"])
    assert isinstance(failure, Failure)
    assert "holds no recordings" in failure.error
    (failure,) = find_recordings([folder / "empty"], recursive=True)
    assert isinstance(failure, Failure)


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own on Windows")
def test_a_link_that_leads_back_up_ends(folder: Path) -> None:
    (folder / "deep" / "up").symlink_to(folder)
    assert len(list(find_recordings([folder], recursive=True))) == 5


@pytest.mark.parametrize("jobs", [1, 4])
def test_failures_stay_in_their_place_and_the_rest_goes_on(jobs: int) -> None:
    files = [Path(f"{'bad' if i % 20 == 7 else 'clip'} {i}.wav") for i in range(400)]
    outcomes = list(answer_all(files, ask, jobs=jobs))
    assert [o.path for o in outcomes] == [str(f) for f in files]
    assert sum(isinstance(o, Failure) for o in outcomes) == 20


def test_a_bug_costs_one_file_and_is_loud_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def buggy(_path: Path, _should_stop: ShouldStop) -> Recognition:
        raise ZeroDivisionError("oops")

    outcome = answer_one(Path("a.wav"), buggy)
    assert isinstance(outcome, Failure)
    assert "ZeroDivisionError: oops" in outcome.error
    assert "Traceback" in caplog.text


def test_too_little_memory_costs_one_file_and_what_failed_before_stays_as_it_is() -> None:
    def large(_path: Path, _should_stop: ShouldStop) -> Recognition:
        raise MemoryError

    outcome = answer_one(Path("a.wav"), large)
    assert outcome == Failure(
        "a.wav", "a.wav needs more memory than there is: close other programs or cut it into parts."
    )
    assert answer_one(outcome, large) is outcome


@pytest.mark.parametrize("jobs", [1, 3])
def test_stopping_keeps_what_was_answered_and_asks_no_further(jobs: int) -> None:
    asked: list[str] = []
    stop = threading.Event()

    def note(path: Path, should_stop: ShouldStop) -> Recognition:
        asked.append(path.name)
        return ask(path, should_stop)

    batch = answer_all([Path(f"{i}.wav") for i in range(100)], note, jobs=jobs, should_stop=stop.is_set)
    assert [next(batch).path for _ in range(5)] == [f"{i}.wav" for i in range(5)]
    stop.set()
    with pytest.raises(Cancelled):
        next(batch)
    assert len(asked) <= 5 + 2 * jobs
    assert not [t for t in threading.enumerate() if t.name.startswith("batch")]


def test_a_caller_that_stops_early_leaves_no_thread_behind() -> None:
    batch = answer_all([Path(f"{i}.wav") for i in range(100)], ask, jobs=3)
    next(batch)
    batch.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name.startswith("batch")]


def test_the_callers_thread_never_works() -> None:
    threads: set[str] = set()

    def note(path: Path, should_stop: ShouldStop) -> Recognition:
        threads.add(threading.current_thread().name)
        return ask(path, should_stop)

    assert len(list(answer_all([Path("a.wav"), Path("b.wav")], note))) == 2
    assert threading.current_thread().name not in threads


@pytest.mark.parametrize("jobs", [1, 3])
def test_twice_as_many_as_there_are_workers_are_taken_before_their_turn(jobs: int) -> None:
    taken: list[Path] = []

    class Noted(list[Path]):
        def __iter__(self) -> Iterator[Path]:
            for path in super().__iter__():
                taken.append(path)
                yield path

    batch = answer_all(Noted(Path(f"{i}.wav") for i in range(20)), ask, jobs=jobs)
    for n in range(3):
        next(batch)
        assert len(taken) == 2 * jobs + n
    batch.close()  # type: ignore[attr-defined]


def test_who_no_longer_listens_ends_the_work() -> None:
    """Of two recordings, the second of which is being worked on: its worker hears that it shall stop."""
    heard, begun = threading.Event(), threading.Event()

    def long(path: Path, should_stop: ShouldStop) -> Recognition:
        if path.name == "b.wav":
            begun.set()
            until = time.monotonic() + 10
            while not should_stop():
                if time.monotonic() > until:
                    return NOTHING
            heard.set()
        return NOTHING

    batch = answer_all([Path("a.wav"), Path("b.wav")], long)
    next(batch)
    assert begun.wait(10)
    batch.close()  # type: ignore[attr-defined]
    assert heard.is_set()


def test_who_waits_for_a_long_answer_can_stop() -> None:
    caller, begun, never_set = threading.current_thread(), threading.Event(), threading.Event()
    asked: list[str] = []

    def long(path: Path, should_stop: ShouldStop) -> Recognition:
        asked.append(path.name)
        begun.set()
        while not should_stop():
            never_set.wait(0.01)
        raise Cancelled

    with pytest.raises(Cancelled):
        next(
            answer_all(
                [Path("a.wav"), Path("b.wav")],
                long,
                should_stop=lambda: begun.is_set() and threading.current_thread() is caller,
            )
        )
    assert asked == ["a.wav"], "what waits is not begun"


def test_several_jobs_run_at_once() -> None:
    meeting = threading.Barrier(3, timeout=30)

    def wait(path: Path, _should_stop: ShouldStop) -> Recognition:
        meeting.wait()
        return replace(NOTHING, path=str(path))

    assert len(list(answer_all([Path("a"), Path("b"), Path("c")], wait, jobs=3))) == 3


def test_time_left() -> None:
    assert time_left_s(30, 0.25) == pytest.approx(90)
    assert time_left_s(0.5, 0.25) is None
    assert time_left_s(30, 0) is None
    assert time_left_s(30, 1.0) == time_left_s(30, 1.1) == 0
    assert time_left_s(1, 0.5) == 1


def test_progress_goes_by_size_and_knows_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "long.wav").write_bytes(b"x" * 899)
    (tmp_path / "short.wav").write_bytes(b"x" * 100)
    progress = BatchProgress([tmp_path / "long.wav", tmp_path / "short.wav", tmp_path / "missing.wav"])
    assert progress.share() == 0
    progress.note(0, 0.5)
    progress.note(1, 1.0)
    assert progress.share() == pytest.approx(0.5495)
    progress.note(0, 1.0)
    progress.note(2, 1.0)
    assert progress.share() == 1
    progress.note(2, 9.0)
    assert progress.share() == 1, "and never more"
    assert BatchProgress([]).share() == 1


def test_each_recording_counts_as_it_is_large_and_what_is_not_known_as_a_byte(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"x" * 100)
    (tmp_path / "empty.wav").touch()
    found = [
        *(tmp_path / "a.wav", Source(str(tmp_path / "a.wav")), Source("-", at=tmp_path / "a.wav")),
        *(tmp_path / "empty.wav", tmp_path / "missing.wav", Path("a\0b.wav"), Failure("x", "x")),
        Source("memory://nowhere/a.wav"),
    ]
    progress = BatchProgress(found)
    assert [progress.size(i) for i in range(len(found))] == [100, 100, 100, 1, 1, 1, 1, 1]


def test_a_file_that_goes_on_in_steps_counts_once(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.wav", "b.wav", "c.wav", "d.wav")]
    for file in files:
        file.write_bytes(b"x" * 100)
    progress = BatchProgress(files)
    shares = []
    for index, share in ((0, 0.2), (0, 0.6), (1, 0.4), (0, 1.0), (0, 1.0)):
        progress.note(index, share)
        shares.append(progress.share())
    assert shares == pytest.approx([0.05, 0.15, 0.25, 0.35, 0.35])
