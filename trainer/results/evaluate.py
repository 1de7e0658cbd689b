"""Evaluating a run: classifies every test speaker's clips under every condition, and scores the answers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.recognition.dimensions import told
from desktop_app.engine.recognition.fusion import fuse, softmax
from desktop_app.engine.recognition.voice import temperature_for
from trainer.data.table import bar
from trainer.training.curves import track_scores
from trainer.training.datastore import knn_probabilities
from trainer.training.dimensions import fit_map, values_of
from trainer.training.metrics import (
    bootstrap_mean_of_folds,
    calibration_error,
    concordance,
    concordance_interval,
    coverage_curve,
    paired_difference,
    reliability,
    score,
    unweighted_accuracy,
)
from trainer.training.protocol import (
    ALL_CLIPS,
    FOLDER,
    ITSELF,
    ITSELF_ALONE,
    MOSTLY_ONE_MOOD,
    ONE_MOOD,
    TWO_MOODS,
    Condition,
    answered_rows,
    answers_under,
    datastore_items,
    neighbours_of,
)

if TYPE_CHECKING:
    from trainer.run import Part, Run

Ints = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]

WAYS = ("fused", "model", "knn", "vote")
"""p of eq. (4) as tuned; p_model alone; p_knn alone; and p of eq. (4) if all neighbours have equal weight."""

SECOND_HEADS = "Heads trained on the features of the fine-tuned encoder (`finetune.second_head`):"
THE_MODEL = "The fine-tuned model itself, with the head that was trained with it:"

COVERED = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
PLOT_WIDTH = 50  # characters
COVERAGE_SHOWN = ("0", "10")  # conditions


@dataclass(frozen=True)
class Answered:
    """The answers for the test speakers of all folds, with one condition, seed and draw.

    Attributes:
        condition: How much was known about the speaker.
        seed: Seed of the training.
        draw: Number of the draw of unlabelled clips (and of their mood, if they have only one).
        rows: Rows of the table, int64 [n].
        probabilities: float64 [4, n, L], in the order of WAYS.
        thresholds: Probability from which a label is part of the label set, as tuned for the clip's fold; float64 [n].
        dimensions: float64 [n, dimensions], 0 to 1; nan if no training clip is rated for the dimension.
    """

    condition: Condition
    seed: int
    draw: int
    rows: Ints
    probabilities: Probabilities
    thresholds: Probabilities
    dimensions: Probabilities


def conditions_of(counts: Sequence[int]) -> tuple[Condition, ...]:
    """The conditions to test for the given numbers of known clips.

    Each number gives a plain condition. 10 and 30 are also tested with clips of one or mostly one mood, and with clips
    of several speakers. With 3, 5, 10 and 30, groups of clips are classified with the voice learnt from the group
    itself, and for comparison each clip alone.
    """
    plain = tuple(Condition(n) for n in counts)
    sided = tuple(Condition(n, mood) for n in counts if n in (10, 30) for mood in (ONE_MOOD, MOSTLY_ONE_MOOD))
    itself = tuple(
        Condition(n, mood, asked)
        for n in counts
        if n in (3, 5, 10, 30)
        for mood in ("", TWO_MOODS, ONE_MOOD)
        for asked in (ITSELF_ALONE, ITSELF)
    )
    folders = tuple(Condition(n, asked=FOLDER) for n in counts if n in (10, 30))
    return plain + sided + itself + folders


def answer_part(run: "Run", part: "Part", conditions: Sequence[Condition]) -> Iterator[Answered]:
    """Classifies the test speakers' clips of one fold and seed; the datastore has training and validation clips."""
    data, recipe = run.data(part), run.recipe
    fitted, tuned = run.final_head(part), run.tuned(part)
    sides = [part.fold.indices(data.utterances, side) for side in ("train", "validation")]
    known = answered_rows(data, np.concatenate(sides))
    items, item_labels = datastore_items(data, fitted, known, recipe.voices)
    values = values_of([data.utterances[i] for i in known], recipe.corpora.dimensions)
    weights = fit_map(items, values, tuned.dimension_penalty)
    test = answered_rows(data, part.fold.indices(data.utterances, "test"))
    rng = np.random.default_rng(part.seed)
    for condition in conditions:
        repeatable = condition.clips in (0, ALL_CLIPS)
        draw = 0
        for _ in range(1 if repeatable else recipe.protocol.draws):
            for answers in answers_under(data, fitted, test, condition, tuned.temperature, rng):
                temperatures = temperature_for(answers.settled, tuned.temperature, tuned.known_temperature)
                p_model = softmax(answers.logits / temperatures[:, None])
                found = neighbours_of(answers, items, item_labels, max(tuned.k, tuned.vote_k))
                p_knn = knn_probabilities(found, tuned.k, tuned.knn_temperature, tuned.weighting, data.n_answered)
                fused = fuse(p_knn, p_model, tuned.alpha)
                p_vote = knn_probabilities(found, tuned.vote_k, tuned.knn_temperature, "vote", data.n_answered)
                voted = fuse(p_vote, p_model, tuned.vote_alpha)
                probabilities = np.stack([fused, p_model, p_knn, voted])
                yield Answered(
                    condition,
                    part.seed,
                    draw,
                    answers.rows,
                    probabilities,
                    np.full(len(answers.rows), tuned.set_probability),
                    told(answers.embeddings, weights).astype(np.float64),
                )
                draw += 1


