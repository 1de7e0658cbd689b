"""SubRip subtitles: for each segment the speaker, if known, the label and its probability."""

from pathlib import Path

from desktop_app.engine.exports.stretches import spoken_by, stretches
from desktop_app.engine.exports.text import one_line, percent
from desktop_app.engine.recognition.answer import Recognition


def srt(recognition: Recognition, target: Path) -> bytes:  # noqa: ARG001 - all writers take the file they write for
    """The file's content."""
    entries = (
        f"{number}\n{_time(s.start_ms)} --> {_time(s.end_ms)}\n"
        f"{spoken_by(s)}{one_line(s.label)} ({percent(s.confidence)})\n"
        for number, s in enumerate(stretches(recognition), start=1)
    )
    return "\n".join(entries).encode("utf-8", "backslashreplace")


def _time(milliseconds: int) -> str:
    seconds, rest_ms = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{rest_ms:03d}"
