"""The paper's tables 2 and 3 on any recipe: the same folds and seeds with and without SCL, kNN and each augmentation.

Every row is a run of its own under RUN/variants, and is compared with the first row on the same clips: difference of UA
with its 95 % interval over resampled speakers, all seeds together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from trainer.augment import KINDS
from trainer.evaluate import WAYS, evaluate_run
from trainer.metrics import paired_difference, unweighted_accuracy, weighted_accuracy
from trainer.recipe import Recipe
from trainer.run import Run

Ints = npt.NDArray[np.int64]

NOT_KNOWN = "0"  # the condition that the paper has: nothing is known of the speaker


@dataclass(frozen=True)
class Row:
    """One row of a table: answers of all seeds, one after another, on the same clips in the same order."""

    name: str
    truth: Ints
    answers: Ints
    speakers: tuple[str, ...]


def contrastive_table(run: Run) -> str:
    """Table 3: cross-entropy alone, with kNN, with SCL, and with both."""
    rows = []
    for name, lambda_scl in (("CE", 0.0), ("CE + SCL", _lambda(run.recipe))):
        variant = _evaluated(run, name, _with_lambda(run.recipe, lambda_scl))
        rows += [row_of(variant, name, "model"), row_of(variant, f"{name} + kNN", "fused")]
    return f"SCL and kNN, {run.recipe.name}\n\n" + _table([rows[0], rows[1], rows[2], rows[3]], run)


def augmentation_table(run: Run) -> str:
    """Table 2: no augmentation, each of the paper's four, and their mix; all with SCL and kNN."""
    rows = []
    for name, kinds in (("none", ()), *((kind, (kind,)) for kind in (*KINDS, "mixed"))):
        variant = _evaluated(run, f"augmented {name}", _with_kinds(run.recipe, kinds))
        rows.append(row_of(variant, name, "fused"))
    return f"Augmentations, {run.recipe.name}\n\n" + _table(rows, run)


def row_of(run: Run, name: str, way: str) -> Row:
    """A run's answers for speakers that nothing is known of."""
    data = run.prepare()
    answers, rows = [], []
    with np.load(run.folder / "answers.npz") as stored:
        for index in np.flatnonzero(stored["conditions"] == NOT_KNOWN):
            rows.append(stored[f"rows_{index}"])
            answers.append(stored[f"probabilities_{index}"][WAYS.index(way)].argmax(1))
    clips = np.concatenate(rows)
    speakers = tuple(data.utterances[i].speaker_key for i in clips)
    return Row(name, data.label_indices()[clips], np.concatenate(answers), speakers)


def _table(rows: list[Row], run: Run) -> str:
    n_labels, first = run.prepare().n_answered, rows[0]
    lines = [f"| | WA | UA | UA more than {first.name} | 95 % |", "|---|---|---|---|---|"]
    for row in rows:
        wa, ua = weighted_accuracy(row.truth, row.answers), unweighted_accuracy(row.truth, row.answers, n_labels)
        difference, low, high = paired_difference(row.truth, row.answers, first.answers, row.speakers, n_labels)
        compared = "| | |" if row is first else f"| {difference:+.1f} | {low:+.1f} to {high:+.1f} |"
        lines.append(f"| {row.name} | {wa:.1f} | {ua:.1f} {compared}")
    return "\n".join(lines) + "\n"


def _evaluated(run: Run, name: str, recipe: Recipe) -> Run:
    variant = run.variant(name.replace(" + ", "-").replace(" ", "-").lower(), recipe)
    if not (variant.folder / "answers.npz").is_file():
        variant.tune()
        evaluate_run(variant)
    return variant


def _lambda(recipe: Recipe) -> float:
    return recipe.training.lambda_scl or recipe.finetune.lambda_scl


def _with_lambda(recipe: Recipe, lambda_scl: float) -> Recipe:
    return replace(
        recipe,
        training=replace(recipe.training, lambda_scl=lambda_scl),
        finetune=replace(recipe.finetune, lambda_scl=lambda_scl),
    )


def _with_kinds(recipe: Recipe, kinds: tuple[str, ...]) -> Recipe:
    return replace(
        recipe,
        augment=replace(recipe.augment, kinds=kinds or ("mixed",), copies=1 if kinds else 0),
        finetune=replace(recipe.finetune, kinds=kinds),
    )


def tables_run(run: Run, augmentations: bool) -> Mapping[str, str]:
    """Writes the tables to RUN/tables/ and returns them by name."""
    tables = {"scl-and-knn": contrastive_table(run)}
    if augmentations:
        tables["augmentations"] = augmentation_table(run)
    folder = run.folder / "tables"
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return tables
