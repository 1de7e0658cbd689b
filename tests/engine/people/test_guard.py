"""The guard of saved voices, with synthetic voices: who is kept out, who is suggested, and deletion of its data."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from desktop_app.engine.pack.format import Pack
from desktop_app.engine.people import guard
from desktop_app.engine.people.exchange import export_file, import_file
from desktop_app.engine.people.personal import MAY_BE, NOT_THIS_VOICE, Personal
from desktop_app.engine.people.profiles import Profiles
from desktop_app.engine.people.store import DATABASE, MIGRATIONS, Floats, Store, pack_floats
from desktop_app.engine.recognition.recogniser import Analysis, Recogniser
from desktop_app.engine.sound.audio import SAMPLE_RATE, Audio
from desktop_app.engine.speakers.encoder import DIM
from desktop_app.engine.speakers.likeness import log_odds
from desktop_app.engine.speakers.turns import Turn
from desktop_app.errors import LearningError, StoreError
from tests.engine.people.test_store import heard
from tests.engine.sound.speech_like import LoudnessDetector
from tests.engine.speakers.made_voices import talk, voice

FEWEST = 5
"""So many recordings a voice needs before anyone is kept out of it: with fewer the odds are a guess."""

Say = Callable[[int, int], Analysis]


@pytest.fixture
def personal(tiny_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Personal]:
    monkeypatch.setattr("desktop_app.engine.people.guard.SpeechDetector", LoudnessDetector)
    recogniser = Recogniser(tiny_pack, threads=1)
    recogniser._detector = LoudnessDetector()
    # the tiny pack has never heard such voices: they are as unlike it as they are unlike one another
    monkeypatch.setattr(recogniser, "_novelty", lambda *_: 0.0)
    monkeypatch.setattr("desktop_app.engine.people.personal.unlike_the_others", lambda *_: False)
    with Store(tmp_path / "store") as store:
        yield Personal(store, recogniser)


@pytest.fixture
def say(personal: Personal, tmp_path: Path) -> Say:
    def analysed(number: int, seed: int) -> Analysis:
        path = tmp_path / f"{number} {seed}.wav"
        soundfile.write(path, voice(number, 3.0, seed), SAMPLE_RATE)
        return personal.analyse_file(path)

    return analysed


def taught(personal: Personal, say: Say, name: str, number: int, recordings: int = FEWEST) -> int:
    for seed in range(recordings):
        assert not personal.learn_as(name, say(number, 100 * number + seed)).refused
    return personal.profiles.named(name).id


def test_someone_else_is_kept_out_and_named_if_known(personal: Personal, say: Say) -> None:
    anna = taught(personal, say, "Anna", 2)
    assert personal.learn(anna, say(3, 50)).refused == NOT_THIS_VOICE
    taught(personal, say, "Bo", 3)
    assert personal.learn(anna, say(3, 51)).refused == MAY_BE.format("Bo")
    assert not personal.learn(anna, say(2, 52)).refused
    assert len(personal.profiles.sounds(anna)) == FEWEST + 1


def test_a_voice_that_is_hardly_known_keeps_nobody_out(personal: Personal, say: Say) -> None:
    anna = taught(personal, say, "Anna", 2, FEWEST - 1)
    assert not personal.learn(anna, say(3, 50)).refused


def test_a_voice_is_heard_in_the_first_twenty_seconds_of_what_was_analysed(
    personal: Personal, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def load(path: Path, **part: object) -> Audio:
        asked.append((path.name, part))
        return Audio(voice(2, 1.0, 0), SAMPLE_RATE, path, 1.0)

    windows = SimpleNamespace(embeddings=np.array([[1.0, 2.0], [3.0, 6.0]], np.float32))
    monkeypatch.setattr(guard, "load_audio", load)
    monkeypatch.setattr(guard, "listen", lambda *_: SimpleNamespace(windows=windows))
    for end_s in (60.0, 9.0):
        analysis = replace(say(2, 1), start_s=3.0, duration_s=end_s, channel=1)
        assert personal.guard.sound_of(analysis) == pytest.approx([2.0, 4.0])
    span = {"channel": 1, "start_s": 3.0}
    assert asked == [("2 1.wav", {**span, "end_s": 23.0}), ("2 1.wav", {**span, "end_s": 9.0})]
    windows.embeddings = np.zeros((0, 2), np.float32)
    assert personal.guard.sound_of(analysis) is None
    assert personal.guard.sound_of(replace(analysis, path="")) is None


def test_who_is_kept_out_and_who_is_offered_by_the_odds(personal: Personal, monkeypatch: pytest.MonkeyPatch) -> None:
    odds = {}
    for number, (name, recordings) in enumerate((("Anna", FEWEST), ("Ben", FEWEST), ("Carl", FEWEST - 1))):
        made = personal.profiles.create(name)
        for seed in range(recordings):
            personal.profiles.contribute(made.id, heard(10 * number + seed), np.full(DIM, number, np.float32))
        odds[number] = -100.0
    monkeypatch.setattr(guard, "log_odds", lambda _sound, known, _between: odds[int(known[0, 0])])
    anna, ben, carl = (p.id for p in personal.profiles.all())
    sound = np.zeros(DIM, np.float32)

    def offered(sound: Floats | None = sound, but: int | None = None) -> str | None:
        found = personal.guard.offered(sound, but)
        return None if found is None else found.name

    for one, out in ((-3.1, True), (-3.0, False), (0.0, False)):
        odds[0] = one
        assert personal.guard.hardly(anna, sound) is out
    assert not personal.guard.hardly(carl, sound), "of whom too little is known"
    assert not personal.guard.hardly(ben, None)
    odds.update({0: 5.0, 1: -100.0, 2: 100.0})
    assert offered() is None
    odds.update({0: 5.1, 1: 7.0})
    assert (offered(), offered(but=ben), offered(None)) == ("Ben", "Anna", None)


def test_an_example_of_someone_else_teaches_the_voice_nothing(personal: Personal, say: Say) -> None:
    anna = taught(personal, say, "Anna", 2)
    personal.add_example(say(3, 50), "sad", voice_id=anna)
    assert len(personal.profiles.contributions(anna)) == FEWEST


def test_the_speakers_of_a_recording_are_offered_the_voices_they_sound_like(personal: Personal, say: Say) -> None:
    anna = taught(personal, say, "Anna", 2)
    samples, _ = talk([(3, 3.0), (2, 3.0)] * 3)
    who = personal._recogniser.analyse(samples, speakers=2).who
    assert who is not None
    assert [None if p is None else p.name for p in personal.sounds_like(who)] == [None, "Anna"]
    said = personal.speaker_voice(anna)
    assert (said.name, said.voice.kind, said.voice.heard) == ("Anna", "saved", FEWEST)
    assert np.array_equal(said.baseline, personal.voice(anna).baseline)


def test_a_speaker_of_a_recording_is_made_a_voice_of_their_stretches_alone(personal: Personal, tmp_path: Path) -> None:
    samples, spans = talk([(i % 2, 2.0 + i % 3) for i in range(8)], seed=2)
    path = tmp_path / "two.wav"
    soundfile.write(path, samples, SAMPLE_RATE)
    analysis = personal._recogniser.analyse_file(path, speakers=2)
    assert analysis.who is not None
    made = personal.learn_speaker("Anna", analysis, 1)
    (profile,) = personal.profiles.all()
    assert (profile.id, profile.name, profile.recordings) == (made, "Anna", 1)
    own = [i for i, speaker in enumerate(analysis.speaker_of) if speaker == 1]
    material = personal.profiles.material(made, analysis.encoder_sha256, analysis.pooled.shape[1])
    np.testing.assert_allclose(material.pooled, analysis.pooled[own], atol=2e-3, rtol=2e-3)
    (contribution,) = personal.profiles.contributions(made)
    assert contribution.speech_s == pytest.approx(sum(e - s for s, e, who in spans if who == 1), abs=1.0)
    np.testing.assert_allclose(personal.profiles.sounds(made)[0], analysis.who.embeddings[1], atol=2e-3)
    revision = personal.revision
    with pytest.raises(StoreError, match="already"):
        personal.learn_speaker("anna", analysis, 0)
    hardly = replace(analysis, who=replace(analysis.who, turns=(Turn(0.0, 0.1, 0), *analysis.who.turns[1::2])))
    with pytest.raises(LearningError, match="too little speech"):
        personal.learn_speaker("Ben", hardly, 0)
    assert [p.name for p in personal.profiles.all()] == ["Anna"]
    assert personal.revision >= revision


def test_what_a_voice_sounds_like_goes_with_it_and_comes_back_with_it(personal: Personal, say: Say) -> None:
    anna = taught(personal, say, "Anna", 2)
    personal.add_example(say(2, 200), "sad", voice_id=anna)  # a recording that outlives the voice
    before = personal.profiles.sounds(anna)
    kept = pack_floats(before[0])
    assert kept in everything_in(personal.store.folder)
    removed = personal.remove_voice(anna)
    assert len(personal.examples.all()) == 1
    with personal.store.reading() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for row in before:
        assert pack_floats(row) not in everything_in(personal.store.folder)
    personal.restore(removed)
    assert np.array_equal(personal.profiles.sounds(personal.profiles.named("Anna").id), before)


def everything_in(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(folder.iterdir()) if p.name.startswith(DATABASE) and p.is_file())


def test_exports_contain_no_speaker_embeddings(personal: Personal, say: Say, tmp_path: Path) -> None:
    anna = taught(personal, say, "Anna", 2)
    export_file(personal.store, tmp_path / "all.vkexamples")
    with zipfile.ZipFile(tmp_path / "all.vkexamples") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    for row in personal.profiles.sounds(anna):
        assert pack_floats(row) not in content
    with Store(tmp_path / "other") as other:
        import_file(other, tmp_path / "all.vkexamples")
        profiles = Profiles(other)
        assert profiles.named("Anna").recordings == FEWEST
        assert profiles.sounds(profiles.named("Anna").id).shape == (0, DIM)


def test_a_deleted_file_is_learnt_from_by_its_features(personal: Personal, say: Say) -> None:
    anna = taught(personal, say, "Anna", 2)
    analysis = say(3, 50)
    Path(analysis.path).unlink()
    assert not personal.learn(anna, analysis).refused
    assert len(personal.profiles.sounds(anna)) == FEWEST


def test_a_store_from_before_is_taken_over(tmp_path: Path) -> None:
    with Store(tmp_path, MIGRATIONS[:2]) as store, store.writing() as connection:
        connection.execute("INSERT INTO voices (name, created) VALUES ('Anna', '2026-01-01T00:00:00Z')")
        recording = store.put_recording(heard(1))
        connection.execute(
            "INSERT INTO contributions (voice_id, recording_id, added) VALUES (1, ?, '2026-01-01T00:00:00Z')",
            (recording,),
        )
    with Store(tmp_path) as store:
        profiles = Profiles(store)
        assert profiles.named("Anna").recordings == 1
        assert profiles.sounds(1).shape == (0, DIM)
        profiles.contribute(1, heard(2), np.ones(DIM, np.float32))
        assert profiles.sounds(1) == pytest.approx(np.ones((1, DIM)))


def test_log_odds_are_those_of_the_model() -> None:
    """Against the densities of the joint Gaussian, written out."""
    rng = np.random.default_rng(0)
    between = rng.uniform(0.2, 3.0, 4)
    known, asked = rng.normal(size=(3, 4)), rng.normal(size=4)

    def density(rows: np.ndarray, k: int) -> float:
        covariance = np.eye(len(rows)) + between[k]
        column = rows[:, k]
        return float(-(column @ np.linalg.solve(covariance, column) + np.linalg.slogdet(2 * np.pi * covariance)[1]) / 2)

    together = sum(density(np.vstack([known, asked]), k) for k in range(4))
    apart = sum(density(known, k) + density(asked[None], k) for k in range(4))
    floats = (a.astype(np.float32) for a in (asked, known, between))
    assert log_odds(*floats) == pytest.approx(together - apart, rel=1e-5)
