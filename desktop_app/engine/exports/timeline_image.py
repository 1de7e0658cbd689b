"""Draws the timeline as SVG: waveform, stacked probabilities, labels, a time axis, and each label's share of the time.

Uses only SVG Tiny 1.2, which Qt can draw.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.exports.stretches import Stretch, length_ms, stretches
from desktop_app.engine.exports.text import one_line, percent, valid_xml
from desktop_app.engine.recognition.answer import Recognition
from desktop_app.engine.recognition.path_text import path_text
from desktop_app.engine.recognition.timeline import clock, share_of_time, ticks
from desktop_app.engine.sound.audio import SAMPLE_RATE, read_blocks
from desktop_app.engine.sound.envelope import columns, peaks_of
from desktop_app.errors import AudioError

WIDTH, MARGIN = 1200, 24
PLOT = WIDTH - 2 * MARGIN
TITLE_Y = 34
WAVE_TOP, WAVE_HEIGHT = 52, 84
STACK_TOP, STACK_HEIGHT = 148, 140
LABELS_TOP, LABELS_HEIGHT = 294, 26
AXIS_Y = 326
LEGEND_Y = 376
BLOCK_S = 10.0
LETTER = 7.4
"""An upper estimate of a letter's width at 13 px, to decide whether a label fits into its stretch."""

Dress = Mapping[str, tuple[str, str]]
"""Label -> how it is written and its colour, #rrggbb."""

# Okabe and Ito's colours, which people with any kind of colour vision can distinguish, and greys
LABEL_COLOURS = {
    "angry": "#d55e00",
    "happy": "#e69f00",
    "neutral": "#9a9a9a",
    "sad": "#0072b2",
    "fearful": "#cc79a7",
    "disgusted": "#009e73",
    "disgust": "#009e73",
    "surprised": "#56b4e9",
    "calm": "#d8cc2f",
    "bored": "#6b5b95",
}
OTHER_COLOURS = ("#009e73", "#56b4e9", "#cc79a7", "#d8cc2f", "#6b5b95", "#7f4f24", "#5b8c5a", "#444444")


def colours(labels: Sequence[str]) -> dict[str, str]:
    """The colour of each label as #rrggbb; labels without a fixed colour get the next free one."""
    known = {label: LABEL_COLOURS[label.lower()] for label in labels if label.lower() in LABEL_COLOURS}
    free = [colour for colour in OTHER_COLOURS if colour not in known.values()] or list(OTHER_COLOURS)
    others = [label for label in labels if label not in known]
    return {**known, **{label: free[i % len(free)] for i, label in enumerate(others)}}


