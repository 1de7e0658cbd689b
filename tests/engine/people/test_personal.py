"""Getting to know a person: voices learn from speech, examples change later answers, other packs encode anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app import paths
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.people import personal as personal_module
from desktop_app.engine.people.personal import (
    MAY_BE,
    NOT_LIKE_SPEECH,
    NOT_THIS_VOICE,
    PAUSED,
    TOO_LITTLE_SPEECH,
    Personal,
)
from desktop_app.engine.people.store import Store
from desktop_app.engine.recognition.recogniser import Analysis, Recogniser
from desktop_app.engine.sound.audio import load_audio
from desktop_app.errors import Cancelled, LearningError
from tests.tiny_pack import LABELS, POOLED, RATE, build_tiny_pack, clip


@pytest.fixture(scope="module")
def recogniser(tiny_pack: Pack) -> Recogniser:
    return Recogniser(tiny_pack, threads=1)


@pytest.fixture
def personal(recogniser: Recogniser, tmp_path: Path) -> Iterator[Personal]:
    with Store(tmp_path / "data") as store:
        known = Personal(store, recogniser)
        known.refresh()
        yield known


def spoken(recogniser: Recogniser, label: str, seed: int, shift: float = 0.0) -> Analysis:
    """A clip of a speaker whose features all lie `shift` off, with speech in it."""
    heard = recogniser.analyse(clip(label, seed), path=f"{label} {seed}.wav")
    return replace(heard, pooled=heard.pooled + np.float32(shift), speech_s=1.5, speech_peak=0.9)


# --- voices ---


def test_a_voice_learns_and_unlearns(personal: Personal, recogniser: Recogniser) -> None:
    me = personal.profiles.create("me").id
    assert not personal.voice(me).baseline.any()
    first = personal.learn(me, spoken(recogniser, "sad", 1, 0.3))
    assert first.refused == ""
    assert first.voice.clips == 1
    assert first.voice.baseline.any()
    again = personal.learn(me, spoken(recogniser, "sad", 1, 0.3))
    assert again.recording_id == first.recording_id
    assert again.voice.clips == 1
    for seed in range(2, 6):
        for label in LABELS:
            personal.learn(me, spoken(recogniser, label, seed, 0.3))
    voice = personal.voice(me)
    assert voice.settled > first.voice.settled
    shift = np.full(POOLED, 0.3)
    assert np.linalg.norm(voice.baseline - shift) < 0.9 * np.linalg.norm(shift)
    assert first.recording_id is not None
    learnt = personal.profiles.contributions(me)[-1]
    assert (learnt.recording_id, learnt.origin, learnt.speech_s) == (first.recording_id, "sad 1.wav", 1.5)
    removed = personal.unlearn(me, first.recording_id)
    assert personal.voice(me).clips == voice.clips - 1
    personal.restore(removed)
    assert personal.voice(me).clips == voice.clips
    assert personal.voice(me).baseline == pytest.approx(voice.baseline)


def test_a_voice_does_not_learn_what_is_not_speech_or_not_its_own(personal: Personal, recogniser: Recogniser) -> None:
    me = personal.profiles.create("me").id
    silence = recogniser.analyse(np.zeros(RATE, np.float32))
    assert personal.learn(me, silence).refused == TOO_LITTLE_SPEECH
    assert personal.learn(me, replace(spoken(recogniser, "sad", 1), speech_s=0.2)).refused == TOO_LITTLE_SPEECH
    for seed in range(3):
        for label in LABELS:
            assert personal.learn(me, spoken(recogniser, label, seed)).refused == ""
    far = personal.learn(me, spoken(recogniser, "sad", 9, 20.0))
    assert far.refused in (NOT_THIS_VOICE, NOT_LIKE_SPEECH)
    assert far.recording_id is None
    personal.profiles.set_paused(me, True)
    assert personal.learn(me, spoken(recogniser, "sad", 4)).refused == PAUSED
    assert personal.voice(me).clips == 12


def test_what_is_unlike_anything_known_is_refused(
    personal: Personal, recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = personal.profiles.create("me").id
    monkeypatch.setattr(recogniser, "_novelty", lambda *_: 1.5)
    assert personal.learn(me, spoken(recogniser, "sad", 1)).refused == NOT_LIKE_SPEECH
    monkeypatch.setattr(recogniser, "_novelty", lambda *_: 1.0)
    assert personal.learn(me, spoken(recogniser, "sad", 1)).refused == ""


def test_what_is_unlike_its_voice_is_not_said_to_be_that_voice(
    personal: Personal, recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its features it may be unlike the others while it sounds like the same person."""
    anna, ben = (personal.profiles.create(name) for name in ("Anna", "Ben"))
    monkeypatch.setattr(personal_module, "unlike_the_others", lambda *_: True)
    monkeypatch.setattr(personal.guard, "offered", lambda _sound, but=None: ben if but == anna.id else anna)
    assert personal.learn(anna.id, spoken(recogniser, "sad", 1)).refused == MAY_BE.format("Ben")


