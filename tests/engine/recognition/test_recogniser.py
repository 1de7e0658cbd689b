"""From a recording to an answer: numbers that add up, silence, long files in constant memory, what-if, cancel."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from desktop_app.engine.pack.format import Item, Pack
from desktop_app.engine.recognition.answer import NOBODY, Recognition, RestsOn, Timing, VoiceUsed
from desktop_app.engine.recognition.recogniser import (
    LITTLE_SPEECH,
    NO_SPEECH,
    TOO_QUIET,
    UNCERTAIN,
    UNFAMILIAR,
    Analysis,
    Recogniser,
)
from desktop_app.engine.recognition.retrieval import Floats, Hit
from desktop_app.engine.sound.audio import Waveform
from desktop_app.errors import AudioError, Cancelled
from tests.engine.sound.speech_like import LoudnessDetector
from tests.tiny_pack import DIMENSIONS, LABELS, POOLED, RATE, build_tiny_pack, clip


@pytest.fixture(scope="module")
def recogniser(tiny_pack: Pack) -> Recogniser:
    return Recogniser(tiny_pack, threads=1)


@pytest.fixture
def loudness(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Speech is what is loud, so that borders are known."""
    monkeypatch.setattr(recogniser, "_detector", LoudnessDetector())


def joined(labels: Sequence[str], pause_s: float = 1.0) -> tuple[Waveform, list[tuple[float, float]]]:
    """Clips of 3 s with pauses, and where each clip lies."""
    parts, borders, at = [], [], 0.0
    for i, label in enumerate(labels):
        parts += [np.zeros(round(pause_s * RATE), np.float32), clip(label, i, 3.0)]
        borders.append((at + pause_s, at + pause_s + 3.0))
        at += pause_s + 3.0
    return np.concatenate([*parts, np.zeros(RATE, np.float32)]), borders


@pytest.mark.parametrize("label", LABELS)
def test_a_clip_gets_its_label_and_everything_adds_up(recogniser: Recogniser, label: str) -> None:
    answer = recogniser.answer(recogniser.analyse(clip(label, seed=3)))
    assert answer.label == label
    assert answer.confidence == answer.probabilities[label] == max(answer.probabilities.values())
    for p in (answer.probabilities, answer.model_probabilities, answer.neighbour_probabilities):
        assert tuple(p) == LABELS
        assert sum(p.values()) == pytest.approx(1.0)
    for name in LABELS:
        mixed = (
            answer.alpha * answer.neighbour_probabilities[name] + (1 - answer.alpha) * answer.model_probabilities[name]
        )
        assert answer.probabilities[name] == pytest.approx(mixed)
        by_weight = sum(n.weight for n in answer.neighbours if n.label == name)
        assert answer.neighbour_probabilities[name] == pytest.approx(by_weight)
    assert (answer.k, answer.alpha) == (8, 0.4)
    assert [n.distance for n in answer.neighbours] == sorted(n.distance for n in answer.neighbours)
    (segment,) = answer.segments
    assert (segment.start_s, segment.end_s) == (0.0, 2.0)
    assert segment.probabilities == answer.probabilities
    assert not answer.abstained
    assert answer.timing_ms.encode > 0


def test_dimensions_are_told_where_the_pack_has_them(recogniser: Recogniser, tmp_path: Path) -> None:
    assert recogniser.answer(recogniser.analyse(clip("sad", seed=3))).dimensions == {}
    telling = Recogniser(build_tiny_pack(tmp_path / "p", dimensions=True), threads=1)
    told = {label: telling.answer(telling.analyse(clip(label, seed=3))) for label in LABELS}
    for number, label in enumerate(LABELS):
        assert told[label].label == label
        for name, values in DIMENSIONS.items():
            assert told[label].dimensions[name] == pytest.approx(values[number], abs=0.25)
    sad = told["sad"]
    assert Recognition.from_json(sad.as_json()).dimensions == pytest.approx(sad.dimensions, abs=1e-4)
    assert telling.answer(telling.analyse(np.zeros(RATE, np.float32))).dimensions == {}


