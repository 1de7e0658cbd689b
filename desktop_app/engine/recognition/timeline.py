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
    """Successive segments with the same label and the same speaker.

    Attributes:
        start_s, end_s: Seconds from the recording's start.
        label: Their label.
        share: The label's probability, 0 to 1, averaged over the time of the segments.
        speaker: As in Segment.
    """

    start_s: float
    end_s: float
    label: str
    share: float
    speaker: int | None = None


def passages(segments: Sequence[Segment]) -> tuple[Passage, ...]:
    """The passages of a recording, in order."""
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
    """The mean probability of each label in a window around each time, [n times, n labels]; NaN where nobody speaks.

    Segments must be in order and must not overlap.
    """
    knots = np.array([edge for one in segments for edge in (one.start_s, one.end_s)], dtype=np.float64)
    shares = np.array([[one.probabilities.get(label, 0.0) for label in labels] for one in segments])
    lengths = knots[1::2] - knots[::2]
    # the integral of each label (and, last, of all) up to each knot; it is constant between two segments
    of_each = np.cumsum(np.column_stack([shares * lengths[:, None], lengths]), axis=0)
    up_to = np.repeat(np.vstack([np.zeros(of_each.shape[1]), of_each]), 2, axis=0)[1:-1]
    begin, end = times_s - window_s / 2, times_s + window_s / 2
    within = np.stack([np.interp(end, knots, column) - np.interp(begin, knots, column) for column in up_to.T], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(within[:, -1:] > 1e-9, within[:, :-1] / within[:, -1:], np.nan)


def share_of_time(recognition: Recognition) -> dict[str, float]:
    """Each label's share of the analysed time, 0 to 1, in the pack's label order; all 0 if nothing was analysed."""
    seconds = dict.fromkeys(recognition.probabilities, 0.0)
    for segment in recognition.segments:
        seconds[segment.label] = seconds.get(segment.label, 0.0) + segment.end_s - segment.start_s
    total = sum(seconds.values())
    return {label: s / total if total > 0 else 0.0 for label, s in seconds.items()}


def ticks(start_s: float, end_s: float, at_most: int) -> tuple[float, ...]:
    """Round times from start_s to end_s, at most `at_most` of them."""
    step = next((s for s in TICK_STEPS_S if (end_s - start_s) / s <= at_most), TICK_STEPS_S[-1])
    while (end_s - start_s) / step > at_most:
        step *= 2
    first = int(np.ceil(start_s / step - 1e-9))
    last = int(np.floor(end_s / step + 1e-9))
    return tuple(round(n * step, 3) for n in range(first, last + 1))


def clock(seconds: float) -> str:
    """A time as text: 63.5 -> "1:03.5", 3663 -> "1:01:03"."""
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:" if hours else f"{minutes}:"
    text += f"{tenths // 10:02d}"
    return f"{text}.{tenths % 10}" if tenths % 10 else text
