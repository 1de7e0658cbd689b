"""Long recordings joined from clips: where the segments are, what they are, and parts of them asked for again."""

import os
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app import paths
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.answer import Segment
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform, load_audio
from desktop_app.engine.sound.envelope import Peaks, peaks_of
from desktop_app.engine.sound.segmentation import Segmenter
from desktop_app.engine.sound.speech import SpeechDetector
from tests.engine.sound.speech_like import LoudnessDetector
from tests.tiny_pack import LABELS, clip

CORPORA = os.environ.get("VOICEKIN_CORPORA", "")
CLIPS = {"ravdess": "*/*.flac", "emodb": "wav/*.flac", "nemo": "samples/*.ogg", "ased": "*/*.ogg"}
TOLERANCE_S = 0.1
PAUSE_S = 1.0
LOUDEST_TO_EDGE_DB = 30.0

Span = tuple[float, float]


@pytest.fixture(scope="module")
def recogniser(tiny_pack: Pack) -> Recogniser:
    return Recogniser(tiny_pack, threads=1)


@pytest.fixture
def loudness(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Speech is what is loud: the tiny pack's clips are no speech to the real detector."""
    monkeypatch.setattr(recogniser, "_detector", LoudnessDetector())


@pytest.fixture
def interview(recogniser: Recogniser, tmp_path: Path) -> tuple[Path, list[str], list[Span]]:
    """Twelve clips of 2 to 3.1 s with pauses of a second; each clip's own answer; where it lies."""
    labels = [LABELS[i % 4] for i in (0, 3, 1, 2, 2, 0, 1, 3, 0, 2, 3, 1)]
    clips = [trimmed(clip(label, 50 + i, 2.0 + 0.1 * i)) for i, label in enumerate(labels)]
    samples, spans = joined(clips)
    path = tmp_path / "Gespräch.wav"
    soundfile.write(path, samples, SAMPLE_RATE)
    return path, [recogniser.answer(recogniser.analyse(sound)).label for sound in clips], spans


def trimmed(samples: Waveform) -> Waveform:
    """From the first to the last 10 ms that come within 30 dB of the loudest."""
    frame = SAMPLE_RATE // 100
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    level = 10 * np.log10(np.square(frames, dtype=np.float64).mean(axis=1) + 1e-12)
    loud = np.flatnonzero(level >= level.max() - LOUDEST_TO_EDGE_DB)
    return samples[loud[0] * frame : (loud[-1] + 1) * frame]


def joined(clips: Sequence[Waveform]) -> tuple[Waveform, list[Span]]:
    """The clips with pauses between them, over faint noise, and where each of them lies, in seconds."""
    pause = np.zeros(round(PAUSE_S * SAMPLE_RATE), np.float32)
    parts, spans, at = [], [], 0
    for sound in clips:
        at += len(pause)
        spans.append((at / SAMPLE_RATE, (at + len(sound)) / SAMPLE_RATE))
        parts += [pause, sound]
        at += len(sound)
    samples = np.concatenate([*parts, pause])
    noise = 1e-4 * np.random.default_rng(0).standard_normal(len(samples))
    return (samples + noise).astype(np.float32), spans


def right(spans: Sequence[Span], found: Sequence[Span]) -> int:
    """How many of the clips have their first and last border in the right place."""
    count = 0
    for start, end in spans:
        inside = [(a, b) for a, b in found if b > start - 0.3 and a < end + 0.3]
        count += bool(inside) and abs(inside[0][0] - start) <= TOLERANCE_S and abs(inside[-1][1] - end) <= TOLERANCE_S
    return count


def at(segments: Sequence[Segment], span: Span) -> str:
    """The label of the segment that covers most of a span, "" where there is none."""
    shared = {i: min(s.end_s, span[1]) - max(s.start_s, span[0]) for i, s in enumerate(segments)}
    best = max(shared, key=lambda i: shared[i], default=-1)
    return segments[best].label if best >= 0 and shared[best] > 0 else ""


@pytest.mark.usefixtures("loudness")
def test_segments_lie_where_the_clips_are_and_say_what_the_clips_say(
    recogniser: Recogniser, interview: tuple[Path, list[str], list[Span]]
) -> None:
    path, labels, spans = interview
    answer = recogniser.recognise_file(path)
    assert right(spans, [(s.start_s, s.end_s) for s in answer.segments]) == len(spans)
    assert [at(answer.segments, span) for span in spans] == labels
    assert answer.duration_s == pytest.approx(soundfile.info(path).duration)


@pytest.mark.usefixtures("loudness")
def test_a_stretch_is_asked_for_by_itself(
    recogniser: Recogniser, interview: tuple[Path, list[str], list[Span]]
) -> None:
    path, labels, spans = interview
    start, end = spans[4][0] - 0.2, spans[6][1] + 0.2
    answer = recogniser.answer(recogniser.analyse_file(path, start_s=start, end_s=end))
    assert len(answer.segments) == 3
    assert right(spans[4:7], [(s.start_s, s.end_s) for s in answer.segments]) == 3
    assert [s.label for s in answer.segments] == labels[4:7]
    assert answer.duration_s == pytest.approx(end)


def test_the_waveform_is_drawn_from_what_was_heard_anyway(
    recogniser: Recogniser, interview: tuple[Path, list[str], list[Span]]
) -> None:
    path, _, _ = interview
    peaks = Peaks(SAMPLE_RATE)
    recogniser.analyse_file(path, listen=peaks.feed)
    np.testing.assert_array_equal(peaks.array(), peaks_of([load_audio(path).samples], SAMPLE_RATE))


def test_several_threads_answer_as_one_does(
    recogniser: Recogniser, interview: tuple[Path, list[str], list[Span]]
) -> None:
    path, _, _ = interview
    alone = recogniser.recognise_file(path)
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda _: recogniser.for_another_thread().recognise_file(path), range(6)))
    assert all(answer.segments == alone.segments for answer in together)


