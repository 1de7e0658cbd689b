"""Scores: each draw is scored on its own clips; label sets by the shares that contain the true label or are single."""

from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.voice import estimate_baseline
from tests.trainer.training.test_fit import LABELS, dataset, recipe, split
from trainer.data.corpora import Utterance
from trainer.data.folds import Fold
from trainer.model.baseline import classifier
from trainer.recipe import CorporaRecipe, ProtocolRecipe
from trainer.results import evaluate
from trainer.results.evaluate import (
    Answered,
    _breakdown,
    _calibration_plot,
    _honesty,
    answer_part,
    answer_run,
    conditions_of,
    headlines,
    in_words,
    score_answers,
    score_tables,
)
from trainer.training.fit import Dataset, fit_head
from trainer.training.metrics import concordance
from trainer.training.protocol import (
    FOLDER,
    ITSELF,
    ITSELF_ALONE,
    MOSTLY_ONE_MOOD,
    ONE_MOOD,
    TWO_MOODS,
    Condition,
    datastore_items,
)
from trainer.training.tune import Tuned

P = np.array([[0.6, 0.3, 0.1], [0.45, 0.15, 0.4], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]])
NONE = np.zeros((10, 0))  # of dimensions
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
    vote_k=5,
    vote_alpha=0.75,
)


def answered(rows: list[int]) -> Answered:
    p = np.repeat(P[None, rows], 4, axis=0)
    return Answered(Condition(3, asked=ITSELF), 0, 0, np.array(rows), p, np.full(len(rows), 0.25), NONE[rows])


def test_draws_with_different_clips_are_scored_separately() -> None:
    truth, fold = np.array([0, 2, 1, 2]), np.array(["a", "a", "b", "b"])
    group = [answered([0, 1, 2, 3]), answered([0, 2])]
    truths, folds = [truth[a.rows] for a in group], [fold[a.rows].tolist() for a in group]
    assert _breakdown(truths, group, folds, 3) == {"a": (50.0 + 100.0) / 2, "b": 100.0}


def test_scores_of_label_sets_by_hand() -> None:
    truth = np.array([0, 2, 1, 2])
    found = _honesty([truth], [answered([0, 1, 2, 3])], [["a"] * 4], "a")
    assert found["set_holds"] == 1.0  # {0, 1}, {0, 2}, {1}, {2}
    assert (found["named"], found["named_right"], found["two"]) == (0.5, 1.0, 0.5)
    assert found["ece"] == pytest.approx((0.4 + 0.45 + 0.3 + 0.2) / 4)


def test_the_best_label_is_in_its_set_also_under_the_threshold() -> None:
    one = replace(answered([0, 1, 2, 3]), thresholds=np.full(4, 0.65))
    found = _honesty([np.array([1, 0, 1, 0]), np.array([0])], [one, answered([0])], [["a"] * 4, ["b"]], "a")
    assert (found["named"], found["two"]) == (1.0, 0.0)  # {0}, {0}, {1}, {2}
    assert found["set_holds"] == found["named_right"] == 0.5


def test_conditions_follow_from_the_counts() -> None:
    kinds = [(mood, asked) for mood in ("", TWO_MOODS, ONE_MOOD) for asked in (ITSELF_ALONE, ITSELF)]
    assert conditions_of((0, 1, 10, -1)) == (
        *(Condition(n) for n in (0, 1, 10, -1)),
        Condition(10, ONE_MOOD),
        Condition(10, MOSTLY_ONE_MOOD),
        *(Condition(10, *kind) for kind in kinds),
        Condition(10, asked=FOLDER),
    )
    assert [str(c) for c in conditions_of((30,))[1:3]] == ["30, one mood", "30, 8 in 10 of one mood"]
    for n in (3, 5):
        assert conditions_of((n,)) == (Condition(n), *(Condition(n, *kind) for kind in kinds))


# answering