def test_no_voice_is_made_of_what_it_does_not_learn(personal: Personal, recogniser: Recogniser) -> None:
    silence = recogniser.analyse(np.zeros(RATE, np.float32))
    learned = personal.learn_as("me", silence)
    assert (learned.refused, learned.recording_id, learned.voice.clips) == (TOO_LITTLE_SPEECH, None, 0)
    assert personal.profiles.all() == ()
    word = replace(spoken(recogniser, "sad", 1), speech_s=0.5)
    assert [personal.learn_as("me", one).voice.clips for one in (word, spoken(recogniser, "sad", 2))] == [1, 2]
    assert [(p.name, p.recordings) for p in personal.profiles.all()] == [("me", 2)]


def test_the_store_remembers(personal: Personal, recogniser: Recogniser) -> None:
    me = personal.profiles.create("me").id
    for label in LABELS:
        personal.learn(me, spoken(recogniser, label, 1, 0.3))
    personal.add_example(spoken(recogniser, "sad", 2), "angry")
    again = Personal(personal.store, recogniser)
    again.refresh()
    assert again.voice(me).baseline == pytest.approx(personal.voice(me).baseline, abs=1e-3)
    assert again.own is not None
    assert personal.own is not None
    assert again.own.embeddings == pytest.approx(personal.own.embeddings, abs=1e-3)


# --- examples ---


def test_a_corrected_recording_is_what_the_user_said(personal: Personal, recogniser: Recogniser) -> None:
    query = recogniser.analyse(clip("sad", 50))
    before = recogniser.answer(query, examples=personal.own)
    assert before.label == "sad"
    personal.add_example(query, "HAPPY")
    after = recogniser.answer(query, examples=personal.own)
    assert after.neighbour_probabilities["happy"] > 0.85
    assert after.probabilities["happy"] > before.probabilities["happy"] + 0.3
    assert (after.neighbours[0].own, after.neighbours[0].label) == (True, "happy")
    assert after.neighbours[0].weight > 0.85
    assert [e.label for e in personal.examples.all()] == ["happy"]


def test_three_corrections_make_the_fourth_right(personal: Personal, recogniser: Recogniser) -> None:
    """A person whose sad sounds like everyone's neutral, but for what is their own."""
    own_way = np.linspace(-1.5, 1.5, POOLED, dtype=np.float32)
    clips = [recogniser.analyse(clip("neutral", seed)) for seed in range(4)]
    *corrected, fourth = (replace(c, pooled=c.pooled + own_way) for c in clips)
    assert recogniser.answer(fourth, examples=personal.own, alpha=0.6).label != "sad"
    for analysis in corrected:
        personal.add_example(analysis, "sad")
    answer = recogniser.answer(fourth, examples=personal.own, alpha=0.6)
    assert answer.label == "sad"
    assert sum(n.weight for n in answer.neighbours if n.own) > 0.5


