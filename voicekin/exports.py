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
    """Writes answers and returns the files written, each of them whole or not at all.

    Args:
        answers: What `Recogniser.classify` gave, failures among them.
        form: "csv", "segments-csv" and "jsonl" write one file for all; "textgrid", "eaf", "audacity", "srt" and "svg"
            one for each recording. Or a format of your own.
        target: The file; the folder, for several recordings in a format with a file for each.
        overwrite: Whether a file that is there may be replaced.

    Raises:
        ExportError: There is no such format, nothing to write, or it can't be written.
        TargetExists: A file of that name is there and `overwrite` is False.
    """
    if isinstance(form, str):
        found = next((known for known in FORMATS if known.name == form), None)
        if found is None:
            names = ", ".join(known.name for known in FORMATS)
            raise ExportError(f"There is no format called {form}: choose one of {names}.")
        form = found
    return exports.export(list(answers), form, Path(target), overwrite=overwrite)
