"""Every protocol: no speaker is in both training and test, and all are tested as often as the protocol says."""

from pathlib import Path

import pytest

from trainer.data.corpora import CorpusError, Utterance
from trainer.data.folds import EMOBOX_RAVDESS, Fold, everyone, make_folds, read_folds, write_folds
from trainer.recipe import ProtocolRecipe


def table(speakers: dict[str, list[str]]) -> list[Utterance]:
    return [
        Utterance(f"{corpus}/{s}-{label}", Path("none.wav"), corpus, s, label)
        for corpus, names in speakers.items()
        for s in names
        for label in ("angry", "sad")
    ]


RAVDESS = {"ravdess": [f"{n:02d}" for n in range(1, 25)]}
FOUR = {**RAVDESS, "emodb": ["03", "08", "09"], "nemo": ["WR0", "EB0"], "ased": [f"{n:02d}" for n in range(1, 66)]}
IEMOCAP = {"iemocap": [f"Ses0{n}{s}" for n in range(1, 6) for s in "FM"]}


@pytest.mark.parametrize(
    ("kind", "speakers", "n_folds"),
    [
        ("speaker-folds", FOUR, 5),
        ("leave-one-speaker-out", FOUR, 94),
        ("leave-one-corpus-out", FOUR, 4),
        ("ravdess-emobox", RAVDESS, 6),
        ("leave-two-speakers-out", IEMOCAP, 10),
    ],
)
def test_no_speaker_is_in_two_of_training_validation_and_test(
    kind: str, speakers: dict[str, list[str]], n_folds: int
) -> None:
    utterances = table(speakers)
    folds = make_folds(utterances, ProtocolRecipe(kind=kind), 0.2)  # type: ignore[arg-type]
    everybody = sorted({u.speaker_key for u in utterances})
    assert len(folds) == n_folds
    assert sorted(s for f in folds for s in f.test) == everybody  # each tested exactly once
    for fold in folds:
        sides = [set(fold.indices(utterances, side).tolist()) for side in ("train", "validation", "test")]
        assert sum(map(len, sides)) == len(utterances) == len(set.union(*sides))
        owners = [{utterances[i].speaker_key for i in side} for side in sides]
        assert not owners[0] & owners[1]
        assert not owners[0] & owners[2]
        assert not owners[1] & owners[2]
        assert all(owners)


def test_emobox_actors() -> None:
    folds = make_folds(table(RAVDESS), ProtocolRecipe(kind="ravdess-emobox"), 0.2)
    assert folds[1].test == {"ravdess/04", "ravdess/10", "ravdess/12", "ravdess/14"}
    assert sorted(a for fold in EMOBOX_RAVDESS for a in fold) == RAVDESS["ravdess"]


def test_left_out_corpora_share_no_corpus_with_training() -> None:
    for fold in make_folds(table(FOUR), ProtocolRecipe(kind="leave-one-corpus-out"), 0.2):
        assert {s.split("/")[0] for s in fold.test} == {fold.name}
        assert fold.name not in {s.split("/")[0] for s in fold.train | fold.validation}


def test_paper_folds_pair_the_speakers_of_a_session() -> None:
    for fold in make_folds(table(IEMOCAP), ProtocolRecipe(kind="leave-two-speakers-out"), 0.2):
        (test,), (validation,) = fold.test, fold.validation
        assert test[:-1] == validation[:-1]
        assert len(fold.train) == 8


def test_everyone_leaves_nobody_to_test() -> None:
    fold = everyone(table(FOUR), 0.2)
    assert not fold.test
    assert {s.split("/")[0] for s in fold.validation} == set(FOUR)


def test_fold_file_round_trip_and_a_speaker_in_training_and_test(tmp_path: Path) -> None:
    folds = make_folds(table(FOUR), ProtocolRecipe(), 0.2)
    path = tmp_path / "folds.json"
    write_folds(path, folds)
    assert read_folds(path) == folds
    with pytest.raises(CorpusError, match="ravdess/01 in two of its sets"):
        Fold("x", frozenset(["ravdess/01"]), frozenset(), frozenset(["ravdess/01"]))


@pytest.mark.parametrize(
    ("kind", "speakers", "says"),
    [
        ("speaker-folds", {"own": ["ann"]}, "only one speaker"),
        ("speaker-folds", {"own": ["ann", "bob", "cy"]}, "3 speakers can't make 5 folds"),
        ("leave-one-corpus-out", RAVDESS, "needs two corpora"),
        ("ravdess-emobox", {"ravdess": ["01", "02", "03"]}, "24 actors"),
        ("leave-two-speakers-out", {"iemocap": ["Ses01F", "Ses01M", "Ses02F"]}, "Ses02F has no partner"),
    ],
)
def test_speakers_that_do_not_allow_the_protocol(kind: str, speakers: dict[str, list[str]], says: str) -> None:
    with pytest.raises(CorpusError, match=says):
        make_folds(table(speakers), ProtocolRecipe(kind=kind), 0.2)  # type: ignore[arg-type]


def test_names_and_speakers_of_folds_never_change() -> None:
    """Results name their folds, so these must never have other speakers under the same names."""
    emobox = make_folds(table(RAVDESS), ProtocolRecipe(kind="ravdess-emobox"), 0.2)
    assert [fold.name for fold in emobox] == [f"fold{n}" for n in range(1, 7)]
    three = {"emodb": [f"{n:02d}" for n in range(1, 8)]}
    folds = make_folds(table(three), ProtocolRecipe(kind="speaker-folds", folds=3), 0.3)
    drawn = {f.name: [sorted(s.removeprefix("emodb/") for s in side) for side in (f.test, f.validation)] for f in folds}
    assert drawn == {
        "fold1": [["02", "03", "07"], ["01"]],
        "fold2": [["05", "06"], ["01", "07"]],
        "fold3": [["01", "04"], ["02", "07"]],
    }
    speakers = make_folds(table(three), ProtocolRecipe(kind="leave-one-speaker-out"), 0.3)
    assert [fold.name for fold in speakers] == [f"emodb-{n:02d}" for n in range(1, 8)]
    paper = make_folds(table(IEMOCAP), ProtocolRecipe(kind="leave-two-speakers-out"), 0.2)
    assert [fold.name for fold in paper[:2]] == ["iemocap-Ses01F", "iemocap-Ses01M"]


def test_with_one_speaker_per_corpus_one_of_them_is_for_validation() -> None:
    alone = {"a": ["1"], "b": ["1"], "c": ["1"]}
    for fold in make_folds(table(alone), ProtocolRecipe(kind="leave-one-speaker-out"), 0.2):
        assert len(fold.train) == len(fold.validation) == len(fold.test) == 1
        assert fold.validation == {max({"a/1", "b/1", "c/1"} - fold.test)}
    with pytest.raises(CorpusError, match="The fold a leaves one speaker to train and tune on"):
        make_folds(table({"a": ["1", "2"], "b": ["1"]}), ProtocolRecipe(kind="leave-one-corpus-out"), 0.2)


@pytest.mark.parametrize(("share", "n"), [(0.0, 1), (0.25, 2), (0.6, 5), (1.0, 8)])
def test_validation_has_at_least_one_and_never_all_speakers_of_a_corpus(share: float, n: int) -> None:
    fold = everyone(table({"a": [str(i) for i in range(9)], "b": ["1"]}), share)
    assert len([s for s in fold.validation if s.startswith("a/")]) == n
    assert "b/1" in fold.train
