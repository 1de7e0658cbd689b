"""Splitting at pauses: borders, the longest piece, single words that are joined to others, and blocks of any size."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from desktop_app.engine.sound.audio import Waveform
from desktop_app.engine.sound.segmentation import HeardBefore, Piece, Segmenter
from desktop_app.engine.sound.speech import CHUNK, CHUNK_S
from tests.engine.sound.speech_like import LoudnessDetector

MAX_SECONDS = 6.0
TO_10_MS = {"abs": 0.011}


def sound(*stretches: tuple[float, float]) -> Waveform:
    """(seconds, level) after one another, as noise."""
    rng = np.random.default_rng(0)
    return np.concatenate(
        [(level * rng.standard_normal(round(s / CHUNK_S) * CHUNK)).astype(np.float32) for s, level in stretches]
    )


def cut(samples: Waveform, block: int = 8_000) -> list[Piece]:
    segmenter = Segmenter(LoudnessDetector(), MAX_SECONDS)

    def run() -> Iterator[Piece]:
        for start in range(0, len(samples), block):
            yield from segmenter.feed(samples[start : start + block])
        yield from segmenter.finish()

    return list(run())


def borders(pieces: list[Piece]) -> list[tuple[float, float]]:
    return [(p.start_s, p.end_s) for p in pieces]


def test_speech_is_cut_at_its_pauses() -> None:
    pieces = cut(sound((0.992, 0), (2.016, 0.1), (0.512, 0), (1.504, 0.1), (3.008, 0)))
    assert borders(pieces) == [pytest.approx((0.992, 3.008), **TO_10_MS), pytest.approx((3.52, 5.024), **TO_10_MS)]


def test_a_piece_carries_its_margins_and_the_very_samples() -> None:
    samples = sound((0.992, 0), (2.016, 0.1), (0.992, 0))
    (piece,) = cut(samples)
    margin = 1024  # samples, 64 ms: what keeps most labels
    start = round(piece.start_s * 16_000) - margin
    end = round(piece.end_s * 16_000) + margin
    assert np.array_equal(piece.samples, samples[start:end])


def test_borders_are_found_within_the_detectors_chunks() -> None:
    """Speech that begins and ends some 25 ms inside of a chunk of 32 ms, with a pause of half a second between."""
    edges = [31 * CHUNK + 400, 81 * CHUNK + 100, 99 * CHUNK + 400, 150 * CHUNK + 100]
    samples = np.zeros(200 * CHUNK, np.float32)
    for start, end in (edges[:2], edges[2:]):
        samples[start:end] = 0.1 * np.random.default_rng(start).standard_normal(end - start)
    found = [edge for piece in borders(cut(samples)) for edge in piece]
    assert found == [pytest.approx(edge / 16_000, **TO_10_MS) for edge in edges]


def test_every_piece_of_a_long_stretch_is_that_part_of_the_recording() -> None:
    samples = sound((0.992, 0), (20.0, 0.1), (0.992, 0))
    pieces = cut(samples)
    assert len(pieces) >= 4
    for piece in pieces:
        start = round(piece.start_s * 16_000)
        places = [start - margin for margin in range(1025)]
        assert any(np.array_equal(piece.samples, samples[at : at + len(piece.samples)]) for at in places)


def test_a_breath_does_not_cut() -> None:
    assert len(cut(sound((1.504, 0.1), (0.32, 0), (1.504, 0.1), (1.0, 0)))) == 1


def test_a_word_waits_for_a_longer_pause_before_it_stands_alone() -> None:
    assert len(cut(sound((0.512, 0.1), (0.608, 0), (1.504, 0.1), (1.0, 0)))) == 1
    assert len(cut(sound((0.512, 0.1), (0.896, 0), (1.504, 0.1), (1.0, 0)))) == 2


def test_a_click_is_no_piece() -> None:
    assert cut(sound((1.0, 0), (0.16, 0.1), (2.0, 0))) == []
    assert len(cut(sound((1.0, 0), (0.192, 0.1), (2.0, 0)))) == 1


def test_nothing_is_longer_than_the_encoder_takes_and_nothing_is_lost() -> None:
    pieces = cut(sound((0.992, 0), (31.008, 0.1), (0.992, 0)))
    assert max(len(p.samples) for p in pieces) <= MAX_SECONDS * 16_000
    assert pieces[0].start_s == pytest.approx(0.992, **TO_10_MS)
    assert pieces[-1].end_s == pytest.approx(32.0, **TO_10_MS)
    for one, following in pairwise(pieces):
        assert one.end_s == pytest.approx(following.start_s)


def test_a_long_stretch_is_cut_at_its_least_speech_like_chunk() -> None:
    # 4.5 s, one quiet chunk in the second half of the longest piece, 4.5 s
    pieces = cut(sound((4.512, 0.1), (0.032, 0), (4.512, 0.1), (1.0, 0)))
    assert borders(pieces) == [pytest.approx((0, 4.544), **TO_10_MS), pytest.approx((4.544, 9.056), **TO_10_MS)]


def test_speech_up_to_the_last_sample_is_kept() -> None:
    samples = sound((0.512, 0), (1.504, 0.1))[:-100]
    (piece,) = cut(samples)
    assert piece.end_s == pytest.approx(2.016, **TO_10_MS)


@pytest.mark.parametrize("block", [333, 512, 4_096, 1_000_000])
def test_the_size_of_the_blocks_does_not_matter(block: int) -> None:
    samples = sound((0.4, 0), (2.0, 0.1), (0.6, 0), (9.0, 0.1), (0.9, 0), (0.3, 0.1))
    expected, found = cut(samples), cut(samples, block)
    assert borders(found) == borders(expected)
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(expected, found, strict=True))


@pytest.mark.parametrize("block", [333, 512, 4_096, 1_000_000])
def test_what_was_heard_before_is_said_again_with_the_same_samples(block: int) -> None:
    samples = sound((0.4, 0), (2.0, 0.1), (0.6, 0), (1.5, 0.1))[:-100]
    heard = LoudnessDetector()
    probabilities = np.concatenate([heard.feed(samples), heard.finish()])
    blocks = [samples[start : start + block] for start in range(0, len(samples), block)]
    again = HeardBefore(probabilities)
    for _ in range(2):
        again.reset()
        here = LoudnessDetector()
        for one in blocks:
            assert again.feed(one).tolist() == here.feed(one).tolist()
        assert again.finish().tolist() == here.finish().tolist()
    segmenter = Segmenter(again, MAX_SECONDS)
    found = [piece for one in blocks for piece in segmenter.feed(one)] + list(segmenter.finish())
    assert borders(found) == borders(cut(samples))


def test_a_piece_ends_where_another_begins_to_speak() -> None:
    samples = sound((0.512, 0), (3.008, 0.1), (0.512, 0))
    segmenter = Segmenter(LoudnessDetector(), MAX_SECONDS, cuts_s=[0.2, 1.6, 3.9])
    found = borders([*segmenter.feed(samples), *segmenter.finish()])
    assert found == [pytest.approx((0.512, 1.6), **TO_10_MS), pytest.approx((1.6, 3.52), **TO_10_MS)]


def test_figures_of_the_whole_are_counted() -> None:
    segmenter = Segmenter(LoudnessDetector(), MAX_SECONDS)
    samples = sound((0.992, 0), (2.016, 0.1))
    assert list(segmenter.feed(samples)) == []
    assert len(list(segmenter.finish())) == 1
    assert segmenter.speech_chunks == 63
    assert segmenter.speech_peak == pytest.approx(0.9)
