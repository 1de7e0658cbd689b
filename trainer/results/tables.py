"""The paper's tables for any recipe: the same folds and seeds with and without SCL, kNN and each augmentation.

Every training is a separate run under RUN/variants, and tables that need the same one share it. Rows are compared on
the same clips: the difference in UA has a 95 % interval over resampled speakers, all seeds together.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from trainer.data.augment import KINDS
from trainer.recipe import Augmentation, Recipe
from trainer.results.evaluate import WAYS, evaluate_run, of_seeds
from trainer.results.figures import confusion_figure, datastore_figure, recalls, save_figure
from trainer.run import Run
from trainer.training.metrics import (
    bootstrap_interval,
    confusion_matrix,
    paired_difference,
    unweighted_accuracy,
    weighted_accuracy,
)
from trainer.training.protocol import answered_rows, datastore_items

Ints = npt.NDArray[np.int64]

MOST_POINTS = 3_000
NOT_KNOWN = "0"  # the paper's condition: an unknown speaker


@dataclass(frozen=True)
class Row:
    """A row of a table: the concatenated answers of all seeds, on the same clips in the same order."""

    name: str
    truth: Ints
    answers: Ints
    speakers: tuple[str, ...]
    seeds: Ints


def with_lambda(recipe: Recipe, lambda_scl: float) -> Recipe:
    """The recipe with another lambda of eq. (2), for training heads and for fine-tuning."""
    return replace(
        recipe,
        training=replace(recipe.training, lambda_scl=lambda_scl),
        finetune=replace(recipe.finetune, lambda_scl=lambda_scl),
    )


def with_tau(recipe: Recipe, tau: float) -> Recipe:
    """The recipe with another temperature of eq. (1)."""
    return replace(recipe, training=replace(recipe.training, tau=tau), finetune=replace(recipe.finetune, tau=tau))


def _with_kinds(recipe: Recipe, kinds: tuple[Augmentation, ...]) -> Recipe:
    """The recipe with other augmentations, in fine-tuning or in the copies for the heads, wherever it has them."""
    augment, finetune = recipe.augment, recipe.finetune
    if augment.copies or not recipe.finetuned:
        augment = replace(augment, kinds=kinds or augment.kinds, copies=(augment.copies or 1) if kinds else 0)
    if recipe.finetuned:
        finetune = replace(finetune, kinds=kinds)
    return replace(recipe, augment=augment, finetune=finetune)


def stages(recipe: Recipe) -> dict[str, Recipe]:
    """Recipes to train for tables 1 and 3: cross-entropy alone, and with SCL."""
    return {"CE": with_lambda(recipe, 0.0), "CE + SCL": _with_scl(recipe)}


def augmentations(recipe: Recipe) -> dict[str, Recipe]:
    """Recipes to train for table 2, by the name of the row."""
    scl = _with_scl(recipe)
    return {"none": _with_kinds(scl, ()), **{kind: _with_kinds(scl, (kind,)) for kind in (*KINDS, "mixed")}}


def _with_scl(recipe: Recipe) -> Recipe:
    return with_lambda(recipe, recipe.training.lambda_scl or recipe.finetune.lambda_scl)


def trainings(recipe: Recipe, tables: Sequence[str]) -> list[Recipe]:
    """All recipes to train for some of the tables, each once."""
    wanted: list[Recipe] = []
    for table in tables:
        wanted += (augmentations(recipe) if table == "2" else stages(recipe)).values()
    return each_once(wanted)


def each_once(recipes: Sequence[Recipe]) -> list[Recipe]:
    """The recipes without duplicates."""
    return [recipe for i, recipe in enumerate(recipes) if recipe not in recipes[:i]]


def variant_of(run: Run, recipe: Recipe) -> Run:
    """The run of a training, in a folder named after its settings."""
    kinds = recipe.finetune.kinds if recipe.finetuned else recipe.augment.kinds[: recipe.augment.copies]
    name = f"lambda-{_lambda(recipe):g}-tau-{_tau(recipe):g}-{'-'.join(kinds) or 'clean'}"
    return run.variant(name, recipe)


def _lambda(recipe: Recipe) -> float:
    return recipe.finetune.lambda_scl if recipe.finetuned else recipe.training.lambda_scl


def _tau(recipe: Recipe) -> float:
    return recipe.finetune.tau if recipe.finetuned else recipe.training.tau


def evaluated(run: Run, recipe: Recipe, resume: bool) -> Run:
    """The run of a training, trained, tuned and evaluated, as far as that is not done yet."""
    variant = variant_of(run, recipe)
    if not (variant.folder / "answers.npz").is_file():
        variant.fit(resume)
        variant.tune()
        evaluate_run(variant)
    return variant


def row_of(run: Run, name: str, way: str) -> Row:
    """A run's answers for unknown speakers."""
    data = run.prepare()
    answers, rows, seeds = [], [], []
    with np.load(run.folder / "answers.npz") as stored:
        for index in np.flatnonzero(stored["conditions"] == NOT_KNOWN):
            rows.append(stored[f"rows_{index}"])
            answers.append(stored[f"probabilities_{index}"][WAYS.index(way)].argmax(1))
            seeds.append(np.full(len(rows[-1]), stored["seeds"][index]))
    clips = np.concatenate(rows)
    speakers = tuple(data.utterances[i].speaker_key for i in clips)
    return Row(name, data.label_indices()[clips], np.concatenate(answers), speakers, np.concatenate(seeds))


