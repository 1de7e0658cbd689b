"""The protocols: which speakers are for training, validation and test. No speaker is in two of these."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trainer.data.corpora import CorpusError, Utterance
from trainer.recipe import ProtocolRecipe

# EmoBox (Ma et al., 2024): the test actors of each of its six RAVDESS folds
EMOBOX_RAVDESS = (
    ("01", "11", "20", "21"),
    ("04", "10", "12", "14"),
    ("08", "09", "19", "23"),
    ("03", "05", "07", "24"),
    ("02", "15", "16", "18"),
    ("06", "13", "17", "22"),
)


@dataclass(frozen=True)
class Fold:
    """One split, as speaker keys ("corpus/speaker"); no speaker is in two of the three."""

    name: str
    train: frozenset[str]
    validation: frozenset[str]
    test: frozenset[str]

    def __post_init__(self) -> None:
        if both := (self.train & self.validation) | (self.train & self.test) | (self.validation & self.test):
            raise CorpusError(f"The fold {self.name} has {min(both)} in two of its sets: correct the file.")

    def indices(self, utterances: Sequence[Utterance], side: str) -> npt.NDArray[np.int64]:
        """Rows of the table whose speaker is on the side "train", "validation" or "test"; int64 [n]."""
        speakers: frozenset[str] = getattr(self, side)
        return np.array([i for i, u in enumerate(utterances) if u.speaker_key in speakers], dtype=np.int64)


def make_folds(utterances: Sequence[Utterance], protocol: ProtocolRecipe, validation_share: float) -> tuple[Fold, ...]:
    """The folds of a protocol.

    Raises:
        CorpusError: The table's speakers do not allow it.
    """
    speakers = sorted({u.speaker_key for u in utterances})
    if len(speakers) < 3:
        raise CorpusError(
            f"There is {'only one speaker' if len(speakers) == 1 else f'a choice of only {len(speakers)} speakers'} "
            f"({', '.join(speakers)}): training, tuning and testing need at least three."
        )
    if protocol.kind == "published":
        return _published(utterances, validation_share)
    if protocol.kind == "leave-two-speakers-out":
        return _leave_two_speakers_out(speakers)
    if protocol.kind == "ravdess-emobox":
        tests = _emobox(speakers)
    elif protocol.kind == "leave-one-corpus-out":
        tests = _by_corpus(speakers)
    elif protocol.kind == "leave-one-speaker-out":
        tests = {s.replace("/", "-"): [s] for s in speakers}
    else:
        tests = _speaker_folds(speakers, protocol.folds)
    return tuple(_with_validation(name, speakers, test, validation_share) for name, test in tests.items())


def everyone(utterances: Sequence[Utterance], validation_share: float) -> Fold:
    """The fold for the final pack, without test speakers."""
    return _with_validation("everyone", sorted({u.speaker_key for u in utterances}), [], validation_share)


def _published(utterances: Sequence[Utterance], validation_share: float) -> tuple[Fold, ...]:
    """The folds published with the corpora; without validation speakers, a share of the training speakers is used."""
    sides: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for utterance in utterances:
        for fold, side in utterance.sides:
            sides[fold][side].add(utterance.speaker_key)
    if not sides:
        raise CorpusError("No folds were published with these corpora: choose another `protocol.kind`.")
    folds = []
    for name, of in sorted(sides.items()):
        train, validation, test = (of[side] for side in ("train", "validation", "test"))
        if both := (train & validation) | (train & test) | (validation & test):
            raise CorpusError(
                f"The published fold {name} has {min(both)} in two of training, validation and test, which must be "
                "disjoint: choose another `protocol.kind`, such as speaker-folds."
            )
        if not train or not test:
            raise CorpusError(f"The fold {name} has no {'test' if train else 'training'} speakers: complete its lists.")
        if validation:
            folds.append(Fold(name, frozenset(train), frozenset(validation), frozenset(test)))
        else:
            folds.append(_with_validation(name, sorted(train | test), sorted(test), validation_share))
    return tuple(folds)


def _emobox(speakers: Sequence[str]) -> dict[str, list[str]]:
    expected = {f"ravdess/{actor}" for fold in EMOBOX_RAVDESS for actor in fold}
    if set(speakers) != expected:
        odd = min(set(speakers) ^ expected)
        raise CorpusError(
            f"EmoBox's folds are for RAVDESS with all its 24 actors, but {odd} differs: use another protocol."
        )
    return {f"fold{n}": [f"ravdess/{a}" for a in actors] for n, actors in enumerate(EMOBOX_RAVDESS, start=1)}


def _by_corpus(speakers: Sequence[str]) -> dict[str, list[str]]:
    corpora: dict[str, list[str]] = defaultdict(list)
    for speaker in speakers:
        corpora[speaker.split("/")[0]].append(speaker)
    if len(corpora) < 2:
        raise CorpusError("Leaving one corpus out needs two corpora: name another, or use another protocol.")
    return dict(corpora)


def _speaker_folds(speakers: Sequence[str], n_folds: int) -> dict[str, list[str]]:
    if len(speakers) < n_folds:
        raise CorpusError(f"{len(speakers)} speakers can't make {n_folds} folds: lower `protocol.folds`.")
    # a fixed shuffle within each corpus, dealt out in turn, so that each fold gets a share of each corpus
    rng = np.random.default_rng(0)
    order = [s for group in _grouped(speakers).values() for s in rng.permutation(group)]
    return {f"fold{n + 1}": [str(s) for s in order[n::n_folds]] for n in range(n_folds)}


def _leave_two_speakers_out(speakers: Sequence[str]) -> tuple[Fold, ...]:
    """The paper's folds on IEMOCAP: each speaker is tested once, and the other of the session is for validation."""
    sessions: dict[str, list[str]] = defaultdict(list)
    for speaker in speakers:
        sessions[speaker[:-1]].append(speaker)  # iemocap/Ses01F -> iemocap/Ses01
    if any(len(pair) != 2 for pair in sessions.values()):
        odd = next(pair[0] for pair in sessions.values() if len(pair) != 2)
        raise CorpusError(f"Leaving two speakers out needs pairs such as Ses01F and Ses01M, and {odd} has no partner.")
    folds = []
    for pair in sessions.values():
        for test, validation in (pair, pair[::-1]):
            train = frozenset(speakers) - {test, validation}
            folds.append(Fold(test.replace("/", "-"), train, frozenset([validation]), frozenset([test])))
    return tuple(folds)


