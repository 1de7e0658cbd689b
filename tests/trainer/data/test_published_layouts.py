"""Corpora whose layout is known from their publication alone: names as published, and what is told of others."""

from pathlib import Path

import pytest

from tests.trainer.made_corpora import tone, write
from trainer.data.corpora import CorpusError, Utterance, load_corpus


def made(root: Path, *names: str) -> Path:
    for i, name in enumerate(names):
        write(root / name, tone(i % 4, i, 1, 0.1))
    return root


def told(utterances: list[Utterance]) -> list[tuple[str, str, str, str]]:
    return sorted((u.id, u.speaker, u.label, u.sex) for u in utterances)


def test_savee_in_folders_and_in_one(tmp_path: Path) -> None:
    names = ("DC/a01.wav", "JE/sa15.wav", "KL/su03.wav", "JK/n30.wav")
    folders = made(tmp_path / "folders", *(f"AudioData/{name}" for name in names))
    flat = made(tmp_path / "flat", *(name.replace("/", "_") for name in names))
    assert told(load_corpus("savee", folders)) == [
        ("savee/DC_a01", "DC", "angry", "male"),
        ("savee/JE_sa15", "JE", "sad", "male"),
        ("savee/JK_n30", "JK", "neutral", "male"),
        ("savee/KL_su03", "KL", "surprised", "male"),
    ]
    assert told(load_corpus("savee", flat)) == told(load_corpus("savee", folders))


def test_emovo(tmp_path: Path) -> None:
    made(tmp_path, "f1/rab-f1-b1.wav", "m3/gio-m3-d2.wav", "f2/neu-f2-l4.wav")
    assert told(load_corpus("emovo", tmp_path)) == [
        ("emovo/gio-m3-d2", "m3", "happy", "male"),
        ("emovo/neu-f2-l4", "f2", "neutral", "female"),
        ("emovo/rab-f1-b1", "f1", "angry", "female"),
    ]


def test_shemo(tmp_path: Path) -> None:
    made(tmp_path, "female/F01A01.wav", "male/M12S03.wav", "male/M01W10.wav")
    assert told(load_corpus("shemo", tmp_path)) == [
        ("shemo/F01A01", "F01", "angry", "female"),
        ("shemo/M01W10", "M01", "surprised", "male"),
        ("shemo/M12S03", "M12", "sad", "male"),
    ]


def test_subesco_tells_the_first_woman_from_the_first_man(tmp_path: Path) -> None:
    made(tmp_path, "F_01_OISHI_S_1_ANGRY_1.wav", "M_01_TUHIN_S_10_FEAR_5.wav")
    assert told(load_corpus("subesco", tmp_path)) == [
        ("subesco/F_01_OISHI_S_1_ANGRY_1", "F01", "angry", "female"),
        ("subesco/M_01_TUHIN_S_10_FEAR_5", "M01", "fearful", "male"),
    ]


def test_esd_with_and_without_its_splits(tmp_path: Path) -> None:
    made(tmp_path, "0011/Angry/0011_000351.wav", "0002/Surprise/train/0002_001421.wav")
    found = load_corpus("esd", tmp_path)
    assert told(found) == [
        ("esd/0002_001421", "0002", "surprised", ""),
        ("esd/0011_000351", "0011", "angry", ""),
    ]
    assert {u.speaker: u.language for u in found} == {"0002": "Mandarin", "0011": "English"}


MELD_HEAD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime"


def test_meld_takes_the_clip_of_each_split_and_knows_which_were_never_published(tmp_path: Path) -> None:
    made(tmp_path, "train_splits/dia0_utt0.wav", "dev_splits_complete/dia0_utt0.flac")
    train = [
        MELD_HEAD,
        '1,"Also, I was the point person.",Chandler,neutral,neutral,0,0,8,21,"00:16:16,059","00:16:21,731"',
        '2,Gone.,Ross,anger,negative,125,3,8,21,"00:16:16,059","00:16:21,731"',
    ]
    (tmp_path / "train_sent_emo.csv").write_text("\n".join(train), encoding="utf-8")
    dev = [MELD_HEAD, '1,Oh my God!,Rachel,joy,positive,0,0,4,7,"0:20:57,256","0:21:00,049"']
    (tmp_path / "dev_sent_emo.csv").write_text("\n".join(dev), encoding="utf-8")
    assert told(load_corpus("meld", tmp_path)) == [
        ("meld/dev/dia0_utt0", "Rachel", "happy", ""),
        ("meld/train/dia0_utt0", "Chandler", "neutral", ""),
    ]
    (tmp_path / "train_splits" / "dia0_utt0.wav").unlink()
    with pytest.raises(CorpusError, match="dia0_utt0"):
        load_corpus("meld", tmp_path)


def test_msp_podcast_leaves_out_who_is_unknown_and_what_nobody_agrees_on(tmp_path: Path) -> None:
    made(tmp_path, *(f"Audios/MSP-PODCAST_0001_000{i}.wav" for i in range(5)))
    rows = ["FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set"]
    for i, (code, speaker) in enumerate([("A", "1"), ("N", "Unknown"), ("X", "1"), ("C", "2"), ("H", "2")]):
        rows.append(f"MSP-PODCAST_0001_000{i}.wav,{code},4.2,3.1,4.8,{speaker},Female,Train")
    (tmp_path / "Labels").mkdir()
    (tmp_path / "Labels" / "labels_consensus.csv").write_text("\n".join(rows), encoding="utf-8")
    assert told(load_corpus("msp_podcast", tmp_path)) == [
        ("msp_podcast/MSP-PODCAST_0001_0000", "1", "angry", "female"),
        ("msp_podcast/MSP-PODCAST_0001_0004", "2", "happy", "female"),
    ]


@pytest.mark.parametrize(
    ("corpus", "name"),
    [
        ("savee", "XX_a01.wav"),
        ("emovo", "f1/joy-f1-b1.wav"),
        ("shemo", "female/F1A01.wav"),
        ("subesco", "F_01_S_1_ANGRY_1.wav"),
        ("esd", "0011/0011_000351.wav"),
    ],
)
def test_a_name_that_is_not_as_published_is_told(tmp_path: Path, corpus: str, name: str) -> None:
    made(tmp_path, name)
    with pytest.raises(CorpusError, match="take it out"):
        load_corpus(corpus, tmp_path)


@pytest.mark.parametrize("corpus", ["meld", "msp_podcast"])
def test_a_table_that_is_not_there_or_another_is_told(tmp_path: Path, corpus: str) -> None:
    table = tmp_path / {"meld": "train_sent_emo.csv", "msp_podcast": "Labels/labels_consensus.csv"}[corpus]
    with pytest.raises(CorpusError, match=table.name):
        load_corpus(corpus, tmp_path)
    table.parent.mkdir(exist_ok=True)
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="download it again"):
        load_corpus(corpus, tmp_path)