def answer_run(run: "Run") -> list[Answered]:
    """The answers of all folds together: one `Answered` for each condition, seed and draw."""
    conditions = conditions_of(run.recipe.protocol.baseline_counts)
    collected: dict[tuple[Condition, int, int], list[Answered]] = {}
    parts = run.parts()
    show = bar("folds answered")
    for done, part in enumerate(parts, start=1):
        for answered in answer_part(run, part, conditions):
            collected.setdefault((answered.condition, answered.seed, answered.draw), []).append(answered)
        show(done, len(parts))
    together = []
    for (condition, seed, draw), pieces in collected.items():
        rows = np.concatenate([p.rows for p in pieces])
        probabilities = np.concatenate([p.probabilities for p in pieces], axis=1)
        thresholds = np.concatenate([p.thresholds for p in pieces])
        dimensions = np.concatenate([p.dimensions for p in pieces])
        together.append(Answered(condition, seed, draw, rows, probabilities, thresholds, dimensions))
    return together


def evaluate_run(run: "Run") -> str:
    """Evaluates a run, writes scores.json, answers.npz and tables.md, and returns the tables."""
    from trainer.run import write_json

    answered = answer_run(run)
    arrays: dict[str, Any] = {
        "conditions": np.array([str(a.condition) for a in answered]),
        "seeds": np.array([a.seed for a in answered]),
        "draws": np.array([a.draw for a in answered]),
        **{f"rows_{i}": a.rows for i, a in enumerate(answered)},
        **{f"probabilities_{i}": a.probabilities.astype(np.float32) for i, a in enumerate(answered)},
    }
    if run.recipe.corpora.dimensions:
        arrays |= {f"dimensions_{i}": a.dimensions.astype(np.float32) for i, a in enumerate(answered)}
    np.savez_compressed(run.folder / "answers.npz", **arrays)
    scores = score_answers(run, answered)
    write_json(run.folder / "scores.json", scores)
    track_scores(run.tracked(run.folder, "scores"), headlines(scores))
    tables = score_tables(scores)
    if run.recipe.finetuned and not run.recipe.is_itself:
        itself = run.itself()
        itself.tune()
        tables = f"{SECOND_HEADS}\n\n{tables}\n{THE_MODEL}\n\n{evaluate_run(itself)}"
    (run.folder / "tables.md").write_text(tables, encoding="utf-8")
    return tables


