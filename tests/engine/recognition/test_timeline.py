from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from desktop_app.engine.recognition.answer import Recognition, Segment
from desktop_app.engine.recognition.timeline import Passage, clock, passages, share_of_time, smoothed_shares, ticks


@pytest.mark.parametrize(
    ("start", "end", "at_most", "expected"),
    [
        (0, 60, 12, (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60)),
        (0.05, 0.95, 10, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)),
        (100, 3700, 6, (600, 1200, 1800, 2400, 3000, 3600)),
        (0, 40 * 7200, 5, (0, 57600, 115200, 172800, 230400, 288000)),
    ],
)
def test_ticks_are_round_and_few(start: float, end: float, at_most: int, expected: tuple[float, ...]) -> None:
    assert ticks(start, end, at_most) == expected


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (63.5, "1:03.5"), (59.96, "1:00"), (3663, "1:01:03"), (0.1, "0:00.1")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def segment(start_s: float, end_s: float, label: str, share: float = 0.8) -> Segment:
    return Segment(start_s, end_s, label, {label: share, "neutral": 1 - share})


def test_passages_are_segments_of_one_answer_that_follow_one_another() -> None:
    segments = (
        segment(0.0, 2.0, "sad", 0.6),
        segment(2.5, 3.5, "sad", 0.9),
        segment(4.0, 5.0, "angry"),
        segment(5.0, 6.0, "sad"),
        segment(60.0, 61.0, "sad"),  # after a pause of a minute
    )
    first, *others = passages(segments)
    assert (first.start_s, first.end_s, first.label) == (0.0, 3.5, "sad")
    assert first.share == pytest.approx((2 * 0.6 + 0.9) / 3)
    assert others == [
        Passage(4.0, 5.0, "angry", 0.8),
        Passage(5.0, 6.0, "sad", 0.8),
        Passage(60.0, 61.0, "sad", 0.8),
    ]
    assert passages(()) == ()


def test_a_passage_goes_on_over_a_pause_of_three_seconds_and_ends_where_another_speaks() -> None:
    one, near, far = segment(0.0, 1.0, "sad"), segment(4.0, 5.0, "sad"), segment(8.1, 9.0, "sad")
    assert [(p.start_s, p.end_s) for p in passages((one, near, far))] == [(0.0, 5.0), (8.1, 9.0)]
    spoken = [replace(one, speaker=0), replace(near, speaker=1), replace(near, start_s=5.0, end_s=6.0, speaker=1)]
    assert [(p.start_s, p.end_s, p.speaker) for p in passages(spoken)] == [(0.0, 1.0, 0), (4.0, 6.0, 1)]
    (nothing,) = passages((segment(1.0, 1.0, "sad", 0.6), segment(1.0, 1.0, "sad", 0.8)))
    assert nothing.share == pytest.approx(0.7), "of moments without length the plain mean"


def test_shares_are_the_mean_of_the_window_by_seconds_of_speech() -> None:
    rng = np.random.default_rng(3)
    segments, at = [], 0.0
    for _ in range(40):
        at += float(rng.uniform(0.0, 2.0))
        share = float(rng.uniform())
        segments.append(Segment(at, at + 1.5, "a", {"a": share, "b": 1 - share}))
        at += 1.5
    times, window = np.linspace(-2.0, at + 5.0, 60), 4.0
    found = smoothed_shares(segments, ("a", "b"), times, window)
    for t, row in zip(times, found, strict=True):
        total, weighted = 0.0, 0.0
        for one in segments:
            seconds = max(0.0, min(one.end_s, t + window / 2) - max(one.start_s, t - window / 2))
            total += seconds
            weighted += seconds * one.probabilities["a"]
        if total > 1e-6:
            assert row[0] == pytest.approx(weighted / total, abs=1e-6)
            assert row.sum() == pytest.approx(1.0)
        else:
            assert np.isnan(row).all()


@pytest.mark.parametrize(
    ("span_s", "step_s"),
    [
        *((0.5, 0.1), (1, 0.2), (2.5, 0.5), (5, 1), (10, 2), (25, 5), (50, 10), (75, 15), (150, 30), (300, 60)),
        *((600, 120), (1500, 300), (3000, 600), (4500, 900), (9000, 1800), (18000, 3600), (36000, 7200)),
        (72000, 14400),
    ],
)
def test_five_ticks_are_as_near_as_round_times_allow(span_s: float, step_s: float) -> None:
    assert ticks(0, span_s, 5) == pytest.approx(tuple(n * step_s for n in range(6)))
    assert ticks(0, span_s * 1.001, 5)[1] > step_s


def test_shares_of_the_time_are_those_of_what_was_listened_to() -> None:
    def answered(*segments: Segment) -> dict[str, float]:
        shares = {"angry": 0.5, "sad": 0.5}
        none: Any = None
        return share_of_time(
            Recognition("", 9.0, "sad", 0.5, False, "", 0.5, 2.0, shares, shares, shares, (), 1, 0.5, segments, none)
        )

    assert answered() == {"angry": 0.0, "sad": 0.0}
    parts = (Segment(1.0, 2.0, "sad", {}), Segment(4.0, 4.5, "angry", {}), Segment(5.0, 5.5, "sad", {}))
    assert answered(*parts) == {"angry": 0.25, "sad": 0.75}
