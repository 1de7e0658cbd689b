"""Corpora whose layout is known only from their publication: names as published, and errors about others."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.trainer.made_corpora import tone, write
from trainer.data.corpora import CorpusError, Utterance, load_corpus
from trainer.data.folds import make_folds
from trainer.data.table import inspect, load_table
from trainer.recipe import CorporaRecipe, ProtocolRecipe


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


def test_msp_podcast_leaves_out_unknown_speakers_and_undecided_clips(tmp_path: Path) -> None:
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
    found = load_corpus("msp_podcast", tmp_path)
    assert [u.votes for u in found] == [(), ()]
    assert dict(found[0].dimensions) == pytest.approx({"arousal": 3.2 / 6, "dominance": 3.8 / 6, "valence": 2.1 / 6})
    detailed = ["FileName,WorkerID,EmoClass_Major,EmoClass_Second,EmoAct"]
    detailed += [f"MSP-PODCAST_0001_0000.wav,WORKER{i},{name},," for i, name in enumerate(["Angry", "Fear", "Angry"])]
    (tmp_path / "Labels" / "labels_detailed.csv").write_text("\n".join(detailed), encoding="utf-8")
    assert [dict(u.votes) for u in load_corpus("msp_podcast", tmp_path)] == [{"angry": 2, "fearful": 1}, {}]


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
def test_an_unexpected_file_name_is_an_error(tmp_path: Path, corpus: str, name: str) -> None:
    made(tmp_path, name)
    with pytest.raises(CorpusError, match="move it out of the folder"):
        load_corpus(corpus, tmp_path)


@pytest.mark.parametrize("corpus", ["meld", "msp_podcast"])
def test_a_missing_or_different_table_is_an_error(tmp_path: Path, corpus: str) -> None:
    table = tmp_path / {"meld": "train_sent_emo.csv", "msp_podcast": "Labels/labels_consensus.csv"}[corpus]
    with pytest.raises(CorpusError, match=table.name):
        load_corpus(corpus, tmp_path)
    table.parent.mkdir(exist_ok=True)
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="download it again"):
        load_corpus(corpus, tmp_path)


def emobox(root: Path, both_sides: bool = False) -> Path:
    """EmoBox with one corpus: downloads/ beside data/NAME, two folds of two speakers each, one recording missing."""
    folder = root / "data" / "cafe"
    rows, speakers = {}, []
    for voice, speaker in enumerate(("01", "02", "03", "04")):
        for label, short in enumerate("cpn"):
            key = f"cafe-{speaker}-{short.upper()}-1-1"
            wav = f"downloads/cafe/CaFE_48k/{speaker} {short}.wav"
            rows[key] = {"key": key, "dataset": "cafe", "wav": wav, "type": "raw", "sample_rate": 16000}
            rows[key] |= {"num_frame": 8000.0, "task": "category", "length": 0.5, "emo": short, "channel": 1}
            speakers.append(f"{key} 1 {speaker} 0 0.5 <id={key},lang=en,spk={speaker},emotion={short}> {short}")
            if key != "cafe-04-N-1-1":
                write(root / wav, tone(label, voice, 1, 0.5))
    rows["cafe-01-C-1-1"] |= {"start_time": 0.1, "end_time": 0.4}
    lists = {"cafe.jsonl": list(rows)}
    for fold, tested in enumerate((("01", "02"), ("03", "04")), start=1):
        test = [key for key in rows if key[5:7] in tested]
        lists[f"fold_{fold}/cafe_test_fold_{fold}.jsonl"] = test[: -1 if both_sides else None]
        lists[f"fold_{fold}/cafe_train_fold_{fold}.jsonl"] = [key for key in rows if key not in test] + (
            test[-1:] if both_sides else []
        )
    for name, keys in lists.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(rows[key]) + "\n" for key in keys), encoding="utf-8")
    (folder / "label_map.json").write_text('{"c": "Angry", "p": "Fear", "N": "Neutral"}', encoding="utf-8")
    (folder / "data.seg.wrd.stm").write_text("\n".join(speakers), encoding="utf-8")
    return folder


@pytest.mark.parametrize("named", ["data", "data/cafe", "data/cafe/cafe.jsonl"])
def test_emobox_is_read_with_its_speakers_label_names_and_folds(tmp_path: Path, named: str) -> None:
    emobox(tmp_path)
    found = {u.id: u for u in load_corpus("emobox", tmp_path / named)}
    assert len(found) == 12
    first = found["cafe/01-C-1-1"]
    assert (first.corpus, first.speaker, first.label) == ("cafe", "01", "angry")
    assert (first.start_s, first.end_s) == (0.1, 0.4)
    assert {u.label for u in found.values()} == {"angry", "fearful", "neutral"}
    assert first.sides == (("fold1", "test"), ("fold2", "train"))
    folds = make_folds(list(found.values()), ProtocolRecipe(kind="published"), 0.5)
    assert [(fold.name, fold.test) for fold in folds] == [
        ("fold1", {"cafe/01", "cafe/02"}),
        ("fold2", {"cafe/03", "cafe/04"}),
    ]
    assert all(len(fold.train) == len(fold.validation) == 1 for fold in folds)


def test_emobox_as_ones_own_clips_lists_a_recording_that_is_not_there(tmp_path: Path) -> None:
    folder = emobox(tmp_path)
    recipe = CorporaRecipe(("own",), ("angry", "fearful", "neutral"), {"own": str(folder)})
    found = inspect(load_table(recipe))
    assert [(u.id, why) for u, why in found.broken] == [("cafe/04-N-1-1", "the file does not exist")]
    assert len(found.utterances) == 11


def test_emobox_folds_with_a_speaker_in_training_and_test_are_refused(tmp_path: Path) -> None:
    found = load_corpus("emobox", emobox(tmp_path, both_sides=True))
    with pytest.raises(CorpusError, match=r"published fold fold1 has cafe/02 in two of training"):
        make_folds(found, ProtocolRecipe(kind="published"), 0.2)


def test_emobox_without_speakers_recordings_or_lists_says_what_is_missing(tmp_path: Path) -> None:
    folder = emobox(tmp_path)
    (folder / "data.seg.wrd.stm").rename(folder / "elsewhere.stm")
    with pytest.raises(CorpusError, match=r"line 1: the speaker of cafe-01-C-1-1 is missing: put EmoBox's data\.seg"):
        load_corpus("emobox", folder)
    (tmp_path / "downloads").rename(tmp_path / "moved")
    with pytest.raises(CorpusError, match=r"None of the recordings .* downloads/cafe/CaFE_48k/01 c\.wav"):
        load_corpus("emobox", folder)
    with pytest.raises(CorpusError, match=r"There is no list of EmoBox in .*nowhere"):
        load_corpus("emobox", tmp_path / "nowhere")
    (folder / "cafe.jsonl").write_text('{"key": "a", "wav": "a.wav", "emo": "c"}\n{"key": 1}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"cafe\.jsonl, line 2 is not a JSON object with key, wav, emo"):
        load_corpus("emobox", folder)


AUDFORMAT = Path(__file__).parent / "written_by_audformat"
"""Written by audformat 1.4.3 as CSV with the speakers in the header, and as Parquet with the speakers in a table."""


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_audformat_database(form: str) -> None:
    found = {u.id: u for u in load_corpus("audformat", AUDFORMAT / form)}
    assert told(list(found.values())) == [
        ("made/audio/a@0-0.5", "ann", "angry", "female"),
        ("made/audio/a@0.5-1.25", "ann", "fearful", "female"),  # as was voted, whatever the raters say
        ("made/audio/b", "bob", "fearful", "male"),
        ("made/audio/c", "cy", "", "male"),  # nothing was voted, and the raters differ
    ]
    second = found["made/audio/a@0.5-1.25"]
    assert second.path == AUDFORMAT / form / "audio" / "a.wav"
    assert (second.start_s, second.end_s) == (0.5, 1.25)
    assert dict(second.votes) == {"neutral": 2, "fearful": 1}
    assert (second.text, second.language, second.licence) == ("Guten Tag.", "deu", "CC0-1.0")
    assert found["made/audio/b"].end_s is None
    assert [u.sides for u in found.values()] == [
        (("published", "train"),),
        (("published", "train"),),
        (("published", "test"),),
        (),
    ]


def test_dimensions_of_an_audformat_database_go_from_its_schemes_minimum_to_its_maximum(tmp_path: Path) -> None:
    recipe = CorporaRecipe(
        ("own",), ("angry", "fearful"), {"own": str(AUDFORMAT / "csv")}, dimensions=("arousal",), scale=(1.0, 5.0)
    )
    told = {u.id: dict(u.dimensions) for u in load_table(recipe)}
    assert told["made/audio/a@0-0.5"] == {"arousal": 0.9}
    assert told["made/audio/b"] == {}
    for path in (AUDFORMAT / "csv").iterdir():
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8").replace("maximum: 1}", "maximum: 2}"))
    elsewhere = replace(recipe, folders={"own": str(tmp_path)})
    assert {u.id: dict(u.dimensions) for u in load_table(elsewhere)}["made/audio/a@0-0.5"] == {"arousal": 0.45}
    header = tmp_path / "db.yaml"
    header.write_text(header.read_text().replace(", minimum: 0, maximum: 2}", "}"), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"gold_standard\.arousal of audio/a\.wav is 0\.9, not between 1 and 5"):
        load_table(elsewhere)


def test_an_audformat_database_with_other_names(tmp_path: Path) -> None:
    for path in (AUDFORMAT / "csv").iterdir():
        text = path.read_text(encoding="utf-8").replace("speaker: {scheme_id: speaker}", "speaker: {scheme_id: who}")
        (tmp_path / path.name).write_text(text.replace("emotion", "feeling"), encoding="utf-8")
        (tmp_path / path.name).rename(tmp_path / path.name.replace("emotion", "feeling"))
    recipe = CorporaRecipe(("own",), ("angry", "fearful"), {"own": str(tmp_path)})
    with pytest.raises(CorpusError, match=r"no column or scheme emotion, but .*--set corpora\.columns\.label=NAME"):
        load_table(recipe)
    found = load_table(replace(recipe, columns={"label": "feeling"}))
    assert [u.label for u in found] == ["angry", "fearful", "fearful", ""]  # `inspect` leaves the last out and says why
    with pytest.raises(CorpusError, match=r"does not say who speaks in audio/a\.wav: .*corpora\.columns\.speaker"):
        load_table(replace(recipe, columns={"label": "feeling", "speaker": "whoever"}))


def test_a_folder_without_an_audformat_database_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is no audformat database"):
        load_corpus("audformat", tmp_path)
    (tmp_path / "db.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(CorpusError, match="not the header of an audformat database"):
        load_corpus("audformat", tmp_path)
    (tmp_path / "db.yaml").write_text("tables:\n  files: {type: filewise, columns: {}}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"db\.files\.csv or db\.files\.parquet is missing"):
        load_corpus("audformat", tmp_path)
