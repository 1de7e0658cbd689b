"""The segments that all exporters use: in whole milliseconds, in order and without overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.engine.exports.text import one_line
from desktop_app.engine.recognition.answer import Probabilities, Recognition


@dataclass(frozen=True)
class Stretch:
    """One segment; times in milliseconds from the recording's start, start_ms < end_ms; `speaker` is a name or ""."""

    start_ms: int
    end_ms: int
    label: str
    probabilities: Probabilities
    label_set: tuple[str, ...]
    speaker: str = ""

    @property
    def confidence(self) -> float:
        """The probability of its label."""
        return self.probabilities.get(self.label, 0.0)


def stretches(recognition: Recognition) -> tuple[Stretch, ...]:
    """The segments, rounded to the millisecond; those of length zero are left out."""
    result: list[Stretch] = []
    earliest = 0
    for segment in sorted(recognition.segments, key=lambda s: s.start_s):
        start = max(earliest, round(segment.start_s * 1000))
        end = round(segment.end_s * 1000)
        if end > start:
            speaker = recognition.speaker_of(segment)
            result.append(Stretch(start, end, segment.label, segment.probabilities, segment.label_set, speaker))
            earliest = end
    return tuple(result)


def spoken_by(stretch: Stretch) -> str:
    """The speaker's name as "Anna: ", or "" if not known."""
    return f"{one_line(stretch.speaker)}: " if stretch.speaker else ""


def by_speaker(recognition: Recognition, taken: Sequence[str]) -> dict[str, tuple[Stretch, ...]]:
    """The stretches of each speaker by the name of the speaker's tier, in the order in which they first speak; empty if
    only one person speaks.

    A tier has its speaker's name, with a number added if the name is one of `taken`.
    """
    names = list(dict.fromkeys(one_line(speaker.name) for speaker in recognition.speakers))
    if len(names) < 2:
        return {}
    found = stretches(recognition)
    return {
        f"{name} (2)" if name in taken else name: tuple(s for s in found if one_line(s.speaker) == name)
        for name in names
    }


def length_ms(recognition: Recognition) -> int:
    """The recording's length in milliseconds, at least the end of its last stretch."""
    last = max((s.end_ms for s in stretches(recognition)), default=0)
    return max(last, round(recognition.duration_s * 1000))