def stub(data: Dataset, folder: Path, dimensions: tuple[Any, ...] = ()) -> tuple[Any, Any]:
    """A run with one fold and a head that is trained quickly: (run, part)."""
    train, validation = split(data)
    trained = [i for i in train if data.utterances[i].corpus == "one"]
    fitted = fit_head(data, np.array(trained), np.zeros(0, np.int64), recipe(epochs=4), seed=0)
    keys = {u.speaker_key for u in data.utterances}
    test = frozenset(data.utterances[i].speaker_key for i in validation)
    of_one = frozenset(k for k in keys - test if k.startswith("one"))
    part = SimpleNamespace(
        fold=Fold("first", of_one, keys - test - of_one, test), seed=0, folder=folder / "first" / "0"
    )
    run = SimpleNamespace(
        data=lambda _: data,
        recipe=SimpleNamespace(
            corpora=CorporaRecipe(("one", "two"), LABELS, dimensions=dimensions),
            protocol=ProtocolRecipe(draws=3, seeds=(0,), baseline_counts=(0,)),
            voices=True,
        ),
        final_head=lambda _: fitted,
        tuned=lambda _: TUNED,
        parts=lambda: [part],
        prepare=lambda: data,
        folder=folder,
    )
    return run, part


def test_a_test_speakers_clip_is_answered_in_four_ways(tmp_path: Path) -> None:
    data = dataset(extra_label=True)
    run, part = stub(data, tmp_path)
    (found,) = answer_part(run, part, [Condition(0)])
    labels = data.label_indices()
    test = np.array([i for i, u in enumerate(data.utterances) if u.speaker in "45" and labels[i] < 4])
    np.testing.assert_array_equal(found.rows, test)
    fitted = run.final_head(part)
    logits, embeddings = fitted.answer(fitted.pooled(data.features[0, test]), np.float32(0))
    known = np.array([i for i, u in enumerate(data.utterances) if u.speaker not in "45" and labels[i] < 4])
    stored, _ = datastore_items(data, fitted, known)

    def knn(k: int, temperature: float | None) -> np.ndarray[Any, Any]:
        p = np.zeros((len(test), 4))
        for row, embedding in enumerate(embeddings):
            distances = np.linalg.norm(stored - embedding, axis=1)
            for i in np.argsort(distances)[:k]:
                p[row, labels[known[i]]] += np.exp(-distances[i] / temperature) if temperature else 1.0
        return np.asarray(p / p.sum(axis=1, keepdims=True))

    fused, model, neighbours, voted = found.probabilities
    np.testing.assert_allclose(model, softmax(logits, 1.5), atol=1e-6)
    np.testing.assert_allclose(neighbours, knn(3, 0.2), atol=1e-3)
    np.testing.assert_allclose(fused, 0.25 * neighbours + 0.75 * model, atol=1e-9)
    np.testing.assert_allclose(voted, 0.75 * knn(5, None) + 0.25 * model, atol=1e-3)
    assert found.thresholds.tolist() == [0.25] * len(test)


def rated(data: Dataset, speakers: str, arousal: tuple[float, ...]) -> Dataset:
    """The same table with the arousal of each label, only for the clips of these speakers."""
    of = dict(zip(LABELS, arousal, strict=True))
    return replace(
        data,
        utterances=tuple(
            replace(u, dimensions=(("arousal", of[u.label]),)) if u.speaker in speakers else u for u in data.utterances
        ),
    )


def test_dimensions_are_learnt_from_training_speakers_alone_and_scored_on_the_others(tmp_path: Path) -> None:
    learnt, asked = (0.9, 0.7, 0.4, 0.1), (0.8, 0.8, 0.5, 0.2)
    told = []
    for theirs in (asked, asked[::-1]):
        run, part = stub(rated(rated(dataset(), "0123", learnt), "45", theirs), tmp_path, ("arousal",))
        (found,) = answer_part(run, part, [Condition(0)])
        told.append(found.dimensions)
        entry = score_answers(run, [found])["conditions"]["0"]["dimensions"]["arousal"]
        truth = np.array([dict(run.prepare().utterances[i].dimensions)["arousal"] for i in found.rows])
        assert entry["ccc"] == pytest.approx(concordance(truth, found.dimensions[:, 0]))
        assert entry["low"] <= entry["ccc"] <= entry["high"]
        assert entry["clips"] == len(found.rows)
        assert (entry["ccc"] > 0.5) == (theirs is asked)
    np.testing.assert_array_equal(*told)  # what is said of the tested changes nothing
    run, part = stub(rated(rated(dataset(), "0123", learnt[::-1]), "45", asked), tmp_path, ("arousal",))
    (turned,) = answer_part(run, part, [Condition(0)])
    assert np.corrcoef(turned.dimensions[:, 0], told[0][:, 0])[0, 1] < -0.5