def score_answers(run: "Run", answered: Sequence[Answered]) -> dict[str, Any]:
    """Scores by condition: means over seeds and draws, the spread over seeds, and breakdowns."""
    data = run.prepare()
    truth_of = data.label_indices()
    fold_of = {s: fold.name for fold in {p.fold.name: p.fold for p in run.parts()}.values() for s in fold.test}
    by_condition: dict[str, list[Answered]] = {}
    for a in answered:
        by_condition.setdefault(str(a.condition), []).append(a)
    scores: dict[str, Any] = {}
    for name, group in by_condition.items():
        # separately for each draw, since groups of clips differ between draws
        utterances = [[data.utterances[i] for i in a.rows] for a in group]
        truths, speakers = [truth_of[a.rows] for a in group], [[u.speaker_key for u in heard] for heard in utterances]
        folds = [[fold_of[s] for s in own] for own in speakers]
        fused = [asdict(score(t, a.probabilities[0], s)) for t, a, s in zip(truths, group, speakers, strict=True)]
        entry: dict[str, Any] = {key: float(np.mean([f[key] for f in fused])) for key in fused[0] if key != "confusion"}
        entry["confusion"] = np.mean([f["confusion"] for f in fused], axis=0).round(1).tolist()
        for way, which in zip(WAYS, range(len(WAYS)), strict=True):
            by_seed = [
                np.mean(
                    [
                        _ua(t, a.probabilities[which], data.n_answered)
                        for t, a in zip(truths, group, strict=True)
                        if a.seed == seed
                    ]
                )
                for seed in run.recipe.protocol.seeds
            ]
            entry[f"ua_{way}"] = float(np.mean(by_seed))
            entry[f"ua_{way}_seed_spread"] = float(np.std(by_seed))
        mixed, model = (np.concatenate([a.probabilities[way].argmax(1) for a in group]) for way in (0, 1))
        truth = np.concatenate(truths)
        entry["knn_adds"] = paired_difference(truth, mixed, model, list(chain(*speakers)), data.n_answered)
        for what, keys in (
            ("fold", folds),
            ("corpus", [[u.corpus for u in heard] for heard in utterances]),
            ("sex", [[u.sex for u in heard] for heard in utterances]),
        ):
            entry[f"by_{what}"] = _breakdown(truths, group, keys, data.n_answered)
        ends = [
            bootstrap_mean_of_folds(t, a.probabilities[0].argmax(1), s, f, data.n_answered)
            for t, a, s, f in zip(truths, group, speakers, folds, strict=True)
        ]
        entry["ua_mean_of_folds_low"], entry["ua_mean_of_folds_high"] = np.mean(ends, axis=0).tolist()
        entry["ua_mean_of_folds"] = float(np.mean(list(entry["by_fold"].values())))
        entry["ua_worst_fold"] = float(min(entry["by_fold"].values()))
        entry["honest_by_fold"] = {fold: _honesty(truths, group, folds, fold) for fold in sorted(set(chain(*folds)))}
        together = np.concatenate([a.probabilities[0] for a in group])
        if names := run.recipe.corpora.dimensions:
            entry["dimensions"] = _concordances(names, values_of(data.utterances, names), group, speakers)
        entry["coverage"] = _coverage(truth, together)
        entry["reliability"] = reliability(truth, together)
        scores[name] = entry
    return {
        "protocol": asdict(run.recipe.protocol),
        "labels": list(data.labels[: data.n_answered]),
        "tuned": {str(p.folder.relative_to(run.folder)): asdict(run.tuned(p)) for p in run.parts()},
        "conditions": scores,
    }


def headlines(scores: Mapping[str, Any]) -> dict[str, float]:
    """Scores of the plain conditions for trackers: "ua/0" is UA with no known clips of the speaker, and so on."""
    reached: dict[str, float] = {}
    for name, entry in scores["conditions"].items():
        if "," not in name:
            reached |= {f"{key}/{name}": entry[key] for key in ("ua", "wa", "macro_f1", "ece")}
            reached |= {f"ccc {one}/{name}": found["ccc"] for one, found in entry.get("dimensions", {}).items()}
    return reached


def _coverage(truth: Ints, probabilities: Probabilities) -> list[tuple[float, float, float]]:
    """For each share in COVERED of the most confident clips: the share, the accuracy, and the lowest confidence."""
    confidence, coverage, accuracy = coverage_curve(truth, probabilities)
    at = [min(int(np.searchsorted(coverage, share)), len(coverage) - 1) for share in COVERED]
    return [(share, float(accuracy[i]), float(confidence[i])) for share, i in zip(COVERED, at, strict=True)]


def _concordances(
    names: Sequence[str], values: Probabilities, group: Sequence[Answered], speakers: Sequence[Sequence[str]]
) -> dict[str, dict[str, float]]:
    """CCC of each dimension with its interval, as means over seeds and draws, and the number of rated clips."""
    found = {}
    for number, name in enumerate(names):
        pairs = [(values[a.rows, number], a.dimensions[:, number]) for a in group]
        ends = [concordance_interval(*pair, of) for pair, of in zip(pairs, speakers, strict=True)]
        low, high = np.mean(ends, axis=0).tolist()
        ccc = float(np.mean([concordance(*pair) for pair in pairs]))
        known = float(np.mean([np.isfinite(truth + told).sum() for truth, told in pairs]))
        found[name] = {"ccc": ccc, "low": low, "high": high, "clips": known}
    return found