def test_a_label_of_ones_own_joins_the_bars(personal: Personal, recogniser: Recogniser) -> None:
    for seed in range(2):
        personal.add_example(recogniser.analyse(clip("sad", seed)), "tired")
    assert "tired" not in recogniser.answer(recogniser.analyse(clip("sad", 50)), examples=personal.own).probabilities
    personal.add_example(recogniser.analyse(clip("sad", 3)), "Tired ")
    answer = recogniser.answer(recogniser.analyse(clip("sad", 50)), examples=personal.own)
    assert answer.probabilities["tired"] > 0.1
    assert sum(answer.probabilities.values()) == pytest.approx(1.0)
    assert recogniser.answer(recogniser.analyse(clip("angry", 50)), examples=personal.own).label == "angry"


def test_a_removed_example_has_no_say_until_it_is_taken_back(personal: Personal, recogniser: Recogniser) -> None:
    query = recogniser.analyse(clip("sad", 50))
    plain = recogniser.answer(query).probabilities
    ids = [personal.add_example(recogniser.analyse(clip("sad", s)), "happy").id for s in (50, 51)]
    with_both = recogniser.answer(query, examples=personal.own).probabilities
    assert with_both != pytest.approx(plain)
    removed = personal.remove_examples(ids)
    assert personal.own is None
    assert recogniser.answer(query, examples=personal.own).probabilities == plain
    personal.restore(removed)
    assert recogniser.answer(query, examples=personal.own).probabilities == pytest.approx(with_both)
    personal.relabel(ids[0], "angry")
    assert sorted(e.label for e in personal.examples.all()) == ["angry", "happy"]


def test_a_voice_learns_from_its_examples_and_moves_them(personal: Personal, recogniser: Recogniser) -> None:
    me = personal.profiles.create("me").id
    example = personal.add_example(spoken(recogniser, "sad", 1, 0.3), "sad", voice_id=me)
    assert example.voice_id == me
    assert personal.voice(me).clips == 1
    assert personal.own is not None
    before = personal.own.embeddings.copy()
    for label in LABELS:
        personal.learn(me, spoken(recogniser, label, 2, 0.3))
    assert np.abs(personal.own.embeddings - before).max() > 1e-3
    personal.remove_voice(me)
    assert personal.own is not None
    assert personal.examples.all()[0].voice_id is None


def test_a_voice_is_estimated_with_what_the_user_said_of_its_recordings(
    personal: Personal, recogniser: Recogniser
) -> None:
    """A label says which mood is in the clip and not in the voice; one of the user's own says nothing of it."""
    me = personal.profiles.create("me").id
    for seed in range(3):
        personal.learn(me, spoken(recogniser, "sad", seed))
    unsaid = personal.voice(me).baseline
    said = {}
    for label in ("sad", "angry", "tired"):
        for seed in range(3):
            personal.add_example(spoken(recogniser, "sad", seed), label)
        said[label] = personal.voice(me).baseline
        assert personal.voice(me).clips == 3
    assert said["tired"] == pytest.approx(unsaid)
    assert np.linalg.norm(said["sad"] - said["angry"]) > 0.1
    personal.relabel(personal.examples.all()[0].id, "angry")
    assert personal.voice(me).baseline != pytest.approx(said["tired"])