def test_there_is_a_table_of_dimensions_if_the_recipe_asks_for_them(tmp_path: Path) -> None:
    scores = made_scores(tmp_path)
    assert "concordance" not in score_tables(scores)
    one = {"ccc": 0.512, "low": 0.4, "high": 0.6, "clips": 10.0}
    scores["conditions"]["0"]["dimensions"] = {"arousal": one, "valence": {**one, "ccc": 0.25, "clips": 8.0}}
    scores["conditions"]["10, one mood"] = scores["conditions"]["0"]
    scores["conditions"]["10"] = {**made_scores(tmp_path)["conditions"]["0"], "ua": 12.5}
    told = headlines(scores)
    assert {name for name in told if name.startswith("ccc")} == {"ccc arousal/0", "ccc valence/0"}
    assert (told["ua/0"], told["ua/10"]) == (scores["conditions"]["0"]["ua"], 12.5)
    text = score_tables(scores)
    assert "| 0 | 0.51 (0.40 to 0.60) | 0.25 (0.40 to 0.60) | 10 / 8 |" in text
    assert text.count("0.51 (") == 1


def test_random_conditions_are_repeated_and_all_others_run_once(tmp_path: Path) -> None:
    run, part = stub(dataset(), tmp_path)
    counts = {
        Condition(0): 1,
        Condition(-1): 1,
        Condition(3): 3,
        Condition(3, ONE_MOOD): 3 * 4,  # each mood of each draw
        Condition(3, "", ITSELF): 3,
    }
    found = list(answer_part(run, part, list(counts)))
    for condition, count in counts.items():
        assert [a.draw for a in found if a.condition == condition] == list(range(count))
    assert {a.seed for a in found} == {0}


def test_the_better_a_voice_is_known_the_surer_its_clips_are_answered(tmp_path: Path) -> None:
    run, part = stub(dataset(), tmp_path)
    (found,) = answer_part(run, part, [Condition(-1)])
    data, fitted = run.prepare(), run.final_head(part)
    pooled = fitted.pooled(data.features[0, found.rows])
    speakers = np.array([data.utterances[i].speaker_key for i in found.rows])
    settled = np.zeros(len(speakers))
    for name in np.unique(speakers):
        own = speakers == name
        voice = estimate_baseline(pooled[own], classifier(fitted.head, range(4), 1.5), fitted.prior)
        logits, _ = fitted.answer(pooled[own], voice.baseline)
        settled[own] = voice.settled
        halfway = 1.5 * 0.5**voice.settled  # from 1.5 to 0.75
        np.testing.assert_allclose(found.probabilities[1][own], softmax(logits, halfway), atol=1e-3)
    assert 0.1 < settled.max() < 1.0


def test_folds_are_put_together_by_condition_seed_and_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    def parts() -> list[Any]:
        return [SimpleNamespace(fold=name, seed=seed) for seed in (0, 1) for name in "ab"]

    def answer(_: Any, part: Any, conditions: Any) -> Any:
        assert conditions == conditions_of((0, 1))
        first = 0 if part.fold == "a" else 2
        for draw in range(2):
            p = np.full((4, 2, 3), 10 * part.seed + draw + first / 100)
            yield Answered(
                Condition(1), part.seed, draw, np.array([first, first + 1]), p, np.full(2, first / 10), NONE[:2]
            )

    monkeypatch.setattr(evaluate, "answer_part", answer)
    run: Any = SimpleNamespace(parts=parts, recipe=SimpleNamespace(protocol=ProtocolRecipe(baseline_counts=(0, 1))))
    found = answer_run(run)
    assert [(a.seed, a.draw) for a in found] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    for a in found:
        assert a.rows.tolist() == [0, 1, 2, 3]
        assert a.thresholds.tolist() == [0.0, 0.0, 0.2, 0.2]
        assert a.probabilities.shape == (4, 4, 3)
        np.testing.assert_allclose(a.probabilities[:, 2:] - a.probabilities[:, :2], 0.02)
        assert a.probabilities[0, 0, 0] == 10 * a.seed + a.draw


# scores


