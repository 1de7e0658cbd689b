"""The paper's tables on any recipe: the same folds and seeds with and without SCL, kNN and each augmentation.

Every training is a run of its own under RUN/variants, and tables that need the same one share it. Rows are compared on
the same clips: the difference of UA with its 95 % interval over resampled speakers, all seeds together.
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
NOT_KNOWN = "0"  # the condition that the paper has: nothing is known of the speaker


@dataclass(frozen=True)
class Row:
    """One row of a table: answers of all seeds, one after another, on the same clips in the same order."""

    name: str
    truth: Ints
    answers: Ints
    speakers: tuple[str, ...]
    seeds: Ints


def with_lambda(recipe: Recipe, lambda_scl: float) -> Recipe:
    """The recipe with another lambda of eq. (2), in the training of the heads and in fine-tuning."""
    return replace(
        recipe,
        training=replace(recipe.training, lambda_scl=lambda_scl),
        finetune=replace(recipe.finetune, lambda_scl=lambda_scl),
    )


def with_tau(recipe: Recipe, tau: float) -> Recipe:
    """The recipe with another temperature of eq. (1)."""
    return replace(recipe, training=replace(recipe.training, tau=tau), finetune=replace(recipe.finetune, tau=tau))


def _with_kinds(recipe: Recipe, kinds: tuple[Augmentation, ...]) -> Recipe:
    """The recipe with other augmentations, where it has them: in fine-tuning, or in the heads' copies."""
    augment, finetune = recipe.augment, recipe.finetune
    if augment.copies or not recipe.finetuned:
        augment = replace(augment, kinds=kinds or augment.kinds, copies=(augment.copies or 1) if kinds else 0)
    if recipe.finetuned:
        finetune = replace(finetune, kinds=kinds)
    return replace(recipe, augment=augment, finetune=finetune)


def stages(recipe: Recipe) -> dict[str, Recipe]:
    """What tables 1 and 3 train: cross-entropy alone, and with SCL."""
    return {"CE": with_lambda(recipe, 0.0), "CE + SCL": _with_scl(recipe)}


def augmentations(recipe: Recipe) -> dict[str, Recipe]:
    """What table 2 trains, by the name of its row."""
    scl = _with_scl(recipe)
    return {"none": _with_kinds(scl, ()), **{kind: _with_kinds(scl, (kind,)) for kind in (*KINDS, "mixed")}}


def _with_scl(recipe: Recipe) -> Recipe:
    return with_lambda(recipe, recipe.training.lambda_scl or recipe.finetune.lambda_scl)


def trainings(recipe: Recipe, tables: Sequence[str]) -> list[Recipe]:
    """Everything that the tables asked for train, each once."""
    wanted: list[Recipe] = []
    for table in tables:
        wanted += (augmentations(recipe) if table == "2" else stages(recipe)).values()
    return each_once(wanted)


def each_once(recipes: Sequence[Recipe]) -> list[Recipe]:
    """The recipes without those that are there before."""
    return [recipe for i, recipe in enumerate(recipes) if recipe not in recipes[:i]]


def variant_of(run: Run, recipe: Recipe) -> Run:
    """The run of one training, in a folder that says what is different about it."""
    kinds = recipe.finetune.kinds if recipe.finetuned else recipe.augment.kinds[: recipe.augment.copies]
    name = f"lambda-{_lambda(recipe):g}-tau-{_tau(recipe):g}-{'-'.join(kinds) or 'clean'}"
    return run.variant(name, recipe)


def _lambda(recipe: Recipe) -> float:
    return recipe.finetune.lambda_scl if recipe.finetuned else recipe.training.lambda_scl


def _tau(recipe: Recipe) -> float:
    return recipe.finetune.tau if recipe.finetuned else recipe.training.tau


def evaluated(run: Run, recipe: Recipe, resume: bool) -> Run:
    """The run of one training, trained, tuned and answered; what is done is not done again."""
    variant = variant_of(run, recipe)
    if not (variant.folder / "answers.npz").is_file():
        variant.fit(resume)
        variant.tune()
        evaluate_run(variant)
    return variant


def row_of(run: Run, name: str, way: str) -> Row:
    """A run's answers for speakers that nothing is known of."""
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
    """Markdown; row i is compared with against[i]."""
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
    """What tuning chose for eq. (4), in a sentence."""
    tuned = [run.tuned(part) for part in run.parts()]
    k, alpha = (np.array([getattr(t, name) for t in tuned]) for name in ("k", "alpha"))
    weightings = ", ".join(f"{name} {n} times" for name, n in Counter(t.weighting for t in tuned).most_common())
    return (
        f"Chosen on validation speakers, {len(tuned)} times: k from {k.min()} to {k.max()} (median {np.median(k):g}), "
        f"alpha from {alpha.min():g} to {alpha.max():g} (median {np.median(alpha):g}; 0 in {(alpha == 0).sum()}); "
        f"weighting: {weightings}.\n"
    )


def table_1(ce: Run, scl: Run) -> str:
    """The stages one on another; S3 with what tuning chose, and with neighbours that vote alike."""
    rows = [
        row_of(ce, "S1: CE", "model"),
        row_of(scl, "S2: S1 + SCL", "model"),
        row_of(scl, "S3: S2 + kNN", "fused"),
        row_of(scl, "S3, neighbours vote alike", "vote"),
    ]
    against = [None, rows[0], rows[1], rows[1]]
    return _table(rows, against, ce.prepare().n_answered) + "\n" + _chosen(scl)


def table_2(runs: Mapping[str, Run]) -> str:
    """No augmentation, each of the paper's four, and their mix, which is S2 of table 1; all with SCL, p_model alone."""
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
    """One's own model and answer beside the published figures that the recipe names."""
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

    Table 4 is there where the recipe names published figures.
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
        texts["4"] = f"Table 4, beside published figures: {about}\n\n" + table_4(scl)
    for number, text in texts.items():
        (folder / f"table-{number}.md").write_text(text, encoding="utf-8")
    return "\n".join(texts.values())


def draw_figures(run: Run, ce: Run, scl: Run) -> None:
    """Figure 3, confusion matrices of the stages, and 4, t-SNE of each fold's embeddings with CE and with SCL."""
    data = run.prepare()
    labels = data.labels[: data.n_answered]
    rows = (row_of(ce, "CE", "model"), row_of(scl, "CE + SCL", "model"), row_of(scl, "CE + SCL + kNN", "fused"))
    matrices = {row.name: confusion_matrix(row.truth, row.answers, len(labels)) for row in rows}
    save_figure(confusion_figure(labels, matrices), run.folder / "tables" / "figure-3")
    told = "; ".join(f"with {name} {recalls(labels, counts)}" for name, counts in matrices.items())
    (run.folder / "tables" / "figure-3.txt").write_text(f"Answered rightly: {told}.", encoding="utf-8")
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
    """At most MOST_POINTS of the rows, drawn: t-SNE takes all pairs' time, and a picture shows no more."""
    return np.sort(np.random.default_rng(0).permutation(rows)[:MOST_POINTS])
