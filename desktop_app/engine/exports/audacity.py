"""Audacity labels: one line per segment with start, end (in seconds) and text, separated by tabs."""

from pathlib import Path

from desktop_app.engine.exports.stretches import spoken_by, stretches
from desktop_app.engine.exports.text import one_line, percent
from desktop_app.engine.recognition.answer import Recognition


def audacity(recognition: Recognition, target: Path) -> bytes:  # noqa: ARG001 - all writers take the file they write for
    """The file's content; Audacity itself writes six decimals."""
    lines = (
        f"{s.start_ms / 1000:.6f}\t{s.end_ms / 1000:.6f}\t{spoken_by(s)}{one_line(s.label)} ({percent(s.confidence)})\n"
        for s in stretches(recognition)
    )
    return "".join(lines).encode("utf-8", "backslashreplace")
