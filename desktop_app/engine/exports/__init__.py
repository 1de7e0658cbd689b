"""Exports answers to files for other programs. `FORMATS` lists the formats, `export` writes the files.

Any room may import these two; a format's own module is imported when it is used. This room imports `recognition` and
the rooms below it.
"""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.atomic_file import write_atomically
from desktop_app.engine.exports.audacity import audacity
from desktop_app.engine.exports.eaf import eaf
from desktop_app.engine.exports.json_lines import json_lines
from desktop_app.engine.exports.rttm import rttm
from desktop_app.engine.exports.srt import srt
from desktop_app.engine.exports.table import recordings_csv, segments_csv
from desktop_app.engine.exports.textgrid import textgrid
from desktop_app.engine.exports.timeline_image import timeline_svg_of_file
from desktop_app.engine.recognition.answer import Outcome, Recognition
from desktop_app.errors import ExportError, TargetExists


@dataclass(frozen=True)
class TableFormat:
    """A format whose one file holds all recordings.

    Attributes:
        name: Its name on the command line.
        title: Its name in the window.
        suffix: The file name's suffix, with its dot.
        render: Makes the file's content from the outcomes.
    """

    name: str
    title: str
    suffix: str
    render: Callable[[Sequence[Outcome]], bytes]


@dataclass(frozen=True)
class RecordingFormat:
    """A format with one file for each recording.

    Attributes:
        render: Makes the file's content from one recognition and the path of the file.
    """

    name: str
    title: str
    suffix: str
    render: Callable[[Recognition, Path], bytes]


ExportFormat = TableFormat | RecordingFormat

FORMATS: tuple[ExportFormat, ...] = (
    TableFormat("csv", "Table of recordings (CSV)", ".csv", recordings_csv),
    TableFormat("segments-csv", "Table of segments (CSV)", ".csv", segments_csv),
    TableFormat("jsonl", "JSON lines", ".jsonl", json_lines),
    RecordingFormat("textgrid", "Praat TextGrid", ".TextGrid", textgrid),
    RecordingFormat("eaf", "ELAN annotations", ".eaf", eaf),
    RecordingFormat("audacity", "Audacity labels", ".txt", audacity),
    RecordingFormat("rttm", "Who speaks when (RTTM)", ".rttm", rttm),
    RecordingFormat("srt", "SubRip subtitles", ".srt", srt),
    RecordingFormat("svg", "Timeline as a picture (SVG)", ".svg", timeline_svg_of_file),
)


def export(
    outcomes: Sequence[Outcome], form: ExportFormat, target: Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Writes the outcomes and returns the files written. Each file is written completely or not at all.

    For one recognition, a `RecordingFormat` writes the file `target`. If `target` is a folder or there are several
    recognitions, it writes one file for each into the folder `target`, named after its recording, in the subfolders
    that the recordings have below their common folder. If a name is taken, nothing is written.

    Raises:
        TargetExists: A file of that name exists and `overwrite` is False.
        ExportError: There is nothing to write, or a file can't be written.
    """
    answers = [outcome for outcome in outcomes if isinstance(outcome, Recognition)]
    if not answers:
        raise ExportError("There is no answer to export; choose recordings that could be analysed.")
    if isinstance(form, TableFormat):
        write_atomically(target, form.render(outcomes), overwrite=overwrite)
        return (target,)
    if len(answers) == 1 and not target.is_dir():
        targets = [target]
    else:
        targets = _named_after(answers, _common_folder(outcomes), target, form.suffix)
        taken = [path for path in targets if path.exists()]
        if taken and not overwrite:
            raise TargetExists(taken[0])
        try:
            target.mkdir(exist_ok=True)
            for folder in {path.parent for path in targets}:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportError(f"The folder {target} can't be made: {error.strerror}. Choose another place.") from error
    for answer, path in zip(answers, targets, strict=True):
        write_atomically(path, form.render(answer, path), overwrite=overwrite)
    return tuple(targets)


def _common_folder(outcomes: Sequence[Outcome]) -> Path | None:
    """The deepest folder that contains all recordings; None if they are on several drives. Failures count too, so that
    a failing recording does not change where the other files are written."""
    folders = [os.path.dirname(os.path.abspath(outcome.path)) for outcome in outcomes]  # noqa: PTH100, PTH120 - any name
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:
        return None


def _named_after(answers: Sequence[Recognition], common: Path | None, target: Path, suffix: str) -> list[Path]:
    """A path for each answer below `target`, in the folder that its recording has below `common`.

    Recordings of one folder whose names differ only in the suffix keep it: talk.wav.srt, talk.mp3.srt. Names that
    differ only in case, and recordings that occur twice, get " (2)", " (3)" and so on.
    """
    folders, recordings = [], []
    for answer in answers:
        recording = Path(os.path.abspath(answer.path)) if answer.path else Path("recording")  # noqa: PTH100
        below = recording.parent.relative_to(common or recording.anchor) if answer.path else Path()
        drive = recording.drive.strip(":\\/").replace("\\", "-") if common is None else ""
        folders.append(target / drive / below)
        recordings.append(recording)

    def key(folder: Path, name: str) -> str:
        return str(folder / name).casefold()  # Windows and macOS ignore case

    stems = Counter({(key(f, r.stem), r.name) for f, r in zip(folders, recordings, strict=True)})
    alike = Counter(stem for stem, _ in stems)
    taken: set[str] = set()
    targets = []
    for folder, recording in zip(folders, recordings, strict=True):
        stem = recording.name if alike[key(folder, recording.stem)] > 1 else recording.stem
        name, number = f"{stem}{suffix}", 1
        while key(folder, name) in taken:
            number += 1
            name = f"{stem} ({number}){suffix}"
        taken.add(key(folder, name))
        targets.append(folder / name)
    return targets
