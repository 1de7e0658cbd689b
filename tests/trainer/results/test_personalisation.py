"""The protocol of voices and examples: which clips are used for what, paired tests, and gains where expected."""

import copy
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from desktop_app.engine.pack.format import Item
from desktop_app.engine.people.examples import StoredFeatures
from desktop_app.engine.people.own_datastore import embed_examples
from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.voice import estimate_baseline
from tests.trainer.test_run import place, run, write_recipe
from tests.trainer.training.test_fit import LABELS as LABELS_OF
from tests.trainer.training.test_fit import dataset, recipe, split
from trainer.model.baseline import classifier
from trainer.results import personalisation
from trainer.results.personalisation import (
    Known,
    Measured,
    Speaker,
    _resample,
    conditions,
    draw,
    halve,
    logistic_regression,
    read_personalisation,
    summarise,
    tables,
)
from trainer.run import Run
from trainer.training.fit import FittedHead, fit_head
from trainer.training.protocol import datastore_items
from trainer.training.tune import Tuned

__all__ = ["place"]

LABELS = np.repeat(np.arange(4), [9, 8, 3, 20])


def test_half_of_each_label_is_set_aside() -> None:
    halves = halve(LABELS, np.random.default_rng(0))
    assert np.bincount(LABELS[halves.tested]).tolist() == [5, 4, 2, 10]
    assert np.bincount(LABELS[halves.heard]).tolist() == [4, 4, 1, 10]
    assert sorted([*halves.tested, *halves.heard]) == list(range(40))


def test_what_is_heard_is_not_tested_and_examples_are_not_heard_twice() -> None:
    for known in conditions():
        halves = halve(LABELS, np.random.default_rng(1))
        for mood in range(4):
            unlabelled, examples, said = draw(LABELS, halves.heard, known, 4, 2, mood)
            assert not set(unlabelled) & set(examples)
            assert not {*unlabelled, *examples} & set(halves.tested)
            assert len(unlabelled) <= known.unlabelled
            assert max(np.bincount(LABELS[examples], minlength=4)) <= known.examples
            assert (said != LABELS[examples]).sum() == known.wrong
            assert set(said) <= set(range(4))


@pytest.mark.parametrize(
    ("mood", "expected"), [("one mood", [0, 0, 0, 5]), ("neutral", [0, 0, 1, 0]), ("8 in 10 of one mood", [0, 0, 0, 4])]
)
def test_material_of_one_mood(mood: str, expected: list[int]) -> None:
    halves = halve(LABELS, np.random.default_rng(2))
    unlabelled, _, _ = draw(LABELS, halves.heard, Known(5, mood), 4, 2, mood=3)
    counts = np.bincount(LABELS[unlabelled], minlength=4)
    assert counts[:3].sum() == (1 if mood.startswith("8") else sum(expected[:3]))
    assert counts[3] == expected[3]


def test_everything_that_is_measured() -> None:
    asked = conditions()
    assert len(set(asked)) == len(asked) == 6 + 3 * 5 + 2 * 4 + 2 + 2 * 4
    assert {k.unlabelled for k in asked if k.mood == "random" and not k.examples} == {0, 1, 3, 5, 10, 30}
    for mood in ("neutral", "one mood", "8 in 10 of one mood"):
        assert {k.unlabelled for k in asked if k.mood == mood} == {1, 3, 5, 10, 30}
    shown = {(k.unlabelled, k.examples) for k in asked if k.examples and not k.wrong and k.by == "VoiceKin"}
    assert shown == {(n, m) for n in (0, 10) for m in (1, 3, 5, 10)}
    assert {(k.examples, k.wrong) for k in asked if k.wrong} == {(3, 1), (10, 1)}
    for by in ("logistic regression", "fine-tuned head"):
        assert {(k.unlabelled, k.examples) for k in asked if k.by == by} == {(10, m) for m in (1, 3, 5, 10)}
    assert str(Known(0)) == "n 0, m 0"
    assert str(Known(10, "one mood", 3, 1, "logistic regression")) == (
        "n 10 (one mood), m 3, 1 of them wrong, logistic regression"
    )


