"""An answer over time: the share of each label, passages of one answer, and ticks of the time axis."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.recognition.answer import Recognition, Segment

TICK_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


@dataclass(frozen=True)
class Stretch:
    """A part of a recording, seconds from its start."""

    start_s: float
    end_s: float


MOST_PAUSE_S = 3.0
"""Seconds between two segments that still belong to one passage."""


@dataclass(frozen=True)
class Passage:
    """Segments that follow one another with the same label, of the same speaker.

    Attributes:
        start_s, end_s: Seconds from the recording's start.
        label: Theirs.
        share: Of the label, 0 to 1, the mean over the seconds of its segments.
        speaker: As in Segment.
    """

    start_s: float
    end_s: float
    label: str
    share: float
    speaker: int | None = None


def passages(segments: Sequence[Segment]) -> tuple[Passage, ...]:
    """The passages of a recording, in their order."""
    found: list[list[Segment]] = []
    for segment in segments:
        last = found[-1][-1] if found else None
        same = last is not None and (last.label, last.speaker) == (segment.label, segment.speaker)
        if last and same and segment.start_s - last.end_s <= MOST_PAUSE_S:
            found[-1].append(segment)
        else:
            found.append([segment])
    return tuple(
        Passage(
            run[0].start_s,
            run[-1].end_s,
            run[0].label,
            float(
                np.average(
                    [one.probabilities.get(one.label, 0.0) for one in run],
                    weights=[max(one.end_s - one.start_s, 1e-6) for one in run],
                )
            ),
            run[0].speaker,
        )
        for run in found
    )


def smoothed_shares(
    segments: Sequence[Segment], labels: Sequence[str], times_s: NDArray[np.float64], window_s: float
) -> NDArray[np.float64]:
    """The mean share of each label within a window about each time, [n times, n labels]; NaN where nobody speaks.

    Segments must follow one another.
    """
    knots = np.array([edge for one in segments for edge in (one.start_s, one.end_s)], dtype=np.float64)
    shares = np.array([[one.probabilities.get(label, 0.0) for label in labels] for one in segments])
    lengths = knots[1::2] - knots[::2]
    # how much of each label (and, last, of all) there was up to each knot; between two segments it stays as it is
    of_each = np.cumsum(np.column_stack([shares * lengths[:, None], lengths]), axis=0)
    up_to = np.repeat(np.vstack([np.zeros(of_each.shape[1]), of_each]), 2, axis=0)[1:-1]
    begin, end = times_s - window_s / 2, times_s + window_s / 2
    within = np.stack([np.interp(end, knots, column) - np.interp(begin, knots, column) for column in up_to.T], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(within[:, -1:] > 1e-9, within[:, :-1] / within[:, -1:], np.nan)


def share_of_time(recognition: Recognition) -> dict[str, float]:
    """Label -> its share of the analysed time, 0 to 1, in the pack's label order; all 0 where nothing was analysed."""
    seconds = dict.fromkeys(recognition.probabilities, 0.0)
    for segment in recognition.segments:
        seconds[segment.label] = seconds.get(segment.label, 0.0) + segment.end_s - segment.start_s
    total = sum(seconds.values())
    return {label: s / total if total > 0 else 0.0 for label, s in seconds.items()}


def ticks(start_s: float, end_s: float, at_most: int) -> tuple[float, ...]:
    """Round times from start_s to end_s, as many as fit under `at_most`."""
    step = next((s for s in TICK_STEPS_S if (end_s - start_s) / s <= at_most), TICK_STEPS_S[-1])
    while (end_s - start_s) / step > at_most:
        step *= 2
    first = int(np.ceil(start_s / step - 1e-9))
    last = int(np.floor(end_s / step + 1e-9))
    return tuple(round(n * step, 3) for n in range(first, last + 1))


def clock(seconds: float) -> str:
    """63.5 -> "1:03.5", 3663 -> "1:01:03"."""
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:" if hours else f"{minutes}:"
    text += f"{tenths // 10:02d}"
    return f"{text}.{tenths % 10}" if tenths % 10 else text
