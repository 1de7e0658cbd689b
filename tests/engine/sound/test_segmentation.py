"""Splitting at pauses: borders, the longest piece, single words that are joined to others, and blocks of any size."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
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


def given(*stretches: tuple[int, float]) -> npt.NDArray[np.float32]:
    """(chunks, probability) after one another."""
    return np.concatenate([np.full(n, probability, np.float32) for n, probability in stretches])


def cut_by(probabilities: npt.NDArray[np.float32], samples: Waveform | None = None) -> list[Piece]:
    """With these probabilities, of a sound that is there where the speech is."""
    if samples is None:
        samples = np.repeat(np.where(probabilities > 0.1, np.float32(0.1), np.float32(0)), CHUNK)
    segmenter = Segmenter(HeardBefore(probabilities), MAX_SECONDS)
    return [*segmenter.feed(samples), *segmenter.finish()]


LONGEST = 183
"""Chunks of 32 ms in six seconds, less two margins of 64 ms."""


@pytest.mark.parametrize(
    ("stretches", "n"),
    [
        ([(40, 0.49)], 0),
        ([(40, 0.5)], 1),
        ([(1, 0.5), (40, 0.35)], 0),  # a moment of speech that goes on and on below one half is none
        ([(6, 0.5)], 1),  # 0.2 s
        ([(5, 0.5), (3, 0.49)], 0),
        ([(40, 0.5), (20, 0.351), (40, 0.5)], 1),  # 0.15 below the threshold speech goes on
        ([(40, 0.5), (20, 0.349), (40, 0.5)], 2),
        ([(31, 0.9), (12, 0.0), (40, 0.9)], 2),  # after a second of speech a pause of 0.4 s
        ([(31, 0.9), (11, 0.0), (40, 0.9)], 1),
        ([(30, 0.9), (12, 0.0), (40, 0.9)], 1),
        ([(30, 0.9), (25, 0.0), (40, 0.9)], 2),  # before it one of 0.8 s
        ([(30, 0.9), (24, 0.0), (40, 0.9)], 1),
        ([(LONGEST, 0.9)], 1),
        ([(LONGEST + 1, 0.9), (5, 0.9)], 2),
    ],
)
def test_where_a_piece_begins_and_ends_by_the_detectors_probabilities(
    stretches: list[tuple[int, float]], n: int
) -> None:
    assert len(cut_by(given(*stretches, (40, 0.0)))) == n


@pytest.mark.parametrize(
    ("least", "cut_after"),
    [
        ([150], 150),
        ([50, 150], 150),
        ([90, 150], 150),
        ([91, 150], 91),
        ([182], 182),
        ([183, 120], 120),
        ([95, 120], 95),
    ],
)
def test_a_stretch_that_is_too_long_is_cut_in_its_second_half(least: list[int], cut_after: int) -> None:
    probabilities = given((230, 0.9), (40, 0.0))
    probabilities[least] = np.linspace(0.6, 0.65, len(least))
    first, second = cut_by(probabilities)
    assert (first.start_s, second.end_s) == (0.0, pytest.approx(230 * CHUNK_S))
    assert first.end_s == second.start_s == (cut_after + 1) * CHUNK_S


def test_what_was_speech_before_a_cut_counts_after_it() -> None:
    probabilities = given((LONGEST + 1, 0.9), (40, 0.0))
    probabilities[150] = 0.6
    _, second = cut_by(probabilities)
    assert (second.start_s, second.end_s) == pytest.approx((151 * CHUNK_S, (LONGEST + 1) * CHUNK_S), abs=0.011)


def test_what_follows_a_cut_begins_there_even_if_it_is_silent() -> None:
    probabilities = given((230, 0.9), (40, 0.0))
    probabilities[150] = 0.6
    samples = np.repeat(np.where(probabilities > 0.1, np.float32(0.1), np.float32(0)), CHUNK)
    samples[148 * CHUNK : 155 * CHUNK] = 0
    first, second = cut_by(probabilities, samples)
    assert first.end_s == second.start_s == 151 * CHUNK_S


@pytest.mark.parametrize("n", [40, 100, 180])
def test_margins_are_64_ms_on_both_sides(n: int) -> None:
    margin = 1_024
    samples = np.repeat(given((25, 1e-5), (n, 0.1), (40, 1e-5)), CHUNK)
    (piece,) = cut_by(given((25, 0.0), (n, 0.9), (40, 0.0)), samples)
    assert (piece.start_s, piece.end_s) == (0.8, pytest.approx(0.8 + n * CHUNK_S, abs=0.01))
    first, last = np.flatnonzero(piece.samples > 0.01)[[0, -1]].tolist()
    assert (first, last - first + 1) == (margin, n * CHUNK)
    assert len(piece.samples) == round((piece.end_s - piece.start_s) * 16_000) + 2 * margin


@pytest.mark.parametrize("soft", [1, 2, 3, 5])
def test_margins_give_way_where_the_voice_takes_the_room(soft: int) -> None:
    """A soft beginning and end, so many chunks each, that the detector did not hear; in all no more than 187 chunks."""
    n = LONGEST
    samples = np.repeat(given((25, 0.0), (soft, 0.01), (n, 0.1), (soft, 0.01), (40, 0.0)), CHUNK)
    (piece,) = cut_by(given((25 + soft, 0.0), (n, 0.9), (40 + soft, 0.0)), samples)
    assert (piece.start_s, piece.end_s) == pytest.approx((0.8, 0.8 + (n + 2 * soft) * CHUNK_S), abs=0.011)
    assert 0 <= 187 * CHUNK - len(piece.samples) <= 1, "all that the encoder takes"
    if soft > 2:
        start = round(piece.start_s * 16_000)
        assert np.array_equal(piece.samples, samples[start : start + 187 * CHUNK])
    room = max(0, 2 - soft) * CHUNK
    assert np.flatnonzero(piece.samples)[0] == pytest.approx(room, abs=160)
    start = round(piece.start_s * 16_000) - room
    assert any(
        np.array_equal(piece.samples, samples[at : at + len(piece.samples)]) for at in range(start - 200, start + 200)
    )


def test_a_recording_that_begins_with_speech_begins_there() -> None:
    soft = np.repeat(given((3, 0.01), (40, 0.1), (40, 0.0)), CHUNK)
    silent = np.repeat(given((3, 0.0), (40, 0.1), (40, 0.0)), CHUNK)
    (heard_later,) = cut_by(given((3, 0.0), (40, 0.9), (40, 0.0)), soft)
    (heard_before,) = cut_by(given((43, 0.9), (40, 0.0)), silent)
    assert heard_later.start_s == heard_before.start_s == 0.0


def test_the_room_is_that_of_the_last_04_s_before_a_piece_and_of_its_pause() -> None:
    """Seconds before it were loud; its soft end, 20 dB less, belongs to it all the same."""
    samples = np.repeat(given((100, 0.05), (14, 0.0), (40, 0.1), (3, 0.01), (40, 0.0)), CHUNK)
    (piece,) = cut_by(given((114, 0.0), (40, 0.9), (43, 0.0)), samples)
    assert piece.end_s == pytest.approx(157 * CHUNK_S, abs=0.011)


def test_what_was_heard_before_is_said_of_as_much_as_is_there() -> None:
    detector = HeardBefore(given((3, 0.1), (1, 0.2), (6, 0.3)))
    said = [detector.feed(np.zeros(n, np.float32)).tolist() for n in (CHUNK - 1, 1, 2 * CHUNK, 100)]
    assert [len(one) for one in [*said, detector.finish().tolist()]] == [0, 1, 2, 0, 1]
    assert detector.finish().tolist() == pytest.approx([0.2])


def test_a_recording_that_begins_with_speech_has_no_margin_before_it() -> None:
    (piece,) = cut_by(given((40, 0.9), (40, 0.0)))
    assert piece.start_s == 0.0
    assert len(piece.samples) == round(piece.end_s * 16_000) + 1_024
    assert (piece.samples[: 40 * CHUNK] > 0.05).all()


def test_the_sound_of_one_piece_is_not_the_margin_of_another() -> None:
    """0.4 s lie between two pieces, of which the second begins softly: what was the first's stays the first's."""
    samples = np.repeat(given((40, 0.1), (2, 0.01), (10, 0.0), (2, 0.01), (40, 0.1), (40, 0.0)), CHUNK)
    first, second = cut_by(given((40, 0.9), (14, 0.0), (40, 0.9), (40, 0.0)), samples)
    assert first.end_s == pytest.approx(42 * CHUNK_S, abs=0.011)
    assert second.start_s == pytest.approx(52 * CHUNK_S, abs=0.011)


def test_the_next_recording_knows_nothing_of_the_last_one() -> None:
    detector = HeardBefore(given((50, 0.9), (20, 0.0)))
    for _ in range(2):
        segmenter = Segmenter(detector, MAX_SECONDS)
        (piece,) = [*segmenter.feed(np.full(70 * CHUNK, 0.1, np.float32)), *segmenter.finish()]
        assert piece.start_s == 0.0
    assert (segmenter.speech_chunks, segmenter.speech_peak) == (50, pytest.approx(0.9))


def test_a_voice_goes_back_no_further_than_to_where_another_ended() -> None:
    samples = np.repeat(given((40, 0.0), (10, 0.01), (40, 0.1), (40, 0.0)), CHUNK)
    probabilities = given((50, 0.0), (40, 0.9), (40, 0.0))
    for cuts_s, start_s in (([], 40 * CHUNK_S), ([45 * CHUNK_S], 45 * CHUNK_S)):
        segmenter = Segmenter(HeardBefore(probabilities), MAX_SECONDS, cuts_s)
        (piece,) = [*segmenter.feed(samples), *segmenter.finish()]
        assert piece.start_s == pytest.approx(start_s, abs=1e-9)


def test_the_last_chunk_is_filled_up_with_silence() -> None:
    segmenter = Segmenter(HeardBefore(given((41, 0.9))), MAX_SECONDS)
    (piece,) = [*segmenter.feed(np.full(40 * CHUNK + 100, 0.1, np.float32)), *segmenter.finish()]
    assert len(piece.samples) == 41 * CHUNK
    assert np.flatnonzero(piece.samples)[-1] == 40 * CHUNK + 99


def test_figures_of_the_whole_are_counted() -> None:
    segmenter = Segmenter(LoudnessDetector(), MAX_SECONDS)
    samples = sound((0.992, 0), (2.016, 0.1))
    assert list(segmenter.feed(samples)) == []
    assert len(list(segmenter.finish())) == 1
    assert segmenter.speech_chunks == 63
    assert segmenter.speech_peak == pytest.approx(0.9)
    segmenter = Segmenter(HeardBefore(given((3, 0.5), (2, 0.49))), MAX_SECONDS)
    list(segmenter.feed(np.zeros(5 * CHUNK, np.float32)))
    assert (segmenter.speech_chunks, segmenter.speech_peak) == (3, 0.5)
