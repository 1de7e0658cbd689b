"""How many labels change: measured through files, for all and for the least confident clips, and put into the card."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.engine.pack.format import Pack
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.errors import VoiceKinError
from tests.tiny_pack import LABELS, clip
from trainer.data.corpora import Utterance
from trainer.results import steadiness
from trainer.results.steadiness import CHANGES, Change, draw, enough, measure, steadiness_table, with_section


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Utterance]:
    monkeypatch.setattr(steadiness, "A_LABEL", 2)
    monkeypatch.setattr(steadiness, "DRAWN", 2)
    found = []
    for label in LABELS:
        for seed in range(8):
            path = tmp_path / f"{label}-{seed}.wav"
            soundfile.write(path, clip(label, seed), 16_000)
            found.append(Utterance(path.stem, path, "made", str(seed), label, duration_s=2.0))
    return found


@pytest.fixture
def recogniser(tiny_pack: Pack) -> Recogniser:
    return Recogniser(tiny_pack, threads=1)


def test_repeating_an_answer_changes_no_label(recogniser: Recogniser, clips: list[Utterance]) -> None:
    rows = measure(recogniser, clips)
    assert [row.change for row in rows] == list(CHANGES)
    assert {row.change.name: row.clips for row in rows if row.change.own and row.clips} == {}


def test_changed_labels_are_counted(
    recogniser: Recogniser, clips: list[Utterance], monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(x: steadiness.Waveform, rng: np.random.Generator) -> steadiness.Frames:  # noqa: ARG001
        return clip("angry", 3)

    monkeypatch.setattr(steadiness, "CHANGES", (Change("somebody else", other),))
    (row,) = measure(recogniser, clips)
    assert (row.clips, row.harder) == (0.75, 0.75)
    assert "| somebody else | 75 | 75 |" in steadiness_table([row])


def test_the_harder_ones_are_those_answered_least_surely(recogniser: Recogniser, clips: list[Utterance]) -> None:
    easy, harder = draw(clips, recogniser)
    assert [u.label for u in harder] == [u.label for u in easy] == [label for label in LABELS for _ in range(2)]
    assert not {u.path for u in easy} & {u.path for u in harder}
    with pytest.raises(VoiceKinError, match="are needed"):
        draw(clips[:9], recogniser)
    assert enough(clips, LABELS)
    assert not enough(clips[:9], LABELS)


def test_the_card_has_the_table_once_and_the_pack_stays_whole(tiny_pack: Pack, tmp_path: Path) -> None:
    from desktop_app.engine.pack.write import rewrite_card

    pack = load_pack(Path(shutil.copytree(tiny_pack.root, tmp_path / "copy")))
    card = "# Name\n\nWords.\n\n## Limits\n\n- One.\n"
    once = with_section(card, "| a |\n")
    assert once == "# Name\n\nWords.\n\n## Steadiness\n\n| a |\n\n## Limits\n\n- One.\n"
    assert with_section(once, "| b |\n") == once.replace("| a |", "| b |")
    assert rewrite_card(pack, once).model_card() == once
    assert load_pack(pack.root).encoder_sha256 == tiny_pack.encoder_sha256
