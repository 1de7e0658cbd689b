"""Many recordings in one call: which share a voice, progress, and which are not analysed again."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import soundfile

from desktop_app.engine.batch.classify import (
    Asked,
    Batch,
    Company,
    answer,
    answered,
    groups,
    named_as,
    options_for,
    voice_of,
    voices_beside,
)
from desktop_app.engine.batch.journal import BatchJournal
from desktop_app.engine.batch.progress import HowFar
from desktop_app.engine.batch.sources import Recording, Source
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.answer import NOBODY, Failure, Recognition, VoiceUsed
from desktop_app.engine.recognition.recogniser import Analysis, Recogniser
from desktop_app.engine.speakers.turns import Turn, WhoSpeaks
from desktop_app.errors import Cancelled
from tests.tiny_pack import LABELS, POOLED, RATE, clip

LOST = Failure("lost.wav", "lost.wav does not exist.")
GIVEN = (np.ones(POOLED, np.float32), VoiceUsed("saved", "Anna"))


@pytest.fixture(scope="module")
def recogniser(tiny_pack: Pack) -> Recogniser:
    return Recogniser(tiny_pack, threads=1)


@pytest.fixture(scope="module")
def analysis(recogniser: Recogniser) -> Analysis:
    return recogniser.analyse(clip("sad", 1), path="a.wav")


class Voices:
    """Stands in for a recogniser: says which voice it was asked for, and what an answer was asked with."""

    def __init__(self, own: str = "long.wav") -> None:
        self._own = own
        self.asked: dict[str, Any] = {}
        self.copies = 0

    def for_another_thread(self) -> "Voices":
        self.copies += 1
        return self

    def group_voice(self, analyses: Iterable[Analysis], at_least: int = 5) -> tuple[str, str] | None:
        heard = [one.path for one in analyses]
        return ("group", f"of {len(heard)}, {at_least} at least") if len(heard) >= at_least else None

    def own_voice(self, one: Analysis) -> tuple[str, str] | None:
        return ("own", one.path) if one.path == self._own else None

    def speaker_voices(self, one: Analysis) -> tuple[str, ...]:
        return (f"first of {one.path}", f"second of {one.path}")

    def answer(self, one: Analysis, **how: Any) -> str:
        self.asked = how
        return f"answer for {one.path}"


def stand_in(own: str = "long.wav") -> Recogniser:
    return cast(Recogniser, Voices(own))


def asked(company: Company, **more: Any) -> Asked:
    return Asked(company=company, **more)


def files(folder: Path, n: int) -> list[Path]:
    for i in range(n):
        soundfile.write(folder / f"{i}.wav", clip(LABELS[i % 4], i, 1.0), RATE)
    return [folder / f"{i}.wav" for i in range(n)]


def test_a_large_folder_is_heard_in_parts_of_one_size_and_what_failed_by_itself() -> None:
    found = [*(Path(f"a/{i}.wav") for i in range(201)), LOST, *(Path(f"b/{i}.wav") for i in range(100))]
    parts = list(groups(found))
    assert [len(part) for part in parts] == [67, 67, 67, 1, 100]
    assert [one for part in parts for one in part] == found


def test_the_voice_of_one_recording_alone(analysis: Analysis) -> None:
    long = replace(analysis, path="long.wav")
    for one, company, voice in (
        (long, "beside", ("own", "long.wav")),
        (long, "itself", ("own", "long.wav")),
        (long, "none", (None, NOBODY)),
        (long, "all", ("group", "of 1, 1 at least")),
        (analysis, "itself", (None, NOBODY)),
    ):
        assert voice_of(stand_in(), one, asked(cast(Company, company))) == voice
        assert voice_of(stand_in(), one, asked(cast(Company, company), voice=GIVEN)) is GIVEN


def test_the_voices_of_recordings_that_lie_beside_each_other(analysis: Analysis) -> None:
    heard = [*(replace(analysis, path=f"{i}.wav") for i in range(4)), replace(analysis, path="long.wav")]
    own, group, nobody = ("own", "long.wav"), ("group", "of 5, 5 at least"), (None, NOBODY)

    def voices(those: Sequence[Analysis | Failure], company: Company, **more: Any) -> list[Any]:
        return voices_beside(stand_in(), those, asked(company, **more))

    assert voices(heard, "beside") == [group] * 4 + [own]
    assert voices([LOST, *heard], "beside") == [nobody] + [group] * 4 + [own]
    assert voices([LOST, *heard[1:]], "beside") == [nobody] * 4 + [own], "too few of them were heard"
    assert voices(heard[1:], "beside") == [nobody] * 3 + [own]
    assert voices(heard, "itself") == [nobody] * 4 + [own]
    assert voices(heard, "none") == [nobody] * 5
    assert voices([LOST, *heard[3:]], "all") == [nobody] + [("group", "of 2, 1 at least")] * 2
    assert voices([LOST], "all") == [nobody]
    assert voices([LOST, *heard], "beside", voice=GIVEN)[1:] == [GIVEN] * 5
    assert voices(heard, "all", voice=GIVEN) == [GIVEN] * 5


def test_what_was_asked_for_reaches_the_answer_and_several_speakers_have_a_voice_each(analysis: Analysis) -> None:
    two = WhoSpeaks((Turn(0, 1, 0), Turn(1, 2, 1)), np.zeros((2, 4), np.float32))
    one = WhoSpeaks((Turn(0, 2, 0),), np.zeros((1, 4), np.float32))
    both = ("first of a.wav", "second of a.wav")
    for who, company, more, speakers in (
        (None, "beside", {}, ()),
        (one, "beside", {}, ()),
        (two, "beside", {}, both),
        (two, "itself", {}, both),
        (two, "all", {}, ()),
        (two, "none", {}, ()),
        (two, "beside", {"voice": GIVEN}, ()),
    ):
        voices = Voices()
        options = asked(cast(Company, company), k=3, alpha=0.25, features=True, examples="examples", **more)
        progress, stop = print, bool
        said = answered(cast(Recogniser, voices), replace(analysis, who=who), options, GIVEN, stop, progress)
        assert cast(str, said) == "answer for a.wav"
        assert voices.asked.pop("baseline") is GIVEN[0]
        assert voices.asked == {
            **{"voice": GIVEN[1], "speakers": speakers, "k": 3, "alpha": 0.25, "features": True},
            **{"examples": "examples", "should_stop": stop, "progress": progress},
        }
    answer(cast(Recogniser, voices), analysis, asked("none"), should_stop=stop, progress=progress)
    assert (voices.asked["baseline"], voices.asked["voice"]) == (None, NOBODY)
    assert (voices.asked["should_stop"], voices.asked["progress"]) == (stop, progress)


def test_a_recording_is_named_and_cut_as_the_user_said(analysis: Analysis) -> None:
    options = asked("none", channel=1, speakers=3)
    assert options_for(Path("a.wav"), options) == {"channel": 1, "speakers": 3}
    part = Source("b.wav", None, "Ann", 1.5, 2.5)
    assert options_for(part, options) == {"channel": 1, "speakers": 3, "start_s": 1.5, "end_s": 2.5}
    assert options_for(replace(part, channel=0), options)["channel"] == 0
    named = [named_as(analysis, one) for one in (part, Path("c.wav"))]
    assert [(one.path, one.said_speaker) for one in named] == [("b.wav", "Ann"), ("c.wav", "")]


@pytest.mark.parametrize("company", ["beside", "none"])
def test_progress_goes_from_nothing_to_all_and_names_what_is_worked_on(
    recogniser: Recogniser, tmp_path: Path, company: Company
) -> None:
    told: list[HowFar] = []
    wanted: list[Recording] = [*files(tmp_path, 5), LOST]
    batch = Batch(recogniser, wanted, asked(company), progress=told.append)
    outcomes = list(batch.outcomes())
    assert [one.path for one in outcomes] == [str(one) for one in wanted[:5]] + ["lost.wav"]
    assert {one.rests_on.voice.kind for one in outcomes if isinstance(one, Recognition)} == {
        "group" if company == "beside" else "none"
    }
    assert all(one.features is None for one in outcomes if isinstance(one, Recognition)), "which nobody asked for"
    assert (told[0].done, told[0].files, told[0].share, told[0].name) == (0, 6, 0.0, "")
    assert (told[-1].done, told[-1].share) == (6, pytest.approx(1.0))
    for of_worker in (True, False):  # which tell from threads of their own
        shares = [one.share for one in told if bool(one.name) is of_worker]
        assert shares == sorted(shares)
    assert len({one.share for one in told}) > 6, "within a file too"
    assert {one.name for one in told} == {"", *(f"{i}.wav" for i in range(5))}


def test_those_of_a_call_are_one_voice_where_the_user_says_so(recogniser: Recogniser, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    wanted = [*files(tmp_path, 1), *files(tmp_path / "deep", 1)]
    voices = [
        one.rests_on.voice for one in Batch(recogniser, wanted, asked("all")).outcomes() if isinstance(one, Recognition)
    ]
    assert [(voice.kind, voice.heard) for voice in voices] == [("group", 2)] * 2
    alone = [
        one.rests_on.voice
        for one in Batch(recogniser, wanted, asked("beside")).outcomes()
        if isinstance(one, Recognition)
    ]
    assert alone == [NOBODY] * 2
    given = Batch(recogniser, wanted, asked("all", voice=GIVEN))
    assert {one.rests_on.voice for one in given.outcomes() if isinstance(one, Recognition)} == {GIVEN[1]}


def test_what_a_journal_holds_is_not_heard_again_and_counts_as_done(recogniser: Recogniser, tmp_path: Path) -> None:
    wanted: list[Recording] = [*files(tmp_path, 2), LOST]
    answers = []
    for expected in (2, 0):
        told: list[HowFar] = []
        with BatchJournal(tmp_path / "journal", {}) as journal:
            batch = Batch(recogniser, wanted, asked("none", features=True), journal=journal, progress=told.append)
            outcomes = list(batch.outcomes())
        assert [isinstance(one, Failure) for one in outcomes] == [False, False, True]
        assert all(one.features is not None for one in outcomes if isinstance(one, Recognition))
        assert len({one.name for one in told if one.name}) == expected
        answers.append([(one.path, getattr(one, "label", "")) for one in outcomes])
        assert (told[-1].done, told[-1].share) == (3, pytest.approx(1.0))
    assert answers[0] == answers[1]
    assert answers[0][0][1] in LABELS


def test_as_many_are_heard_at_once_as_there_are_jobs(analysis: Analysis) -> None:
    meeting = threading.Barrier(3, timeout=20)

    class Meeting(Voices):
        def analyse_file(self, *_what: Any, **_how: Any) -> Analysis:
            meeting.wait()
            return analysis

    batch = Batch(cast(Recogniser, Meeting()), [Path(f"{i}.wav") for i in range(3)], asked("none"), jobs=3)
    assert list(batch.outcomes()) == ["answer for 0.wav", "answer for 1.wav", "answer for 2.wav"]


def test_a_files_work_is_its_analysis_and_then_its_answer(analysis: Analysis) -> None:
    class Telling(Voices):
        def analyse_file(self, _path: Path, **how: Any) -> Analysis:
            self.halves(how["progress"])
            return analysis

        def answer(self, one: Analysis, **how: Any) -> str:
            self.halves(how["progress"])
            return super().answer(one)

        @staticmethod
        def halves(progress: Callable[[float], None]) -> None:
            progress(0.5)
            progress(1.0)

    told: list[HowFar] = []
    list(Batch(cast(Recogniser, Telling()), [Path("a.wav"), LOST], asked("none"), progress=told.append).outcomes())
    assert [(one.name, one.share) for one in told] == [
        *(("", 0.0), ("a.wav", 0.2375), ("a.wav", 0.475), ("a.wav", 0.4875), ("a.wav", 0.5), ("", 0.5), ("", 1.0))
    ]


def test_how_long_the_rest_takes_goes_by_what_it_took_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four files of which nothing but their number is known, ten seconds each."""
    clock = iter(range(1_000, 2_000, 10))
    monkeypatch.setattr("desktop_app.engine.batch.classify.time.monotonic", lambda: float(next(clock)))
    told: list[HowFar] = []
    batch = Batch(stand_in(), [replace(LOST, path=str(i)) for i in range(4)], asked("none"), progress=told.append)
    assert [one.path for one in batch.outcomes()] == ["0", "1", "2", "3"]
    assert [(one.done, one.files, one.share) for one in told] == [(i, 4, i / 4) for i in range(5)]
    assert [one.left_s for one in told] == [None, 60.0, 30.0, pytest.approx(40 / 3), 0.0]


@pytest.mark.parametrize(("options", "copies"), [({}, 1), ({"jobs": 3}, 3)])
def test_each_job_has_a_recogniser_of_its_own(options: dict[str, int], copies: int) -> None:
    voices = Voices()
    Batch(cast(Recogniser, voices), [LOST], asked("none"), **options)
    assert voices.copies == copies


def test_who_stops_while_all_are_heard_gets_no_answer(recogniser: Recogniser, tmp_path: Path) -> None:
    told: list[HowFar] = []
    batch = Batch(
        *(recogniser, files(tmp_path, 5), asked("beside")),
        should_stop=lambda: bool(told) and told[-1].done == 5,
        progress=told.append,
    )
    with pytest.raises(Cancelled):
        next(batch.outcomes())
