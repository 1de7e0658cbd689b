"""Measures how much knowing an unseen speaker improves the results, by the speaker's voice and by examples.

In each draw, half of a test speaker's clips of each label are for testing. From the other half, the app gets up to n
unlabelled clips to learn the voice from, and up to m labelled clips per label as examples. All conditions of a draw are
tested on the same clips, so that differences are paired.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from desktop_app import interruption
from desktop_app.engine.pack.format import Item
from desktop_app.engine.people.examples import StoredFeatures
from desktop_app.engine.people.own_datastore import OwnDatastore, embed_examples
from desktop_app.engine.recognition.fusion import fuse, softmax
from desktop_app.engine.recognition.retrieval import own_mix
from desktop_app.engine.recognition.voice import Voice, estimate_baseline, temperature_for
from trainer.data.table import bar
from trainer.results.figures import personalisation_figure, save_figure
from trainer.training.datastore import knn_probabilities, nearest
from trainer.training.fit import FittedHead
from trainer.training.metrics import confusion_matrix
from trainer.training.protocol import answered_rows, datastore_items
from trainer.training.tune import Tuned

if TYPE_CHECKING:
    from trainer.run import Part, Run

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNLABELLED = (0, 1, 3, 5, 10, 30)
EXAMPLES = (0, 1, 3, 5, 10)
KNOWN_VOICE = 10  # unlabelled clips in addition to the examples
BOOTSTRAP_DRAWS = 1000

VOICEKIN, REGRESSION, FINE_TUNED = "VoiceKin", "logistic regression", "fine-tuned head"
COMPARED_EVERY = 10  # draws, since the methods that VoiceKin is compared with take most of the time
REGRESSION_STRENGTH = 0.01  # C; the best of 0.001, 0.01, 0.1, 1 on these features
TUNING_STEPS, TUNING_RATE = 100, 4e-3  # the best of 30 and 100, 1e-3 and 4e-3


@dataclass(frozen=True)
class Known:
    """What is known about a speaker, and the method that uses it.

    Attributes:
        unlabelled: Number of unlabelled clips, n.
        mood: Mood of the unlabelled clips: "random", "neutral", "one mood", "8 in 10 of one mood".
        examples: Number of examples for each label, m.
        wrong: How many of the examples have a wrong label.
        by: VOICEKIN, or one of the methods it is compared with: REGRESSION, FINE_TUNED.
    """

    unlabelled: int
    mood: str = "random"
    examples: int = 0
    wrong: int = 0
    by: str = VOICEKIN

    def __str__(self) -> str:
        mood = "" if self.mood == "random" or not self.unlabelled else f" ({self.mood})"
        wrong = f", {self.wrong} of them wrong" if self.wrong else ""
        by = "" if self.by == VOICEKIN else f", {self.by}"
        return f"n {self.unlabelled}{mood}, m {self.examples}{wrong}{by}"


def conditions() -> tuple[Known, ...]:
    """All conditions to measure."""
    moods = [Known(n, mood) for mood in ("random", "neutral", "one mood", "8 in 10 of one mood") for n in UNLABELLED]
    voices = [k for k in moods if k.mood == "random" or k.unlabelled]
    shown = [Known(n, examples=m) for n in (0, KNOWN_VOICE) for m in EXAMPLES if m]
    wrong = [Known(KNOWN_VOICE, examples=3, wrong=1), Known(KNOWN_VOICE, examples=10, wrong=1)]
    others = [Known(KNOWN_VOICE, examples=m, by=by) for by in (REGRESSION, FINE_TUNED) for m in EXAMPLES if m]
    return (*voices, *shown, *wrong, *others)


@dataclass(frozen=True)
class Halves:
    """A draw of a speaker's clips: positions of the clips for testing, and of those that the app may get."""

    tested: Ints
    heard: Ints


