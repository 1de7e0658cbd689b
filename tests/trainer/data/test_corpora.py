"""The loaders read the published layouts, and say in one sentence what is wrong with others."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.trainer import made_corpora as made
from trainer.data.corpora import CorpusError, load_corpus, own
from trainer.data.corpora.iemocap import check_four_classes
from trainer.data.table import inspect, load_table, read_clip
from trainer.recipe import CorporaRecipe


def test_ravdess(tmp_path: Path) -> None:
    made.ravdess(tmp_path, range(1, 3), (1, 5), ".flac")
    made.write(tmp_path / "Actor_01" / "03-02-05-01-01-01-01.wav", made.tone(1, 1, 1))  # a song
    found = load_corpus("ravdess", tmp_path)
    assert len(found) == 8
    angry = next(u for u in found if u.id == "ravdess/03-01-05-01-01-02-02")
    assert (angry.speaker, angry.label, angry.sex, angry.language) == ("02", "angry", "female", "English")
    assert angry.text == "Kids are talking by the door."


def test_emodb(tmp_path: Path) -> None:
    found = load_corpus("emodb", made.emodb(tmp_path))
    assert Counter(u.label for u in found) == {"angry": 8, "happy": 8, "neutral": 8, "sad": 8}
    assert {u.speaker: u.sex for u in found} == {"03": "male", "08": "female", "09": "female", "10": "male"}


def test_nemo(tmp_path: Path) -> None:
    found = load_corpus("nemo", made.nemo(tmp_path))
    assert {u.speaker for u in found} == {"WR0", "EB0", "JC0"}  # the published column is padded
    assert {u.label for u in found} == {"angry", "happy", "neutral", "sad"}
    assert found[0].path.suffix == ".ogg"


def test_nemo_names_the_clip_that_is_missing(tmp_path: Path) -> None:
    made.nemo(tmp_path)
    (tmp_path / "samples" / "WR0_anger_1.ogg").unlink()
    with pytest.raises(CorpusError, match=r"WR0_anger_1\.wav"):
        load_corpus("nemo", tmp_path)


def test_ased_takes_the_label_from_the_folder_and_leaves_a_doubtful_sex_open(tmp_path: Path) -> None:
    found = load_corpus("ased", made.ased(tmp_path))
    assert {u.label for u in found} == {"neutral", "happy", "sad", "angry"}
    assert {u.speaker: u.sex for u in found} == {"01": "male", "02": "female", "15": ""}


def test_banglaser(tmp_path: Path) -> None:
    found = load_corpus("banglaser", made.banglaser(tmp_path))
    labels = {u.id: u.label for u in found}
    assert labels["banglaser/01-01-03-01-01-01-07"] == "angry"
    assert labels["banglaser/01-01-02-01-01-01-08"] == "sad"
    assert {u.speaker: u.sex for u in found} == {"07": "male", "08": "female"}
    assert {u.language for u in found} == {"Bangla"}


def test_emotiontts_has_sad_in_the_two_hundreds_and_angry_in_the_three_hundreds(tmp_path: Path) -> None:
    found = load_corpus("emotiontts", made.emotiontts(tmp_path))
    labels = {u.id.removeprefix("emotiontts/"): u.label for u in found}
    named = [labels[clip] for clip in ("ema00001", "ema00101", "ema00201", "nel00301")]
    assert named == ["neutral", "happy", "sad", "angry"]
    assert {u.speaker: u.sex for u in found} == {"ema": "female", "nel": "male"}


def test_emotiontts_without_its_table_of_speakers_leaves_their_sex_open(tmp_path: Path) -> None:
    sheet = made.emotiontts(tmp_path) / "speakers.csv"
    sheet.write_text("speaker,age\nema,30\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="no column sex"):
        load_corpus("emotiontts", tmp_path)
    sheet.unlink()
    assert {u.sex for u in load_corpus("emotiontts", tmp_path)} == {""}


def test_cremad(tmp_path: Path) -> None:
    made.write(tmp_path / "AudioWAV" / "1001_DFA_ANG_XX.wav", made.tone(1, 1, 1))
    (tmp_path / "VideoDemographics.csv").write_text("ActorID,Age,Sex\n1001,51,Male\n", encoding="utf-8")
    (clip,) = load_corpus("cremad", tmp_path)
    assert (clip.speaker, clip.label, clip.sex, clip.text) == ("1001", "angry", "male", "Don't forget a jacket.")


def test_tess(tmp_path: Path) -> None:
    made.write(tmp_path / "OAF_Pleasant_surprise" / "OAF_back_ps.wav", made.tone(1, 1, 1))
    made.write(tmp_path / "OAF_neutral" / "OA_bite_neutral.wav", made.tone(1, 1, 2))  # as published
    found = load_corpus("tess", tmp_path)
    assert [(u.speaker, u.label) for u in found] == [("OAF", "surprised"), ("OAF", "neutral")]


@pytest.mark.parametrize("sentences", [True, False])
def test_iemocap(tmp_path: Path, sentences: bool) -> None:
    found = load_corpus("iemocap", made.iemocap(tmp_path, sentences))
    assert len(found) == 5 * 2 * 6  # "xxx" has no agreed emotion
    turn = next(u for u in found if u.id == "iemocap/Ses02M_impro01_F002")
    assert (turn.speaker, turn.sex, turn.label, turn.text) == ("Ses02F", "female", "excited", "Turn 2.")
    assert dict(turn.dimensions) == {"valence": 0.375, "arousal": 1.0, "dominance": 0.0}  # of 1 to 5; 5.5 is held there
    assert dict(turn.votes) == {"neutral": 2, "fearful": 1}  # one chose two; what the actor says does not count
    expected = made.tone(2, 4, ord("M"))[: int(0.4 * made.RATE)]
    np.testing.assert_allclose(read_clip(turn), expected, atol=1e-4)
    assert {u.speaker for u in found} == {f"Ses0{n}{s}" for n in range(1, 6) for s in "FM"}


def test_iemocap_says_what_differs_from_a_whole_copy(tmp_path: Path) -> None:
    sentence = check_four_classes(load_corpus("iemocap", made.iemocap(tmp_path)))
    assert "10 angry instead of 1103" in sentence
    assert "20 happy instead of 1636" in sentence  # happy and excited


def test_own_folder(tmp_path: Path) -> None:
    found = load_corpus("own", made.own(tmp_path))
    assert Counter((u.label, u.speaker) for u in found)["cross", "bob"] == 5


def test_own_table(tmp_path: Path) -> None:
    made.write(tmp_path / "a.wav", made.tone(1, 1, 1))
    (tmp_path / "clips.csv").write_text("path,label,speaker,language\na.wav,tired,ann,Welsh\n", encoding="utf-8")
    (clip,) = load_corpus("own", tmp_path)
    assert (clip.label, clip.speaker, clip.language) == ("tired", "ann", "Welsh")


def test_own_table_of_stretches_under_other_names(tmp_path: Path) -> None:
    made.write(tmp_path / "talk.wav", made.tone(0, 0, 0, 3.0))
    rows = "file,emotion,who,start,end,rating\ntalk.wav,calm,ann,0.5,1.25,7\ntalk.wav,cross,bob,1.5,,7\n"
    (tmp_path / "clips.csv").write_text(rows, encoding="utf-8")
    columns = {"path": "file", "label": "emotion", "speaker": "who"}
    recipe = CorporaRecipe(("own",), ("calm", "cross"), {"own": str(tmp_path)}, columns=columns)
    first, second = load_table(recipe)
    assert (first.label, first.speaker, first.start_s, first.end_s) == ("calm", "ann", 0.5, 1.25)
    assert (second.label, second.speaker, second.start_s, second.end_s) == ("cross", "bob", 1.5, None)
    assert first.id != second.id
    assert len(read_clip(first)) == 12_000
    assert len(read_clip(second)) == 24_000
    with pytest.raises(CorpusError, match=r"no column path, label, speaker, but file.*--set corpora.columns.path=NAME"):
        load_corpus("own", tmp_path)


VOTED = {
    "a count in the cell": "path,label,speaker\na.wav,cross:2 calm:1,ann\nb.wav,calm:1; sad : 1,bob\nc.wav,calm,cy\n",
    "columns of counts": "path,speaker,cross,calm,sad\na.wav,ann,2,1,0\nb.wav,bob,,1,1\nc.wav,cy,0,3,0\n",
    "a row each annotator": "path,label,speaker\na.wav,cross,ann\na.wav,calm,ann\nb.wav,calm,bob\nb.wav,sad,bob\n"
    "a.wav,cross,ann\nc.wav,calm,cy\n",
}


@pytest.mark.parametrize("text", VOTED.values(), ids=VOTED.keys())
def test_own_table_of_several_annotators(tmp_path: Path, text: str) -> None:
    for voice, name in enumerate("abc"):
        made.write(tmp_path / f"{name}.wav", made.tone(voice, voice, 1))
    (tmp_path / "clips.csv").write_text(text, encoding="utf-8")
    columns = {"votes": "cross, calm,sad"} if "cross,calm" in text else {}
    recipe = CorporaRecipe(("own",), ("calm", "cross", "sad"), {"own": str(tmp_path)}, columns=columns)

    def told(changed: CorporaRecipe) -> list[tuple[str, dict[str, float]]]:
        return [(u.label, dict(u.votes)) for u in inspect(load_table(changed)).utterances]

    assert told(replace(recipe, labels=("calm", "cross"), label_map={"sad": ""})) == [("cross", {}), ("calm", {})]
    softly = told(replace(recipe, labels=("calm", "cross"), soft_labels=True))
    assert [label for label, _ in softly] == ["cross", "calm"]
    assert softly[0][1] == {"cross": 2, "calm": 1}
    assert set(softly[1][1]) <= {"calm"}
    ((divided, why),) = inspect(load_table(replace(recipe, labels=("calm", "cross")))).broken
    assert divided.id == "own/b"
    assert why == "its annotators' votes are tied, 1 for calm, 1 for sad"
    assert told(replace(recipe, labels=("calm", "cross"), ties="first"))[1] == ("calm", {})
    together = replace(recipe, labels=("cross", "sad"), label_map={"calm": "sad"}, soft_labels=True)
    assert told(together)[:2] == [("cross", {"cross": 2, "sad": 1}), ("sad", {"sad": 2})]


def test_own_table_with_an_invalid_count(tmp_path: Path) -> None:
    made.write(tmp_path / "a.wav", made.tone(1, 1, 1))
    (tmp_path / "clips.csv").write_text("path,speaker,cross,calm\na.wav,ann,two,1\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="line 2: two in the column cross is not a number of votes"):
        own.load(tmp_path, {"votes": "cross,calm"})
    with pytest.raises(CorpusError, match=r"no column sad, but .*--set corpora.columns.votes=NAME"):
        own.load(tmp_path, {"votes": "calm,sad"})
    (tmp_path / "clips.csv").write_text("path,speaker,cross,calm\na.wav,ann,0,\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"line 2: a\.wav has no label"):
        own.load(tmp_path, {"votes": "cross,calm"})
    (tmp_path / "clips.csv").write_text("path,label,speaker\na.wav,calm,ann\na.wav,calm,bob\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"line 3: .*a\.wav is in an earlier line with another speaker"):
        own.load(tmp_path)


RATED = {"path,label,speaker,arousal,v": ["a.wav,cross,ann,5,", "b.wav,calm,bob,2,4", "b.wav,calm,bob,1,"]}


def test_own_table_with_dimensions(tmp_path: Path) -> None:
    for voice, name in enumerate("ab"):
        made.write(tmp_path / f"{name}.wav", made.tone(voice, voice, 1))
    ((head, rows),) = RATED.items()
    (tmp_path / "clips.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    recipe = CorporaRecipe(("own",), ("calm", "cross"), {"own": str(tmp_path)})
    assert [u.dimensions for u in load_table(recipe)] == [(), ()]  # nobody asks
    asked = replace(recipe, dimensions=("arousal", "valence"), scale=(1.0, 5.0), columns={"valence": "v"})
    told = [dict(u.dimensions) for u in load_table(asked)]
    assert told == [
        {"arousal": 1.0},
        {"arousal": 0.125, "valence": 0.75},
    ]  # the mean of two annotators; a cell is empty
    with pytest.raises(CorpusError, match=r"line 2: arousal is 5, not between 0 and 1: .*'corpora\.scale=\[1, 5\]'"):
        load_table(replace(asked, scale=(0.0, 1.0)))
    with pytest.raises(CorpusError, match=r"line 2 has no column dominance, but .*corpora\.columns\.dominance=NAME"):
        load_table(replace(asked, dimensions=("dominance",)))
    (tmp_path / "clips.csv").write_text(f"{head}\na.wav,cross,ann,high,\nb.wav,calm,bob,,\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="line 2: arousal is high, not between 1 and 5"):
        load_table(asked)
    with pytest.raises(CorpusError, match=r"No clip is rated for valence, which `corpora\.dimensions` asks"):
        load_table(replace(asked, dimensions=("valence",)))


def test_own_table_as_json_lines(tmp_path: Path) -> None:
    made.write(tmp_path / "a.wav", made.tone(0, 0, 0))
    line = '{"path": "a.wav", "label": "calm", "speaker": 3, "end": 0.25, "text": null}\n'
    (tmp_path / "clips.jsonl").write_text(line, encoding="utf-8")
    (clip,) = load_corpus("own", tmp_path)
    assert (clip.speaker, clip.start_s, clip.end_s, clip.text) == ("3", 0.0, 0.25, "")
    (tmp_path / "clips.jsonl").write_text("[]\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="line 1 is not a JSON object"):
        load_corpus("own", tmp_path)


@pytest.mark.parametrize(("start", "end"), [("2", "1"), ("a", ""), ("-1", "1"), ("1", "nan")])
def test_an_invalid_start_or_end(tmp_path: Path, start: str, end: str) -> None:
    made.write(tmp_path / "a.wav", made.tone(0, 0, 0))
    rows = f"path,label,speaker,start,end\na.wav,calm,ann,{start},{end}\n"
    (tmp_path / "clips.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"line 2: (it ends at 1 s|(start|end) is .*, which is not a number)"):
        load_corpus("own", tmp_path)


def test_a_clip_that_starts_after_the_recordings_end_is_listed(tmp_path: Path) -> None:
    made.write(tmp_path / "a.wav", made.tone(0, 0, 0))
    made.write(tmp_path / "b.wav", made.tone(3, 0, 0))
    rows = "path,label,speaker,start\na.wav,calm,ann,0\na.wav,calm,ann,9\nb.wav,cross,ann,0.1\n"
    (tmp_path / "clips.csv").write_text(rows, encoding="utf-8")
    found = inspect(load_table(CorporaRecipe(("own",), ("calm", "cross"), {"own": str(tmp_path)})))
    assert [(u.id, why) for u, why in found.broken] == [
        ("own/a@9-", "it starts at 9 s, and the recording ends at 0.5 s")
    ]
    assert len(found.utterances) == 2


def test_own_table_as_spreadsheets_write_it(tmp_path: Path) -> None:
    made.write(tmp_path / "a b.wav", made.tone(0, 0, 0))
    table = tmp_path / "clips.csv"
    for parted in ";\t":
        head, row = (parted.join(cells) for cells in (("path", "label", "speaker"), ("a b.wav", "calm, so so", "Zoë")))
        table.write_text(f"\ufeff{head}\r\n\r\n{row}\r\n", encoding="utf-8")
        (clip,) = load_corpus("own", tmp_path)
        assert (clip.label, clip.speaker) == ("calm, so so", "Zoë")
    table.write_text(f"{head}\n\n{row}\nc.wav\tcalm\tann\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"line 4: .*c\.wav does not exist: correct the path"):
        load_corpus("own", tmp_path)
    table.write_text(f"{head}\n{row}\n", encoding="latin-1")
    with pytest.raises(CorpusError, match="is not in UTF-8: save it as CSV in UTF-8"):
        load_corpus("own", tmp_path)
    for text in ("", head):
        table.write_text(text, encoding="utf-8")
        with pytest.raises(CorpusError, match="lists no clip"):
            load_corpus("own", tmp_path)


def test_own_folder_takes_what_the_app_reads_and_names_the_rest(tmp_path: Path) -> None:
    for name in ("a.mp3", "b.M4A", "c.mp4", "d.opus", "._d.opus", "notes.txt", "e.wav"):
        path = tmp_path / "calm" / "ann" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    names = [u.path.name for u in load_corpus("own", tmp_path)]
    assert names == ["a.mp3", "b.M4A", "c.mp4", "d.opus", "e.wav"]
    (said,) = own.left_out(tmp_path)
    assert said.endswith("notes.txt is left out: its name is not that of a recording.")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a.wav,,ann", "a.wav has no label"),
        ("a.wav,tired,", "a.wav has no speaker"),
        ("b.wav,tired,ann", "b.wav"),
    ],
)
def test_own_table_with_a_gap_names_line_and_file(tmp_path: Path, row: str, says: str) -> None:
    made.write(tmp_path / "a.wav", made.tone(1, 1, 1))
    (tmp_path / "clips.csv").write_text(f"path,label,speaker\n{row}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="line 2") as caught:
        load_corpus("own", tmp_path)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("place", "says"), [("stray.wav", "stray.wav has no label"), ("tired/stray.wav", "stray.wav has no speaker")]
)
def test_own_folder_with_a_stray_clip_names_it(tmp_path: Path, place: str, says: str) -> None:
    made.write(tmp_path / place, made.tone(1, 1, 1))
    with pytest.raises(CorpusError) as caught:
        load_corpus("own", tmp_path)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("corpus", "name"),
    [
        ("ravdess", "hello.wav"),
        ("emodb", "99a01Wa.wav"),
        ("ased", "x.wav"),
        ("banglaser", "01-01-09-01-01-01-07.wav"),
        ("emotiontts", "ema00401.wav"),
        ("tess", "a.wav"),
    ],
)
def test_the_error_about_an_unexpected_file_name_names_it(tmp_path: Path, corpus: str, name: str) -> None:
    made.write(tmp_path / name, made.tone(1, 1, 1))
    with pytest.raises(CorpusError) as caught:
        load_corpus(corpus, tmp_path)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    "corpus", ["ravdess", "emodb", "nemo", "ased", "banglaser", "emotiontts", "cremad", "tess", "iemocap", "own"]
)
def test_an_absent_corpus_is_named(tmp_path: Path, corpus: str) -> None:
    with pytest.raises(CorpusError) as caught:
        load_corpus(corpus, tmp_path / "nowhere")
    assert "nowhere" in str(caught.value)


def test_label_map_and_an_unknown_label(tmp_path: Path) -> None:
    folders = {"ravdess": str(made.ravdess(tmp_path, range(1, 4), (1, 2, 5)))}
    recipe = CorporaRecipe(("ravdess",), ("angry", "neutral"), folders, {"calm": "neutral"})
    assert Counter(u.label for u in load_table(recipe)) == {"neutral": 12, "angry": 6}
    with pytest.raises(CorpusError, match="'furious'"):
        load_table(CorporaRecipe(("ravdess",), ("angry", "furious"), folders))


def test_a_label_of_ones_own_that_the_recipe_does_not_know_names_the_clip(tmp_path: Path) -> None:
    made.own(tmp_path, ("calm", "cross", "crosss"))
    folders = {"own": str(tmp_path)}
    with pytest.raises(CorpusError, match=r"0\.wav has the label 'crosss', .* `corpora.labels`"):
        load_table(CorporaRecipe(("own",), ("calm", "cross"), folders))
    for label_map, n in (({"crosss": ""}, 40), ({"crosss": "cross"}, 60)):
        assert len(load_table(CorporaRecipe(("own",), ("calm", "cross"), folders, label_map))) == n


def test_inspect_lists_broken_empty_silent_and_duplicate_clips(tmp_path: Path) -> None:
    made.ravdess(tmp_path, range(1, 4), (1, 5))
    actor = tmp_path / "Actor_01"
    (actor / "03-01-01-01-01-01-01.wav").write_bytes(b"this is text")
    made.write(actor / "03-01-01-01-01-02-01.wav", np.zeros(8000, np.float32))
    made.write(actor / "03-01-05-01-01-01-01.wav", made.tone(5, 1, 1, 0.02))
    again = made.tone(5, 3, 2)
    made.write(tmp_path / "Actor_02" / "03-01-05-01-01-02-02.wav", again)  # also Actor_03's
    made.write(tmp_path / "Actor_02" / "03-01-01-01-01-02-02.wav", made.tone(1, 3, 1))
    made.write(tmp_path / "Actor_03" / "03-01-05-01-01-01-03.wav", made.tone(1, 3, 1))  # the same under another label
    recipe = CorporaRecipe(("ravdess",), ("angry", "neutral"), {"ravdess": str(tmp_path)})
    found = inspect(load_table(recipe))
    assert {u.id[-2:] for u, _ in found.broken} == {"01"}
    assert len(found.broken) == 3
    assert any("silence" in why for _, why in found.broken)
    assert len({u.digest for u in found.utterances}) == len(found.utterances)
    shutil.copytree(actor, tmp_path / "audio_speech" / "Actor_01")  # as one published archive has it
    twice = inspect(load_table(recipe))
    assert {u.id for u in twice.utterances} == {u.id for u in found.utterances}, "one of each stays"
    made.write(tmp_path / "audio_speech" / "Actor_01" / "03-01-05-01-01-02-01.wav", made.tone(5, 1, 77))
    with pytest.raises(CorpusError, match="have the same name"):
        inspect(load_table(recipe))
    out = {u.id for u, _ in found.duplicates} | {u.id for _, u in found.duplicates}
    assert "ravdess/03-01-05-01-01-02-02" in out
    kept = {u.id for u in found.utterances}
    same_sound_other_label = {"03-01-01-01-01-02-02", "03-01-05-01-01-01-03", "03-01-01-01-01-01-03"}
    assert not kept & {f"ravdess/{name}" for name in same_sound_other_label}
