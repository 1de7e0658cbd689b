"""Answers through the Python interface: those of the command line, from files, arrays and folders."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr

import voicekin
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.pack.index import item_vectors
from desktop_app.engine.recognition.recogniser import Recogniser as EngineRecogniser
from tests.tiny_pack import LABELS, RATE, clip
from tests.voicekin.conftest import without_timing

Printed = Callable[..., list[dict[str, Any]]]


def as_printed(answer: voicekin.Outcome) -> dict[str, Any]:
    return without_timing([answer.as_json()])[0]


def test_one_file_is_answered_as_on_the_command_line(
    recogniser: voicekin.Recogniser, folder: Path, printed: Printed
) -> None:
    path = folder / "clip 1.wav"
    answer = recogniser.classify(path)
    assert answer.label == LABELS[1]
    assert [as_printed(answer)] == printed(path)
    with_options = recogniser.classify(str(path), voice="none", k=3, alpha=0.9, channel=0)
    assert (with_options.k, with_options.alpha, with_options.channel) == (3, 0.9, 0)
    assert [as_printed(with_options)] == printed("--voice", "none", "--k", 3, "--alpha", 0.9, "--channel", 1, path)


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize(("options", "asked"), [((), {}), (("--same-voice",), {"same_voice": True})])
def test_many_files_are_answered_as_on_the_command_line(
    options: tuple[str, ...],
    asked: dict[str, Any],
    jobs: int,
    recogniser: voicekin.Recogniser,
    folder: Path,
    printed: Printed,
) -> None:
    """Six beside one another are heard against what they have in common, the one in a folder below is not."""
    files = voicekin.find_recordings([folder], recursive=True)
    answers = list(recogniser.classify(files, jobs=jobs, **asked))
    assert [as_printed(a) for a in answers] == printed("-r", "--jobs", jobs, *options, folder)
    assert [Path(a.path).name for a in answers] == ["bad.wav", *(f"clip {i}.wav" for i in range(6)), "ü.flac"]
    assert isinstance(answers[0], voicekin.Failure)
    kinds = [a.rests_on.voice.kind for a in answers if isinstance(a, voicekin.Recognition)]
    assert kinds == ["group"] * 6 + (["group"] if asked else ["none"])


def test_one_that_cant_be_heard_is_raised_among_many_it_is_an_outcome(
    recogniser: voicekin.Recogniser, folder: Path
) -> None:
    with pytest.raises(voicekin.AudioError, match=r"bad\.wav"):
        recogniser.classify(folder / "bad.wav")
    (failure,) = recogniser.classify([folder / "bad.wav"])
    assert isinstance(failure, voicekin.Failure)
    assert "bad.wav" in failure.error


def test_answers_come_one_by_one(recogniser: voicekin.Recogniser, folder: Path) -> None:
    """Who has enough after the first does not wait for the rest."""
    looked: list[voicekin.HowFar] = []
    files = [folder / f"clip {i % 6}.wav" for i in range(300)]
    answers = recogniser.classify(files, voice="none", jobs=1, progress=looked.append)
    first = next(answers)
    assert Path(first.path).name == "clip 0.wav"
    assert looked[-1].files == 300
    assert looked[-1].done < 10


def test_samples_are_answered_as_their_file(recogniser: voicekin.Recogniser, folder: Path) -> None:
    file = recogniser.classify(folder / "clip 2.wav")
    for samples in (
        soundfile.read(folder / "clip 2.wav", dtype="float32")[0],
        soundfile.read(folder / "clip 2.wav", dtype="float64")[0],
        soundfile.read(folder / "clip 2.wav", dtype="int16")[0],
        soundfile.read(folder / "clip 2.wav", dtype="int16", always_2d=True)[0].repeat(2, axis=1),
    ):
        assert {**as_printed(recogniser.classify(samples, rate=RATE)), "path": file.path} == as_printed(file)


def test_samples_of_another_rate_and_the_channel_that_is_meant(recogniser: voicekin.Recogniser) -> None:
    at_48k = soxr.resample(clip("angry", 3), RATE, 48_000)
    plain, resampled = recogniser.classify(clip("angry", 3), rate=RATE), recogniser.classify(at_48k, rate=48_000)
    assert resampled.duration_s == pytest.approx(plain.duration_s, abs=0.01)
    assert resampled.probabilities == pytest.approx(dict(plain.probabilities), abs=0.05)
    stereo = np.stack([clip("sad", 4), clip("angry", 3)], axis=1)
    assert recogniser.classify(stereo, rate=RATE, channel=1).probabilities == plain.probabilities
    assert recogniser.classify(stereo, rate=RATE, channel=0).label == "sad"


@pytest.mark.parametrize(
    ("samples", "sentence"),
    [
        (np.zeros((2, 100), np.float32), "transpose the array"),
        (np.full(RATE, np.nan, np.float32), "not numbers from -1 to 1"),
        (np.full(RATE, 20_000.0), "not numbers from -1 to 1"),
        (np.zeros(RATE, np.uint8), "not uint8"),
        (np.zeros(0, np.float32), "too short"),
    ],
)
def test_samples_that_are_no_sound_get_a_sentence(
    samples: np.ndarray[Any, Any], sentence: str, recogniser: voicekin.Recogniser
) -> None:
    with pytest.raises(voicekin.AudioError, match=sentence):
        recogniser.classify(samples, rate=RATE)


def test_a_call_that_makes_no_sense_is_loud(recogniser: voicekin.Recogniser, folder: Path) -> None:
    with pytest.raises(ValueError, match="rate"):
        recogniser.classify(clip("sad"))
    with pytest.raises(ValueError, match="alpha"):
        recogniser.classify(folder / "clip 1.wav", alpha=2)
    with pytest.raises(ValueError, match="same_voice"):
        recogniser.classify([folder / "clip 1.wav"], same_voice=True, voice="none")
    with pytest.raises(ValueError, match="same_voice"):
        recogniser.classify([folder / "clip 1.wav"], same_voice=True, resume=folder / "journal")
    with pytest.raises(ValueError, match="jobs"):
        recogniser.classify([folder / "clip 1.wav"], jobs=0)


def test_a_pack_is_found_by_its_folder_and_its_name(tiny_pack: Pack) -> None:
    assert voicekin.load(tiny_pack.root).pack.manifest == tiny_pack.manifest
    with pytest.raises(voicekin.PackError, match="no pack called nowhere"):
        voicekin.load("nowhere")


def test_an_analysis_is_answered_again_without_the_sound(recogniser: voicekin.Recogniser, folder: Path) -> None:
    analysis = recogniser.analyse(folder / "clip 1.wav")
    assert analysis.pooled.shape == (1, recogniser.pack.manifest.pooled_dim)
    (folder / "clip 1.wav").rename(folder / "away.wav")
    assert recogniser.classify(analysis).label == LABELS[1]
    assert recogniser.classify(analysis, k=2).k == 2


def test_the_embedding_is_what_the_neighbours_are_near(recogniser: voicekin.Recogniser, folder: Path) -> None:
    answer = recogniser.classify(folder / "clip 1.wav")
    (embedding,) = recogniser.embedding(folder / "clip 1.wav")
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)
    pack = recogniser.pack
    vectors = item_vectors(pack.path("index.ann"), len(pack.items), pack.manifest.embedding_dim)
    places = {item.id: vector for item, vector in zip(pack.items, vectors, strict=True)}
    for neighbour in answer.neighbours:
        assert np.linalg.norm(places[neighbour.id] - embedding) == pytest.approx(neighbour.distance, abs=1e-4)


def test_a_voice_that_was_estimated_is_taken_off(
    recogniser: voicekin.Recogniser, folder: Path, tiny_pack: Pack
) -> None:
    files = [folder / f"clip {i}.wav" for i in range(6)]
    voice = recogniser.estimate_voice(files)
    assert voice.clips == 6
    answer = recogniser.classify(files[0], voice=voice)
    engine = EngineRecogniser(tiny_pack)
    used = voicekin.VoiceUsed("group", heard=6, settled=voice.settled)
    expected = engine.answer(engine.analyse_file(files[0]), baseline=voice.baseline, voice=used)
    assert answer.probabilities == expected.probabilities
    assert answer.probabilities != recogniser.classify(files[0]).probabilities
    assert (answer.rests_on.voice.kind, answer.rests_on.voice.heard) == ("group", 6)
    assert not np.array_equal(recogniser.embedding(files[0], voice=voice), recogniser.embedding(files[0]))


def test_answers_that_are_noted_are_not_asked_again(
    recogniser: voicekin.Recogniser, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [folder / "clip 0.wav", folder / "bad.wav"]
    first = list(recogniser.classify(files, resume=folder / "notes"))
    asked: list[str] = []
    real = EngineRecogniser.analyse_file

    def noted(self: EngineRecogniser, path: Path, **options: Any) -> Any:
        asked.append(path.name)
        return real(self, path, **options)

    monkeypatch.setattr(EngineRecogniser, "analyse_file", noted)
    again = recogniser.classify(files, resume=folder / "notes")
    assert [a.as_json() for a in again] == [a.as_json() for a in first]
    assert asked == ["bad.wav"]
    with pytest.raises(voicekin.StoreError, match="another pack, voice or settings"):
        list(recogniser.classify(files, resume=folder / "notes", voice="none"))


def test_who_asks_to_stop_is_heard(recogniser: voicekin.Recogniser, folder: Path) -> None:
    files = [folder / f"clip {i % 6}.wav" for i in range(300)]
    stop: list[bool] = []
    answers = recogniser.classify(files, jobs=2, voice="none", should_stop=lambda: bool(stop))
    next(answers)
    stop.append(True)
    with pytest.raises(voicekin.Cancelled):
        list(answers)


def test_one_recording_can_be_its_own_company(recogniser: voicekin.Recogniser, folder: Path) -> None:
    rests_on = recogniser.classify(folder / "clip 1.wav", same_voice=True).rests_on
    assert (rests_on.voice.kind, rests_on.voice.heard) == ("group", 1)