def test_dimensions_of_a_long_recording_are_the_mean_over_its_stretches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = Recogniser(build_tiny_pack(tmp_path / "p", dimensions=True), threads=1)
    monkeypatch.setattr(telling, "_detector", LoudnessDetector())
    sound, _ = joined(["angry", "sad"])
    weights = telling.pack.dimensions
    assert weights is not None
    analysis = telling.analyse(sound)
    assert len(analysis.spans) == 2
    embedding = telling.encoder.head(analysis.pooled, np.zeros(POOLED, np.float32)).embedding
    each = [[min(1.0, max(0.0, float(row[:-1] @ one + row[-1]))) for row in weights] for one in embedding]
    lengths = [end - start for start, end in analysis.spans]
    expected = [(a * lengths[0] + b * lengths[1]) / sum(lengths) for a, b in zip(*each, strict=True)]
    assert list(telling.answer(analysis).dimensions.values()) == pytest.approx(expected, abs=1e-5)


def test_a_label_set_has_the_labels_that_reach_the_packs_threshold(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = recogniser.analyse(clip("sad", seed=3))
    ranked = sorted(recogniser.answer(analysis).probabilities.items(), key=lambda item: -item[1])
    names, shares = [name for name, _ in ranked], [p for _, p in ranked]

    def with_threshold(probability: float) -> Recognition:
        manifest = replace(recogniser.pack.manifest, set_probability=probability)
        monkeypatch.setattr(recogniser, "pack", replace(recogniser.pack, manifest=manifest))
        return recogniser.answer(analysis)

    assert recogniser.answer(analysis).label_set == ("sad",)  # the tiny pack names no threshold
    two = with_threshold((shares[1] + shares[2]) / 2)
    assert two.label_set == tuple(names[:2]) == two.segments[0].label_set
    assert not two.abstained
    assert two.as_json()["label_set"] == two.as_json()["segments"][0]["label_set"] == names[:2]
    assert Recognition.from_json(two.as_json()).label_set == two.label_set
    three = with_threshold((shares[2] + shares[3]) / 2)
    assert three.label_set == tuple(names[:3])
    assert three.abstained_because == UNCERTAIN
    assert with_threshold((shares[0] + shares[1]) / 2).label_set == ("sad",)
    assert with_threshold(1.0).label_set == ("sad",)  # the most probable label always


def test_the_packs_temperature_makes_p_model_less_confident(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = recogniser.analyse(clip("sad", seed=3))
    logits = recogniser.encoder.head(analysis.pooled, np.zeros(POOLED, np.float32)).logits[0].astype(np.float64)
    for temperature in (0.5, 3.0):
        manifest = replace(recogniser.pack.manifest, calibration_temperature=temperature)
        monkeypatch.setattr(recogniser, "pack", replace(recogniser.pack, manifest=manifest))
        expected = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
        said = list(recogniser.answer(analysis).model_probabilities.values())
        np.testing.assert_allclose(said, expected, atol=1e-9)
        again = recogniser.model_probabilities(analysis.pooled, np.zeros(POOLED, np.float32))[0]
        np.testing.assert_allclose(again, expected, atol=1e-9)


def test_an_answer_is_the_surer_the_better_its_voice_is_known(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = recogniser.analyse(clip("sad", seed=3))
    baseline = np.full(POOLED, 0.01, np.float32)
    logits = recogniser.encoder.head(analysis.pooled, baseline).logits[0].astype(np.float64)

    def said(settled: float) -> list[float]:
        used = VoiceUsed("saved", "Anna", 9, settled)
        return list(recogniser.answer(analysis, baseline=baseline, voice=used).model_probabilities.values())

    def expected(temperature: float) -> npt.NDArray[np.float64]:
        return np.asarray(np.exp(logits / temperature) / np.exp(logits / temperature).sum())

    manifest = replace(recogniser.pack.manifest, calibration_temperature=1.6, voice={"temperature": 0.4})
    monkeypatch.setattr(recogniser, "pack", replace(recogniser.pack, manifest=manifest))
    for settled, temperature in ((0.0, 1.6), (0.5, 0.8), (1.0, 0.4)):
        np.testing.assert_allclose(said(settled), expected(temperature), atol=1e-9)
    for silent in ({}, {"temperature": 0.0}, {"temperature": "cold"}):  # a pack that does not say, or says nonsense
        monkeypatch.setattr(recogniser, "pack", replace(recogniser.pack, manifest=replace(manifest, voice=silent)))
        np.testing.assert_allclose(said(1.0), expected(1.6), atol=1e-9)


def test_the_label_set_of_an_older_answer_is_its_label(recogniser: Recogniser) -> None:
    written = recogniser.answer(recogniser.analyse(clip("sad"))).as_json()
    for one in (written, *written["segments"]):
        del one["label_set"]
    read = Recognition.from_json(written)
    assert (read.label_set, read.segments[0].label_set) == (("sad",), ("sad",))


def test_what_if_answers_again_without_the_encoder(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = recogniser.analyse(clip("sad"))
    monkeypatch.setattr(recogniser.encoder, "encode", None)
    only_model = recogniser.answer(analysis, alpha=0.0)
    only_kin = recogniser.answer(analysis, alpha=1.0, k=3)
    assert only_model.probabilities == only_model.model_probabilities
    assert only_kin.probabilities == only_kin.neighbour_probabilities
    assert (only_kin.k, len(only_kin.neighbours)) == (3, 3)
    everyone = recogniser.answer(analysis, k=10_000)
    assert everyone.k == len(everyone.neighbours) == 80


@pytest.mark.parametrize("settings", [{"k": 0}, {"alpha": 1.1}, {"alpha": -0.1}])
def test_settings_out_of_range_are_bugs(recogniser: Recogniser, settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        recogniser.answer(recogniser.analyse(clip("sad")), **settings)  # type: ignore[arg-type]


def test_an_analysis_of_another_encoder_is_a_bug(recogniser: Recogniser) -> None:
    with pytest.raises(ValueError, match="another pack"):
        recogniser.answer(replace(recogniser.analyse(clip("sad")), encoder_sha256="0" * 64))


def test_a_file_gives_the_answer_that_its_samples_give(recogniser: Recogniser, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", clip("angry"), RATE, subtype="FLOAT")
    answer = recogniser.recognise_file(tmp_path / "a.wav")
    assert answer.path == str(tmp_path / "a.wav")
    assert answer.duration_s == pytest.approx(2.0)
    direct = recogniser.answer(recogniser.analyse(clip("angry")))
    assert answer.probabilities == pytest.approx(direct.probabilities)


# --- silence and doubt ---


@pytest.mark.parametrize("seconds", [0.5, 3.0, 20.0])
def test_silence_gets_an_answer_that_abstains(recogniser: Recogniser, seconds: float) -> None:
    answer = recogniser.answer(recogniser.analyse(np.zeros(round(seconds * RATE), np.float32)))
    assert answer.abstained
    assert answer.abstained_because == NO_SPEECH
    assert answer.label in LABELS
    assert answer.speech_s == 0.0
    assert answer.duration_s == pytest.approx(seconds)
    assert answer.segments == (), "nothing to show over time, and nothing to export as an emotion"


def test_a_faint_hiss_is_no_speech_either(recogniser: Recogniser) -> None:
    hiss = (1e-3 * np.random.default_rng(0).standard_normal(3 * RATE)).astype(np.float32)
    assert recogniser.answer(recogniser.analyse(hiss)).abstained_because == NO_SPEECH


def test_loud_sound_that_the_detector_misses_is_answered(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sobs and cries: the detector hears no speech, but the datastore knows the like."""
    monkeypatch.setattr(recogniser, "_detector", LoudnessDetector())
    analysis = replace(recogniser.analyse(clip("sad")), speech_peak=0.01)
    assert not recogniser.is_silent(analysis)
    assert not recogniser.answer(analysis).abstained


def test_reasons_for_doubt_are_given(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = replace(recogniser.analyse(clip("sad")), speech_peak=0.99)
    strict = replace(recogniser.pack.manifest, abstain_confidence=1.0)
    monkeypatch.setattr(recogniser, "pack", replace(recogniser.pack, manifest=strict))
    assert recogniser.answer(analysis).abstained_because == UNCERTAIN
    narrow = replace(strict, novelty_distance=1e-3)
    monkeypatch.setattr(recogniser, "pack", replace(recogniser.pack, manifest=narrow))
    answer = recogniser.answer(analysis)
    assert answer.abstained_because == UNFAMILIAR
    assert answer.novelty > 1.0


def test_a_pack_says_how_much_speech_it_needs(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = replace(recogniser.analyse(clip("sad")), speech_peak=0.99, speech_s=0.3)
    assert not recogniser.answer(analysis).abstained
    needy = replace(recogniser.pack.manifest, abstain_speech_s=0.35)
    monkeypatch.setattr(recogniser, "pack", replace(recogniser.pack, manifest=needy))
    assert recogniser.answer(analysis).abstained_because == LITTLE_SPEECH
    assert not recogniser.answer(replace(analysis, speech_s=0.4)).abstained


@pytest.mark.parametrize("n", [0, 1, 1_599])
def test_too_little_sound_is_a_sentence(recogniser: Recogniser, n: int) -> None:
    with pytest.raises(AudioError, match="too short"):
        recogniser.analyse(np.zeros(n, np.float32), path="blip.wav")


def test_a_tenth_of_a_second_is_enough(recogniser: Recogniser) -> None:
    assert recogniser.answer(recogniser.analyse(clip("sad")[:1_600])).label in LABELS


# --- long recordings ---


@pytest.mark.usefixtures("loudness")
def test_a_long_recording_is_cut_and_each_piece_gets_its_own_label(recogniser: Recogniser) -> None:
    labels = ["angry", "sad", "happy", "neutral", "sad"]
    samples, borders = joined(labels)
    answer = recogniser.answer(recogniser.analyse(samples))
    assert [s.label for s in answer.segments] == labels
    for segment, (start_s, end_s) in zip(answer.segments, borders, strict=True):
        assert segment.start_s == pytest.approx(start_s, abs=0.1)
        assert segment.end_s == pytest.approx(end_s, abs=0.1)
    # the whole is the mean over the pieces, each by its length
    length = [s.end_s - s.start_s for s in answer.segments]
    for name in LABELS:
        mean = np.average([s.probabilities[name] for s in answer.segments], weights=length)
        assert answer.probabilities[name] == pytest.approx(mean)
    assert answer.duration_s == pytest.approx(len(samples) / RATE)
    assert sum(n.weight for n in answer.neighbours) == pytest.approx(1.0)
    assert len({n.id for n in answer.neighbours}) == len(answer.neighbours) == 8


@pytest.mark.usefixtures("loudness")
def test_a_long_file_is_analysed_as_its_samples_are(recogniser: Recogniser, tmp_path: Path) -> None:
    samples, _ = joined(["angry", "sad", "happy"])
    soundfile.write(tmp_path / "long.wav", samples, RATE, subtype="FLOAT")
    from_file, direct = recogniser.analyse_file(tmp_path / "long.wav"), recogniser.analyse(samples)
    assert from_file.spans == direct.spans
    assert from_file.pooled == pytest.approx(direct.pooled, abs=1e-5)


@pytest.mark.usefixtures("loudness")
def test_only_features_are_kept_of_a_long_file(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes go by in blocks that are never held together: the longest thing alive is one piece."""
    longest = 0
    original = recogniser.encoder.encode

    def watch(waveforms: list[Waveform]) -> object:
        nonlocal longest
        longest = max(longest, *(len(w) for w in waveforms))
        return original(waveforms)

    monkeypatch.setattr(recogniser.encoder, "encode", watch)
    samples, _ = joined(["sad"])
    half_minute = np.tile(samples, 6)

    blocks = (half_minute[i : i + 8_000] for _ in range(20) for i in range(0, len(half_minute), 8_000))
    analysis = recogniser._analyse_blocks(blocks, 600.0, "", "long", None, None)
    assert analysis.duration_s == pytest.approx(20 * len(half_minute) / RATE)
    assert longest <= recogniser.pack.manifest.max_seconds * RATE
    assert analysis.pooled.shape == (len(analysis.spans), POOLED)
    assert len(analysis.spans) == 120


@pytest.mark.usefixtures("loudness")
def test_without_any_speech_the_loudest_part_of_a_long_recording_is_answered_for(recogniser: Recogniser) -> None:
    samples = np.zeros(20 * RATE, np.float32)
    samples[13 * RATE : 13 * RATE + 200] = 0.5  # a click is no speech
    analysis = recogniser.analyse(samples)
    ((start_s, end_s),) = analysis.spans
    assert start_s <= 13.0 < end_s
    assert end_s - start_s <= 6.0


def test_progress_reaches_one_and_never_goes_back(recogniser: Recogniser) -> None:
    seen: list[float] = []
    recogniser.analyse(np.tile(clip("sad"), 10), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) >= 20


def test_cancel_is_heard_within_a_second_of_sound(recogniser: Recogniser) -> None:
    asked = 0

    def stop_at_the_fifth() -> bool:
        nonlocal asked
        asked += 1
        return asked == 5

    with pytest.raises(Cancelled):
        recogniser.analyse(np.tile(clip("sad"), 10), should_stop=stop_at_the_fifth)
    answer = recogniser.answer(recogniser.analyse(clip("angry")))  # and nothing of the cancelled one is left
    assert answer.label == "angry"


# --- voices and examples ---


def test_a_baseline_is_taken_off_before_the_head(recogniser: Recogniser) -> None:
    analysis = recogniser.analyse(clip("sad"))
    plain = recogniser.answer(analysis)
    shift = np.linspace(-2, 2, POOLED, dtype=np.float32)
    moved = replace(analysis, pooled=analysis.pooled + shift)
    assert recogniser.answer(moved, baseline=shift).probabilities == pytest.approx(plain.probabilities, abs=1e-5)


def test_a_voice_comes_from_recordings_with_speech(recogniser: Recogniser) -> None:
    shift = np.full(POOLED, 0.5, np.float32)
    clips = [recogniser.analyse(clip(label, seed)) for label in LABELS for seed in range(5)]
    spoken = [replace(a, pooled=a.pooled + shift, speech_peak=0.9) for a in clips]
    silence = recogniser.analyse(np.zeros(RATE, np.float32))
    voice = recogniser.estimate_voice([*spoken, silence])
    assert voice.clips == 20
    assert np.linalg.norm(voice.baseline - shift) < 0.5 * np.linalg.norm(shift)
    nobody = recogniser.estimate_voice([silence])
    assert nobody.clips == 0
    assert not nobody.baseline.any()


class OneExample:
    """One example of a label of one's own, that is sure of itself."""

    labels = ("tired",)
    alpha = 0.5

    def __len__(self) -> int:
        return 1

    def __init__(self, trust: float, near: float = 1.0) -> None:
        self.trust = trust
        self.near = near

    def nearness(self, pooled: Floats) -> npt.NDArray[np.float64]:
        return np.full(len(pooled), self.near)

    def distribution(
        self, pooled: Floats, baseline: Floats, p_model: Floats, nearest: Sequence[Hit]
    ) -> npt.NDArray[np.float64]:
        assert pooled.shape == baseline.shape
        assert p_model.shape == (4,)
        assert nearest[0].own
        return np.array([0.0, 0.0, 0.0, 0.2, 0.8])

    def nearest(self, embedding: Floats, k: int) -> Sequence[Hit]:  # noqa: ARG002
        return [Hit(0, 0.0, own=True)]

    def item(self, index: int) -> Item:
        return Item(id=f"mine/{index}", label="tired", corpus="my own")


def test_own_examples_join_the_neighbours_and_their_label_the_bars(recogniser: Recogniser) -> None:
    analysis: Analysis = recogniser.analyse(clip("sad"))
    plain = recogniser.answer(analysis, k=4)
    answer = recogniser.answer(analysis, examples=OneExample(0.5), k=4)
    assert (plain.alpha, answer.alpha) == (0.4, 0.5)
    assert recogniser.answer(analysis, examples=OneExample(0.5), alpha=0.1).alpha == 0.1
    assert tuple(answer.probabilities) == (*LABELS, "tired")
    assert sum(answer.probabilities.values()) == pytest.approx(1.0)
    assert answer.model_probabilities["tired"] == 0.0
    assert answer.neighbour_probabilities["tired"] == pytest.approx(0.4)
    for label, own in zip(LABELS, (0.0, 0.0, 0.0, 0.1), strict=True):
        assert answer.neighbour_probabilities[label] == pytest.approx(0.5 * plain.neighbour_probabilities[label] + own)
    assert answer.neighbours[0].own
    assert (answer.neighbours[0].id, answer.neighbours[0].corpus) == ("mine/0", "my own")
    assert sum(n.weight for n in answer.neighbours) == pytest.approx(1.0)
    # what is known of the pack says how new a sound is, not what is one's own
    assert answer.novelty == plain.novelty
    assert (plain.own_share, answer.own_share) == (0.0, pytest.approx(0.25))


def test_own_examples_weigh_as_far_as_they_are_near(recogniser: Recogniser) -> None:
    analysis = recogniser.analyse(clip("sad"))
    plain, near, half, far = (
        recogniser.answer(analysis, examples=examples)
        for examples in (None, OneExample(0.5), OneExample(0.5, 0.5), OneExample(0.5, 0.0))
    )
    assert {**plain.probabilities, "tired": 0.0} == dict(far.probabilities), "exactly"
    assert (far.alpha, far.own_share, far.confidence) == (plain.alpha, 0.0, plain.confidence)
    assert not any(neighbour.own for neighbour in far.neighbours)
    for label, p in half.probabilities.items():
        assert p == pytest.approx((near.probabilities[label] + plain.probabilities.get(label, 0.0)) / 2)
    assert half.own_share == pytest.approx(near.own_share / 2)
    assert dict(half.probabilities) == pytest.approx(
        {
            label: half.alpha * half.neighbour_probabilities[label] + (1 - half.alpha) * p
            for label, p in half.model_probabilities.items()
        }
    )


def test_own_examples_count_from_the_least_nearness_on(recogniser: Recogniser) -> None:
    analysis = recogniser.analyse(clip("sad"))
    for near, counts in ((0.0, False), (0.001, True)):
        answer = recogniser.answer(analysis, examples=OneExample(0.5, near))
        assert (answer.neighbour_probabilities["tired"] > 0) is counts


def test_an_answer_says_what_it_rests_on(recogniser: Recogniser) -> None:
    used = VoiceUsed("saved", "Anna", 9, 0.5)
    analysis = recogniser.analyse(clip("sad"))
    answer = recogniser.answer(analysis, voice=used, examples=OneExample(0.5))
    assert answer.rests_on == RestsOn(used, "tiny 1.0", 1)
    assert recogniser.answer(analysis).rests_on == RestsOn(NOBODY, "tiny 1.0", 0)


def test_how_new_a_sound_is_does_not_depend_on_how_many_neighbours_are_asked_for(recogniser: Recogniser) -> None:
    analysis = recogniser.analyse(clip("sad"))
    five = [hit.distance for hit in recogniser.datastore.nearest(the_embedding(recogniser, analysis), 5)]
    for k in (1, 4, 5, 6, 80):
        assert recogniser.answer(analysis, k=k).novelty == pytest.approx(np.mean(five) / 0.8)


def the_embedding(recogniser: Recogniser, analysis: Analysis) -> Floats:
    return recogniser.encoder.head(analysis.pooled, np.zeros(POOLED, np.float32)).embedding[0]


def test_a_part_of_one_channel_of_a_file(recogniser: Recogniser, tmp_path: Path) -> None:
    sad, angry = clip("sad", 1, 4.0), clip("angry", 1, 4.0)
    soundfile.write(tmp_path / "two.wav", np.stack([sad, 0.1 * angry], axis=1), RATE, subtype="FLOAT")
    shares: list[float] = []
    part = recogniser.analyse_file(tmp_path / "two.wav", channel=1, start_s=1.0, end_s=3.0, progress=shares.append)
    assert (part.channel, part.start_s, part.duration_s, part.remarks) == (1, 1.0, 3.0, ())
    assert part.spans == ((1.0, 3.0),)
    assert part.pooled == pytest.approx(recogniser.analyse(angry[RATE : 3 * RATE]).pooled, abs=1e-4)
    assert shares == pytest.approx([0.218, 0.468, 0.718, 0.968, 1.0], abs=0.001)  # the filter is 64 ms behind
    shares.clear()
    rest = recogniser.analyse_file(tmp_path / "two.wav", start_s=2.0, progress=shares.append)
    assert (shares[0], shares[-1]) == (pytest.approx(0.218, abs=0.001), 1.0)
    (remark,) = rest.remarks
    assert "2 channels that differ" in remark
    answer = recogniser.answer(replace(part, remarks=rest.remarks))
    assert (answer.channel, answer.remarks) == (1, rest.remarks)


@pytest.fixture
def encoded(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> list[Waveform]:
    """What reaches the encoder."""
    waveforms: list[Waveform] = []
    real = recogniser.encoder.encode
    monkeypatch.setattr(recogniser.encoder, "encode", lambda w: (waveforms.extend(w), real(w))[1])
    return waveforms


def test_the_encoder_hears_the_same_speech_whatever_is_around_it(
    recogniser: Recogniser, encoded: list[Waveform]
) -> None:
    sound, silence = clip("happy", 7, 2.0), np.zeros(RATE + 77, np.float32)
    recogniser.analyse(sound)
    recogniser.analyse(np.concatenate([silence, sound * np.float32(-0.01), silence[:-33]]) + np.float32(0.01))
    alone, among = encoded
    assert len(alone) == len(among)
    assert np.abs(alone + among).max() < 0.012 * np.abs(alone).max()


def test_a_long_pause_parts_a_clip(recogniser: Recogniser, loudness: None) -> None:  # noqa: ARG001
    sound, pause = clip("angry", 3, 1.6), np.zeros(round(2.3 * RATE), np.float32)
    answer = recogniser.answer(recogniser.analyse(np.concatenate([sound, pause, clip("sad", 3, 1.6)])))
    assert [s.label for s in answer.segments] == ["angry", "sad"]
    for segment, (start_s, end_s) in zip(answer.segments, [(0.0, 1.6), (3.9, 5.5)], strict=True):
        assert segment.start_s == pytest.approx(start_s, abs=0.1)
        assert segment.end_s == pytest.approx(end_s, abs=0.1)
    (whole,) = recogniser.analyse(np.concatenate([sound, pause[: RATE // 2], sound])).spans
    assert whole == (0.0, pytest.approx(3.7))


def test_too_quiet_is_told_as_too_quiet(recogniser: Recogniser, loudness: None) -> None:  # noqa: ARG001
    quiet = recogniser.answer(recogniser.analyse(clip("sad") * np.float32(1e-3)))
    assert (quiet.label, quiet.abstained) == ("sad", False)
    too_quiet = replace(recogniser.analyse(clip("sad") * np.float32(1e-4)), speech_s=0.0, speech_peak=0.9)
    assert recogniser.answer(too_quiet).abstained_because == TOO_QUIET


def test_a_recording_of_the_full_length_gets_no_longer(recogniser: Recogniser, encoded: list[Waveform]) -> None:
    most = round(recogniser.pack.manifest.max_seconds * RATE)
    for loudest in (1, 320, 5_001):
        sound = 0.1 * clip("sad", 1, recogniser.pack.manifest.max_seconds)[:most]
        sound[loudest] = 0.9
        recogniser.analyse(sound)
        assert most - 320 < len(encoded[-1]) <= most
        assert int(encoded[-1].argmax()) % 320 == 0


def test_a_recording_of_many_stretches_has_a_voice_of_its_own(tiny_pack: Pack) -> None:
    recogniser = Recogniser(tiny_pack)
    clips = [recogniser.analyse(clip(LABELS[i % 4], i)) for i in range(6)]
    long = replace(
        clips[0],
        spans=tuple((2.0 * i, 2.0 * i + 1) for i in range(6)),
        pooled=np.concatenate([one.pooled for one in clips]),
    )
    found = recogniser.own_voice(long)
    assert found is not None
    baseline, used = found
    voice = recogniser.estimate_voice(clips)
    assert 0 < voice.settled < 1
    assert used == VoiceUsed("itself", heard=6, settled=voice.settled)
    np.testing.assert_array_equal(baseline, voice.baseline)
    answer = recogniser.answer(long, baseline=baseline, voice=used)
    assert answer.rests_on.voice == used
    assert answer.as_json()["rests_on"]["heard"] == 6
    assert recogniser.own_voice(replace(long, spans=long.spans[:4], pooled=long.pooled[:4])) is None


def test_times_of_decoding_encoding_and_answering_add_up(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that goes on by a second with each look."""
    looks = iter(range(1000))
    monkeypatch.setattr("desktop_app.engine.recognition.recogniser.perf_counter", lambda: float(next(looks)))
    analysis = recogniser.analyse(clip("sad"))
    assert (analysis.encode_ms, analysis.decode_ms) == (1000.0, 2000.0)  # looked at: begin, encode, encoded, end
    assert recogniser.answer(analysis).timing_ms == Timing(2000.0, 1000.0, 1000.0)


def test_a_neighbour_has_the_facts_that_the_pack_has(recogniser: Recogniser) -> None:
    answer = recogniser.answer(recogniser.analyse(clip("sad")))
    items = {item.id: item for item in recogniser.pack.items}
    for neighbour in answer.neighbours:
        item = items[neighbour.id]
        for name in ("label", "corpus", "speaker", "language", "text", "duration_s", "envelope", "clip"):
            assert getattr(neighbour, name) == getattr(item, name), name
        assert not neighbour.own
        assert recogniser.pack.map is not None
        number = [*items].index(item.id)
        assert neighbour.place == tuple(recogniser.pack.map[number].tolist())
    assert [n.distance for n in answer.neighbours] == sorted(n.distance for n in answer.neighbours)


def test_silence_is_near_silence_without_speech(recogniser: Recogniser) -> None:
    analysis = replace(recogniser.analyse(clip("sad")), speech_peak=0.49, level_db=-50.1)
    assert recogniser.is_silent(analysis)
    assert not recogniser.is_silent(replace(analysis, speech_peak=0.5))
    assert not recogniser.is_silent(replace(analysis, level_db=-50.0))


def test_a_group_has_a_voice_where_enough_of_it_speaks(recogniser: Recogniser) -> None:
    spoken = [recogniser.analyse(clip(LABELS[i % 4], i)) for i in range(5)]
    silent = replace(spoken[0], speech_peak=0.0, level_db=-80.0)
    found = recogniser.group_voice([*spoken, silent])
    assert found is not None
    voice = recogniser.estimate_voice(spoken)
    np.testing.assert_array_equal(found[0], voice.baseline)
    assert found[1] == VoiceUsed("group", heard=5, settled=voice.settled)
    assert recogniser.group_voice([*spoken[:4], silent]) is None
    alone = recogniser.group_voice(spoken[:1], at_least=1)
    assert alone is not None
    assert alone[1].heard == 1
    assert recogniser.group_voice([silent], at_least=1) is None
