"""A recording of several people: stretches end where the speaker changes, and each is compared with their own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.answer import NOBODY, VoiceUsed
from desktop_app.engine.recognition.recogniser import (
    MIN_GROUP,
    Recogniser,
    SpeakerCount,
    SpeakerVoice,
    asks_for_speakers,
)
from desktop_app.engine.sound.audio import SAMPLE_RATE
from desktop_app.errors import Cancelled
from tests.engine.sound.speech_like import LoudnessDetector
from tests.engine.speakers.made_voices import talk

TURNS = [
    (i % 2, seconds) for i, seconds in enumerate((3.0, 2.0, 2.5, 3.5, 2.0, 2.0, 4.0, 2.0, 2.0, 3.0, 2.0, 2.0, 2.5))
]


@pytest.fixture(scope="module")
def recogniser(tiny_pack: Pack) -> Recogniser:
    recogniser = Recogniser(tiny_pack, threads=1)
    recogniser._detector = LoudnessDetector()  # made voices are no speech to the real one
    return recogniser


@pytest.fixture(scope="module")
def talked() -> tuple[np.ndarray, list[int], list[float]]:
    samples, spans = talk(TURNS, pause_s=0.3)  # too short for the segmenter: only the speakers part the stretches
    return samples, [number for *_, number in spans], [start for start, *_ in spans]


def test_stretches_end_where_another_begins(
    recogniser: Recogniser, talked: tuple[np.ndarray, list[int], list[float]]
) -> None:
    samples, who, starts = talked
    analysis = recogniser.analyse(samples, speakers=2)
    assert list(analysis.speaker_of) == who
    assert [start for start, _ in analysis.spans] == pytest.approx(starts, abs=0.2)
    alone = recogniser.analyse(samples)
    assert alone.who is None
    assert alone.speaker_of == ()
    assert len(alone.spans) < len(analysis.spans)


def test_each_speaker_is_compared_with_their_own_voice(
    recogniser: Recogniser, talked: tuple[np.ndarray, list[int], list[float]]
) -> None:
    samples, who, _ = talked
    analysis = recogniser.analyse(samples, speakers=2)
    voices = recogniser.speaker_voices(analysis)
    own = [np.flatnonzero(np.array(who) == k) for k in (0, 1)]
    for voice, rows in zip(voices, own, strict=True):
        assert voice.voice.kind == "itself"
        assert voice.voice.heard == len(rows) >= MIN_GROUP
    assert not np.allclose(voices[0].baseline, voices[1].baseline)
    answer = recogniser.answer(analysis, speakers=voices)
    assert answer.rests_on.voice.kind == "speakers"
    assert [s.speaker for s in answer.segments] == who
    assert [s.name for s in answer.speakers] == ["Speaker 1", "Speaker 2"]
    assert sum(s.share for s in answer.speakers) == pytest.approx(1)
    # what a speaker is told is what their stretches alone are told with their baseline
    for k, rows in enumerate(own):
        part = recogniser.analyse(samples, speakers=2)
        alone = recogniser.answer(
            type(part)(
                **{**vars(part), "spans": tuple(part.spans[i] for i in rows), "pooled": part.pooled[rows], "who": None}
            ),
            baseline=voices[k].baseline,
            voice=voices[k].voice,
        )
        assert alone.probabilities == pytest.approx(answer.speakers[k].probabilities)
        assert [alone.segments[j].label for j in range(len(rows))] == [answer.segments[i].label for i in rows]


def test_a_persons_choice_of_a_speakers_voice_is_kept(
    recogniser: Recogniser, talked: tuple[np.ndarray, list[int], list[float]]
) -> None:
    analysis = recogniser.analyse(talked[0], speakers=2)
    baseline = np.full(recogniser.pack.manifest.pooled_dim, 0.5, np.float32)
    said = {1: SpeakerVoice(baseline, VoiceUsed("saved", "Anna", 12, 0.9), "Anna")}
    voices = recogniser.speaker_voices(analysis, said)
    assert voices[1] == said[1]
    answer = recogniser.answer(analysis, speakers=voices)
    assert [(s.name, s.voice.kind) for s in answer.speakers] == [("Speaker 1", "itself"), ("Anna", "saved")]
    other = recogniser.answer(analysis, speakers=recogniser.speaker_voices(analysis))
    changed = [a.probabilities != b.probabilities for a, b in zip(answer.segments, other.segments, strict=True)]
    assert changed == [s.speaker == 1 for s in answer.segments]
    with pytest.raises(ValueError, match="one voice for each"):
        recogniser.answer(analysis, speakers=voices[:1])


def test_few_stretches_are_heard_against_the_whole_recording(recogniser: Recogniser) -> None:
    samples, _ = talk([(0, 3.0), (1, 2.0)] * 2 + [(0, 2.0)] * 3, pause_s=0.9)
    analysis = recogniser.analyse(samples, speakers=2)
    first, second = recogniser.speaker_voices(analysis)
    assert first.voice.heard == 5
    assert second.voice.heard == 7


def test_a_short_recording_is_not_asked_about(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    samples, _ = talk([(0, 3.0), (1, 4.0)])
    monkeypatch.setattr(recogniser, "_listened", None)  # costs nothing: nobody listens
    assert recogniser.analyse(samples, speakers="auto").who is None
    assert recogniser.answer(recogniser.analyse(samples, speakers="auto")).speakers == ()


def test_a_short_recording_is_parted_where_a_number_is_given(recogniser: Recogniser) -> None:
    samples, spans = talk([(0, 3.0), (1, 4.0)])
    analysis = recogniser.analyse(samples, speakers=2)
    assert list(analysis.speaker_of) == [0, 1]
    assert [s for s, _ in analysis.spans] == pytest.approx([s for s, *_ in spans], abs=0.15)


def test_a_part_of_a_file_counts_from_its_start(recogniser: Recogniser, tmp_path: Path) -> None:
    samples, spans = talk(TURNS)
    soundfile.write(tmp_path / "a.wav", samples, SAMPLE_RATE)
    whole = recogniser.analyse_file(tmp_path / "a.wav", speakers=2)
    begin = spans[2][0] - 0.1
    part = recogniser.analyse_file(tmp_path / "a.wav", speakers=2, start_s=begin)
    assert part.who is not None
    assert whole.who is not None
    assert part.who.turns[0].start_s == pytest.approx(whole.who.turns[2].start_s, abs=0.1)
    assert list(part.speaker_of) == list(whole.speaker_of[2:])


def test_a_file_that_is_read_twice_is_drawn_once(recogniser: Recogniser, tmp_path: Path) -> None:
    samples, _ = talk(TURNS[:2])
    soundfile.write(tmp_path / "a.wav", samples, SAMPLE_RATE)
    drawn: list[np.ndarray] = []
    recogniser.analyse_file(tmp_path / "a.wav", speakers=2, listen=drawn.append)
    assert np.concatenate(drawn) == pytest.approx(samples, abs=1e-4)


def test_who_says_nothing_that_was_kept_is_told_with_nothing(
    recogniser: Recogniser, talked: tuple[np.ndarray, list[int], list[float]]
) -> None:
    analysis = recogniser.analyse(talked[0], speakers=2)
    assert analysis.who is not None
    who = replace(analysis.who, embeddings=np.concatenate([analysis.who.embeddings] * 2)[:3])
    answer = recogniser.answer(replace(analysis, who=who))
    third = answer.speakers[2]
    assert (third.name, third.speech_s, third.share, set(third.probabilities.values())) == ("Speaker 3", 0, 0, {0.25})
    assert sum(one.share for one in answer.speakers[:2]) == pytest.approx(1.0)
    lengths = [end - start for start, end in analysis.spans]
    assert sum(one.speech_s for one in answer.speakers) == pytest.approx(sum(lengths))


def test_a_call_with_one_in_each_channel_is_told_apart_by_its_channels(recogniser: Recogniser, tmp_path: Path) -> None:
    samples, spans = talk([(0, 3.0)] * 8, pause_s=0.6)  # the same voice on both lines
    lines = np.random.default_rng(0).normal(0, 1e-4, (len(samples), 2)).astype(np.float32)
    for i, (start, end, _) in enumerate(spans):
        part = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        lines[part, i % 2] += samples[part]
    soundfile.write(tmp_path / "call.wav", lines, SAMPLE_RATE)
    analysis = recogniser.analyse_file(tmp_path / "call.wav", speakers="auto")
    assert analysis.who is not None
    assert analysis.who.by_channel
    assert list(analysis.speaker_of) == [0, 1] * 4


def test_cancel_and_progress(recogniser: Recogniser, talked: tuple[np.ndarray, list[int], list[float]]) -> None:
    shares: list[float] = []
    recogniser.analyse(talked[0], speakers=2, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    asked = 0

    def third() -> bool:
        nonlocal asked
        asked += 1
        return asked == 3

    with pytest.raises(Cancelled):
        recogniser.analyse(talked[0], speakers=2, should_stop=third)
    assert asked == 3


def test_numbers_that_make_no_sense_are_refused() -> None:
    for wrong in (0, 9, "two"):
        with pytest.raises(ValueError, match="1 to 8"):
            asks_for_speakers(wrong, 60.0)  # type: ignore[arg-type]
    assert asks_for_speakers("auto", 15.0)
    assert not asks_for_speakers("auto", 14.9)
    assert asks_for_speakers(3, 4.0)
    assert not asks_for_speakers("off", 600.0)


def test_one_speaker_is_heard_as_before(recogniser: Recogniser) -> None:
    samples, _ = talk([(0, 2.0)] * 9, pause_s=0.9)
    one = recogniser.analyse(samples, speakers=1)
    alone = recogniser.analyse(samples)
    assert one.spans == alone.spans
    answer = recogniser.answer(one, speakers=recogniser.speaker_voices(one))
    own = recogniser.own_voice(alone)
    assert own is not None
    assert answer.probabilities == pytest.approx(recogniser.answer(alone, baseline=own[0], voice=own[1]).probabilities)
    assert answer.rests_on.voice == own[1] != NOBODY


@pytest.mark.parametrize("speakers", ["off", 2])
def test_a_quiet_recording_is_heard_as_a_loud_one(
    recogniser: Recogniser, talked: tuple[np.ndarray, list[int], list[float]], speakers: SpeakerCount
) -> None:
    loud, quiet = (recogniser.analyse(talked[0] * np.float32(gain), speakers=speakers) for gain in (1.0, 0.01))
    assert quiet.speaker_of == loud.speaker_of
    assert np.array(quiet.spans) == pytest.approx(np.array(loud.spans), abs=0.1)
