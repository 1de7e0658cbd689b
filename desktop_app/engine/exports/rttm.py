"""RTTM, defined by NIST's evaluations of speaker diarization: on each line a stretch's start, duration and speaker."""

import re
from pathlib import Path

from desktop_app.engine.exports.stretches import stretches
from desktop_app.engine.recognition.answer import Recognition

UNKNOWN = "<NA>"


def rttm(recognition: Recognition, target: Path) -> bytes:
    """The file's content. Its fields are separated by spaces, so a space in a name becomes an underscore."""
    recording = _field(Path(recognition.path).stem or target.stem)
    lines = (
        f"SPEAKER {recording} 1 {s.start_ms / 1000:.3f} {(s.end_ms - s.start_ms) / 1000:.3f} {UNKNOWN} {UNKNOWN}"
        f" {_field(s.speaker)} {UNKNOWN} {UNKNOWN}\n"
        for s in stretches(recognition)
    )
    return "".join(lines).encode("utf-8", "backslashreplace")


def _field(text: str) -> str:
    return re.sub(r"\s+", "_", text.strip()) or UNKNOWN
