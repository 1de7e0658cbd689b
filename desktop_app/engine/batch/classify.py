"""Answers many recordings in one call: each alone, with a known voice, or relative to the recordings beside it."""

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, TypeVar

from desktop_app.engine.batch.answers import answer_all
from desktop_app.engine.batch.journal import BatchJournal
from desktop_app.engine.batch.progress import ANALYSIS_SHARE, BatchProgress, HowFar, time_left_s
from desktop_app.engine.batch.sources import Recording, Source, located
from desktop_app.engine.recognition.answer import NOBODY, Failure, Outcome, Recognition, VoiceUsed
from desktop_app.engine.recognition.recogniser import MIN_GROUP, Analysis, Floats, Progress, Recogniser, SpeakerCount
from desktop_app.engine.recognition.retrieval import OwnExamples
from desktop_app.errors import Cancelled
from desktop_app.interruption import ShouldStop, never

T = TypeVar("T")

Company = Literal["beside", "itself", "all", "none"]

MOST_IN_GROUP = 100
"""Recordings analysed before the first of them is answered. More add little to the estimate of their voice, and would
delay the first answers, which are kept when a call is interrupted."""


@dataclass(frozen=True, eq=False)
class Asked:
    """The options for a call.

    Attributes:
        voice: The speaker's baseline float32 [D], and how an answer describes it; None: not known.
        company: Whose baseline is used if `voice` is None. "beside": that of the recordings beside it, if there are at
            least MIN_GROUP, else "itself": that of its own stretches, if there are as many. "all": that of all
            recordings of the call, however few. "none": no baseline.
        examples: The user's own examples; None: there are none, or they are not to be used.
        k, alpha: As in `Recogniser.answer`; None: the pack's.
        channel: Which channel to use, counted from 0; None: the one with the clearest voice.
        features: Whether answers contain the features they were made from.
        speakers: How many people speak in each recording, see `SpeakerCount`. If they are told apart, each speaker's
            baseline is that of their own stretches, unless `voice` or `company` says otherwise.
    """

    voice: tuple[Floats, VoiceUsed] | None = None
    company: Company = "beside"
    examples: OwnExamples | None = None
    k: int | None = None
    alpha: float | None = None
    channel: int | None = None
    features: bool = False
    speakers: SpeakerCount = "off"


def answer(
    recogniser: Recogniser,
    analysis: Analysis,
    asked: Asked,
    *,
    should_stop: ShouldStop | None = None,
    progress: Progress | None = None,
) -> Recognition:
    """The answer for a single recording, without regard to others."""
    voice = voice_of(recogniser, analysis, asked)
    return answered(recogniser, analysis, asked, voice, should_stop, progress)


def voice_of(recogniser: Recogniser, analysis: Analysis, asked: Asked) -> tuple[Floats | None, VoiceUsed]:
    """The baseline float32 [D] for a single recording, without regard to others, and its description; None if the
    speaker is not known."""
    if asked.voice is not None:
        return asked.voice
    if asked.company == "all":
        return recogniser.group_voice([analysis], at_least=1) or (None, NOBODY)
    own = recogniser.own_voice(analysis) if asked.company != "none" else None
    return own or (None, NOBODY)