# the answers


@pytest.fixture(scope="module")
def fitted() -> FittedHead:
    data = dataset()
    trained = np.array([i for i in split(data)[0] if data.utterances[i].corpus == "one"])
    return fit_head(data, trained, np.zeros(0, np.int64), recipe(epochs=6), seed=0)


def speaker_of(fitted: FittedHead, tuned: Tuned) -> tuple[Speaker, Any, Any, Any, Any]:
    """A speaker that the head was not trained on, with features and labels, and those of the datastore."""
    data = dataset()
    labels = data.label_indices()
    rows = np.array([i for i, u in enumerate(data.utterances) if u.speaker_key == "two/4"])
    known = np.array([i for i, u in enumerate(data.utterances) if u.speaker not in "45"])
    items, item_labels = datastore_items(data, fitted, known)
    pooled = fitted.pooled(data.features[0, rows])
    speaker = Speaker(pooled, labels[rows], fitted, tuned, items, item_labels)
    return speaker, pooled, labels[rows], items, item_labels


TUNED = Tuned(
    temperature=1.5,
    known_temperature=0.75,
    k=3,
    alpha=0.25,
    knn_temperature=0.2,
    weighting="distance",
    novelty_distance=0.9,
    abstain_confidence=0.3,
    set_probability=0.25,
    ua_model=50.0,
    ua_fused=50.0,
)


@pytest.mark.parametrize("alpha", [0.0, 0.25])
@pytest.mark.parametrize(
    "known", [Known(0), Known(5), Known(0, examples=2), Known(3, examples=2, wrong=1), Known(4, "one mood", 1)], ids=str
)
def test_what_is_measured_is_what_the_app_answers(fitted: FittedHead, known: Known, alpha: float) -> None:
    """Computes the engine's voice, head, examples and fusion step by step for each clip."""
    speaker, pooled, labels, items, item_labels = speaker_of(fitted, replace(TUNED, alpha=alpha))
    halves = halve(labels, np.random.default_rng(3))
    others = [Known(0), Known(30)]
    found = speaker.answers([others[0], known, others[1]], halves, mood=1)[1]

    unlabelled, examples, said = draw(labels, halves.heard, known, 4, LABELS_OF.index("neutral"), 1)
    given = np.concatenate([np.full(len(unlabelled), -1), said])
    voice = estimate_baseline(
        pooled[np.concatenate([unlabelled, examples])], classifier(fitted.head, range(4), 1.5), fitted.prior, given
    )

    def embed(x: Any, baseline: Any) -> Any:
        logits, embeddings = fitted.answer(x, baseline)
        return embeddings, softmax(logits, 1.5)

    stored = [
        StoredFeatures(i, LABELS_OF[k], None, pooled[row], voice.baseline)
        for i, (row, k) in enumerate(zip(examples, said, strict=True))
    ]
    own = embed_examples(
        [stored] if stored else [],
        {},
        embed,
        pack_labels=LABELS_OF,
        prior=fitted.prior,
        describe=lambda i: Item(str(i), ""),
    )
    answers = []
    for row in halves.tested:
        (embedding,), (as_stranger,) = embed(pooled[row : row + 1], voice.baseline)
        logits, _ = fitted.answer(pooled[row : row + 1], voice.baseline)
        p_model = softmax(logits, 1.5 * 0.5**voice.settled)[0]
        distances = np.linalg.norm(items - embedding, axis=1)
        nearest = np.argsort(distances)[:3]
        p_pack = np.bincount(item_labels[nearest], np.exp(-distances[nearest] / 0.2), 4)
        p_pack /= p_pack.sum()
        weight, trust = alpha, 0.0
        p_own = np.zeros(4)
        if len(stored):
            near = float(own.nearness(pooled[row : row + 1])[0])
            weight = (1 - near) * alpha + near * 0.9
            trust = near * 0.9 * 0.95 / weight
            p_own = own.distributions((pooled[row] - voice.baseline)[None], as_stranger[None])[0]
        p = weight * (trust * p_own + (1 - trust) * p_pack) + (1 - weight) * p_model
        answers.append(int(p.argmax()))
    np.testing.assert_array_equal(found, answers)


