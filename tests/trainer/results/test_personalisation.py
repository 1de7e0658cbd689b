"""The protocol of voices and examples: who hears what, paired tests, and gains that are there when they should be."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trainer.test_run import place, run, write_recipe
from trainer.results import personalisation
from trainer.results.personalisation import (
    Known,
    Measured,
    conditions,
    draw,
    halve,
    read_personalisation,
    summarise,
    tables,
)
from trainer.run import Run

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
        unlabelled, examples, said = draw(LABELS, halves.heard, known, 4, 2, mood=3)
        assert not set(unlabelled) & set(examples)
        assert not {*unlabelled, *examples} & set(halves.tested)
        assert len(unlabelled) <= known.unlabelled
        assert max(np.bincount(LABELS[examples], minlength=4)) <= known.examples
        assert (said != LABELS[examples]).sum() == known.wrong


@pytest.mark.parametrize(
    ("mood", "expected"), [("one mood", [0, 0, 0, 5]), ("neutral", [0, 0, 1, 0]), ("8 in 10 of one mood", [0, 0, 0, 4])]
)
def test_one_sided_material(mood: str, expected: list[int]) -> None:
    halves = halve(LABELS, np.random.default_rng(2))
    unlabelled, _, _ = draw(LABELS, halves.heard, Known(5, mood), 4, 2, mood=3)
    counts = np.bincount(LABELS[unlabelled], minlength=4)
    assert counts[:3].sum() == (1 if mood.startswith("8") else sum(expected[:3]))
    assert counts[3] == expected[3]


def test_gains_are_over_the_same_voice_without_examples() -> None:
    right, wrong = np.diag([5, 5]), np.array([[0, 5], [0, 5]])
    alone = Measured(np.stack([right, wrong, wrong]), ("a", "a", "b"))
    better = Measured(np.stack([right, right, wrong]), ("a", "a", "b"))
    assert alone.ua() == pytest.approx((75 + 50) / 2)
    assert better.of("a") == 100
    result = summarise({Known(0): alone, Known(10): better, Known(10, examples=3): better})
    rows = {row["known"]: row for row in result["conditions"]}
    assert rows["n 10, m 0"]["gain"] == pytest.approx(12.5)
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
    (counts,) = personalisation.measure_part(opened, part, [Known(0)], 1).values()
    assert set(stored) == {u.speaker_key for u in utterances} - part.fold.test
    assert len(counts) == len(part.fold.test)


def test_a_whole_run_is_measured(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personalisation, "TUNING_STEPS", 2)
    recipe = write_recipe(place)
    assert run("personalise", recipe, "--draws", "1") == 0
    assert "known of the speaker" in capsys.readouterr().out
    result = read_personalisation(Run(Path(recipe)))
    assert len(result["conditions"]) == len(conditions())
    assert all(0 <= row["ua"] <= 100 for row in result["conditions"])
    assert result["speakers"] > 4
    assert (Run(Path(recipe)).folder / "figures" / "personalisation.svg").stat().st_size > 10_000