def _with_validation(name: str, speakers: Sequence[str], test: Sequence[str], share: float) -> Fold:
    """Splits the speakers that are not tested; a share of each corpus, at least one speaker, is for validation."""
    rng = np.random.default_rng(1)
    rest = [s for s in speakers if s not in set(test)]
    validation: set[str] = set()
    for group in _grouped(rest).values():
        if len(group) > 1:
            n = min(max(1, round(share * len(group))), len(group) - 1)
            validation |= {str(s) for s in rng.permutation(group)[:n]}
    if not validation:  # each corpus has only one speaker, so take one of these
        if len(rest) < 2:
            raise CorpusError(f"The fold {name} leaves one speaker to train and tune on: add speakers.")
        validation = {rest[-1]}
    return Fold(name, frozenset(rest) - validation, frozenset(validation), frozenset(test))


def _grouped(speakers: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for speaker in sorted(speakers):
        groups[speaker.split("/")[0]].append(speaker)
    return dict(groups)


def write_folds(path: Path, folds: Sequence[Fold]) -> None:
    """Writes the folds' speakers as JSON."""
    data = [{"name": f.name, **{s: sorted(getattr(f, s)) for s in ("train", "validation", "test")}} for f in folds]
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def read_folds(path: Path) -> tuple[Fold, ...]:
    """Reads what `write_folds` wrote.

    Raises:
        CorpusError: A speaker is in two of train, validation and test.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Fold(f["name"], frozenset(f["train"]), frozenset(f["validation"]), frozenset(f["test"])) for f in data)
