"""Choosing temperature, k, alpha, weighting and thresholds on speakers whose clips are in no training or datastore."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from desktop_app import interruption
from desktop_app.engine.pack.format import Weighting
from desktop_app.engine.recognition.fusion import NOVELTY_NEIGHBOURS, fuse, softmax
from desktop_app.engine.recognition.voice import SPREAD, estimate_baseline, several_moods, temperature_for
from trainer.model.baseline import classifier
from trainer.recipe import KnnRecipe
from trainer.training.datastore import Nearest, knn_probabilities
from trainer.training.dimensions import best_penalty, values_of
from trainer.training.fit import Dataset, FittedHead
from trainer.training.metrics import by_speaker, unweighted_accuracy
from trainer.training.protocol import (
    ALL_CLIPS,
    FEWEST,
    ONE_MOOD,
    TWO_MOODS,
    Answers,
    Condition,
    answered_rows,
    answers_under,
    datastore_items,
    draw_clips,
    neighbours_of,
)

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]

ALONE, KNOWN = Condition(0), Condition(10)  # unknown and slightly known speakers have equal weight
WELL_KNOWN = Condition(ALL_CLIPS)
WITHIN_BEST = 0.3  # points of UA, too few to tell settings apart; among those the one with the best likelihood wins
NOVEL_PERCENTILE = 99.0  # this many per cent of the tuning clips are nearer to the datastore than the novelty threshold
ABSTAIN_PERCENTILE = 10.0  # this many per cent of the tuning answers are less confident than the app's threshold
SPREADS = tuple(round(0.2 + 0.05 * i, 2) for i in range(15))
ONE_MOOD_MAY_LOSE = 1.0  # points of UA
COVERED = 0.9  # share of unknown speakers' clips whose label set shall contain the true label; all sets weigh the same


@dataclass(frozen=True)
class Tuned:
    """The chosen settings. For the record, also UA in per cent on the clips that they were chosen on.

    Attributes:
        temperature: T of p_model for an unknown speaker.
        known_temperature: T for a fully known voice, see `temperature_for`; without voices the same as `temperature`.
        vote_k, vote_alpha: k and alpha if all neighbours have equal weight, the plain form of eq. (4).
        voice_spread: See `VoicePrior.spread`.
        dimension_penalty: See `dimensions.fit_map`; 0 without dimensions.
    """

    temperature: float
    known_temperature: float
    k: int
    alpha: float
    knn_temperature: float
    weighting: Weighting
    novelty_distance: float
    abstain_confidence: float
    set_probability: float
    ua_model: float
    ua_fused: float
    vote_k: int = 1
    vote_alpha: float = 0.0
    voice_spread: float = SPREAD
    dimension_penalty: float = 0.0


@dataclass(frozen=True)
class Heard:
    """Answers for one set of clips of speakers that a head was not trained on, under one condition.

    Attributes:
        logits: float32 [n, L].
        found: Neighbours of each clip, as many as the largest k of the grid.
        truth: True labels, int64 [n].
        alone: Whether the speakers were treated as unknown.
    """

    logits: Floats
    found: Nearest
    truth: Ints
    alone: bool = True


def tuning_answers(
    data: Dataset, fitted: FittedHead, known: Ints, strangers: Ints, recipe: KnnRecipe, voices: bool = True
) -> list[Heard]:
    """Answers to tune on, for speakers that are new to the head and the datastore.

    Args:
        data: Clips and features.
        fitted: Head trained without the strangers.
        known: Rows for the datastore.
        strangers: Rows to classify.
        recipe: Its largest k is the number of neighbours to find.
        voices: If False, the head was trained without baselines, and none are subtracted.
    """
    known, strangers = answered_rows(data, known), answered_rows(data, strangers)
    items, item_labels = datastore_items(data, fitted, known, voices)
    truth, rng = data.label_indices()[strangers], np.random.default_rng(0)
    return [
        Heard(answers.logits, neighbours_of(answers, items, item_labels, max(recipe.k)), truth, condition is ALONE)
        for condition in ((ALONE, KNOWN) if voices else (ALONE,))
        for answers in answers_under(data, fitted, strangers, condition, 1.0, rng)
    ]


def tune(heard: Sequence[Heard], recipe: KnnRecipe) -> Tuned:
    """Searches the recipe's grid; every set of answers has the same weight.

    Temperature and set threshold are chosen for unknown speakers only. For known voices they make answers too cautious
    rather than too sure.
    """
    n_labels = heard[0].logits.shape[1]
    found, truths = [h.found for h in heard], [h.truth for h in heard]
    temperature = calm_temperature(heard)
    models = [softmax(h.logits, temperature) for h in heard]
    setting, ua, fused = search(models, found, truths, recipe, n_labels)
    (vote_k, vote_alpha, *_), _, _ = search(models, found, truths, replace(recipe, weighting=("vote",)), n_labels)
    alone = [(p, h.truth) for p, h in zip(fused, heard, strict=True) if h.alone]
    novelty = [f.distances[:, :NOVELTY_NEIGHBOURS].mean(1) for f in found]
    return Tuned(
        temperature,
        temperature,
        *setting,
        float(np.percentile(np.concatenate(novelty), NOVEL_PERCENTILE)),
        float(np.percentile(np.concatenate([p.max(1) for p in fused]), ABSTAIN_PERCENTILE)),
        set_threshold([p for p, _ in alone], [truth for _, truth in alone]),
        _mean_ua(models, truths, n_labels),
        ua,
        vote_k,
        vote_alpha,
    )


def tune_spread(data: Dataset, heads: Sequence[tuple[FittedHead, Ints]], temperature: float) -> float:
    """The best spread of answers (see `VoicePrior.spread`) at which a voice learnt from one mood does no harm.

    Groups of clips with one mood, with two and with any are classified with the voice learnt from the group itself.
    With one mood, UA may be at most ONE_MOOD_MAY_LOSE points lower than for each clip alone, in the mean over the
    heads. Among the spreads that meet this, the best for groups with two and with any moods is chosen.

    Args:
        data: Clips and features.
        heads: Heads, each with rows of speakers that it was not trained on.
        temperature: Temperature of p_model.
    """
    gains = np.stack([_gains(data, fitted, answered_rows(data, rows), temperature) for fitted, rows in heads])
    one, two, several = gains.mean(axis=0)  # [kinds, SPREADS]
    harmless = one >= -ONE_MOOD_MAY_LOSE
    if not harmless.any():
        return SPREADS[-1]
    return SPREADS[int(np.argmax(np.where(harmless, two + several, -np.inf)))]


def tune_known_temperature(data: Dataset, heads: Sequence[tuple[FittedHead, Ints]], temperature: float) -> float:
    """T of p_model for a fully known voice (see `temperature_for`), as cautious as `temperature` is for unknown ones.

    Args:
        data: Clips and features.
        heads: Heads with the tuned spread, each with rows of speakers that it was not trained on.
        temperature: T for unknown speakers.
    """
    each = []
    for fitted, rows in heads:
        rng = np.random.default_rng(0)
        heard = [
            (answers, data.label_indices()[answers.rows])
            for condition in (KNOWN, WELL_KNOWN)
            for answers in answers_under(data, fitted, answered_rows(data, rows), condition, temperature, rng)
        ]

        def loss(known: float, heard: Sequence[tuple[Answers, Ints]] = heard) -> float:
            models = [softmax(a.logits / temperature_for(a.settled, temperature, known)[:, None]) for a, _ in heard]
            return _mean_nll(models, [truth for _, truth in heard])

        each.append(_likeliest(loss))
    return _calm(each)


def tune_penalty(
    data: Dataset, heads: Sequence[tuple[FittedHead, Ints, Ints]], names: Sequence[str], voices: bool
) -> float:
    """The penalty of the linear map that predicts the dimensions `names`, see `dimensions.fit_map`.

    Args:
        data: Clips and features.
        heads: Heads, each with the rows that the map is fitted on, and rows of unknown speakers to test it on.
        names: Dimensions to predict.
        voices: As for `tuning_answers`.
    """
    values, sets = values_of(data.utterances, names), []
    for fitted, known, strangers in heads:
        known, strangers = answered_rows(data, known), answered_rows(data, strangers)
        items, _ = datastore_items(data, fitted, known, voices)
        for condition in (ALONE, KNOWN) if voices else (ALONE,):
            for answers in answers_under(data, fitted, strangers, condition, 1.0, np.random.default_rng(0)):
                sets.append((items, values[known], answers.embeddings, values[answers.rows]))
    return best_penalty(sets)


def _gains(data: Dataset, fitted: FittedHead, rows: Ints, temperature: float) -> Probabilities:
    """Points of UA that the voice adds for groups with one mood, two and any, float64 [3, SPREADS].

    Values are 0 if there is no such group.
    """
    pooled, labels = fitted.pooled(data.features[0], rows), data.label_indices()[rows]
    classify = classifier(fitted.head, range(fitted.n_answered), temperature)
    rng, gains = np.random.default_rng(0), np.zeros((3, len(SPREADS)))
    for kind, mood in enumerate((ONE_MOOD, TWO_MOODS, "")):
        truth, alone, with_voice = [], [], []
        for own in by_speaker([data.utterances[i].speaker_key for i in rows]):
            for label in range(data.n_answered):
                chosen = own[draw_clips(labels[own], Condition(KNOWN.clips, mood), label if mood else None, rng)]
                if len(chosen) < FEWEST:
                    continue
                interruption.check()
                answers = classify(pooled[chosen])
                # the evidence for several moods is nearly 0 or 1, so two cases are enough for all spreads
                mood_stays, mean_off = (
                    classify(pooled[chosen] - estimate_baseline(pooled[chosen], classify, prior).baseline)
                    for prior in (replace(fitted.prior, spread=10.0), replace(fitted.prior, spread=-10.0))
                )
                truth.append(labels[chosen])
                alone.append(answers.argmax(1))
                with_voice.append(
                    [(mean_off if several_moods(answers, s) > 0.5 else mood_stays).argmax(1) for s in SPREADS]
                )
        if truth:
            true, n_labels = np.concatenate(truth), data.n_answered
            before = unweighted_accuracy(true, np.concatenate(alone), n_labels)
            gains[kind] = [
                unweighted_accuracy(true, np.concatenate(said), n_labels) - before
                for said in zip(*with_voice, strict=True)
            ]
    return gains


def search(
    models: Sequence[Probabilities],
    found: Sequence[Nearest],
    truths: Sequence[Ints],
    recipe: KnnRecipe,
    n_labels: int,
) -> tuple[tuple[int, float, float, Weighting], float, list[Probabilities]]:
    """The best (k, alpha, temperature, weighting), its UA, and its fused probabilities for each set of answers."""
    tried: list[tuple[float, float, tuple[int, float, float, Weighting]]] = []
    for weighting in recipe.weighting:
        temperatures = recipe.temperature if weighting == "distance" else recipe.temperature[:1]
        for temperature in temperatures:
            for k in recipe.k:
                interruption.check()
                neighbours = [knn_probabilities(f, k, temperature, weighting, n_labels) for f in found]
                for alpha in recipe.alpha:
                    fused = [fuse(n, m, alpha) for n, m in zip(neighbours, models, strict=True)]
                    ua, nll = _mean_ua(fused, truths, n_labels), _mean_nll(fused, truths)
                    tried.append((ua, nll, (k, alpha, temperature, weighting)))
    best = max(ua for ua, _, _ in tried)
    ua, _, setting = min((t for t in tried if t[0] >= best - WITHIN_BEST), key=lambda t: t[1])
    k, alpha, temperature, weighting = setting
    chosen = [
        fuse(knn_probabilities(f, k, temperature, weighting, n_labels), m, alpha)
        for f, m in zip(found, models, strict=True)
    ]
    return setting, ua, chosen


def calm_temperature(heard: Sequence[Heard]) -> float:
    """A temperature that is too low for at most one of the corpora.

    A temperature fitted to all corpora together makes answers too sure in about half of them, and a new recording may
    be like any of these. So each set of answers is fitted separately, and the second largest temperature is taken. With
    fewer than three sets, it is fitted to all answers together.
    """
    each = [fit_temperature([h.logits], [h.truth]) for h in heard if h.alone]
    return _calm(each) if len(each) >= 3 else fit_temperature([h.logits for h in heard], [h.truth for h in heard])


def _calm(temperatures: Sequence[float]) -> float:
    """The second largest temperature, or the geometric mean of fewer than three."""
    if len(temperatures) < 3:
        return float(np.exp(np.mean(np.log(temperatures))))
    return sorted(temperatures)[-2]


def set_threshold(probabilities: Sequence[Probabilities], truths: Sequence[Ints], covered: float = COVERED) -> float:
    """The largest threshold at which label sets (see `fusion.label_set`) contain the true label often enough.

    That is, for a share `covered` of the clips; every set of answers has the same weight. 0 if all labels are needed.
    """
    # the largest threshold at which a clip's label set has the true label; any will do if that is the most probable one
    up_to = [
        np.where(p.argmax(1) == t, np.inf, p[np.arange(len(t)), t]) for p, t in zip(probabilities, truths, strict=True)
    ]
    weights = np.concatenate([np.full(len(u), 1 / (len(u) * len(up_to))) for u in up_to])
    values = np.concatenate(up_to)
    order = np.argsort(-values, kind="stable")
    held = np.cumsum(weights[order])  # share of clips whose set has the true label, with each value as the threshold
    at = int(np.searchsorted(held, covered - 1e-9))
    return float(min(values[order][at], 1.0)) if at < len(values) else 0.0


def fit_temperature(logits: Sequence[Floats], truths: Sequence[Ints]) -> float:
    """T of softmax(logits / T) with the lowest negative log-likelihood, between 0.05 and 20."""

    return _likeliest(lambda temperature: _mean_nll([softmax(x, temperature) for x in logits], truths))


def _likeliest(loss: Callable[[float], float]) -> float:
    """The temperature between 0.05 and 20 with the lowest loss."""
    bounds = (np.log(0.05), np.log(20.0))
    result = minimize_scalar(
        lambda log_temperature: loss(float(np.exp(log_temperature))), bounds=bounds, method="bounded"
    )
    return float(np.exp(result.x))


def _mean_ua(probabilities: Sequence[Probabilities], truths: Sequence[Ints], n_labels: int) -> float:
    pairs = zip(probabilities, truths, strict=True)
    return float(np.mean([unweighted_accuracy(truth, p.argmax(1), n_labels) for p, truth in pairs]))


def _mean_nll(probabilities: Sequence[Probabilities], truths: Sequence[Ints]) -> float:
    pairs = zip(probabilities, truths, strict=True)
    return float(np.mean([-np.log(np.maximum(p[np.arange(len(truth)), truth], 1e-6)).mean() for p, truth in pairs]))