@pytest.mark.parametrize("by", ["logistic regression", "fine-tuned head"])
def test_the_compared_methods_learn_from_the_same_clips_and_voice(
    fitted: FittedHead, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Any, ...]] = []

    def noted(kind: str) -> Any:
        return lambda *given: calls.append((kind, *given)) or np.full(len(given[-1]), 2)

    monkeypatch.setattr(personalisation, "logistic_regression", noted("logistic regression"))
    monkeypatch.setattr(personalisation, "fine_tuned", noted("fine-tuned head"))
    speaker, pooled, labels, *_ = speaker_of(fitted, TUNED)
    halves = halve(labels, np.random.default_rng(3))
    known = Known(3, examples=2, by=by)
    (found,) = speaker.answers([known], halves, mood=0)
    unlabelled, examples, said = draw(labels, halves.heard, known, 4, LABELS_OF.index("neutral"), 0)
    given = np.concatenate([np.full(len(unlabelled), -1), said])
    voice = estimate_baseline(
        pooled[np.concatenate([unlabelled, examples])], classifier(fitted.head, range(4), 1.5), fitted.prior, given
    ).baseline
    assert found.tolist() == [2] * len(halves.tested)
    ((kind, *first, shown, labels_of_shown, tested),) = calls
    assert (kind, first) == (by, [] if by == "logistic regression" else [fitted])
    np.testing.assert_allclose(shown, pooled[examples] - voice, atol=1e-6)
    np.testing.assert_array_equal(labels_of_shown, said)
    np.testing.assert_allclose(tested, pooled[halves.tested] - voice, atol=1e-6)


def test_a_regression_on_the_shown_clips_only() -> None:
    rng = np.random.default_rng(0)
    centres = 3 * rng.standard_normal((3, 12))
    labels, later = np.repeat([0, 1, 2], 4), np.repeat([2, 0, 1], 6)
    shown, tested = (centres[k] + 0.3 * rng.standard_normal((len(k), 12)) for k in (labels, later))
    np.testing.assert_array_equal(
        logistic_regression(shown.astype(np.float32), labels, tested.astype(np.float32)), later
    )
    one = logistic_regression(shown[:2].astype(np.float32), np.array([1, 1]), tested.astype(np.float32))
    assert one.tolist() == [1] * 18


def test_fine_tuning_through_the_sums_equals_fine_tuning_all_weights(
    fitted: FittedHead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personalisation, "TUNING_STEPS", 30)
    _, pooled, labels, *_ = speaker_of(fitted, TUNED)
    wrong = (labels + 1) % 4  # what the head would not say by itself
    shown, tested = np.arange(0, len(labels), 2), np.arange(1, len(labels), 2)
    before = [p.clone() for p in fitted.head.parameters()]
    found = personalisation.fine_tuned(fitted, pooled[shown], wrong[shown], pooled[tested])
    assert all(torch.equal(a, b) for a, b in zip(before, fitted.head.parameters(), strict=True))
    head = copy.deepcopy(fitted.head)
    optimiser = torch.optim.SGD(head.parameters(), lr=4e-3, momentum=0.9)
    for _ in range(30):
        optimiser.zero_grad()
        logits, _ = head(torch.from_numpy(pooled[shown]))
        torch.nn.functional.cross_entropy(logits, torch.from_numpy(wrong[shown])).backward()
        optimiser.step()
    with torch.inference_mode():
        expected = head(torch.from_numpy(pooled[tested]))[0].argmax(1).numpy()
    np.testing.assert_array_equal(found, expected)
    assert (found == wrong[tested]).mean() > 0.4