def seed_accuracies(row: Row, n_labels: int) -> list[float]:
    """UA of each seed, in per cent."""
    return [
        unweighted_accuracy(row.truth[row.seeds == seed], row.answers[row.seeds == seed], n_labels)
        for seed in np.unique(row.seeds)
    ]


def _table(rows: Sequence[Row], against: Sequence[Row | None], n_labels: int) -> str:
    """The rows as Markdown; row i is compared with against[i]."""
    lines = ["| | WA | UA | 95 % | UA by seed | UA more than | by | 95 % |", "|---|---|---|---|---|---|---|---|"]
    for row, other in zip(rows, against, strict=True):
        ua = unweighted_accuracy(row.truth, row.answers, n_labels)
        low, high = bootstrap_interval(row.truth, row.answers, row.speakers, n_labels)
        seeds = ", ".join(f"{v:.1f}" for v in seed_accuracies(row, n_labels))
        compared = "| | |"
        if other is not None:
            by, least, most = paired_difference(row.truth, row.answers, other.answers, row.speakers, n_labels)
            compared = f"{other.name} | {by:+.1f} | {least:+.1f} to {most:+.1f} |"
        wa = weighted_accuracy(row.truth, row.answers)
        lines.append(f"| {row.name} | {wa:.1f} | {ua:.1f} | {low:.1f} to {high:.1f} | {seeds} | {compared}")
    return "\n".join(lines) + "\n"


def _chosen(run: Run) -> str:
    """A sentence on the settings that tuning chose for eq. (4)."""
    tuned = [run.tuned(part) for part in run.parts()]
    k, alpha = (np.array([getattr(t, name) for t in tuned]) for name in ("k", "alpha"))
    weightings = ", ".join(f"{name} {n} times" for name, n in Counter(t.weighting for t in tuned).most_common())
    return (
        f"Chosen on validation speakers, {len(tuned)} times: k from {k.min()} to {k.max()} (median {np.median(k):g}), "
        f"alpha from {alpha.min():g} to {alpha.max():g} (median {np.median(alpha):g}; 0 in {(alpha == 0).sum()}); "
        f"weighting: {weightings}.\n"
    )


def table_1(ce: Run, scl: Run) -> str:
    """The stages, each added to the one before; S3 as tuned, and with equal weight for all neighbours."""
    rows = [
        row_of(ce, "S1: CE", "model"),
        row_of(scl, "S2: S1 + SCL", "model"),
        row_of(scl, "S3: S2 + kNN", "fused"),
        row_of(scl, "S3, neighbours vote alike", "vote"),
    ]
    against = [None, rows[0], rows[1], rows[1]]
    return _table(rows, against, ce.prepare().n_answered) + "\n" + _chosen(scl)


def table_2(runs: Mapping[str, Run]) -> str:
    """No augmentation, each of the paper's four, and their mix, as in S2 of table 1; all with SCL and only p_model."""
    rows = [row_of(run, name, "model") for name, run in runs.items()]
    return _table(rows, [None, *rows[:1] * (len(rows) - 1)], runs["none"].prepare().n_answered)


def table_3(ce: Run, scl: Run) -> str:
    """With and without SCL, with and without kNN; each compared with neither."""
    rows = [
        row_of(ce, "neither", "model"),
        row_of(ce, "kNN", "fused"),
        row_of(scl, "SCL", "model"),
        row_of(scl, "SCL and kNN", "fused"),
    ]
    return _table(rows, [None, rows[0], rows[0], rows[0]], ce.prepare().n_answered) + "\n" + _chosen(ce)


