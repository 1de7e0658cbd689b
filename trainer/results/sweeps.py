"""The effect of lambda, tau, k and alpha: UA as a function of each, with the others from the recipe and tuning.

These results are only for readers. The settings that a run uses are chosen on validation speakers.
"""

import csv
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.engine.recognition.fusion import fuse, softmax
from trainer.recipe import Recipe
from trainer.results.evaluate import of_seeds
from trainer.results.figures import save_figure, sweep_figure
from trainer.results.tables import each_once, evaluated, row_of, seed_accuracies, stages, with_lambda, with_tau
from trainer.run import Run
from trainer.training.datastore import knn_probabilities
from trainer.training.metrics import unweighted_accuracy
from trainer.training.protocol import Condition, answered_rows, answers_under, datastore_items, neighbours_of

LAMBDAS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9)
TAUS = (0.02, 0.07, 0.2, 0.5, 1.0)
KS = (1, 2, 4, 8, 16, 32)
ALPHAS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

WHAT = {"lambda": "p_model", "tau": "p_model", "k": "p_knn, neighbours vote alike", "alpha": "p of eq. (4)"}

Ints = npt.NDArray[np.int64]
Curve = Mapping[float, Sequence[float]]
"""UA of each seed, in per cent, by the setting's value."""


def swept(recipe: Recipe) -> list[Recipe]:
    """Recipes to train for the sweeps of lambda and tau."""
    scl = stages(recipe)["CE + SCL"]
    wanted = [with_lambda(scl, value) for value in LAMBDAS] + [with_tau(scl, value) for value in TAUS]
    return each_once(wanted)


def sweeps_run(run: Run, resume: bool = False) -> str:
    """Writes RUN/tables/sweeps.md, sweeps.csv and the figure; returns the tables."""
    scl = stages(run.recipe)["CE + SCL"]
    curves: dict[str, Curve] = {
        "lambda": {value: _of_training(run, with_lambda(scl, value), resume) for value in LAMBDAS},
        "tau": {value: _of_training(run, with_tau(scl, value), resume) for value in TAUS},
        **_of_search(evaluated(run, scl, resume)),
    }
    folder = run.folder / "tables"
    folder.mkdir(exist_ok=True)
    with (folder / "sweeps.csv").open("w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f)
        writer.writerow(["setting", "value", *(f"seed {s}" for s in run.recipe.protocol.seeds)])
        for name, curve in curves.items():
            writer.writerows([name, value, *(f"{ua:.2f}" for ua in seeds)] for value, seeds in curve.items())
    save_figure(sweep_figure(curves), folder / "sweeps")
    text = sweep_tables(curves, f"{run.recipe.name}, {of_seeds(run.recipe.protocol.seeds)}")
    (folder / "sweeps.md").write_text(text, encoding="utf-8")
    return text


def _of_training(run: Run, recipe: Recipe, resume: bool) -> list[float]:
    """Uses only p_model, so that eq. (4) does not hide effects."""
    variant = evaluated(run, recipe, resume)
    return seed_accuracies(row_of(variant, "", "model"), variant.prepare().n_answered)


def _of_search(run: Run) -> dict[str, Curve]:
    """Sweeps k and alpha for trained heads; k with only p_knn and equal weights, where it matters most."""
    data, rng = run.prepare(), np.random.default_rng(0)
    answers: dict[tuple[str, float, int], list[Ints]] = {}
    truth: dict[int, list[Ints]] = {}
    for part in run.parts():
        own, fitted, tuned = run.data(part), run.final_head(part), run.tuned(part)
        known, test = (
            answered_rows(own, np.concatenate([part.fold.indices(own.utterances, side) for side in sides]))
            for sides in (("train", "validation"), ("test",))
        )
        items = datastore_items(own, fitted, known, run.recipe.voices)
        (heard,) = answers_under(own, fitted, test, Condition(0), tuned.temperature, rng)
        p_model = softmax(heard.logits, tuned.temperature)
        found = neighbours_of(heard, *items, max(*KS, tuned.k))
        p_knn = knn_probabilities(found, tuned.k, tuned.knn_temperature, tuned.weighting, own.n_answered)
        truth.setdefault(part.seed, []).append(own.label_indices()[test])
        for k in KS:
            vote = knn_probabilities(found, k, tuned.knn_temperature, "vote", own.n_answered)
            answers.setdefault(("k", k, part.seed), []).append(vote.argmax(1))
        for alpha in ALPHAS:
            answers.setdefault(("alpha", alpha, part.seed), []).append(fuse(p_knn, p_model, alpha).argmax(1))

    def ua(name: str, value: float, seed: int) -> float:
        return unweighted_accuracy(
            np.concatenate(truth[seed]), np.concatenate(answers[name, value, seed]), data.n_answered
        )

    return {
        name: {value: [ua(name, value, seed) for seed in truth] for value in values}
        for name, values in (("k", KS), ("alpha", ALPHAS))
    }


def sweep_tables(curves: Mapping[str, Curve], about: str) -> str:
    """The curves as Markdown."""
    blocks = [f"Sweeps: {about}, UA in per cent, mean and (least to most) of the seeds"]
    for name, curve in curves.items():
        head = f"| {name} | {' | '.join(f'{v:g}' for v in curve)} |\n{'|---' * (len(curve) + 1)}|\n"
        cells = [f"{np.mean(seeds):.1f} ({min(seeds):.1f} to {max(seeds):.1f})" for seeds in curve.values()]
        blocks.append(f"{head}| {WHAT[name]} | {' | '.join(cells)} |")
    return "\n\n".join(blocks) + "\n"
