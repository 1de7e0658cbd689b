"""Saved voices and examples through the Python interface, and that the command line knows them, too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import voicekin
from desktop_app.engine.pack.format import Pack
from tests.voicekin.conftest import without_timing
from voicekin import people

Printed = Callable[..., list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def no_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the detector takes for speech is not what these tests are about."""
    monkeypatch.setattr("desktop_app.engine.people.personal.MIN_SPEECH_S", 0.0)


def test_a_voice_is_learnt_used_and_forgotten(recogniser: voicekin.Recogniser, folder: Path, printed: Printed) -> None:
    path = folder / "clip 1.wav"
    plain = recogniser.classify(path)
    told: list[voicekin.Failure] = []
    lesson = recogniser.learn_voice("Zoë", voicekin.find_recordings([folder]), told=told.append)
    assert lesson.name == "Zoë"
    assert [Path(refused.path).name for refused in lesson.refused] == ["bad.wav"]
    assert tuple(told) == lesson.refused
    assert [(voice.name, voice.recordings) for voice in people.voices()] == [("Zoë", 6)]
    voiced = recogniser.classify(path, voice="zoë")
    assert voiced.probabilities != plain.probabilities
    assert lesson.voice is not None
    assert voiced.rests_on.voice == voicekin.VoiceUsed("saved", "Zoë", 6, lesson.voice.settled)
    assert without_timing([voiced.as_json()]) == printed("--voice", "Zoë", path)
    assert people.forget_voice("ZOË").name == "Zoë"
    assert people.voices() == ()
    with pytest.raises(voicekin.StoreError, match="There is no voice"):
        recogniser.classify(path, voice="Zoë")


def test_another_voice_in_the_place_of_a_forgotten_one_is_not_taken_for_it(
    recogniser: voicekin.Recogniser, folder: Path
) -> None:
    recogniser.learn_voice("first", [folder / "clip 0.wav", folder / "clip 1.wav"])
    recogniser.classify(folder / "clip 2.wav", voice="first")
    people.forget_voice("first")
    voicekin.load(recogniser.pack).learn_voice("second", [folder / "clip 3.wav"])
    answer = recogniser.classify(folder / "clip 2.wav", voice="second")
    fresh = voicekin.load(recogniser.pack).classify(folder / "clip 2.wav", voice="second")
    assert answer.probabilities == fresh.probabilities


def test_at_no_moment_is_there_a_voice_that_knows_nothing(recogniser: voicekin.Recogniser, folder: Path) -> None:
    """Whoever is ended hard in the midst of it leaves none."""
    seen: list[list[tuple[str, int]]] = []

    def look() -> bool:
        seen.append([(voice.name, voice.recordings) for voice in people.voices()])
        return False

    files = [folder / name for name in ("bad.wav", "clip 0.wav", "clip 1.wav")]
    recogniser.learn_voice("Zoë", files, should_stop=look)
    assert {tuple(voices) for voices in seen} == {(), (("Zoë", 1),)}
    with pytest.raises(voicekin.StoreError, match="can't be the name of a voice"):
        recogniser.learn_voice(" ", iter([]))


def test_a_lesson_that_is_stopped_keeps_what_was_learnt(recogniser: voicekin.Recogniser, folder: Path) -> None:
    files = [folder / f"clip {i}.wav" for i in range(3)]

    def after(n: int) -> Callable[[], bool]:
        return lambda: sum(voice.recordings for voice in people.voices()) == n

    with pytest.raises(voicekin.Cancelled):
        recogniser.learn_voice("Zoë", files, should_stop=after(0))
    assert people.voices() == ()
    with pytest.raises(voicekin.Cancelled):
        recogniser.learn_voice("Zoë", files, should_stop=after(2))
    assert [(voice.name, voice.recordings) for voice in people.voices()] == [("Zoë", 2)]


def test_a_voice_that_learnt_nothing_is_not_there(recogniser: voicekin.Recogniser, folder: Path) -> None:
    lesson = recogniser.learn_voice("nobody", [folder / "bad.wav"])
    assert lesson.voice is None
    assert people.voices() == ()


def test_an_example_is_heeded_listed_moved_and_removed(
    recogniser: voicekin.Recogniser, folder: Path, tmp_path: Path, printed: Printed, tiny_pack: Pack
) -> None:
    path = folder / "clip 3.wav"
    before = recogniser.classify(path)
    example = recogniser.add_example("happy", path)
    assert example.label == "happy"
    after = recogniser.classify(path)
    assert after.neighbours[0].own
    assert after.probabilities["happy"] > before.probabilities["happy"]
    assert without_timing([after.as_json()]) == printed(path)
    assert [e.id for e in people.examples()] == [example.id]
    assert people.export_people(tmp_path / "mine.vkexamples").examples == 1
    with pytest.raises(voicekin.StoreError, match="no example 99"):
        people.remove_examples([example.id, 99])
    assert people.remove_examples([example.id]) == 1
    assert voicekin.load(tiny_pack).classify(path).probabilities == before.probabilities
    with voicekin.load(tiny_pack, examples=tmp_path / "mine.vkexamples") as other:
        assert other.classify(path).probabilities == after.probabilities
    assert people.import_people(tmp_path / "mine.vkexamples").examples == 1
    assert voicekin.load(tiny_pack).classify(path).probabilities == after.probabilities
    assert voicekin.load(tiny_pack, examples="none").classify(path).probabilities == before.probabilities
    assert people.remove_examples() == 1


def test_asking_leaves_no_store_behind(recogniser: voicekin.Recogniser, folder: Path, user_home: Path) -> None:
    recogniser.classify(folder / "clip 1.wav")
    assert not list(user_home.glob("*.sqlite3"))
