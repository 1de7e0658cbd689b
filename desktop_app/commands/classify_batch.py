"""How `voicekin classify` goes through its files: several at once, progress, a journal to go on from, a summary."""

import argparse
import hashlib
import json
import os
import queue
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from desktop_app import interruption
from desktop_app.commands.progress_line import ProgressLine

if TYPE_CHECKING:
    from desktop_app.commands.known_person import KnownPerson
    from desktop_app.engine.batch.journal import BatchJournal
    from desktop_app.engine.exports import ExportFormat
    from desktop_app.engine.pack.format import Pack
    from desktop_app.engine.recognition.answer import Failure, Outcome, Recognition, VoiceUsed
    from desktop_app.engine.recognition.recogniser import Analysis, Floats, Recogniser

T = TypeVar("T")

MOST_IN_GROUP = 100
"""More say hardly more of their voice, and nobody waits for the answers of more: what was answered stands when a call
is interrupted."""

EXPORTS = ("csv", "segments-csv", "jsonl", "textgrid", "eaf", "audacity", "srt", "svg", "png")
"""The names of `formats()`, here because `voicekin --help` is not to wait for what they import."""

MOST_JOBS = 4
"""Of which more gain nothing where the disk or the memory's bandwidth is the limit."""


class ClassifyBatch:
    """One call of `voicekin classify`.

    Attributes:
        files: What is asked about, in order; a Failure for a folder that can't be searched.
        recogniser: The pack, ready to answer.
    """

    def __init__(self, pack: "Pack", files: "Sequence[Path | Failure]", args: argparse.Namespace) -> None:
        from desktop_app.engine.batch.progress import BatchProgress
        from desktop_app.engine.recognition.recogniser import Recogniser

        self.files = files
        cores = os.cpu_count() or 1
        self._jobs: int = args.jobs or max(1, min(cores, MOST_JOBS, len(files)))
        self.recogniser = Recogniser(pack, threads=None if self._jobs == 1 else max(1, cores // self._jobs))
        self._idle: queue.SimpleQueue[Recogniser] = queue.SimpleQueue()
        for _ in range(self._jobs):
            self._idle.put(self.recogniser.for_another_thread())
        self._args = args
        self._progress = BatchProgress(files)
        self._index = {path: i for i, path in enumerate(files)}
        self._done = 0
        self._began = time.monotonic()
        self.line = ProgressLine()

    def answers(self, known: "KnownPerson", journal: "BatchJournal | None") -> "Iterator[Outcome]":
        """An outcome for each file, in their order; what the journal has is not asked again.

        Recordings that lie beside one another are heard against their common voice, unless it is said whose voice it is
        or that each stands by itself; a journal, too, goes file by file.
        """
        from desktop_app.engine.recognition.recogniser import MIN_GROUP

        if self._args.same_voice:
            yield from self._together(self.files, known)
        elif self._args.voice or journal is not None:
            yield from self._one_by_one(self.files, known, journal)
        else:
            for group in _groups(self.files):
                yield from self._together(group, known) if len(group) >= MIN_GROUP else self._one_by_one(group, known)

    def _one_by_one(
        self, files: "Sequence[Path | Failure]", known: "KnownPerson", journal: "BatchJournal | None" = None
    ) -> "Iterator[Outcome]":
        from desktop_app.engine.batch.progress import ANALYSIS_SHARE

        def ask(path: Path, should_stop: Callable[[], bool]) -> "Recognition":
            noted = journal.answer(path) if journal is not None else None
            if noted is not None:
                self._progress.note(self._index[path], 1.0)
                return noted
            with self._recogniser() as recogniser:
                analysis = self._analysed(recogniser, path, should_stop)
                return self._answer(
                    recogniser,
                    analysis,
                    self._voice_of(recogniser, analysis, known),
                    known,
                    should_stop,
                    lambda share: self._tell(path, ANALYSIS_SHARE + (1 - ANALYSIS_SHARE) * share),
                )

        for path, outcome in zip(files, self._each(files, ask), strict=True):
            if journal is not None and isinstance(path, Path) and not _is_failure(outcome):
                journal.add(path, outcome)  # type: ignore[arg-type]
            yield outcome

    def _together(self, files: "Sequence[Path | Failure]", known: "KnownPerson") -> "Iterator[Outcome]":
        """All are heard, of which features are kept and no sound; then their voice is known and all are answered."""
        from desktop_app.engine.recognition.answer import NOBODY, VoiceUsed
        from desktop_app.engine.recognition.recogniser import MIN_GROUP, Analysis

        def hear(path: Path, should_stop: Callable[[], bool]) -> "Analysis":
            with self._recogniser() as recogniser:
                return self._analysed(recogniser, path, should_stop)

        heard = list(self._each(files, hear))
        spoken = [a for a in heard if isinstance(a, Analysis) and not self.recogniser.is_silent(a)]
        enough = self._args.same_voice or len(spoken) >= MIN_GROUP
        voice = self.recogniser.estimate_voice(spoken if enough else ())
        common = (
            voice.baseline,
            VoiceUsed("group", heard=len(spoken), settled=voice.settled) if voice.clips else NOBODY,
        )
        for one in heard:
            interruption.check()
            if isinstance(one, Analysis):
                own = None if self._args.same_voice else self.recogniser.own_voice(one)
                yield self._answer(self.recogniser, one, own or common, known, interruption.requested)
            else:
                yield one

    def _voice_of(
        self, recogniser: "Recogniser", analysis: "Analysis", known: "KnownPerson"
    ) -> "tuple[Floats | None, VoiceUsed]":
        from desktop_app.engine.recognition.answer import NOBODY

        if known.voice is not None:
            return known.baseline, known.voice
        own = None if self._args.voice else recogniser.own_voice(analysis)
        return own or (None, NOBODY)

    def _answer(
        self,
        recogniser: "Recogniser",
        analysis: "Analysis",
        voice: "tuple[Floats | None, VoiceUsed]",
        known: "KnownPerson",
        should_stop: Callable[[], bool] | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> "Recognition":
        baseline, used = voice
        return recogniser.answer(
            analysis,
            baseline=baseline,
            voice=used,
            k=self._args.k,
            alpha=self._args.alpha,
            examples=known.examples,
            should_stop=should_stop,
            progress=progress,
        )

    def _each(
        self, files: "Sequence[Path | Failure]", ask: "Callable[[Path, Callable[[], bool]], T]"
    ) -> "Iterator[T | Failure]":
        from desktop_app.engine.batch.answers import answer_all

        with self.line:
            self._show()
            for result in answer_all(files, ask, jobs=self._jobs, should_stop=interruption.requested):
                self._progress.note(self._done, 1.0)
                self._done += 1
                self.line.clear()
                yield result
                self._show()

    def _analysed(self, recogniser: "Recogniser", path: Path, should_stop: Callable[[], bool]) -> "Analysis":
        from desktop_app.engine.batch.progress import ANALYSIS_SHARE

        channel = None if self._args.channel is None else self._args.channel - 1
        return recogniser.analyse_file(
            path,
            channel=channel,
            should_stop=should_stop,
            progress=lambda share: self._tell(path, ANALYSIS_SHARE * share),
        )

    def _tell(self, path: Path, share: float) -> None:
        self._progress.note(self._index[path], share)
        self._show(path.name)

    @contextmanager
    def _recogniser(self) -> "Iterator[Recogniser]":
        recogniser = self._idle.get()
        try:
            yield recogniser
        finally:
            self._idle.put(recogniser)

    def _show(self, name: str = "") -> None:
        from desktop_app.engine.batch.progress import time_left_s
        from desktop_app.engine.recognition.timeline import clock

        if not self.line.visible:
            return
        share = self._progress.share()
        left = time_left_s(time.monotonic() - self._began, share)
        parts = [
            f"{self._done} of {len(self.files)}",
            f"{share:.0%}",
            f"{clock(round(left))} left" if left else "",
            name,
        ]
        self.line.show("  ".join(part for part in parts if part))


def _groups(files: "Sequence[Path | Failure]") -> "Iterator[Sequence[Path | Failure]]":
    """Files that follow one another and lie in one folder, at most MOST_IN_GROUP at once, all alike in number."""
    for _, beside in groupby(files, key=lambda f: f.parent if isinstance(f, Path) else None):
        group = list(beside)
        parts = -(-len(group) // MOST_IN_GROUP)
        for i in range(parts):
            yield group[len(group) * i // parts : len(group) * (i + 1) // parts]


class Summary:
    """Counts outcomes as they pass.

    Attributes:
        outcomes: All of them, where they are kept for an export.
        failed: How many got no answer.
    """

    def __init__(self, *, keep: bool) -> None:
        self.outcomes: list[Outcome] = []
        self._keep = keep
        self._began = time.monotonic()
        self._answered = self._doubtful = 0
        self._heard_s = 0.0
        self.failed = 0

    def add(self, outcome: "Outcome") -> None:
        """Counts one."""
        if self._keep:
            self.outcomes.append(outcome)
        if _is_failure(outcome):
            self.failed += 1
            return
        self._answered += 1
        self._doubtful += outcome.abstained  # type: ignore[union-attr]
        self._heard_s += outcome.duration_s  # type: ignore[union-attr]

    def sentence(self) -> str:
        """What it came to."""
        from desktop_app.engine.recognition.timeline import clock

        doubtful = f" ({self._doubtful} not to be relied on)" if self._doubtful else ""
        heard, took = clock(round(self._heard_s)), clock(round(time.monotonic() - self._began))
        return f"{self._answered} answered{doubtful}, {self.failed} failed; {heard} of sound in {took}."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that this module and `export` serve."""
    parser.add_argument("--export", metavar="FORMAT", choices=EXPORTS, help=f"write {', '.join(EXPORTS)}")
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="the file to export to; for formats of one recording the folder, where there are more or PATH ends in /",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that the export finds there")
    parser.add_argument("--jobs", type=_jobs, metavar="N", help="how many recordings to work on at once")
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help="note answers in FILE as they come; what is noted there is not asked again",
    )


def check_arguments(args: argparse.Namespace, files: "Sequence[Path | Failure]") -> None:
    """Refuses what would only fail at the end, after all the work.

    Raises:
        ExportError, StoreError: With the sentence.
    """
    from desktop_app.errors import ExportError, StoreError

    if bool(args.export) != bool(args.output):
        raise ExportError("--export FORMAT and -o PATH go together: name the format and the file to write.")
    if args.resume and args.same_voice:
        raise StoreError("--resume and --same-voice do not go together: the voice is taken from all files of the call.")
    if args.export:
        _check_output(args, len(files))


def _check_output(args: argparse.Namespace, recordings: int) -> None:
    """Makes the folder to export to, or proves that the file can be written, and that Qt is there to paint."""
    from desktop_app.atomic_file import checked_target
    from desktop_app.engine.exports import RecordingFormat
    from desktop_app.errors import ExportError

    target = Path(args.output)
    named_as_folder = args.output.endswith(("/", os.sep)) or target.is_dir()
    if isinstance(_format(args), RecordingFormat) and (named_as_folder or recordings > 1):
        try:
            target.mkdir(exist_ok=True)
        except OSError as error:
            raise ExportError(f"The folder {target} can't be made: {error.strerror}. Choose another place.") from error
    elif named_as_folder:
        raise ExportError(f"{target} is a folder; name a file to write to.")
    else:
        checked_target(target, overwrite=args.overwrite)
    if args.export == "png":
        import onnxruntime  # noqa: F401 - before PySide6, see desktop_app.__main__

        from desktop_app.ui.timeline_png import png_from_svg

        png_from_svg(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" width="1" height="1"/>')


def export_outcomes(outcomes: "Sequence[Outcome]", args: argparse.Namespace) -> tuple[Path, ...]:
    """Writes what --export asks for.

    Raises:
        ExportError: It can't be written.
    """
    from desktop_app.engine.exports import export

    return export(outcomes, _format(args), Path(args.output), overwrite=args.overwrite)


@contextmanager
def open_journal(pack: "Pack", known: "KnownPerson", args: argparse.Namespace) -> "Iterator[BatchJournal | None]":
    """The journal that --resume names, or None."""
    from desktop_app.engine.batch.journal import BatchJournal

    with ExitStack() as stack:
        yield stack.enter_context(BatchJournal(args.resume, _settings(pack, known, args))) if args.resume else None


def show_summary(summary: Summary, args: argparse.Namespace) -> None:
    """The last line for a person; a program that reads JSON is not told."""
    if len(args.paths) == 1 and Path(args.paths[0]).is_file():
        return
    if not args.json or sys.stderr.isatty():
        print(summary.sentence(), file=sys.stderr)


def _settings(pack: "Pack", known: "KnownPerson", args: argparse.Namespace) -> dict[str, Any]:
    manifest = json.dumps(pack.manifest.as_json(), sort_keys=True).encode()
    pack_digest = hashlib.sha256(manifest).hexdigest()
    return {"pack": pack_digest, "k": args.k, "alpha": args.alpha, "channel": args.channel, "known": known.digest()}


def formats() -> "tuple[ExportFormat, ...]":
    """All formats, pictures among them."""
    from desktop_app.engine.exports import FORMATS
    from desktop_app.ui.timeline_png import PNG

    return (*FORMATS, PNG)


def _format(args: argparse.Namespace) -> "ExportFormat":
    return next(form for form in formats() if form.name == args.export)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 to 64")
    return int(text)


def _is_failure(outcome: Any) -> bool:
    from desktop_app.engine.recognition.answer import Failure

    return isinstance(outcome, Failure)
