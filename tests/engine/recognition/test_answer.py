"""An answer as JSON, exactly, and back; and its description of what it is based on."""

import json
from dataclasses import replace

import pytest

from desktop_app.engine.recognition.answer import (
    Failure,
    Neighbour,
    Recognition,
    RestsOn,
    Segment,
    Speaker,
    Timing,
    VoiceUsed,
    speaker_name,
)

THIRD = 1 / 3
SHARES = {"angry": THIRD, "sad": 2 * THIRD}
NEIGHBOUR = Neighbour(
    "n/1", "sad", "nemo", "f1", "Polish", "Dobrze.", 1.5, 0.123456, THIRD, (0.5,), "clips/1.ogg", True
)
ANSWER = Recognition(
    path="a.wav",
    duration_s=2.00049,
    label="sad",
    confidence=2 * THIRD,
    abstained=True,
    abstained_because="Unlike anything known.",
    novelty=1.23456,
    speech_s=1.23456,
    probabilities=SHARES,
    model_probabilities={"angry": 0.25, "sad": 0.75},
    neighbour_probabilities={"angry": 0.5, "sad": 0.5},
    neighbours=(NEIGHBOUR,),
    k=8,
    alpha=THIRD,
    segments=(Segment(0.12345, 1.98765, "sad", SHARES, ("sad", "angry")),),
    timing_ms=Timing(1.26, 2.24, 3.05),
    channel=1,
    own_share=0.98765,
    remarks=("The second half is missing.",),
    label_set=("sad", "angry"),
    rests_on=RestsOn(VoiceUsed("saved", "Zoe", 3, 0.123456), "tiny 1.0", 7),
)


def test_as_json_to_the_digit() -> None:
    found = ANSWER.as_json()
    rounded = {"angry": 0.333333, "sad": 0.666667}
    expected = {
        "path": "a.wav",
        "channel": 2,  # as people count
        "duration_s": 2.0,
        "speech_s": 1.235,
        "label": "sad",
        "label_set": ["sad", "angry"],
        "confidence": 0.666667,
        "abstained": True,
        "abstained_because": "Unlike anything known.",
        "remarks": ["The second half is missing."],
        "novelty": 1.2346,
        "probabilities": rounded,
        "model_probabilities": {"angry": 0.25, "sad": 0.75},
        "neighbour_probabilities": {"angry": 0.5, "sad": 0.5},
        "k": 8,
        "alpha": 0.3333,
        "own_share": 0.9877,
        "timing_ms": {"decode": 1.3, "encode": 2.2, "retrieve": 3.0},
    }
    assert {key: found[key] for key in expected} == expected
    voice = {"voice": "saved", "name": "Zoe", "heard": 3, "settled": 0.1235}
    assert found["rests_on"] == {**voice, "pack": "tiny 1.0", "examples": 7}
    (segment,) = found["segments"]
    assert (segment["start_s"], segment["end_s"], segment["label"]) == (0.123, 1.988, "sad")
    assert (segment["label_set"], segment["probabilities"]) == (["sad", "angry"], rounded)
    (neighbour,) = found["neighbours"]
    assert neighbour == {
        **{"id": "n/1", "label": "sad", "corpus": "nemo", "speaker": "f1", "language": "Polish"},
        **{"distance": 0.1235, "weight": 0.3333, "own": True},
    }
    assert json.loads(json.dumps(found)) == found
    assert "said_speaker" not in found
    assert replace(ANSWER, said_speaker="Zoe").as_json()["said_speaker"] == "Zoe"


@pytest.mark.parametrize("channel", [None, 0, 1])
def test_json_round_trip(channel: int | None) -> None:
    there = replace(ANSWER, channel=channel).as_json()
    back = Recognition.from_json(json.loads(json.dumps(there)))
    assert back.as_json() == there
    assert back.channel == channel
    assert back.rests_on == RestsOn(VoiceUsed("saved", "Zoe", 3, 0.1235), "tiny 1.0", 7)
    assert back.segments[0].label_set == ("sad", "angry")
    assert back.neighbours == (
        replace(NEIGHBOUR, text="", duration_s=0.0, distance=0.1235, weight=0.3333, envelope=(), clip=None),
    )


def test_speakers_as_json_to_the_digit_and_back() -> None:
    anna = Speaker("Anna", 1.23456, THIRD, "sad", SHARES, ("sad", "angry"), VoiceUsed("saved", "Zoe", 3, 0.123456))
    other = Speaker(speaker_name(1), 2.0, 2 * THIRD, "angry", SHARES)
    segments = tuple(replace(ANSWER.segments[0], speaker=speaker) for speaker in (1, 0, None))
    answer = replace(
        ANSWER, segments=segments, speakers=(anna, other), said_speaker="Bo", dimensions={"arousal": THIRD}
    )
    assert [answer.speaker_of(segment) for segment in segments] == ["Speaker 2", "Anna", ""]
    there = answer.as_json()
    assert [one["speaker"] for one in there["segments"]] == [2, 1, None]  # as people count
    assert there["speakers"][0] == {
        **{"name": "Anna", "speech_s": 1.235, "share": 0.3333, "label": "sad", "label_set": ["sad", "angry"]},
        **{"probabilities": {"angry": 0.333333, "sad": 0.666667}, "voice": "saved", "voice_name": "Zoe"},
        **{"voice_heard": 3, "voice_settled": 0.1235},
    }
    back = Recognition.from_json(json.loads(json.dumps(there)))
    assert back.as_json() == there
    assert [segment.speaker for segment in back.segments] == [1, 0, None]
    assert back.speakers[0] == replace(
        anna,
        speech_s=1.235,
        share=0.3333,
        probabilities=back.speakers[0].probabilities,
        voice=replace(anna.voice, settled=0.1235),
    )
    assert (back.said_speaker, back.dimensions) == ("Bo", {"arousal": 0.3333})
    for wrong in (0, 3):
        there["segments"][0]["speaker"] = wrong
        with pytest.raises(KeyError):
            Recognition.from_json(there)


def test_an_older_answer_is_read_too() -> None:
    older = ANSWER.as_json()
    for key in ("channel", "label_set", "remarks", "rests_on", "own_share"):
        del older[key]
    del older["segments"][0]["label_set"]
    back = Recognition.from_json(older)
    assert (back.channel, back.remarks, back.rests_on, back.own_share) == (None, (), RestsOn(), 0.0)
    assert back.label_set == back.segments[0].label_set == ("sad",)
    with pytest.raises(KeyError):
        Recognition.from_json({key: value for key, value in older.items() if key != "label"})


def test_a_clause_says_whose_voice_was_used() -> None:
    assert (VoiceUsed().clause(), VoiceUsed().settled) == ("", 0.0)
    assert VoiceUsed("itself", heard=9).clause() == "compared with the rest of this recording"
    assert VoiceUsed("speakers", heard=9).clause() == "each speaker compared with their own stretches"
    assert VoiceUsed("group", heard=12).clause() == "compared with all 12 recordings together"
    assert VoiceUsed("saved", "Zoe", 1).clause() == "compared with the voice of Zoe, known from 1 recording"
    assert VoiceUsed("saved", "Zoe", 2).clause() == "compared with the voice of Zoe, known from 2 recordings"


def test_a_failure_as_json() -> None:
    assert Failure("a.wav", "It is no sound.").as_json() == {"path": "a.wav", "error": "It is no sound."}
