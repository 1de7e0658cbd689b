"""MODEL_CARD.md: data, licences, scores with their protocol and command, limits, and uses that are ruled out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.data.corpora import Utterance
from trainer.recipe import Recipe
from trainer.training.datastore import nearest
from trainer.training.tune import Tuned

RECORDINGS = {
    False: "No recording is part of the pack: it holds numbers derived from them and the outlines of their waveforms.",
    True: "The recordings are part of the pack, so that they can be heard as neighbours.",
}

TUNED_ON = {
    "speakers": "validation speakers",
    "corpora": "each corpus by heads trained on the others",
}

LIMITS = """\
- The corpora are acted speech by people who read given sentences. Everyday emotion is weaker, mixed and hidden; expect
  less there than any figure here says.
- It knows the labels named above and nothing else: other feelings, irony, pain or illness get one of them all the same.
- How emotion sounds differs between cultures, languages, ages and persons. Voices of children, of old people and with
  speech impairments are not in the data.
- It hears how something is said, not what is said, and not what anybody feels.
- It does not notice that a voice, a room or a language is unlike those it has heard: of corpora left out at most one
  clip in a thousand is called unlike anything known, though up to half of the answers are wrong there.
"""

FORBIDDEN = """\
Not for decisions about people: hiring, schooling, credit, insurance, policing, border control, diagnosis, therapy. Not
for judging anyone at work or in education (the EU's AI Act, article 5, forbids that), not for watching people covertly,
not for lie detection. Recordings of others need their consent.
"""


def model_card(
    recipe: Recipe,
    tuned: Tuned,
    utterances: Sequence[Utterance],
    score_tables: str,
    neighbours: str,
    training: Mapping[str, Any],
) -> str:
    """The card as Markdown.

    Args:
        recipe, tuned, utterances, training: See `export_pack`.
        score_tables: Output of `voicekin-train evaluate`, or "".
        neighbours: See `neighbour_table`.
    """
    labels = ", ".join(recipe.corpora.labels)
    scores = score_tables or "Not evaluated yet: run `voicekin-train evaluate --recipe RECIPE` with the same --run.\n"
    return f"""\
# {recipe.name} {recipe.export.version}

Which of {labels} a recording of speech sounds like, with the nearest recordings as reasons. Licence of the whole pack:
{recipe.export.licence}.

## How it was made

The first {recipe.backbone.layers} layers of {recipe.backbone.name}, {_tuned_layers(recipe)}; {_pooling(recipe)};
{_experts(recipe)}less the speaker's baseline where one is known; {_head(recipe)}
with cross-entropy and supervised contrastive loss (lambda
{(recipe.finetune if recipe.is_itself else recipe.training).lambda_scl}, tau \
{(recipe.finetune if recipe.is_itself else recipe.training).tau});
{_dimensions(recipe)}p = alpha p_knn + (1 - alpha) p_model with k = {tuned.k}, alpha = {tuned.alpha}, and the
temperatures and thresholds, chosen on {TUNED_ON[recipe.protocol.tuned_on]}. After
arXiv 2308.16485.

Made by `voicekin-train export --recipe {recipe.name}.toml` (seed {training["seed"]},
{training["epochs"]} epochs, torch {training["versions"]["torch"]}).

## Data

{_corpora(utterances)}
{RECORDINGS[recipe.export.clips]}

## Neighbours

{neighbours}
## Scores

Made by `voicekin-train evaluate --recipe {recipe.name}.toml`; test speakers are in no training, tuning or datastore.

{scores}
Every label with at least {tuned.set_probability:.2f} is left open beside the most probable one: one is named, two
are named together ("angry or happy"), and with more, or under {tuned.abstain_confidence:.2f}, the app says that it is
uncertain.

## Limits

{LIMITS}
## Not for

{FORBIDDEN}"""


def neighbour_table(
    embeddings: npt.NDArray[np.float32], utterances: Sequence[Utterance], k: int, labels: Sequence[str]
) -> str:
    """A Markdown table, by corpus, of the k nearest neighbours by other speakers that the datastore's items have.

    Args:
        embeddings: float32 [n, E], of length 1.
        utterances: The n items.
        k: Number of neighbours.
        labels: Labels that are predicted.
    """
    speakers = np.array([u.speaker_key for u in utterances])
    k = min(k, min(len(speakers) - np.unique(speakers, return_counts=True)[1]))
    found = np.empty((len(utterances), k), dtype=np.int64)
    for speaker in np.unique(speakers):
        others = np.flatnonzero(speakers != speaker)
        own = speakers == speaker
        found[own] = nearest(embeddings[own], embeddings[others], others, k).labels
    label, corpus = (np.array([getattr(u, what) for u in utterances]) for what in ("label", "corpus"))
    same_label, same_corpus = label[found] == label[:, None], corpus[found] == corpus[:, None]
    n_speakers = np.array([len(set(row)) for row in speakers[found]])
    lines = [
        f"Of the {k} nearest neighbours by other speakers, for the items of the datastore: how many have the item's "
        "label, in per cent; how many come from its corpus; and how many speakers they are from. The head was trained",
        "on these clips: the neighbours of a new speaker's clip agree less.",
        "",
        f"| corpus | own label | {' | '.join(labels)} | own corpus | speakers |",
        "|---" * (4 + len(labels)) + "|",
    ]
    for name in (*sorted(set(corpus)), ""):
        own = (corpus == name) | (name == "")
        purity = [same_label[own & (label == one)] for one in labels]
        by_label = " | ".join(f"{100 * p.mean():.0f}" if len(p) else "" for p in purity)
        lines.append(
            f"| {name or 'all'} | {100 * same_label[own].mean():.0f} | {by_label} "
            f"| {100 * same_corpus[own].mean():.0f} | {n_speakers[own].mean():.1f} |"
        )
    return "\n".join(lines) + "\n"


def _tuned_layers(recipe: Recipe) -> str:
    layers = recipe.finetune.layers
    return "frozen" if layers == 0 else f"{'all' if layers < 0 else f'the last {layers}'} fine-tuned"


def _head(recipe: Recipe) -> str:
    if recipe.is_itself:
        return "the head that was fine-tuned with it"
    second = "afterwards, on the features of the fine-tuned encoder, " if recipe.finetuned else ""
    return f"an ensemble of {recipe.head.members} small heads trained {second}{_heard(recipe)}".rstrip()


def _dimensions(recipe: Recipe) -> str:
    """A line on the dimensions that are predicted besides the label, or ""."""
    names = recipe.corpora.dimensions
    return f"{', '.join(names)} by a linear map of the embedding (ridge regression);\n" if names else ""


def _heard(recipe: Recipe) -> str:
    """On the augmented copies that the heads were trained on, followed by a space, or ""."""
    copies, kinds = recipe.augment.copies, recipe.augment.kinds
    return f"on the clips and {copies} augmented copies of each ({', '.join(kinds[:copies])}) " if copies else ""


EXPERTS = {
    "encoder": "the above",
    "log_mel": "statistics of the log-mel spectrogram",
    "pitch": "the course of pitch and loudness, and the tempo",
    "timbre": "spectral shape, formants and voice quality",
}


def _experts(recipe: Recipe) -> str:
    """A line on the experts other than the encoder, or ""."""
    weights = dict(zip(recipe.experts.used, recipe.experts.weights, strict=True))
    if len(weights) < 2:
        return ""
    each = "; ".join(f"{EXPERTS[name]} ({weight:g})" for name, weight in weights.items())
    return f"experts, each with a head of its own, whose answers are multiplied with these exponents: {each};\n"


def _pooling(recipe: Recipe) -> str:
    b = recipe.backbone
    over = "over time by learned weights" if b.attention else "over time"
    what = "a learned sum of layers" if b.weighted_sum else "layers"
    statistics = " and ".join("standard deviation" if s == "deviation" else s for s in b.statistics)
    return f"{statistics} {over} of {what} {', '.join(map(str, b.pooled_layers))}"


def _corpora(utterances: Sequence[Utterance]) -> str:
    lines = ["| corpus | language | speakers | clips | labels | licence |", "|---|---|---|---|---|---|"]
    for corpus in sorted({u.corpus for u in utterances}):
        own = [u for u in utterances if u.corpus == corpus]
        counts = ", ".join(f"{label} {n}" for label, n in Counter(u.label for u in own).most_common())
        speakers = len({u.speaker for u in own})
        lines.append(f"| {corpus} | {own[0].language} | {speakers} | {len(own)} | {counts} | {own[0].licence} |")
    return "\n".join(lines) + "\n"
