"""What all exporters agree on: a recording's segments as whole milliseconds, in order and without overlap."""

from dataclasses import dataclass

from desktop_app.engine.recognition.answer import Probabilities, Recognition


@dataclass(frozen=True)
class Stretch:
    """One segment; times in milliseconds from the recording's start, start_ms < end_ms."""

    start_ms: int
    end_ms: int
    label: str
    probabilities: Probabilities
    label_set: tuple[str, ...]

    @property
    def confidence(self) -> float:
        """The probability of its label."""
        return self.probabilities.get(self.label, 0.0)


def stretches(recognition: Recognition) -> tuple[Stretch, ...]:
    """The segments rounded to the millisecond; what rounds to nothing is left out."""
    result: list[Stretch] = []
    earliest = 0
    for segment in sorted(recognition.segments, key=lambda s: s.start_s):
        start = max(earliest, round(segment.start_s * 1000))
        end = round(segment.end_s * 1000)
        if end > start:
            result.append(Stretch(start, end, segment.label, segment.probabilities, segment.label_set))
            earliest = end
    return tuple(result)


def length_ms(recognition: Recognition) -> int:
    """The recording's length in milliseconds, never before the end of its last stretch."""
    last = max((s.end_ms for s in stretches(recognition)), default=0)
    return max(last, round(recognition.duration_s * 1000))
