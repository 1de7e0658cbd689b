"""Choosing temperature, k, alpha and weighting on validation speakers: the datastore is the training clips alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from desktop_app.engine.fusion import NOVELTY_NEIGHBOURS, Weighting, fuse, softmax
from trainer.datastore import Nearest, knn_probabilities
from trainer.fit import Dataset, FittedHead
from trainer.metrics import unweighted_accuracy
from trainer.protocol import Condition, answered_rows, answers_under, datastore_items, neighbours_of
from trainer.recipe import KnnRecipe

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

ALONE, KNOWN = Condition(0), Condition(10)  # a speaker not known and one known a little count alike
WITHIN_BEST = 0.3  # points of UA that validation speakers can't tell apart; among those the better likelihood wins
NOVEL_PERCENTILE = 99.0  # of validation speech is nearer to the datastore than the novelty threshold
ABSTAIN_PERCENTILE = 10.0  # of validation answers are less confident than the app's threshold


@dataclass(frozen=True)
class Tuned:
    """What validation chose; accuracies in per cent of validation UA, for the record.

    Attributes:
        vote_k, vote_alpha: The choice where neighbours vote alike, the plain form of eq. (4).
    """

    temperature: float
    k: int
    alpha: float
    knn_temperature: float
    weighting: Weighting
    novelty_distance: float
    abstain_confidence: float
    ua_model: float
    ua_fused: float
    vote_k: int = 1
    vote_alpha: float = 0.0


def tune(
    data: Dataset, fitted: FittedHead, train: Ints, validation: Ints, recipe: KnnRecipe, voices: bool = True
) -> Tuned:
    """Search the recipe's grid on the validation speakers, who are in neither head nor datastore.

    Without `voices` the head knows no baselines, and nothing is taken off any clip.
    """
    train, validation = answered_rows(data, train), answered_rows(data, validation)
    items, item_labels = datastore_items(data, fitted, train, voices)
    truth = data.label_indices()[validation]
    rng = np.random.default_rng(0)
    conditions = (ALONE, KNOWN) if voices else (ALONE,)
    answers = [a for c in conditions for a in answers_under(data, fitted, validation, c, 1.0, rng)]
    temperature = fit_temperature([a.logits for a in answers], truth)
    models = [softmax(a.logits, temperature) for a in answers]
    found = [neighbours_of(a, items, item_labels, max(recipe.k)) for a in answers]
    setting, ua, fused = search(models, found, truth, recipe, data.n_answered)
    (vote_k, vote_alpha, *_), _, _ = search(models, found, truth, replace(recipe, weighting=("vote",)), data.n_answered)
    ua_model = float(np.mean([unweighted_accuracy(truth, p.argmax(1), data.n_answered) for p in models]))
    novelty = [f.distances[:, :NOVELTY_NEIGHBOURS].mean(1) for f in found]
    return Tuned(
        temperature,
        *setting,
        float(np.percentile(np.concatenate(novelty), NOVEL_PERCENTILE)),
        float(np.percentile(np.concatenate([p.max(1) for p in fused]), ABSTAIN_PERCENTILE)),
        ua_model,
        ua,
        vote_k,
        vote_alpha,
    )


def search(
    models: Sequence[npt.NDArray[np.float64]], found: Sequence[Nearest], truth: Ints, recipe: KnnRecipe, n_labels: int
) -> tuple[tuple[int, float, float, Weighting], float, list[npt.NDArray[np.float64]]]:
    """The best (k, alpha, temperature, weighting), its UA, and its fused probabilities of each set of answers."""
    tried: list[tuple[float, float, tuple[int, float, float, Weighting]]] = []
    for weighting in recipe.weighting:
        temperatures = recipe.temperature if weighting == "distance" else recipe.temperature[:1]
        for temperature in temperatures:
            for k in recipe.k:
                neighbours = [knn_probabilities(f, k, temperature, weighting, n_labels) for f in found]
                for alpha in recipe.alpha:
                    fused = [fuse(n, m, alpha) for n, m in zip(neighbours, models, strict=True)]
                    ua = float(np.mean([unweighted_accuracy(truth, p.argmax(1), n_labels) for p in fused]))
                    tried.append(
                        (ua, float(np.mean([_nll(p, truth) for p in fused])), (k, alpha, temperature, weighting))
                    )
    best = max(ua for ua, _, _ in tried)
    ua, _, setting = min((t for t in tried if t[0] >= best - WITHIN_BEST), key=lambda t: t[1])
    k, alpha, temperature, weighting = setting
    chosen = [
        fuse(knn_probabilities(f, k, temperature, weighting, n_labels), m, alpha)
        for f, m in zip(found, models, strict=True)
    ]
    return setting, ua, chosen


def fit_temperature(logits: Sequence[Floats], truth: Ints) -> float:
    """T of softmax(logits / T) with the least negative log-likelihood, between 0.05 and 20."""

    def loss(log_temperature: float) -> float:
        return float(np.mean([_nll(softmax(x, float(np.exp(log_temperature))), truth) for x in logits]))

    result = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20.0)), method="bounded")
    return float(np.exp(result.x))


def _nll(probabilities: npt.NDArray[np.float64], truth: Ints) -> float:
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-6)).mean())