def made_run(folder: Path, kind: Any = "leave-one-corpus-out") -> Any:
    """Ten clips of two labels: corpus a of two speakers, b of one, each corpus a fold."""
    speakers = [("a", "1"), ("a", "2"), ("b", "3")]
    sizes, sexes = (4, 2, 4), {"1": "female", "2": "male", "3": ""}
    utterances = [
        Utterance(f"{corpus}/{name}-{i}", Path("none"), corpus, name, "xy"[i % 2], sex=sexes[name])
        for (corpus, name), size in zip(speakers, sizes, strict=True)
        for i in range(size)
    ]
    utterances.append(Utterance("a/unasked", Path("none"), "a", "1", "z"))  # of a label that is not answered with
    data = Dataset.of(utterances, np.zeros((1, 11, 1), np.float32), ("x", "y"))
    of = {"a": frozenset(["a/1", "a/2"]), "b": frozenset(["b/3"])}
    parts = [
        SimpleNamespace(
            fold=Fold(name, frozenset(), frozenset(), of[name]), seed=seed, folder=folder / name / str(seed)
        )
        for name in "ab"
        for seed in (0, 1)
    ]
    protocol = ProtocolRecipe(kind=kind, seeds=(0, 1))
    return SimpleNamespace(
        prepare=lambda: data,
        parts=lambda: parts,
        recipe=SimpleNamespace(protocol=protocol, corpora=CorporaRecipe(("a", "b"), ("x", "y"))),
        folder=folder,
        tuned=lambda _: TUNED,
    )


TRUTH = np.array([0, 1] * 5)
SURE = np.array([0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.62, 0.6, 0.55])


def of_right(right: list[int], sure: np.ndarray[Any, Any] = SURE) -> np.ndarray[Any, Any]:
    """Probabilities [10, 2] that are right for these clips and wrong for the others, with this confidence."""
    said = np.where(np.isin(np.arange(10), right), TRUTH, 1 - TRUTH)
    p = np.empty((10, 2))
    p[np.arange(10), said], p[np.arange(10), 1 - said] = sure, 1 - sure
    return p


def made_scores(folder: Path, kind: str = "leave-one-corpus-out") -> dict[str, Any]:
    """Clip 9 is wrong with neighbours, 8 and 9 without, none where they vote alike; neighbours alone err in clip 0, and
    in the second seed in clip 1 as well."""
    fused, model = of_right(list(range(9))), of_right(list(range(8)))
    seeds = [
        np.stack([fused, model, of_right(knn), of_right([*range(10)])]) for knn in ([*range(1, 10)], [*range(2, 10)])
    ]
    found = [Answered(Condition(0), s, 0, np.arange(10), p, np.full(10, 0.4), NONE) for s, p in enumerate(seeds)]
    return score_answers(made_run(folder, kind), found)


def test_scores_by_hand(tmp_path: Path) -> None:
    scores = made_scores(tmp_path)
    assert scores["labels"] == ["x", "y"]
    assert scores["protocol"]["kind"] == "leave-one-corpus-out"
    assert scores["tuned"] == {f"{fold}/{seed}": asdict(TUNED) for fold in "ab" for seed in (0, 1)}
    entry = scores["conditions"]["0"]
    assert (entry["n"], entry["wa"]) == (10.0, 90.0)
    assert entry["ua"] == entry["ua_fused"] == 90.0
    assert (entry["ua_model"], entry["ua_vote"]) == (80.0, 100.0)
    assert (entry["ua_knn"], entry["ua_knn_seed_spread"]) == (85.0, 5.0)  # 90 and 80
    assert entry["ua_fused_seed_spread"] == 0.0
    assert entry["confusion"] == [[5.0, 0.0], [1.0, 4.0]]
    added, low, high = entry["knn_adds"]
    assert added == pytest.approx(10.0)
    assert 0 <= low <= 10.0 <= high
    assert entry["by_fold"] == entry["by_corpus"] == {"a": 100.0, "b": 75.0}
    assert entry["by_sex"] == {"female": 100.0, "male": 100.0}
    assert (entry["ua_mean_of_folds"], entry["ua_worst_fold"]) == (87.5, 75.0)
    assert entry["ua_mean_of_folds_low"] == entry["ua_mean_of_folds_high"] == 87.5  # one speaker errs, alone in a fold
    honest = entry["honest_by_fold"]
    assert set(honest) == {"a", "b"}
    assert (honest["a"]["set_holds"], honest["a"]["named"], honest["a"]["named_right"]) == (1.0, 1.0, 1.0)
    # of b: two are sure beyond 0.6, and leave one label open; 0.6 and 0.55 leave both
    assert (honest["b"]["named"], honest["b"]["named_right"], honest["b"]["two"]) == (0.5, 1.0, 0.5)
    assert honest["b"]["set_holds"] == 1.0
    shares = {share: (right, sure) for share, right, sure in entry["coverage"]}
    assert list(shares) == [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]
    assert shares[1.0] == (0.9, 0.55)
    assert shares[0.9] == (1.0, 0.6)
    assert shares[0.3] == (1.0, 0.85)
    assert len(entry["reliability"]) == 5
    assert entry["reliability"][0] == pytest.approx(((0.55 + 0.6) / 2, 0.5))  # the least sure fifth
    assert entry["reliability"][4] == pytest.approx((0.925, 1.0))