def _honesty(
    truths: Sequence[Ints], group: Sequence[Answered], folds: Sequence[Sequence[str]], fold: str
) -> dict[str, float]:
    """For the clips of one fold: calibration error, and how the label sets do.

    These are the shares of sets with the true label, of sets with one label and of those that are right, and of sets
    with two labels.
    """
    found = []
    for truth, a, of in zip(truths, group, folds, strict=True):
        own = np.array(of) == fold
        if not own.any():
            continue
        p, t = a.probabilities[0][own], truth[own]
        left_open = p >= a.thresholds[own, None]
        left_open[np.arange(len(t)), p.argmax(1)] = True
        size, right = left_open.sum(1), p.argmax(1) == t
        named = size == 1
        found.append(
            {
                "ece": calibration_error(t, p),
                "set_holds": float(left_open[np.arange(len(t)), t].mean()),
                "named": float(named.mean()),
                "named_right": float(right[named].mean()) if named.any() else 0.0,
                "two": float((size == 2).mean()),
            }
        )
    return {key: float(np.mean([f[key] for f in found])) for key in found[0]}


def _ua(truth: Ints, probabilities: Probabilities, n_labels: int) -> float:
    return unweighted_accuracy(truth, probabilities.argmax(1), n_labels)


def _breakdown(
    truths: Sequence[Ints], group: Sequence[Answered], keys: Sequence[Sequence[str]], n_labels: int
) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for truth, a, of in zip(truths, group, keys, strict=True):
        names = np.array(of)
        for name in set(of) - {""}:
            own = names == name
            found.setdefault(name, []).append(_ua(truth[own], a.probabilities[0][own], n_labels))
    return {name: float(np.mean(values)) for name, values in sorted(found.items())}


def of_seeds(seeds: Sequence[int]) -> str:
    """The number of seeds as text."""
    return "1 seed" if len(seeds) == 1 else f"{len(seeds)} seeds"