class Batch:
    """One call for many recordings; its outcomes can be iterated over once.

    Args:
        recogniser: The recogniser; each job gets its own copy with the same graphs.
        files: The recordings, in order; a Failure for a folder that can't be searched.
        jobs: How many recordings are worked on at once.
        journal: Recordings whose answer it holds are not analysed again, and new answers are added to it. Recordings
            must then be answered alone: `asked.company` is "itself" or "none", or the voice is known.
        should_stop: Called at least once for each second of sound.
        progress: Called with the progress after every block read, from several threads.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        files: Sequence[Recording],
        asked: Asked,
        *,
        jobs: int = 1,
        journal: BatchJournal | None = None,
        should_stop: ShouldStop = never,
        progress: Callable[[HowFar], object] | None = None,
    ) -> None:
        self._recogniser = recogniser
        self._files = files
        self._asked = asked
        self._jobs = jobs
        self._journal = journal
        self._should_stop = should_stop
        self._told = progress
        self._progress = BatchProgress(files)
        self._index = {path: i for i, path in enumerate(files)}
        self._done = 0
        self._began = time.monotonic()
        self._idle: queue.SimpleQueue[Recogniser] = queue.SimpleQueue()
        for _ in range(jobs):
            self._idle.put(recogniser.for_another_thread())

    def outcomes(self) -> Iterator[Outcome]:
        """An outcome for each file, in the files' order, each as soon as it and those before it are ready.

        Raises:
            Cancelled: `should_stop` returned True; outcomes yielded until then are valid.
            StoreError: The journal can't be written.
        """
        self._tell()
        if self._asked.voice is not None or self._asked.company in ("itself", "none"):
            yield from self._one_by_one(self._files)
        elif self._asked.company == "all":
            yield from self._together(self._files)
        else:
            for group in groups(self._files):
                yield from self._together(group) if len(group) >= MIN_GROUP else self._one_by_one(group)

    def _one_by_one(self, files: Sequence[Recording]) -> Iterator[Outcome]:
        def ask(path: Path | Source, should_stop: ShouldStop) -> Recognition:
            noted = self._journal.answer(path) if self._journal is not None else None
            if noted is not None:
                return noted
            with self._lent() as recogniser:
                analysis = self._analysed(recogniser, path, should_stop)
                progress = self._teller(path, ANALYSIS_SHARE, 1 - ANALYSIS_SHARE)
                return answer(recogniser, analysis, self._asked, should_stop=should_stop, progress=progress)

        for path, outcome in zip(files, self._each(files, ask), strict=True):
            if self._journal is not None and not isinstance(path, Failure) and isinstance(outcome, Recognition):
                self._journal.add(path, outcome)
            yield outcome

    def _together(self, files: Sequence[Recording]) -> Iterator[Outcome]:
        """Analyses all files, keeping features but no sound; then estimates their voice and answers all of them."""

        def hear(path: Path | Source, should_stop: ShouldStop) -> Analysis:
            with self._lent() as recogniser:
                return self._analysed(recogniser, path, should_stop)

        heard = list(self._each(files, hear))
        for one, voice in zip(heard, voices_beside(self._recogniser, heard, self._asked), strict=True):
            if self._should_stop():
                raise Cancelled
            if isinstance(one, Analysis):
                yield answered(self._recogniser, one, self._asked, voice, self._should_stop)
            else:
                yield one

    def _each(self, files: Sequence[Recording], ask: Callable[[Path | Source, ShouldStop], T]) -> Iterator[T | Failure]:
        for result in answer_all(files, ask, jobs=self._jobs, should_stop=self._should_stop):
            self._progress.note(self._done, 1.0)
            self._done += 1
            yield result
            self._tell()

    def _analysed(self, recogniser: Recogniser, recording: Path | Source, should_stop: ShouldStop) -> Analysis:
        with located(recording, should_stop) as path:
            analysis = recogniser.analyse_file(
                path,
                **options_for(recording, self._asked),
                should_stop=should_stop,
                progress=self._teller(recording, 0.0, ANALYSIS_SHARE),
            )
        return named_as(analysis, recording)

    def _teller(self, path: Path | Source, done: float, rest: float) -> Progress | None:
        """A function to report a file's progress, of which the share `done` was reached before and `rest` is to come;
        None if there is no callback."""
        if self._told is None:
            return None

        def tell(share: float) -> None:
            self._progress.note(self._index[path], done + rest * share)
            self._tell(path.name)

        return tell

    def _tell(self, name: str = "") -> None:
        if self._told is not None:
            share = self._progress.share()
            left_s = time_left_s(time.monotonic() - self._began, share)
            self._told(HowFar(self._done, len(self._files), share, left_s, name))

    @contextmanager
    def _lent(self) -> Iterator[Recogniser]:
        recogniser = self._idle.get()
        try:
            yield recogniser
        finally:
            self._idle.put(recogniser)


def options_for(recording: Path | Source, asked: Asked) -> dict[str, Any]:
    """The arguments of `Recogniser.analyse_file` for a recording."""
    options: dict[str, Any] = {"channel": asked.channel, "speakers": asked.speakers}
    if isinstance(recording, Source):
        options |= {"start_s": recording.start_s, "end_s": recording.end_s}
        if recording.channel is not None:
            options["channel"] = recording.channel
    return options


def named_as(analysis: Analysis, recording: Path | Source) -> Analysis:
    """The analysis with the path and speaker as the user gave them."""
    return replace(analysis, path=str(recording), said_speaker=getattr(recording, "speaker", ""))


def groups(files: Sequence[Recording]) -> Iterator[Sequence[Recording]]:
    """Groups of successive files that have one speaker or one folder: at most MOST_IN_GROUP in each, and of equal
    size."""
    for _, beside in groupby(files, key=_beside):
        group = list(beside)
        parts = -(-len(group) // MOST_IN_GROUP)
        for i in range(parts):
            yield group[len(group) * i // parts : len(group) * (i + 1) // parts]


def _beside(file: Recording) -> str | None:
    if isinstance(file, Failure):
        return None
    return str(file.parent) if isinstance(file, Path) else file.beside


def voices_beside(
    recogniser: Recogniser, heard: Sequence[Analysis | Failure | Recognition], asked: Asked
) -> list[tuple[Floats | None, VoiceUsed]]:
    """The voice with which each recording of a group is answered; NOBODY for what is not an analysis."""
    analyses = [one for one in heard if isinstance(one, Analysis)]
    said_to_be_one = asked.voice is None and asked.company == "all"
    beside = asked.voice is None and asked.company == "beside" and len(heard) >= MIN_GROUP
    common: tuple[Floats | None, VoiceUsed] = (None, NOBODY)
    if said_to_be_one or beside:
        common = recogniser.group_voice(analyses, 1 if said_to_be_one else MIN_GROUP) or common
    voices: list[tuple[Floats | None, VoiceUsed]] = []
    for one in heard:
        if not isinstance(one, Analysis):
            voices.append((None, NOBODY))
        elif said_to_be_one:
            voices.append(common)
        elif beside:
            voices.append(recogniser.own_voice(one) or common)
        else:
            voices.append(voice_of(recogniser, one, asked))
    return voices


def answered(
    recogniser: Recogniser,
    analysis: Analysis,
    asked: Asked,
    voice: tuple[Floats | None, VoiceUsed],
    should_stop: ShouldStop | None = None,
    progress: Progress | None = None,
) -> Recognition:
    """The answer with a baseline float32 [D], or None, and its description; if several people speak, with one for
    each."""
    baseline, used = voice
    each_own = asked.voice is None and asked.company in ("beside", "itself")
    several = each_own and analysis.who is not None and analysis.who.speakers > 1
    return recogniser.answer(
        analysis,
        baseline=baseline,
        voice=used,
        speakers=recogniser.speaker_voices(analysis) if several else (),
        k=asked.k,
        alpha=asked.alpha,
        examples=asked.examples,
        features=asked.features,
        should_stop=should_stop,
        progress=progress,
    )
