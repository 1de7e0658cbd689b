"""The options of `voicekin classify` for many files: exports, jobs, a journal to resume from, progress, a summary."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.commands.plain_text import clock
from desktop_app.commands.progress_line import ProgressLine

if TYPE_CHECKING:
    import voicekin
    from voicekin.archives import DatasetWriter
    from voicekin.exports import ExportFormat

EXPORTS = ("csv", "segments-csv", "jsonl", "textgrid", "eaf", "audacity", "rttm", "srt", "svg", "png")
"""The names of `formats()`, repeated here so that `voicekin --help` need not import the formats."""


PARQUET = "parquet"
"""A dataset in a folder, written while the answers come."""


class Summary:
    """Counts outcomes.

    Attributes:
        outcomes: All outcomes, if they are kept for an export.
        failed: How many recordings got no answer.
    """

    def __init__(self, *, keep: bool) -> None:
        self.outcomes: list[voicekin.Outcome] = []
        self._keep = keep
        self._began = time.monotonic()
        self._answered = self._doubtful = 0
        self._heard_s = 0.0
        self.failed = 0

    def add(self, outcome: "voicekin.Outcome") -> None:
        """Counts one."""
        import voicekin

        if self._keep:
            self.outcomes.append(outcome)
        if isinstance(outcome, voicekin.Failure):
            self.failed += 1
            return
        self._answered += 1
        self._doubtful += outcome.abstained
        self._heard_s += outcome.duration_s

    def sentence(self) -> str:
        """The summary in one sentence."""
        doubtful = f" ({self._doubtful} not to be relied on)" if self._doubtful else ""
        heard, took = clock(self._heard_s), clock(time.monotonic() - self._began)
        return f"{self._answered} answered{doubtful}, {self.failed} failed; {heard} of sound in {took}."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that this module implements."""
    choices = (*EXPORTS, PARQUET)
    parser.add_argument("--export", metavar="FORMAT", choices=choices, help=f"write {', '.join(choices)}")
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="the file to export to; a folder for formats with one file per recording, if there are several recordings "
        "or PATH ends in /",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")
    parser.add_argument(
        "--features", action="store_true", help="with --export parquet: store the features, for `voicekin answer`"
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="hear with the workers of this scheduler of Dask, or local:N for N processes here; answers come as they "
        "are ready",
    )
    parser.add_argument("--jobs", type=_jobs, metavar="N", help="how many recordings to work on at once")
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help="store each answer in FILE; recordings that are in FILE already are not analysed again",
    )


def check_arguments(args: argparse.Namespace, files: "Sequence[Path | voicekin.Source | voicekin.Failure]") -> None:
    """Refuses calls that would otherwise fail at the end, after all the work.

    Raises:
        ClusterError, ExportError, StoreError: The options don't fit together, or the output can't be written.
    """
    from desktop_app.errors import ClusterError, ExportError, StoreError

    if bool(args.export) != bool(args.output):
        raise ExportError("--export FORMAT and -o PATH go together: name the format and the file to write.")
    if args.features and args.export != PARQUET:
        raise ExportError("--features goes with --export parquet: no other format holds them.")
    if args.cluster and args.jobs:
        raise ClusterError("--jobs and --cluster do not go together: the cluster decides how many workers there are.")
    if args.resume and args.same_voice:
        raise StoreError("--resume and --same-voice do not go together: the voice is taken from all files of the call.")
    if args.export:
        _check_output(args, len(files))


def _check_output(args: argparse.Namespace, recordings: int) -> None:
    """Makes the folder to export to, or checks that the file can be written, and that Qt is there to draw a PNG."""
    from desktop_app.atomic_file import checked_target
    from desktop_app.errors import ExportError
    from voicekin.exports import RecordingFormat

    target = Path(args.output)
    if args.export == PARQUET:
        from voicekin.archives import checked_dataset

        checked_dataset(target, overwrite=args.overwrite)
        return
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


def opened_dataset(args: argparse.Namespace) -> "AbstractContextManager[DatasetWriter | None]":
    """The dataset that --export parquet writes to; None for other formats.

    Raises:
        ExportError: The dataset can't be written.
    """
    if args.export != PARQUET:
        return nullcontext()
    from voicekin.archives import DatasetWriter

    return DatasetWriter(Path(args.output), overwrite=args.overwrite)


def export_outcomes(outcomes: "Sequence[voicekin.Outcome]", args: argparse.Namespace) -> tuple[Path, ...]:
    """Writes the export and returns the files written.

    Raises:
        ExportError: A file can't be written.
    """
    import voicekin

    return voicekin.export(outcomes, _format(args), args.output, overwrite=args.overwrite)


def show_progress(line: ProgressLine, how_far: "voicekin.HowFar") -> None:
    """Shows what is done, how long the rest will take, and which file is being analysed."""
    left = f"{clock(round(how_far.left_s))} left" if how_far.left_s and round(how_far.left_s) else ""
    parts = [f"{how_far.done} of {how_far.files}", f"{how_far.share:.0%}", left, how_far.name]
    line.show("  ".join(part for part in parts if part))


def show_summary(summary: Summary, args: argparse.Namespace) -> None:
    """Prints the summary; not with --json, unless standard error is a terminal."""
    if len(args.paths) == 1 and Path(args.paths[0]).is_file():
        return
    if not args.json or sys.stderr.isatty():
        print(summary.sentence(), file=sys.stderr)


def formats() -> "tuple[ExportFormat, ...]":
    """All formats, including pictures."""
    from desktop_app.ui.timeline_png import PNG
    from voicekin.exports import FORMATS

    return (*FORMATS, PNG)


def _format(args: argparse.Namespace) -> "ExportFormat":
    return next(form for form in formats() if form.name == args.export)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 to 64")
    return int(text)