def score_tables(scores: Mapping[str, Any]) -> str:
    """The scores as Markdown tables. If corpora are left out in turn, the mean of the folds is the main figure."""
    conditions: Mapping[str, Any] = scores["conditions"]
    by_corpus = scores["protocol"]["kind"] == "leave-one-corpus-out"
    headline = "ua_mean_of_folds" if by_corpus else "ua_fused"
    ends = "ua_mean_of_folds" if by_corpus else "ua"
    lines = [
        f"Protocol {scores['protocol']['kind']}, {of_seeds(scores['protocol']['seeds'])}; labels "
        f"{', '.join(scores['labels'])}; per cent; intervals over resampled speakers.",
        "",
        f"| clips of the speaker known | UA{' | worst' if by_corpus else ''} | 95 % | p_model alone | p_knn alone "
        "| plain vote | WA | macro-F1 | ECE |",
        "|---" * (10 if by_corpus else 9) + "|",
    ]

    def worst(c: Mapping[str, Any]) -> str:
        return f"| {c['ua_worst_fold']:.1f} " if by_corpus else ""

    for name, c in conditions.items():
        lines.append(
            f"| {name} | {c[headline]:.1f} {worst(c)}| {c[ends + '_low']:.1f} to {c[ends + '_high']:.1f} "
            f"| {c['ua_model']:.1f} | {c['ua_knn']:.1f} | {c['ua_vote']:.1f} | {c['wa']:.1f} | {c['macro_f1']:.1f} "
            f"| {c['ece']:.3f} |"
        )
    if by_corpus:
        lines += [
            "",
            "UA and its interval are the mean of the corpora, each left out in turn, with the worst of them beside it; "
            "in the other columns every clip has the same weight.",
        ]
    plain = {name: c["knn_adds"] for name, c in conditions.items() if "mood" not in name}
    added = [f"{name}: {d:+.1f} ({low:+.1f} to {high:+.1f})" for name, (d, low, high) in plain.items()]
    lines += ["", f"What neighbours add to p_model, in points of UA, every clip counted alike: {'; '.join(added)}."]
    lines += _dimension_table(conditions)
    for what in ("fold", "sex"):
        names = sorted({n for c in conditions.values() for n in c[f"by_{what}"]})
        if 1 < len(names) <= 12:
            lines += ["", f"UA by {what}:", "", f"| known | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
            for name, c in conditions.items():
                lines.append(
                    f"| {name} | " + " | ".join(f"{c[f'by_{what}'].get(n, float('nan')):.1f}" for n in names) + " |"
                )
    if by_corpus:
        lines += _honesty_table(conditions)
    for name, c in conditions.items():
        if name in COVERAGE_SHOWN:
            known = "speaker not known" if name == "0" else f"{name} clips of the speaker known"
            lines += ["", f"Answering only where it is sure ({known}), every clip counted alike:", ""]
            lines += ["| answered | " + " | ".join(f"{share:.0%}" for share, _, _ in c["coverage"]) + " |"]
            lines += ["|---" * (1 + len(c["coverage"])) + "|"]
            lines += ["| surer than | " + " | ".join(f"{sure:.2f}" for _, _, sure in c["coverage"]) + " |"]
            lines += ["| right | " + " | ".join(f"{right:.1%}" for _, right, _ in c["coverage"]) + " |"]
            lines += [
                "",
                f"Calibration ({known}), each fifth of the answers by how sure they are, ECE {c['ece']:.3f}:",
                "",
            ]
            lines += _calibration_plot(c["reliability"])
    return "\n".join(lines) + "\n"


def _dimension_table(conditions: Mapping[str, Any]) -> list[str]:
    told = {name: c["dimensions"] for name, c in conditions.items() if "dimensions" in c and "," not in name}
    if not told:
        return []
    names = list(next(iter(told.values())))
    lines = [
        "",
        f"Besides the label, {' and '.join(names)}: concordance (CCC) with people's ratings, where 1 is perfect, and "
        "predicting the mean for every clip gives 0; every clip counted alike, 95 % intervals over resampled speakers:",
        "",
        f"| known | {' | '.join(names)} | clips |",
        "|---" * (2 + len(names)) + "|",
    ]
    for name, found in told.items():
        cells = [f"{one['ccc']:.2f} ({one['low']:.2f} to {one['high']:.2f})" for one in found.values()]
        clips = " / ".join(dict.fromkeys(f"{one['clips']:.0f}" for one in found.values()))
        lines.append(f"| {name} | {' | '.join(cells)} | {clips} |")
    return lines


def _honesty_table(conditions: Mapping[str, Any]) -> list[str]:
    """How far confidence and label sets can be trusted for speakers of each left-out corpus, unknown or known."""
    lines = []
    for name in (n for n in COVERAGE_SHOWN if n in conditions):
        by_fold: Mapping[str, Mapping[str, float]] = conditions[name]["honest_by_fold"]
        lines += [
            "",
            f"How honest ({name} clips of the speaker known): calibration error, and in per cent how often the label "
            "set holds the true label, how often it is one label and how often that is right, how often it is two:",
            "",
            "| corpus left out | ECE | set holds it | one label | right | two labels |",
            "|---|---|---|---|---|---|",
        ]
        keys = ("set_holds", "named", "named_right", "two")
        for fold, one in by_fold.items():
            lines.append(f"| {fold} | {one['ece']:.3f} | " + " | ".join(f"{100 * one[k]:.0f}" for k in keys) + " |")
        mean = {k: float(np.mean([one[k] for one in by_fold.values()])) for k in ("ece", *keys)}
        lines.append(f"| mean | {mean['ece']:.3f} | " + " | ".join(f"{100 * mean[k]:.0f}" for k in keys) + " |")
    return lines


def _calibration_plot(reliability: Sequence[tuple[float, float]]) -> list[str]:
    """Mean confidence and accuracy of each bin as a plot of characters, which any viewer of the card can show."""
    lines = ["     sure right  0" + " " * (PLOT_WIDTH - 2) + "1"]
    for sure, right in reliability:
        cells = list(("█" * round(PLOT_WIDTH * right)).ljust(PLOT_WIDTH, "·"))
        cells[min(int(PLOT_WIDTH * sure), PLOT_WIDTH - 1)] = "|"
        lines.append(f"     {sure:.2f}  {right:.2f}  {''.join(cells)}")
    return [
        *lines,
        "",
        "Bars: how often right; strokes: how confident. They meet where confidence can be trusted.",
    ]


def in_words(scores: Mapping[str, Any]) -> str:
    """How often the pack is right for unknown speakers, as a sentence, and whether that is better than chance."""
    alone, chance = scores["conditions"]["0"], 100 / len(scores["labels"])
    text = (
        f"For people it was not trained on, it is right in {alone['ua_fused']:.0f} of 100 recordings, every label "
        f"counted alike (95 %: {alone['ua_low']:.0f} to {alone['ua_high']:.0f}); by chance it would be {chance:.0f}."
    )
    if alone["ua_low"] <= chance:
        text += " That is no better than chance: more clips, more speakers or labels that sound less alike may help."
    return text


def read_scores(run: "Run") -> dict[str, Any]:
    """Reads the scores that `evaluate_run` wrote."""
    return json.loads((run.folder / "scores.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
