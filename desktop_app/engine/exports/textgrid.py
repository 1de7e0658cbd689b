"""Praat TextGrid, long format, UTF-8: tiers "emotion" and "probabilities", and one for each speaker's emotions."""

from pathlib import Path

from desktop_app.engine.exports.stretches import by_speaker, length_ms, stretches
from desktop_app.engine.exports.text import one_line, spelled_out
from desktop_app.engine.recognition.answer import Recognition

Interval = tuple[int, int, str]
"""Start and end in milliseconds, text."""


def textgrid(recognition: Recognition, target: Path) -> bytes:  # noqa: ARG001 - all writers take the file they write for
    """The file's content. Praat's tiers have no gaps, so the time between segments is an interval without text."""
    found = stretches(recognition)
    # Praat does not allow a tier of length 0
    end_ms = max(length_ms(recognition), 1)
    tiers = {
        "emotion": [(s.start_ms, s.end_ms, one_line(s.label)) for s in found],
        "probabilities": [(s.start_ms, s.end_ms, spelled_out(s.probabilities)) for s in found],
    }
    for name, of_speaker in by_speaker(recognition, tuple(tiers)).items():
        tiers[name] = [(s.start_ms, s.end_ms, one_line(s.label)) for s in of_speaker]
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {_seconds(end_ms)}"]
    lines += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, (name, intervals) in enumerate(tiers.items(), start=1):
        whole = _without_holes(intervals, end_ms)
        lines += [f"    item [{number}]:", '        class = "IntervalTier"', f'        name = "{_quoted(name)}"']
        lines += ["        xmin = 0", f"        xmax = {_seconds(end_ms)}", f"        intervals: size = {len(whole)}"]
        for index, (start, end, text) in enumerate(whole, start=1):
            lines += [
                f"        intervals [{index}]:",
                f"            xmin = {_seconds(start)}",
                f"            xmax = {_seconds(end)}",
                f'            text = "{_quoted(text)}"',
            ]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _without_holes(intervals: list[Interval], end_ms: int) -> list[Interval]:
    whole: list[Interval] = []
    reached = 0
    for start, end, text in intervals:
        if start > reached:
            whole.append((reached, start, ""))
        whole.append((start, end, text))
        reached = end
    if reached < end_ms:
        whole.append((reached, end_ms, ""))
    return whole


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


def _quoted(text: str) -> str:
    return text.replace('"', '""')