def halve(labels: Ints, rng: np.random.Generator) -> Halves:
    """Splits the clips of each label in `labels` [n] into halves; with an odd number, one more is for testing."""
    order = rng.permutation(len(labels))
    tested = [order[labels[order] == k][: (int((labels == k).sum()) + 1) // 2] for k in np.unique(labels)]
    aside = np.concatenate(tested)
    return Halves(aside, order[~np.isin(order, aside)])


def draw(labels: Ints, heard: Ints, known: Known, n_labels: int, neutral: int, mood: int) -> tuple[Ints, Ints, Ints]:
    """(unlabelled clips, examples, labels of the examples) for a condition, taken from `heard` in its order."""
    chosen = [heard[labels[heard] == k][: known.examples] for k in range(n_labels)]
    examples = np.concatenate(chosen)
    rest = heard[~np.isin(heard, examples)]
    if known.mood != "random":
        mood = neutral if known.mood == "neutral" else mood
        share = 0.8 if known.mood.startswith("8") else 1.0
        same, other = rest[labels[rest] == mood], rest[labels[rest] != mood]
        n_same = min(round(share * known.unlabelled), len(same))
        rest = np.concatenate([same[:n_same], other[: round(n_same * (1 - share) / share)]])
    said = labels[examples].copy()
    said[: known.wrong] = (said[: known.wrong] + 1 + mood % (n_labels - 1)) % n_labels
    return rest[: known.unlabelled], examples, said


@dataclass(frozen=True)
class Heard:
    """What the app gets in a condition: positions and labels of the examples, and the voice."""

    examples: Ints
    said: Ints
    voice: Voice


class Speaker:
    """A test speaker's clips, and a model that was not trained on them.

    Since the head's first layer is linear, its output is computed once for each clip, and that of a baseline is
    subtracted from it.
    """

    def __init__(
        self, pooled: Floats, labels: Ints, fitted: FittedHead, tuned: Tuned, items: Floats, item_labels: Ints
    ) -> None:
        """`pooled` is float32 [n, D], `labels` [n]; `items` are the datastore's embeddings [i, E]."""
        self.labels = labels
        self._pooled, self._fitted, self._tuned = pooled, fitted, tuned
        self._items, self._item_labels = items, item_labels
        self._names = tuple(fitted.labels[: fitted.n_answered])
        with torch.inference_mode():
            self._sums = fitted.head.before(torch.from_numpy(pooled))

    def answers(self, wanted: Sequence[Known], halves: Halves, mood: int) -> list[Ints]:
        """The predicted label of each test clip, for each of the conditions."""
        heard = self._heard(wanted, halves, mood)
        off = self._before([h.voice.baseline for h in heard])
        logits, embeddings = self._after((self._sums[:, halves.tested][:, None] - off[:, :, None]).flatten(1, 2))
        n = len(halves.tested)
        answers = []
        for i, (known, one) in enumerate(zip(wanted, heard, strict=True)):
            heard_of_it = self._pooled[halves.tested]
            tested = heard_of_it - one.voice.baseline
            if known.by == VOICEKIN or not len(one.said):
                own = self._own(one, off[:, i]) if len(one.said) else None
                at = slice(i * n, (i + 1) * n)
                p = self._fused(own, heard_of_it, tested, logits[at], embeddings[at], one.voice.settled)
                answers.append(p.argmax(1))
            else:
                compared = logistic_regression if known.by == REGRESSION else partial(fine_tuned, self._fitted)
                answers.append(compared(self._pooled[one.examples] - one.voice.baseline, one.said, tested))
        return answers

    def _heard(self, wanted: Sequence[Known], halves: Halves, mood: int) -> list[Heard]:
        """What the app gets in each condition. Voices are estimated by the engine, but the unlabelled clips of all
        conditions are classified at once."""
        n_labels = len(self._names)
        neutral = self._names.index("neutral") if "neutral" in self._names else 0
        drawn = [draw(self.labels, halves.heard, known, n_labels, neutral, mood) for known in wanted]
        borders = np.cumsum([len(unlabelled) for unlabelled, *_ in drawn])[:-1]
        logits, _ = self._after(self._sums[:, np.concatenate([unlabelled for unlabelled, *_ in drawn])])
        said = np.split(softmax(logits, self._tuned.temperature), borders)
        return [
            Heard(examples, labels, self._voice(unlabelled, examples, labels, p))
            for (unlabelled, examples, labels), p in zip(drawn, said, strict=True)
        ]

    def _voice(self, unlabelled: Ints, examples: Ints, labels: Ints, answers: Doubles) -> Voice:
        """The engine's estimate of the voice, with `answers` as the classifier's output for the unlabelled clips."""
        return estimate_baseline(
            self._pooled[np.concatenate([unlabelled, examples])],
            lambda _: answers,
            self._fitted.prior,
            np.concatenate([np.full(len(unlabelled), -1), labels]),
        )

    def _before(self, baselines: Sequence[Floats]) -> torch.Tensor:
        with torch.inference_mode():
            return self._fitted.head.before(torch.from_numpy(np.stack(baselines)))

    def _after(self, sums: torch.Tensor) -> tuple[Floats, Floats]:
        """Logits [n, L] and embeddings [n, E]."""
        with torch.inference_mode():
            logits, embeddings = self._fitted.head.after(sums)
        return logits[:, : len(self._names)].numpy(), embeddings.numpy()

    def _fused(
        self,
        own: OwnDatastore | None,
        heard: Floats,
        tested: Floats,
        logits: Floats,
        embeddings: Floats,
        settled: float,
    ) -> Doubles:
        """p of eq. (4) [n, L] as computed by the app. Of the test clips [n, D], `heard` are without, and `tested` with
        the baseline subtracted."""
        tuned = self._tuned
        p_model = softmax(logits, float(temperature_for(settled, tuned.temperature, tuned.known_temperature)))
        if own is None and not tuned.alpha:
            return p_model
        found = nearest(embeddings, self._items, self._item_labels, tuned.k)
        p_knn = knn_probabilities(found, tuned.k, tuned.knn_temperature, tuned.weighting, len(self._names))
        if own is None:
            return fuse(p_knn, p_model, tuned.alpha)
        alpha, trust = own_mix(own.nearness(heard), tuned.alpha, own.alpha, own.trust)
        p_own = own.distributions(tested, softmax(logits, tuned.temperature))
        return fuse(trust[:, None] * p_own + (1 - trust[:, None]) * p_knn, p_model, alpha)

    def _own(self, heard: Heard, off: torch.Tensor) -> OwnDatastore:
        """The examples as the app stores them; `off` [m, width] is the first layer's output for the baseline."""
        stored = [
            StoredFeatures(i, self._names[k], None, self._pooled[row], heard.voice.baseline)
            for i, (row, k) in enumerate(zip(heard.examples, heard.said, strict=True))
        ]
        logits, _ = self._after(self._sums[:, heard.examples] - off[:, None])
        p_model = softmax(logits, self._tuned.temperature)

        def embed(pooled: Floats, _: Floats) -> tuple[Floats, Doubles]:
            return np.zeros((len(pooled), 1), np.float32), p_model[: len(pooled)]  # embeddings are only for display

        return embed_examples(
            [stored],
            {},
            embed,
            pack_labels=self._names,
            prior=self._fitted.prior,
            describe=lambda i: Item(str(i), ""),
        )


def logistic_regression(shown: Floats, said: Ints, tested: Floats) -> Ints:
    """Labels of the test clips [m, D] by a regression on just the speaker's labelled clips [n, D]."""
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(said)) < 2:
        return np.full(len(tested), said[0])
    # the weights are in the span of the clips, so the same regression can be done in that small space
    axes = np.linalg.qr(shown.T.astype(np.float64))[0]
    model = LogisticRegression(C=REGRESSION_STRENGTH, max_iter=200).fit(shown @ axes, said)
    return np.asarray(model.predict(tested @ axes))


def fine_tuned(fitted: FittedHead, shown: Floats, said: Ints, tested: Floats) -> Ints:
    """Labels of the test clips by the pack's head after fine-tuning the whole head by gradient descent with momentum.

    The gradient of the first layer's weights is x^T times the gradient of its output. So only the change of the output
    is stored, which gives the same result and is much smaller than its 2048 x 1536 weights.
    """
    head = copy.deepcopy(fitted.head)
    x, y = torch.from_numpy(shown), torch.from_numpy(said)
    with torch.no_grad():
        before, later = head.before(x), head.before(torch.from_numpy(tested))
        alike, alike_later = x @ x.T, torch.from_numpy(tested) @ x.T
    change = torch.zeros_like(before)  # the first layer's weights change by x^T times this
    weights = [head.hidden_bias, head.embedding_weight, head.embedding_bias, head.logit_weight, head.logit_bias]
    optimiser = torch.optim.SGD([*weights, change], lr=TUNING_RATE, momentum=0.9)
    for _ in range(TUNING_STEPS):
        optimiser.zero_grad()
        sums = (before + alike @ change).requires_grad_()
        loss = torch.nn.functional.cross_entropy(head.after(sums)[0][:, : fitted.n_answered], y)
        loss.backward()  # type: ignore[no-untyped-call]
        change.grad = sums.grad
        optimiser.step()
    with torch.inference_mode():
        return np.asarray(head.after(later + alike_later @ change)[0][:, : fitted.n_answered].argmax(1).numpy())


@dataclass(frozen=True)
class Measured:
    """Confusion counts of a condition, int64 [speakers, L, L], over draws and seeds; and the corpus of each speaker."""

    counts: Ints
    corpora: tuple[str, ...]

    def ua(self, weights: Ints | None = None) -> float:
        """Mean of the corpora's UA in per cent; `weights`, int64 [speakers], says how often each speaker counts."""
        counts = self.counts if weights is None else self.counts * weights[:, None, None]
        names = np.array(self.corpora)
        return float(np.mean([_ua(counts[names == c].sum(0)) for c in sorted(set(self.corpora))]))

    def of(self, corpus: str) -> float:
        """UA of one corpus in per cent."""
        return _ua(self.counts[np.array(self.corpora) == corpus].sum(0))


def _ua(confusion: Ints) -> float:
    totals = confusion.sum(1)
    there = totals > 0
    return 100.0 * float((np.diag(confusion)[there] / totals[there]).mean()) if there.any() else float("nan")


def measure_part(run: "Run", part: "Part", wanted: Sequence[Known], draws: int) -> dict[Known, list[Ints]]:
    """Confusion counts of each test speaker, sorted by name, for each condition in one fold and seed."""
    data = run.prepare()
    fitted, tuned = run.final_head(part), run.tuned(part)
    known = np.concatenate([part.fold.indices(data.utterances, side) for side in ("train", "validation")])
    items, item_labels = datastore_items(data, fitted, answered_rows(data, known), run.recipe.voices)
    test = answered_rows(data, part.fold.indices(data.utterances, "test"))
    keys = np.array([data.utterances[i].speaker_key for i in test])
    counts: dict[Known, list[Ints]] = {k: [] for k in wanted}
    show = bar(f"speakers of {part.fold.name}")
    for done, key in enumerate(np.unique(keys), start=1):
        rows = test[keys == key]
        labels = data.label_indices()[rows]
        speaker = Speaker(fitted.pooled(data.features[0], rows), labels, fitted, tuned, items, item_labels)
        totals = {k: np.zeros((data.n_answered, data.n_answered), np.int64) for k in wanted}
        for i in range(draws):
            interruption.check()
            halves = halve(labels, np.random.default_rng([part.seed, i, done]))
            due = [k for k in wanted if k.by == VOICEKIN or i % COMPARED_EVERY == 0]
            for k, answers in zip(due, speaker.answers(due, halves, mood=i % data.n_answered), strict=True):
                totals[k] += confusion_matrix(labels[halves.tested], answers, data.n_answered)
        for k in wanted:
            counts[k].append(totals[k])
        show(done, len(np.unique(keys)))
    return counts


def personalise_run(run: "Run", draws: int = 20) -> str:
    """Measures all conditions on all folds, writes personalisation.json, .md and a figure, and returns the tables."""
    from trainer.run import write_json

    data = run.prepare()
    corpus_of = {u.speaker_key: u.corpus for u in data.utterances}
    wanted = conditions()
    counts: dict[Known, dict[str, Ints]] = {k: {} for k in wanted}
    for part in run.parts():
        test = answered_rows(data, part.fold.indices(data.utterances, "test"))
        speakers = sorted({data.utterances[i].speaker_key for i in test})
        for k, found in measure_part(run, part, wanted, draws).items():
            for speaker, confusion in zip(speakers, found, strict=True):
                counts[k][speaker] = counts[k].get(speaker, 0) + confusion
    measured = {k: Measured(np.stack(list(by.values())), tuple(corpus_of[s] for s in by)) for k, by in counts.items()}
    result = summarise(measured)
    write_json(
        run.folder / "personalisation.json", {"draws": draws, "seeds": list(run.recipe.protocol.seeds), **result}
    )
    text = tables(result)
    (run.folder / "personalisation.md").write_text(text, encoding="utf-8")
    (run.folder / "figures").mkdir(exist_ok=True)
    save_figure(personalisation_figure(result["conditions"]), run.folder / "figures" / "personalisation")
    return text


def summarise(measured: Mapping[Known, Measured], seed: int = 0) -> dict[str, Any]:
    """UA of each condition and its gain, with 95 % intervals from resampling speakers.

    The gain of examples is over the same voice without them, that of a voice over an unknown speaker.
    """
    some = next(iter(measured.values()))
    rng = np.random.default_rng(seed)
    resampled = [_resample(some.corpora, rng) for _ in range(BOOTSTRAP_DRAWS)]
    uas = {k: np.array([m.ua(w) for w in resampled]) for k, m in measured.items()}
    rows = []
    for k, m in measured.items():
        reference = Known(k.unlabelled if k.examples else 0)
        gains = uas[k] - uas[reference]
        rows.append(
            {
                "known": str(k),
                **{name: getattr(k, name) for name in ("unlabelled", "mood", "examples", "wrong", "by")},
                "ua": m.ua(),
                "interval": np.percentile(uas[k], [2.5, 97.5]).tolist(),
                "gain": m.ua() - measured[reference].ua(),
                "gain_interval": np.percentile(gains, [2.5, 97.5]).tolist(),
                "gain_over": str(reference),
                "by_corpus": {c: m.of(c) for c in sorted(set(m.corpora))},
            }
        )
    return {"speakers": len(some.corpora), "conditions": rows}


def _resample(corpora: Sequence[str], rng: np.random.Generator) -> Ints:
    """How often each speaker is drawn when resampling the speakers of each corpus with replacement."""
    names, weights = np.array(corpora), np.zeros(len(corpora), np.int64)
    for corpus in sorted(set(corpora)):
        own = np.flatnonzero(names == corpus)
        weights += np.bincount(rng.choice(own, len(own)), minlength=len(names))
    return weights


def tables(result: Mapping[str, Any]) -> str:
    """The result as Markdown."""
    rows: list[dict[str, Any]] = result["conditions"]
    corpora = sorted(rows[0]["by_corpus"])
    lines = [
        f"{result['speakers']} speakers of corpora that were left out of training; UA in per cent, the mean of the "
        "corpora; 95 % intervals over resampled speakers. n: unlabelled clips of the speaker to learn the voice from; "
        "m: labelled clips per label as examples, or fewer if the speaker has fewer. Gain: of a voice over a clip "
        "alone, of examples over the same voice without them.",
        "",
        f"| known of the speaker | UA | 95 % | gain | 95 % | {' | '.join(corpora)} |",
        "|---" * (5 + len(corpora)) + "|",
    ]
    for row in rows:
        by = " | ".join(f"{row['by_corpus'][c]:.1f}" for c in corpora)
        low, high = row["interval"]
        gain_low, gain_high = row["gain_interval"]
        lines.append(
            f"| {row['known']} | {row['ua']:.1f} | {low:.1f} to {high:.1f} | {row['gain']:+.1f} "
            f"| {gain_low:+.1f} to {gain_high:+.1f} | {by} |"
        )
    return "\n".join(lines) + "\n"


def read_personalisation(run: "Run") -> dict[str, Any]:
    """Reads the result that `personalise_run` wrote."""
    return json.loads((run.folder / "personalisation.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
