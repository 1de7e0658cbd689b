"""The corpora: one small module each, which turns a published layout into utterances."""

from collections.abc import Callable
from pathlib import Path

from trainer.data.corpora import (
    ased,
    audformat_database,
    banglaser,
    cremad,
    emobox,
    emodb,
    emotiontts,
    emovo,
    esd,
    iemocap,
    meld,
    msp_podcast,
    nemo,
    own,
    ravdess,
    savee,
    shemo,
    subesco,
    tess,
)
from trainer.data.corpora.utterance import CorpusError, Utterance

LOADERS: dict[str, Callable[[Path], list[Utterance]]] = {
    "ravdess": ravdess.load,
    "emodb": emodb.load,
    "nemo": nemo.load,
    "ased": ased.load,
    "banglaser": banglaser.load,
    "emotiontts": emotiontts.load,
    "cremad": cremad.load,
    "tess": tess.load,
    "savee": savee.load,
    "emovo": emovo.load,
    "shemo": shemo.load,
    "subesco": subesco.load,
    "esd": esd.load,
    "meld": meld.load,
    "msp_podcast": msp_podcast.load,
    "iemocap": iemocap.load,
    "emobox": emobox.load,
    "audformat": audformat_database.load,
    "own": own.load,
}

__all__ = ["LOADERS", "CorpusError", "Utterance", "load_corpus"]


def load_corpus(name: str, root: Path) -> list[Utterance]:
    """The utterances of one corpus.

    Raises:
        CorpusError: There is no such loader, or the corpus is missing or not as published.
    """
    if name not in LOADERS:
        raise CorpusError(f"There is no corpus {name!r}: choose one of {', '.join(LOADERS)}.")
    return LOADERS[name](root)
