"""Who speaks when, on made voices whose turns are known."""

import numpy as np
import pytest

from desktop_app.engine.sound.audio import SAMPLE_RATE
from desktop_app.engine.sound.channels import ChannelTurns
from desktop_app.engine.speakers.encoder import DIM, WINDOW, SpeakerEncoder
from desktop_app.engine.speakers.turns import Turn, WhoSpeaks, listen, who_speaks
from desktop_app.engine.speakers.windows import LONGEST_S, SpeechWindows, WindowCollector, windows_of
from desktop_app.errors import Cancelled
from tests.engine.sound.speech_like import LoudnessDetector
from tests.engine.speakers.made_voices import Span, talk, voice

TURNS = [(0, 3.0), (1, 4.0), (0, 2.0), (1, 2.5), (0, 5.0), (1, 1.5), (0, 2.0), (1, 3.0)]


@pytest.fixture(scope="module")
def encoder() -> SpeakerEncoder:
    return SpeakerEncoder()


def heard(samples: np.ndarray, encoder: SpeakerEncoder) -> SpeechWindows:
    size = SAMPLE_RATE // 2
    blocks = (samples[start : start + size] for start in range(0, len(samples), size))
    return listen(blocks, LoudnessDetector(), encoder).windows


def found(who: WhoSpeaks | None, spans: list[Span]) -> list[int]:
    assert who is not None
    return [who.at(start, end) for start, end, _ in spans]


@pytest.mark.parametrize("speakers", [2, None])
def test_two_voices_in_turn(encoder: SpeakerEncoder, speakers: int | None) -> None:
    samples, spans = talk(TURNS)
    who = who_speaks(heard(samples, encoder), speakers)
    assert found(who, spans) == [number for *_, number in spans]
    assert who is not None
    assert who.speakers == 2
    assert not who.by_channel
    starts = [turn.start_s for turn in who.turns]
    assert starts == pytest.approx([start for start, *_ in spans], abs=0.1)
    assert who.embeddings.shape == (2, DIM)


def test_a_change_without_a_pause_is_found(encoder: SpeakerEncoder) -> None:
    samples, spans = talk(TURNS, pause_s=0.0)
    who = who_speaks(heard(samples, encoder), 2)
    assert found(who, spans) == [number for *_, number in spans]
    assert who is not None
    assert [t.start_s for t in who.turns] == pytest.approx([start for start, *_ in spans], abs=0.8)


def test_one_voice_is_one_speaker(encoder: SpeakerEncoder) -> None:
    samples, _ = talk([(0, 3.0)] * 8)
    who = who_speaks(heard(samples, encoder))
    assert who is not None
    assert who.speakers == 1
    assert who.changes_s() == []


def test_more_speakers_than_windows_are_not_made_up(encoder: SpeakerEncoder) -> None:
    who = who_speaks(heard(voice(0, 1.0, 1), encoder), 8)
    assert who is not None
    assert who.speakers == 1


def test_silence_has_no_speakers(encoder: SpeakerEncoder) -> None:
    assert who_speaks(heard(np.zeros(SAMPLE_RATE * 3, np.float32), encoder)) is None


def test_channels_that_hold_different_voices_are_the_speakers(encoder: SpeakerEncoder) -> None:
    samples, spans = talk([(0, 2.0)] * 4)  # one voice, so that only the channels can tell
    turns = ChannelTurns(0.2, np.repeat([1, 0, 1, 0], 12))
    who = who_speaks(heard(samples, encoder), channels=turns)
    assert found(who, spans) == [0, 1, 0, 1]
    assert who is not None
    assert who.by_channel
    knock = np.append(np.zeros(47, np.int64), 1)  # of 48 turns one: the channels are not the speakers
    alone = who_speaks(heard(samples, encoder), channels=ChannelTurns(0.2, knock))
    assert alone is not None
    assert (alone.by_channel, alone.speakers) == (False, 1)
    three = who_speaks(heard(samples, encoder), 3, turns)
    assert three is not None
    assert not three.by_channel


def test_listening_stops_when_asked(encoder: SpeakerEncoder) -> None:
    samples, _ = talk(TURNS)
    with pytest.raises(Cancelled):
        listen([samples], LoudnessDetector(), encoder, lambda: True)
    windows = heard(samples, encoder)
    with pytest.raises(Cancelled):
        who_speaks(windows, None, None, lambda: True)


def test_hours_without_a_pause_are_looked_at_piece_by_piece(encoder: SpeakerEncoder) -> None:
    collector = WindowCollector(encoder)
    chunk = voice(0, 0.032, 0)
    most = 0
    for _ in range(round(2.5 * LONGEST_S / 0.032)):
        collector.add(chunk, 0.9)
        most = max(most, len(collector._open))
    windows = collector.finish()
    assert most <= LONGEST_S / 0.032 + 1
    assert len(windows.stretches) == 3
    assert windows.stretches[-1, 1] == pytest.approx(2.5 * LONGEST_S, abs=0.1)
    assert (np.diff(windows.centres) > 0).all()
    assert windows.embeddings.shape == (len(windows.centres), DIM)


def test_windows_reach_from_end_to_end() -> None:
    sound = voice(0, 4.0, 3)
    starts, windows = windows_of(sound)
    assert starts[0] == 0
    assert starts[-1] + WINDOW == len(sound)
    assert {len(w) for w in windows} == {WINDOW}
    starts, (short,) = windows_of(sound[:4000])
    assert starts == [0]
    assert len(short) == WINDOW


def test_silence_belongs_to_the_nearest_speaker() -> None:
    who = WhoSpeaks((Turn(0, 1, 0), Turn(5, 6, 1)), np.eye(2, DIM, dtype=np.float32))
    assert [who.at(1.5, 1.6), who.at(4, 4.5), who.at(0.5, 5.2)] == [0, 1, 0]
    assert who.later(10).turns[1] == Turn(15, 16, 1)