def timeline_svg(
    recognition: Recognition, peaks: NDArray[np.float32] | None = None, dress: Dress | None = None
) -> bytes:
    """The picture as UTF-8.

    Args:
        recognition: The answer, with its segments.
        peaks: float32 [n], 0 to 1, the waveform's peaks over the whole recording, see
            `engine.recognition.timeline`; None: no waveform is drawn.
        dress: How a page that contains the picture writes and colours the labels; the page has its own title and key.
    """
    labels = list(recognition.probabilities)
    colour = colours(labels) if dress is None else {label: dress[label][1] for label in labels}
    names = {} if dress is None else {label: name for label, (name, _) in dress.items()}
    found = stretches(recognition)
    length = max(length_ms(recognition), 1)
    top = 0 if dress is None else WAVE_TOP
    height = AXIS_Y + 26 - top if dress is not None else LEGEND_Y + 24 * ((len(labels) + 5) // 6)
    title = path_text(Path(recognition.path).name) or "Recording"
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny" viewBox="0 {top} {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="13">',
        f"<title>{_text(title)}: {_text(recognition.label)} ({percent(recognition.confidence)})</title>",
        f'<rect x="0" y="{top}" width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    if dress is None:
        verdict = _text(_verdict(recognition))
        parts += [
            f'<text x="{MARGIN}" y="{TITLE_Y}" font-size="18" fill="#1a1a1a">{_text(_shortened(title, 90))}</text>',
            f'<text x="{WIDTH - MARGIN}" y="{TITLE_Y}" text-anchor="end" fill="#444444">{verdict}</text>',
        ]
    parts.append(f'<rect x="{MARGIN}" y="{STACK_TOP}" width="{PLOT}" height="{STACK_HEIGHT}" fill="#f3f3f3"/>')
    if peaks is not None and len(peaks):
        parts.append(_waveform(peaks))
    for stretch in found:
        parts += _stretch(stretch, length, labels, colour, names.get(stretch.label, stretch.label))
    parts += _axis(length / 1000)
    if dress is None:
        parts += _legend(labels, colour, share_of_time(recognition))
    return ("\n".join([*parts, "</svg>"]) + "\n").encode("utf-8")


def timeline_svg_of_file(
    recognition: Recognition,
    target: Path,  # noqa: ARG001 - as all writers
    dress: Dress | None = None,
) -> bytes:
    """The picture with the waveform, for which the recording is read again; without it if the file no longer exists."""
    with suppress(AudioError):
        blocks = read_blocks(Path(recognition.path), SAMPLE_RATE, BLOCK_S, recognition.channel)
        return timeline_svg(recognition, peaks_of(blocks, SAMPLE_RATE), dress)
    return timeline_svg(recognition, dress=dress)


def _waveform(peaks: NDArray[np.float32]) -> str:
    middle, half = WAVE_TOP + WAVE_HEIGHT / 2, WAVE_HEIGHT / 2
    heights = np.clip(columns(peaks, PLOT), 0, 1) * half
    lines = "".join(
        f"M{MARGIN + x + 0.5:g} {middle - h:.1f}V{middle + h:.1f}" for x, h in enumerate(heights) if h >= 0.05
    )
    return (
        f'<line x1="{MARGIN}" y1="{middle}" x2="{WIDTH - MARGIN}" y2="{middle}" stroke="#8aa0b5"/>'
        f'<path d="{lines or "M0 0"}" stroke="#50657a" stroke-width="1" fill="none"/>'
    )


def _stretch(stretch: Stretch, length: int, labels: Sequence[str], colour: dict[str, str], name: str) -> list[str]:
    left = MARGIN + PLOT * stretch.start_ms / length
    width = PLOT * (stretch.end_ms - stretch.start_ms) / length
    parts = []
    bottom = float(STACK_TOP + STACK_HEIGHT)
    for label in labels:
        share = STACK_HEIGHT * max(stretch.probabilities.get(label, 0.0), 0.0)
        bottom -= share
        parts.append(_box(left, bottom, width, share, colour[label]))
    fill = colour.get(stretch.label, "#444444")
    parts.append(_box(left, LABELS_TOP, width, LABELS_HEIGHT, fill))
    if width >= len(name) * LETTER + 4:
        middle = f'x="{left + width / 2:.2f}" y="{LABELS_TOP + 18}" text-anchor="middle"'
        parts.append(f'<text {middle} fill="{_ink(fill)}">{_text(name)}</text>')
    return parts


def _box(left: float, top: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{fill}"/>'


def _axis(length_s: float) -> list[str]:
    parts = [f'<line x1="{MARGIN}" y1="{AXIS_Y}" x2="{WIDTH - MARGIN}" y2="{AXIS_Y}" stroke="#444444"/>']
    for time in ticks(0.0, length_s, 12):
        x = MARGIN + PLOT * time / length_s
        parts.append(f'<line x1="{x:.2f}" y1="{AXIS_Y}" x2="{x:.2f}" y2="{AXIS_Y + 5}" stroke="#444444"/>')
        parts.append(f'<text x="{x:.2f}" y="{AXIS_Y + 20}" text-anchor="middle" fill="#444444">{clock(time)}</text>')
    return parts


def _legend(labels: Sequence[str], colour: dict[str, str], share: dict[str, float]) -> list[str]:
    parts = []
    for i, label in enumerate(labels):
        x, y = MARGIN + (i % 6) * PLOT / 6, LEGEND_Y + 24 * (i // 6)
        parts.append(_box(x, y - 11, 14, 14, colour[label]))
        words = f"{label}: {percent(share.get(label, 0.0))} of the time"
        parts.append(f'<text x="{x + 20:.1f}" y="{y}" fill="#1a1a1a">{_text(words)}</text>')
    return parts


def _ink(paper: str) -> str:
    """Black or white, whichever is more legible on the colour `paper` (#rrggbb)."""
    red, green, blue = (int(paper[i : i + 2], 16) for i in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else "#ffffff"


def _verdict(recognition: Recognition) -> str:
    if not recognition.segments and recognition.abstained:
        return recognition.abstained_because
    verdict = f"as a whole: {recognition.label} ({percent(recognition.confidence)})"
    return f"{verdict}, uncertain" if recognition.abstained else verdict


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length // 2]} ... {text[-length // 3 :]}"


def _text(text: str) -> str:
    return escape(valid_xml(one_line(text)))