def test_speakers_are_drawn_anew_within_their_corpus() -> None:
    rng = np.random.default_rng(0)
    corpora = ("a", "b", "a", "a", "b")
    drawn = np.stack([_resample(corpora, rng) for _ in range(400)])
    assert (drawn[:, [0, 2, 3]].sum(axis=1) == 3).all()
    assert (drawn[:, [1, 4]].sum(axis=1) == 2).all()
    assert drawn.mean(axis=0) == pytest.approx(np.ones(5), abs=0.15)
    assert drawn.max() == 3


def test_gains_are_over_the_same_voice_without_examples() -> None:
    right, wrong = np.diag([5, 5]), np.array([[0, 5], [0, 5]])
    alone = Measured(np.stack([right, wrong, wrong]), ("a", "a", "b"))
    better = Measured(np.stack([right, right, wrong]), ("a", "a", "b"))
    assert alone.ua() == pytest.approx((75 + 50) / 2)
    assert better.of("a") == 100
    result = summarise({Known(0): alone, Known(10): better, Known(10, examples=3): better})
    rows = {row["known"]: row for row in result["conditions"]}
    assert rows["n 10, m 0"]["gain"] == pytest.approx(12.5)
    # of corpus a the one speaker, the other, or both are drawn: its UA is 100, 50 or 75, and b's always 50
    assert rows["n 0, m 0"]["interval"] == [50.0, 75.0]
    assert rows["n 10, m 0"]["interval"] == [75.0, 75.0]
    assert rows["n 10, m 0"]["gain_interval"] == [0.0, 25.0]
    assert rows["n 0, m 0"]["by_corpus"] == {"a": 75.0, "b": 50.0}
    assert rows["n 10, m 3"]["gain"] == 0
    assert rows["n 10, m 3"]["gain_over"] == "n 10, m 0"
    low, high = rows["n 10, m 0"]["gain_interval"]
    assert 0 <= low <= 12.5 <= high
    assert "| n 10, m 3 | 75.0 |" in tables(result)


def test_the_datastore_holds_nobody_who_is_tested(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Run(Path(write_recipe(place)), place / "run")
    opened.tune()
    part, stored = opened.parts()[0], []
    utterances = opened.prepare().utterances
    make = personalisation.datastore_items

    def note(data: Any, fitted: Any, rows: Any, voices: bool) -> Any:
        stored.extend(utterances[i].speaker_key for i in rows)
        return make(data, fitted, rows, voices)

    monkeypatch.setattr(personalisation, "datastore_items", note)
    wanted = [Known(0), Known(10, examples=1, by="logistic regression")]
    counts, compared = personalisation.measure_part(opened, part, wanted, 19).values()
    assert set(stored) == {u.speaker_key for u in utterances} - part.fold.test
    assert len(counts) == len(compared) == len(part.fold.test)
    tested = [sum((n + 1) // 2 for n in Counter(labels).values()) for labels in labels_by_speaker(utterances, part)]
    assert [int(c.sum()) for c in counts] == [19 * n for n in tested]  # half of each label's clips, in each draw
    assert [int(c.sum()) for c in compared] == [2 * n for n in tested]  # in every tenth, for they take longer


def labels_by_speaker(utterances: Any, part: Any) -> list[list[str]]:
    return [[u.label for u in utterances if u.speaker_key == key] for key in sorted(part.fold.test)]


def test_a_whole_run_is_measured(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personalisation, "TUNING_STEPS", 2)
    path = write_recipe(place)
    assert run("personalise", path, "--draws", "1") == 0
    assert "known of the speaker" in capsys.readouterr().out
    result = read_personalisation(Run(Path(path)))
    assert len(result["conditions"]) == len(conditions())
    assert all(0 <= row["ua"] <= 100 for row in result["conditions"])
    assert result["speakers"] > 4
    assert (Run(Path(path)).folder / "figures" / "personalisation.svg").stat().st_size > 10_000