def corpus_clips(corpus: str, count: int) -> list[Path]:
    found = sorted((Path(CORPORA) / corpus).glob(CLIPS[corpus]))
    return random.Random(1).sample(found, count)


@pytest.mark.corpora
@pytest.mark.skipif(not Path(CORPORA, "emodb").is_dir() or not CORPORA, reason="VOICEKIN_CORPORA names no corpora")
def test_borders_of_real_speech() -> None:
    detector = SpeechDetector()
    hits = total = 0
    for corpus in CLIPS:
        samples, spans = joined([trimmed(load_audio(path).samples) for path in corpus_clips(corpus, 60)])
        segmenter = Segmenter(detector, max_seconds=8.0)
        found = [*segmenter.feed(samples), *segmenter.finish()]
        hits += right(spans, [(piece.start_s, piece.end_s) for piece in found])
        total += len(spans)
    assert hits / total >= 0.95


@pytest.mark.corpora
@pytest.mark.skipif(not Path(CORPORA, "emodb").is_dir() or not CORPORA, reason="VOICEKIN_CORPORA names no corpora")
@pytest.mark.skipif(not paths.default_pack().is_dir(), reason="the default pack is not in this checkout")
def test_answers_within_a_long_recording_agree_with_the_clips_own(tmp_path: Path) -> None:
    recogniser = Recogniser(load_pack(paths.default_pack()))
    clips = [load_audio(path).samples for corpus in CLIPS for path in corpus_clips(corpus, 60)]
    own = [recogniser.answer(recogniser.analyse(sound)) for sound in clips]
    samples, spans = joined(clips)
    soundfile.write(tmp_path / "joined.wav", samples, SAMPLE_RATE)
    answer = recogniser.recognise_file(tmp_path / "joined.wav")
    agreed = [at(answer.segments, span) == one.label for span, one in zip(spans, own, strict=True)]
    assert sum(agreed) / len(agreed) >= 0.95, "of all, those that the app calls uncertain included"
