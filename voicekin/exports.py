"""Answers as files that other programs read: tables, JSON lines, annotations, subtitles, pictures."""

from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from desktop_app.engine import exports
from desktop_app.engine.exports import FORMATS, ExportFormat, RecordingFormat, TableFormat
from desktop_app.engine.recognition.answer import Outcome
from desktop_app.errors import ExportError

__all__ = ["FORMATS", "ExportFormat", "RecordingFormat", "TableFormat", "export"]


def export(
    answers: Iterable[Outcome], form: str | ExportFormat, target: str | PathLike[str], *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Writes answers and returns the files written. Each file is written completely or not at all.

    Args:
        answers: What `Recogniser.classify` returned, including failures.
        form: "csv", "segments-csv" and "jsonl" write one file for all; "textgrid", "eaf", "audacity", "srt" and "svg"
            write one for each recording. Or a format of your own.
        target: The file; or the folder, for several recordings in a format with one file for each.
        overwrite: Whether existing files are replaced.

    Raises:
        ExportError: There is no such format, there is nothing to write, or a file can't be written.
        TargetExists: A file of that name exists and `overwrite` is False.
    """
    if isinstance(form, str):
        found = next((known for known in FORMATS if known.name == form), None)
        if found is None:
            names = ", ".join(known.name for known in FORMATS)
            raise ExportError(f"There is no format called {form}: choose one of {names}.")
        form = found
    return exports.export(list(answers), form, Path(target), overwrite=overwrite)
