"""MODEL_CARD.md: data, licences, scores with their protocol and command, limits, and what the pack is not for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from trainer.corpora import Utterance
from trainer.recipe import Recipe
from trainer.tune import Tuned

RECORDINGS = {
    False: "No recording is part of the pack: it holds numbers derived from them and the outlines of their waveforms.",
    True: "The recordings are part of the pack, so that they can be heard as neighbours.",
}

LIMITS = """\
- The corpora are acted speech by people who read given sentences. Everyday emotion is weaker, mixed and hidden; expect
  less there than any figure here says.
- It knows the labels named above and nothing else: other feelings, irony, pain or illness get one of them all the same.
- How emotion sounds differs between cultures, languages, ages and persons. Voices of children, of old people and with
  speech impairments are not in the data.
- It hears how something is said, not what is said, and not what anybody feels.
"""

FORBIDDEN = """\
Not for decisions about people: hiring, schooling, credit, insurance, policing, border control, diagnosis, therapy. Not
for judging anyone at work or in education (the EU's AI Act, article 5, forbids that), not for watching people covertly,
not for lie detection. Recordings of others need their consent.
"""


def model_card(
    recipe: Recipe, tuned: Tuned, utterances: Sequence[Utterance], score_tables: str, training: Mapping[str, Any]
) -> str:
    """The card as Markdown; `score_tables` is what `voicekin-train evaluate` printed, or ""."""
    labels = ", ".join(recipe.corpora.labels)
    scores = score_tables or "Not evaluated yet: run `voicekin-train evaluate --recipe RECIPE` with the same --run.\n"
    return f"""\
# {recipe.name} {recipe.export.version}

Which of {labels} a recording of speech sounds like, with the nearest recordings as reasons. Licence of the whole pack:
{recipe.export.licence}.

## How it was made

The first {recipe.backbone.layers} layers of {recipe.backbone.name}, {_tuned_layers(recipe)}; {_pooling(recipe)};
less the speaker's baseline where one is known; an ensemble of {recipe.head.members} small heads trained with
cross-entropy and supervised contrastive loss (lambda {recipe.training.lambda_scl}, tau {recipe.training.tau});
p = alpha p_knn + (1 - alpha) p_model with k = {tuned.k}, alpha = {tuned.alpha}, chosen on validation speakers. After
arXiv 2308.16485.

Made by `voicekin-train export --recipe {recipe.name}.toml` (seed {training["seed"]},
{training["epochs"]} epochs, torch {training["versions"]["torch"]}).

## Data

{_corpora(utterances)}
{RECORDINGS[recipe.export.clips]}

## Scores

{scores}
## Limits

{LIMITS}
## Not for

{FORBIDDEN}"""


def _tuned_layers(recipe: Recipe) -> str:
    layers = recipe.finetune.layers
    return "frozen" if layers == 0 else f"{'all' if layers < 0 else f'the last {layers}'} fine-tuned"


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