def test_tables_by_hand(tmp_path: Path) -> None:
    text = score_tables(made_scores(tmp_path))
    lines = text.splitlines()
    assert lines[0] == (
        "Protocol leave-one-corpus-out, 2 seeds; labels x, y; per cent; intervals over resampled speakers."
    )
    assert "| clips of the speaker known | UA | worst | 95 % | p_model alone | p_knn alone |" in text
    assert lines[3] == "|---" * 10 + "|"
    row = [cell.strip() for cell in lines[4].split("|")[1:-1]]
    assert row[:9] == ["0", "87.5", "75.0", "87.5 to 87.5", "80.0", "85.0", "100.0", "90.0", "89.9"]
    assert "UA and its interval are the mean of the corpora" in text
    assert "in points of UA, every clip counted alike: 0: +10.0 (" in text
    assert "UA by fold:\n\n| known | a | b |\n|---|---|---|\n| 0 | 100.0 | 75.0 |" in text
    assert "UA by sex:\n\n| known | female | male |" in text
    assert "| corpus left out | ECE | set holds it | one label | right | two labels |" in text
    assert "| 100 | 50 | 100 | 50 |\n| mean | " in text
    assert "| mean | 0." in text
    assert "| 100 | 75 | 100 | 25 |" in text
    assert "Answering only where it is sure (speaker not known), every clip counted alike:" in text
    assert "| answered | 100% | 90% | 80% | 70% | 60% | 50% | 40% | 30% |\n" + "|---" * 9 + "|" in text
    assert "| surer than | 0.55 | 0.60 | 0.62 | 0.65 | 0.70 | 0.75 | 0.80 | 0.85 |" in text
    assert "| right | 90.0% | 100.0% |" in text
    assert "  0.50  " + "█" * 25 + "···|" + "·" * 21 in text  # the least sure fifth is half right
    assert "  1.00  " + "█" * 46 + "|" + "█" * 3 in text


def test_bars_and_strokes_of_calibration_fill_the_line() -> None:
    lines = _calibration_plot([(1.0, 1.0), (0.0, 0.0), (0.5, 0.25)])
    assert lines[0] == "     sure right  0" + " " * 48 + "1"
    assert lines[1] == "     1.00  1.00  " + "█" * 49 + "|"
    assert lines[2] == "     0.00  0.00  |" + "·" * 49
    assert lines[3] == "     0.50  0.25  " + "█" * 12 + "·" * 13 + "|" + "·" * 24


def test_with_speakers_left_out_every_clip_counts_alike(tmp_path: Path) -> None:
    text = score_tables(made_scores(tmp_path, "speaker-folds"))
    lines = text.splitlines()
    assert lines[3] == "|---" * 9 + "|"
    row = [cell.strip() for cell in lines[4].split("|")[1:-1]]
    assert (row[0], row[1], row[3]) == ("0", "90.0", "80.0")
    low, high = (float(end) for end in row[2].split(" to "))
    assert low < 90.0 < high
    assert "worst" not in text
    assert "mean of the corpora" not in text
    assert "How honest" not in text


def test_sets_of_several_labels_count_as_naming_none() -> None:
    both = replace(answered([0, 1, 2, 3]), thresholds=np.zeros(4))
    found = _honesty([np.array([0, 2, 1, 2])], [both], [["a"] * 4], "a")
    assert (found["named"], found["named_right"], found["two"], found["set_holds"]) == (0.0, 0.0, 0.0, 1.0)


def test_how_often_it_is_right_as_a_sentence() -> None:
    scores = {"labels": list(LABELS), "conditions": {"0": {"ua_fused": 60.4, "ua_low": 52.4, "ua_high": 69.6}}}
    assert in_words(scores) == (
        "For people it was not trained on, it is right in 60 of 100 recordings, every label counted alike "
        "(95 %: 52 to 70); by chance it would be 25."
    )