def test_among_many_examples_a_new_one_counts_at_once_and_the_rest_after_a_refresh(
    personal: Personal, recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = personal.profiles.create("me").id
    for seed in range(4):
        personal.add_example(spoken(recogniser, "sad", seed, 0.3), "happy", voice_id=me)
    monkeypatch.setattr(personal_module, "REBUILT_AT_ONCE", 3)
    personal.add_example(spoken(recogniser, "sad", 10, 0.3), "happy", voice_id=me)
    assert personal.own is not None
    assert len(personal.own) == 5
    assert personal.stale
    quick = personal.own.embeddings[-1]
    gone = personal.examples.all()[-1].id
    personal.remove_examples([gone])
    # a neighbour that has gone may still be named, until the refresh
    assert recogniser.answer(recogniser.analyse(clip("sad", 50)), examples=personal.own).neighbours
    personal.refresh()
    assert not personal.stale
    assert len(personal.own) == 4
    assert quick @ personal.own.embeddings[-1] > 0.8  # the voice has moved by one of its examples less


def test_an_example_that_is_added_to_many_is_embedded_as_by_a_refresh(
    personal: Personal, recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = personal.profiles.create("me").id
    for label in LABELS:
        personal.add_example(spoken(recogniser, label, 1, 0.3), label, voice_id=me)
    personal.profiles.set_paused(me, True)
    monkeypatch.setattr(personal_module, "REBUILT_AT_ONCE", 0)
    given = np.full(POOLED, 0.25, np.float32)
    for seed, (voice_id, baseline) in enumerate(((me, None), (None, given), (None, None)), start=2):
        personal.add_example(spoken(recogniser, "sad", seed, 0.3), "tired", voice_id=voice_id, baseline=baseline)
        assert personal.own is not None
        quick = personal.own.embeddings
        assert len(quick) == 3 + seed
        personal.refresh()
        assert quick[-1] == pytest.approx(personal.own.embeddings[-1], abs=1e-4)
    personal.add_example(spoken(recogniser, "sad", 3, 0.3), "happy", baseline=given)  # once more: another label
    assert len(personal.own) == len(quick)


def test_a_neighbour_of_ones_own_is_shown_with_what_is_known_of_it(
    personal: Personal, recogniser: Recogniser, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "sad.wav", clip("sad", 1), RATE)
    heard = replace(recogniser.analyse_file(tmp_path / "sad.wav"), speech_s=1.5)
    me = personal.profiles.create("me").id
    kept = personal.add_example(heard, "sad", voice_id=me, envelope=(0.0, 1.0), keep_audio_of=tmp_path / "sad.wav")
    assert (kept.origin, kept.duration_s) == (str(tmp_path / "sad.wav"), 2.0)
    shown = recogniser.answer(heard, baseline=personal.voice(me).baseline, examples=personal.own).neighbours[0]
    assert (shown.id, shown.own, shown.label, shown.speaker) == (f"own/{kept.id}", True, "sad", "me")
    assert (shown.duration_s, shown.envelope, shown.clip) == (2.0, (0.0, 1.0), str(kept.audio))
    personal.remove_voice(me)
    shown = recogniser.answer(heard, examples=personal.own).neighbours[0]
    assert (shown.own, shown.speaker) == (True, "")


def test_what_was_heard_is_kept_of_a_recording_the_channel_and_the_stretch(
    personal: Personal, recogniser: Recogniser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, angry, sad = tmp_path / "two.wav", clip("angry", 1), clip("sad", 1)
    silent = np.zeros(2 * RATE)
    soundfile.write(path, np.stack([np.concatenate([silent, angry]), np.concatenate([silent, sad])], axis=1), RATE)
    analysis = recogniser.analyse_file(path, channel=1, start_s=2.0)
    kept = personal.add_example(analysis, "sad", keep_audio_of=path).audio
    assert kept is not None
    np.testing.assert_allclose(load_audio(kept).samples, sad, atol=1e-3)
    monkeypatch.setattr(personal_module, "KEPT_SECONDS", 1.5)
    longer = recogniser.analyse_file(path, channel=1, start_s=1.9)
    kept = personal.add_example(longer, "sad", keep_audio_of=path).audio
    assert kept is not None
    assert load_audio(kept).duration_s == 1.5


def test_another_pack_encodes_the_kept_recordings_and_lists_the_rest(
    personal: Personal, recogniser: Recogniser, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "sad.wav", clip("sad", 1), RATE)
    kept = personal.add_example(
        recogniser.analyse_file(tmp_path / "sad.wav"), "happy", keep_audio_of=tmp_path / "sad.wav"
    )
    personal.add_example(recogniser.analyse(clip("sad", 2)), "angry")
    assert kept.audio is not None
    other = Recogniser(build_tiny_pack(tmp_path / "other", items=40, name="other"), threads=1)
    there = Personal(personal.store, other)
    there.refresh()
    assert there.own is None
    assert there.embed_kept_audio(at_most=0).left == 1
    shares: list[float] = []
    done = there.embed_kept_audio(progress=shares.append)
    assert done.heard == 1
    assert [e.label for e in done.without_audio] == ["angry"]
    assert shares == [1.0]
    assert done.left == 0
    assert there.own is not None
    assert len(there.own) == 1
    with pytest.raises(ValueError, match="another pack's encoder"):
        there.add_example(recogniser.analyse(clip("sad", 3)), "sad")


def test_kept_audio_is_heard_by_another_pack_in_parts_and_what_cant_be_heard_is_told(
    personal: Personal, recogniser: Recogniser, tmp_path: Path
) -> None:
    for i, label in enumerate((*LABELS, "sad")):
        path = tmp_path / f"{i}.wav"
        soundfile.write(path, clip(label, i), RATE)
        kept = personal.add_example(recogniser.analyse_file(path), label, keep_audio_of=path)
    assert kept.audio is not None
    kept.audio.write_bytes(b"no sound")
    there = Personal(personal.store, Recogniser(build_tiny_pack(tmp_path / "other", items=40, name="other"), threads=1))
    there.refresh()
    shares: list[float] = []
    first = there.embed_kept_audio(progress=shares.append, at_most=2)
    # the latest come first, and the very latest is the one that holds no sound
    assert (first.heard, first.left, [e.id for e in first.without_audio]) == (1, 3, [kept.id])
    assert shares == [0.5, 1.0]
    with pytest.raises(Cancelled):
        there.embed_kept_audio(should_stop=lambda: len(there.unheard()) < 4)
    assert there.own is not None
    assert len(there.own) == 2, "what was heard until then is kept"
    last = there.embed_kept_audio()
    assert (last.heard, last.left, [e.id for e in last.without_audio]) == (2, 0, [kept.id])
    assert len(there.own) == 4


@pytest.fixture(scope="module")
def shipped() -> Recogniser:
    return Recogniser(load_pack(paths.default_pack()), threads=1)


def test_an_example_changes_what_is_like_it_and_leaves_every_other_answer_exactly_as_it_was(
    shipped: Recogniser, tmp_path: Path
) -> None:
    spoken = {path.stem: shipped.analyse_file(path) for path in (paths.assets() / "sample").glob("*.flac")}
    before = {name: shipped.answer(analysis) for name, analysis in spoken.items()}
    with Store(tmp_path) as store:
        personal = Personal(store, shipped)
        personal.add_example(spoken["fast-and-loud"], "happy")
        after = {name: shipped.answer(analysis, examples=personal.own) for name, analysis in spoken.items()}
    same_but_for = {name: {"timing_ms": one.timing_ms, "rests_on": one.rests_on} for name, one in before.items()}
    changed = {name for name in spoken if replace(after[name], **same_but_for[name]) != before[name]}
    assert changed == {"fast-and-loud", "high-and-lively"}, "those of one voice"
    assert after["fast-and-loud"].label == "happy" != before["fast-and-loud"].label
    assert {after[name].own_share for name in ("even", "slow-and-low")} == {0.0}


@pytest.mark.parametrize("kind", ["silence", "noise", "hum", "music"])
def test_what_is_not_speech_is_no_example(shipped: Recogniser, tmp_path: Path, kind: str) -> None:
    t = np.arange(3 * RATE) / RATE
    chord = sum(0.1 * np.sin(2 * np.pi * pitch * t) for pitch in (261.6, 329.6, 392.0))
    sound = {
        "silence": np.zeros(len(t)),
        "noise": 0.2 * np.random.default_rng(0).standard_normal(len(t)),
        "hum": 0.3 * np.sin(2 * np.pi * 50 * t),
        "music": chord * (1 + np.sin(2 * np.pi * 2 * t)),
    }[kind]
    with Store(tmp_path) as store:
        personal = Personal(store, shipped)
        with pytest.raises(LearningError, match="so it can't be an example"):
            personal.add_example(shipped.analyse(sound.astype(np.float32)), "angry")
        assert personal.examples.all() == ()


def test_a_forgotten_voice_comes_back_with_what_it_learnt_and_its_examples(
    personal: Personal, recogniser: Recogniser
) -> None:
    me = personal.profiles.create("me").id
    personal.profiles.set_learns_from_takes(me, True)
    for label in LABELS:
        personal.learn(me, spoken(recogniser, label, 1, 0.3))
    mine = personal.add_example(spoken(recogniser, "sad", 2, 0.3), "sad", voice_id=me)
    voice, before = personal.voice(me), personal.profiles.all()
    removed = personal.remove_voice(me)
    assert personal.profiles.all() == ()
    other = personal.profiles.create("me").id  # which may have the number that was free, and has the name
    personal.restore(removed)
    assert [p.name for p in personal.profiles.all()] == ["me", "me 2"]
    back = next(p for p in personal.profiles.all() if p.id != other)
    assert (back.recordings, back.learns_from_takes) == (before[0].recordings, True)
    assert personal.voice(back.id).baseline == pytest.approx(voice.baseline)
    example = personal.examples.get(mine.id)
    assert example is not None
    assert example.voice_id == back.id


def test_every_change_has_a_number_of_its_own(personal: Personal, recogniser: Recogniser) -> None:
    """The window compares this to find outdated answers; tested also with more examples than are embedded at once."""
    revisions = [personal.revision]

    def changed() -> None:
        assert personal.revision not in revisions
        revisions.append(personal.revision)

    me = personal.profiles.create("me").id
    learned = personal.learn(me, spoken(recogniser, "sad", 1))
    changed()
    assert learned.recording_id is not None
    personal.learn(me, spoken(recogniser, "angry", 2))
    changed()
    first = personal.add_example(spoken(recogniser, "happy", 3), "happy", voice_id=me)
    changed()
    for seed, many in ((4, 1_000), (5, 0), (6, 0)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(personal_module, "REBUILT_AT_ONCE", many)
            personal.add_example(spoken(recogniser, "sad", seed), "sad")
        changed()
    personal.relabel(first.id, "angry")
    changed()
    removed = personal.remove_examples([first.id])
    changed()
    personal.restore(removed)
    changed()
    personal.restore(personal.unlearn(me, learned.recording_id))
    changed()
    personal.remove_voice(me)
    changed()


def test_an_example_is_looked_at_with_the_voice_that_it_was_answered_with(
    personal: Personal, recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = personal.profiles.create("me").id
    for seed, label in enumerate(LABELS):
        personal.learn(me, spoken(recogniser, label, seed, shift=0.5))
    known, asked = personal.voice(me).baseline, []
    assert np.abs(known).max() > 0
    real = recogniser.answer

    def note(analysis: Analysis, **more: object) -> object:
        asked.append(more.get("baseline"))
        return real(analysis, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(recogniser, "answer", note)
    given = np.full(POOLED, 0.25, np.float32)
    personal.add_example(spoken(recogniser, "sad", 9), " SAD ", baseline=given)
    assert asked[0] is given
    asked.clear()
    personal.add_example(spoken(recogniser, "sad", 10), "sad", voice_id=me)
    np.testing.assert_array_equal(asked[0], known)
    assert personal.examples.labels() == {"sad": 2}
