"""A recognition with all that exporters may get wrong: odd names, gaps, times between two milliseconds."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.engine.recognition.answer import Recognition, Segment, Timing

LABELS = ("angry", "happy", "neutral", "sad")


def answer(label: str, confidence: float = 0.7) -> dict[str, float]:
    rest = (1 - confidence) / (len(LABELS) - 1)
    return {name: confidence if name == label else rest for name in LABELS}


@pytest.fixture
def recognition(tmp_path: Path) -> Recognition:
    segments = (
        Segment(0.2504, 1.9996, "angry", answer("angry"), ("angry",)),
        Segment(1.9996, 4.5, "sad", answer("sad", 0.55), ("sad", "neutral")),
        Segment(3605.0125, 3671.9999, "happy", answer("happy", 0.9), ("happy",)),
    )
    return Recognition(
        path=str(tmp_path / 'Gespräch & "Šárka" <日本> 100%.wav'),
        duration_s=3672.0004,
        label="sad",
        confidence=0.55,
        abstained=False,
        abstained_because="",
        novelty=0.4,
        speech_s=71.2,
        probabilities=answer("sad", 0.55),
        model_probabilities=answer("sad", 0.5),
        neighbour_probabilities=answer("sad", 0.6),
        neighbours=(),
        k=8,
        alpha=0.5,
        segments=segments,
        timing_ms=Timing(1.0, 2.0, 3.0),
    )


@pytest.fixture
def strange(recognition: Recognition) -> Recognition:
    """Labels of a user's own pack: quotes, a line end, a tab, markup, a control character."""
    names = ('say "no"', "two\nlines", "a\tb", "<fear> & dread", "bell\x07", "怒り")
    shares = {name: 1 / len(names) for name in names}
    segments = tuple(Segment(float(i), i + 0.5, name, shares) for i, name in enumerate(names))
    return replace(recognition, label=names[0], probabilities=shares, segments=segments)
