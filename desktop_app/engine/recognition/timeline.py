"""An answer over time: the share of each label, and ticks of the time axis."""

from dataclasses import dataclass

import numpy as np

from desktop_app.engine.recognition.answer import Recognition

TICK_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


@dataclass(frozen=True)
class Stretch:
    """A part of a recording, seconds from its start."""

    start_s: float
    end_s: float


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
