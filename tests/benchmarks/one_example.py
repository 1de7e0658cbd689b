"""How much one correct example changes the answers to other people's recordings, with the pack that ships.

VOICEKIN_CORPORA=DIR python -m tests.benchmarks.one_example

Of each of the pack's corpora 40 clips are drawn, one speaker after the other. In turn, 8 of them are the only example,
with the right label, and 30 drawn clips of other people are answered with and without it, each by itself. The pack has
heard these people in training, so only the changes mean anything here, not how often it is right.
"""

import os
from pathlib import Path

import numpy as np

from desktop_app import paths
from desktop_app.engine.pack.format import Item
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.people.examples import StoredFeatures
from desktop_app.engine.people.own_datastore import Doubles, Floats, OwnDatastore, embed_examples
from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.recogniser import Analysis, Recogniser
from desktop_app.engine.recognition.voice import prior_of
from trainer.data.corpora import Utterance, load_corpus

CORPORA = ("ravdess", "emodb", "nemo", "ased", "banglaser", "emotiontts")
CLIPS, EXAMPLES, ASKED = 40, 8, 30
SEED = 2023


def drawn(corpus: str, labels: tuple[str, ...], rng: np.random.Generator) -> list[Utterance]:
    """CLIPS of a corpus with one of the labels, as many of each speaker as there are."""
    found = load_corpus(corpus, Path(os.environ["VOICEKIN_CORPORA"]) / corpus)
    by_speaker: dict[str, list[Utterance]] = {}
    for at in rng.permutation(len(found)):
        if found[at].label in labels:
            by_speaker.setdefault(found[at].speaker_key, []).append(found[at])
    turns = [clip for turn in range(CLIPS) for clips in by_speaker.values() for clip in clips[turn : turn + 1]]
    return turns[:CLIPS]


def only_example(recogniser: Recogniser, analysis: Analysis, label: str) -> OwnDatastore:
    """The datastore of one example."""
    pack = recogniser.pack

    def embed(pooled: Floats, baseline: Floats) -> tuple[Floats, Doubles]:
        headed = recogniser.encoder.head(pooled, baseline)
        return headed.embedding, softmax(headed.logits, pack.manifest.calibration_temperature)

    return embed_examples(
        [[StoredFeatures(1, label, None, analysis.mean_pooled, None)]],
        {},
        embed,
        pack_labels=pack.manifest.labels,
        prior=prior_of(pack),
        describe=lambda i: Item(str(i), ""),
    )


def main() -> None:
    recogniser = Recogniser(load_pack(paths.default_pack()))
    rng = np.random.default_rng(SEED)
    clips = [one for corpus in CORPORA for one in drawn(corpus, recogniser.pack.manifest.labels, rng)]
    heard = [recogniser.analyse_file(one.path) for one in clips]
    plain = [recogniser.answer(one) for one in heard]
    examples = [
        (i, only_example(recogniser, heard[i], clips[i].label)) for i in range(0, len(clips), CLIPS // EXAMPLES)
    ]
    for of_its_corpus, whose in ((False, "of other corpora"), (True, "of other people in the same corpus")):
        moved, labels, same = [], 0, 0
        for i, own in examples:
            others = [
                j
                for j, one in enumerate(clips)
                if one.speaker_key != clips[i].speaker_key and (one.corpus == clips[i].corpus) == of_its_corpus
            ]
            for j in rng.choice(others, ASKED, replace=False):
                answer = recogniser.answer(heard[j], examples=own)
                labels += answer.label != plain[j].label
                same += answer.probabilities == plain[j].probabilities
                moved.append(100 * abs(answer.confidence - plain[j].confidence))
        print(
            f"clips {whose}: {labels} of {len(moved)} labels change, confidence by {np.mean(moved):.2f} points on "
            f"average and {max(moved):.1f} at most; {same} answers are exactly the same"
        )


if __name__ == "__main__":
    main()