def table_4(scl: Run) -> str:
    """This run's results next to the published ones in the recipe."""
    rows = [row_of(scl, "here: S2, CE + SCL", "model"), row_of(scl, "here: S3, with kNN", "fused")]
    n_labels = scl.prepare().n_answered
    protocol = scl.recipe.protocol
    lines = ["| | WA | UA | protocol, source |", "|---|---|---|---|"]
    for published in scl.recipe.published:
        theirs = [f"{value:g}" if value else "" for value in (published.wa, published.ua)]
        lines.append(f"| {published.name} | {' | '.join(theirs)} | {published.source} |")
    for row in rows:
        wa, ua = weighted_accuracy(row.truth, row.answers), unweighted_accuracy(row.truth, row.answers, n_labels)
        low, high = bootstrap_interval(row.truth, row.answers, row.speakers, n_labels)
        lines.append(f"| {row.name} | {wa:.1f} | {ua:.1f} ({low:.1f} to {high:.1f}) | {protocol.kind}, this run |")
    return "\n".join(lines) + "\n"


def tables_run(run: Run, tables: Sequence[str], resume: bool = False) -> str:
    """Writes the tables, and with table 1 figures 3 and 4, to RUN/tables/; returns the tables.

    Table 4 is only written if the recipe has published results.
    """
    folder = run.folder / "tables"
    folder.mkdir(exist_ok=True)
    about = f"{run.recipe.name}, {of_seeds(run.recipe.protocol.seeds)}, per cent"
    texts = {}
    if {"1", "3", "4"} & set(tables):
        ce, scl = (evaluated(run, recipe, resume) for recipe in stages(run.recipe).values())
        if "1" in tables:
            texts["1"] = f"Table 1, the stages: {about}\n\n" + table_1(ce, scl)
            draw_figures(run, ce, scl)
    if "2" in tables:
        runs = {name: evaluated(run, recipe, resume) for name, recipe in augmentations(run.recipe).items()}
        texts["2"] = f"Table 2, augmentations: {about}\n\n" + table_2(runs)
    if "3" in tables:
        texts["3"] = f"Table 3, SCL and kNN: {about}\n\n" + table_3(ce, scl)
    if "4" in tables and run.recipe.published:
        texts["4"] = f"Table 4, compared with published results: {about}\n\n" + table_4(scl)
    for number, text in texts.items():
        (folder / f"table-{number}.md").write_text(text, encoding="utf-8")
    return "\n".join(texts.values())


def draw_figures(run: Run, ce: Run, scl: Run) -> None:
    """Draws figure 3, confusion matrices of the stages, and figure 4, t-SNE of embeddings with CE and with SCL."""
    data = run.prepare()
    labels = data.labels[: data.n_answered]
    rows = (row_of(ce, "CE", "model"), row_of(scl, "CE + SCL", "model"), row_of(scl, "CE + SCL + kNN", "fused"))
    matrices = {row.name: confusion_matrix(row.truth, row.answers, len(labels)) for row in rows}
    save_figure(confusion_figure(labels, matrices), run.folder / "tables" / "figure-3")
    told = "; ".join(f"with {name} {recalls(labels, counts)}" for name, counts in matrices.items())
    (run.folder / "tables" / "figure-3.txt").write_text(f"Answered correctly: {told}.", encoding="utf-8")
    for number, fold in enumerate(dict.fromkeys(part.fold.name for part in ce.parts())):
        spaces = {}
        for name, variant in (("CE", ce), ("CE + SCL", scl)):
            part = next(p for p in variant.parts() if p.fold.name == fold)  # of the first seed
            own, fitted, voices = variant.data(part), variant.final_head(part), variant.recipe.voices
            sides = [
                answered_rows(own, np.concatenate([part.fold.indices(own.utterances, side) for side in names]))
                for names in (("train", "validation"), ("test",))
            ]
            spaces[name] = [datastore_items(own, fitted, _sample(rows), voices) for rows in sides]
        figure = datastore_figure(labels, spaces)
        figure.suptitle(fold)
        save_figure(figure, run.folder / "tables" / f"figure-4-{number + 1}")


def _sample(rows: Ints) -> Ints:
    """At most MOST_POINTS random rows, since t-SNE is slow, and a picture can't show more points."""
    return np.sort(np.random.default_rng(0).permutation(rows)[:MOST_POINTS])
