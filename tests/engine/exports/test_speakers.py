"""Who speaks, in every format: read back by readers that are not ours."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pysrt
import pytest
from praatio import textgrid as praat
from pympi import Elan

from desktop_app.engine.exports.stretches import by_speaker
from desktop_app.engine.recognition.answer import Recognition, Segment, Speaker, VoiceUsed
from tests.engine.exports.conftest import answer
from tests.engine.exports.test_readers import LABELS, TIMES_MS, written

NAMES = ['Anna "Ä" <x>', "emotion"]
WHO = [0, 1, 0]


@pytest.fixture
def interview(recognition: Recognition) -> Recognition:
    segments = tuple(replace(s, speaker=who) for s, who in zip(recognition.segments, WHO, strict=True))
    speakers = (
        Speaker(NAMES[0], 68.737, 0.965, "happy", answer("happy"), ("happy",), VoiceUsed("saved", "Anna", 12, 0.8)),
        Speaker(NAMES[1], 2.5, 0.035, "sad", answer("sad", 0.55), ("sad", "neutral")),
    )
    return replace(recognition, segments=segments, speakers=speakers)


def test_textgrid_has_a_tier_a_speaker(interview: Recognition, tmp_path: Path) -> None:
    grid = praat.openTextgrid(str(written("textgrid", interview, tmp_path)), includeEmptyIntervals=True)
    # praatio keeps a quote in a tier's name as Praat doubles it
    assert [name.replace('""', '"') for name in grid.tierNames] == ["emotion", "probabilities", NAMES[0], "emotion (2)"]
    for number, name in enumerate(grid.tierNames[2:]):
        spoken = [e for e in grid.getTier(name).entries if e.label]
        mine = [i for i, who in enumerate(WHO) if who == number]
        assert [(round(e.start * 1000, 6), round(e.end * 1000, 6)) for e in spoken] == [TIMES_MS[i] for i in mine]
        assert [e.label for e in spoken] == [LABELS[i] for i in mine]


def test_eaf_has_a_tier_a_speaker(interview: Recognition, tmp_path: Path) -> None:
    document = Elan.Eaf(str(written("eaf", interview, tmp_path)))
    assert list(document.get_tier_names()) == ["emotion", "probabilities", NAMES[0], "emotion (2)"]
    of_anna = sorted(document.get_annotation_data_for_tier(NAMES[0]))
    assert [(a, b, value) for a, b, value, *_ in of_anna] == [(*TIMES_MS[i], LABELS[i]) for i in (0, 2)]
    ids = [one for name in document.get_tier_names() for one in document.tiers[name][0]]
    assert len(set(ids)) == len(ids) == 9


def test_rttm_as_nist_defines_it(interview: Recognition, tmp_path: Path) -> None:
    lines = written("rttm", interview, tmp_path).read_text(encoding="utf-8").splitlines()
    fields = [line.split(" ") for line in lines]
    assert {len(f) for f in fields} == {10}
    assert {f[0] for f in fields} == {"SPEAKER"}
    assert {f[1] for f in fields} == {Path(interview.path).stem.replace(" ", "_")}
    times = [(round(float(f[3]) * 1000), round((float(f[3]) + float(f[4])) * 1000)) for f in fields]
    assert times == TIMES_MS
    assert [f[7] for f in fields] == ['Anna_"Ä"_<x>', "emotion", 'Anna_"Ä"_<x>']


def test_rttm_of_a_recording_whose_speakers_nobody_asked_for(recognition: Recognition, tmp_path: Path) -> None:
    assert written("rttm", recognition, tmp_path).read_text(encoding="utf-8").splitlines()[0].split()[7] == "<NA>"


def test_subtitles_and_labels_name_who_speaks(interview: Recognition, tmp_path: Path) -> None:
    subtitles = pysrt.open(str(written("srt", interview, tmp_path)))
    assert [s.text for s in subtitles][:2] == [f"{NAMES[0]}: angry (70 %)", "emotion: sad (55 %)"]
    assert "\temotion: sad (55 %)\n" in written("audacity", interview, tmp_path).read_text(encoding="utf-8")


def test_tables_name_and_count_them(interview: Recognition, tmp_path: Path) -> None:
    segments = written("segments-csv", interview, tmp_path).read_text(encoding="utf-8-sig")
    assert [r["speaker"] for r in csv.DictReader(io.StringIO(segments, newline=""))] == [NAMES[i] for i in WHO]
    (tmp_path / "all").mkdir()
    recordings = written("csv", interview, tmp_path / "all").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(recordings))
    assert row["speakers"] == "2"


def test_one_speaker_needs_no_tier(interview: Recognition) -> None:
    assert by_speaker(replace(interview, speakers=interview.speakers[:1]), ()) == {}


def test_json_says_who_speaks_and_is_read_back(interview: Recognition) -> None:
    data = json.loads(json.dumps(interview.as_json()))
    assert [s["speaker"] for s in data["segments"]] == [1, 2, 1]
    assert [(s["name"], s["label"], s["voice"], s["voice_name"]) for s in data["speakers"]] == [
        (NAMES[0], "happy", "saved", "Anna"),
        (NAMES[1], "sad", "none", ""),
    ]
    back = Recognition.from_json(data)
    assert [s.speaker for s in back.segments] == WHO
    assert back.speakers[0].voice == interview.speakers[0].voice
    assert back.as_json() == data


def test_json_from_before_there_were_speakers_is_read(recognition: Recognition) -> None:
    data = json.loads(json.dumps(recognition.as_json()))
    del data["speakers"]
    for segment in data["segments"]:
        del segment["speaker"]
    back = Recognition.from_json(data)
    assert back.speakers == ()
    assert {s.speaker for s in back.segments} == {None}


def test_json_that_names_a_speaker_who_is_not_there_is_refused(interview: Recognition) -> None:
    data = interview.as_json()
    data["segments"][0]["speaker"] = 3
    with pytest.raises(KeyError):
        Recognition.from_json(data)


def test_segments_without_speakers_have_no_name(recognition: Recognition) -> None:
    assert recognition.speaker_of(Segment(0, 1, "sad", answer("sad"))) == ""
