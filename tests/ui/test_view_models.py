"""What the window says, apart from the widgets: settings, smoothing, sentences, the map's arithmetic."""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor

from desktop_app.engine.recognition.answer import (
    Neighbour,
    Recognition,
    RestsOn,
    Segment,
    Timing,
    VoiceKind,
    VoiceUsed,
)
from desktop_app.engine.recognition.recogniser import NO_SPEECH, UNCERTAIN
from desktop_app.engine.recognition.timeline import Stretch
from desktop_app.ui import answer_text, theme
from desktop_app.ui.live_model import Smoother
from desktop_app.ui.recognition_owner import Answered, Basis
from desktop_app.ui.session import EntryState, SessionModel, sorted_view
from desktop_app.ui.settings import Settings, SettingsFile
from desktop_app.ui.widgets.map_view import Landscape, between


def recognition(
    mix: dict[str, float],
    model: dict[str, float] | None = None,
    neighbours: dict[str, float] | None = None,
    neighbours_found: tuple[Neighbour, ...] = (),
    **changes: object,
) -> Recognition:
    label = max(mix, key=lambda name: mix[name])
    found = neighbours_found or (Neighbour("a", label, "ravdess", "07", "English", "", 1.0, 0.25, 1.0),)
    values: dict[str, object] = {
        "path": "",
        "duration_s": 2.0,
        "label": label,
        "confidence": mix[label],
        "abstained": False,
        "abstained_because": "",
        "novelty": 0.5,
        "speech_s": 1.5,
        "probabilities": mix,
        "model_probabilities": model or mix,
        "neighbour_probabilities": neighbours or mix,
        "neighbours": found,
        "k": 1,
        "alpha": 0.5,
        "segments": (),
        "timing_ms": Timing(1, 2, 3),
    }
    return Recognition(**{**values, **changes})  # type: ignore[arg-type]


# recordings


@pytest.mark.usefixtures("qapp")
def test_answers_are_sorted_by_emotion_and_then_by_how_sure() -> None:
    session, parent = SessionModel(), QObject()
    view = sorted_view(session, parent)
    view.sort(SessionModel.ANSWER)
    for entry, (label, p) in zip(
        session.add_files([Path(f"{i}.wav") for i in range(4)]),
        (("sad", 0.5), ("happy", 0.94), ("happy", 1.0), ("happy", 0.99)),
        strict=True,
    ):
        answered = Answered(recognition({label: p}), None, (), np.zeros(0, np.float32), Basis())
        session.change(entry.number, state=EntryState.DONE, answered=answered)
    answers = [view.index(row, SessionModel.ANSWER).data().replace("\xa0", " ") for row in range(4)]
    assert answers == ["Happy 94%", "Happy 99%", "Happy 100%", "Sad 50%"]


@pytest.mark.usefixtures("qapp")
def test_a_part_is_as_long_as_what_was_listened_to() -> None:
    session = SessionModel()
    entry = session.add(Path("long.wav"), "long.wav, 0:35 to 1:00", stretch=Stretch(35.0, 60.0))
    answered = Answered(recognition({"sad": 0.5}, duration_s=60.0), None, (), np.zeros(0, np.float32), Basis())
    session.change(entry.number, state=EntryState.DONE, answered=answered)
    assert session.index(0, SessionModel.LENGTH).data() == "0:25"


# settings


def test_settings_come_back(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "settings.json"
    SettingsFile(path).update(theme="dark", microphone_name="Büro-Mikrofon", introduced=True)
    again = SettingsFile(path)
    assert again.values == Settings(theme="dark", microphone_name="Büro-Mikrofon", introduced=True)
    assert not again.was_broken


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '"x"', "\x00\x01", '{"theme": '])
def test_a_broken_file_is_set_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    settings = SettingsFile(path)
    assert settings.values == Settings()
    assert settings.was_broken
    assert (tmp_path / "settings.broken.json").read_text(encoding="utf-8") == text
    settings.update(theme="light")
    assert SettingsFile(path).values.theme == "light"


def test_a_file_that_is_no_text_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b"\xff\xfe\x9d")
    assert SettingsFile(path).was_broken


def test_values_that_do_not_fit_are_left_out_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(
        json.dumps({"theme": "purple", "language": "de", "introduced": 1, "keep_takes": True, "later": {}}),
        encoding="utf-8",
    )
    assert SettingsFile(path).values == Settings(language="de", keep_takes=True)


def test_a_disk_that_refuses_does_not_stop_anyone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    settings = SettingsFile(tmp_path / "file" / "settings.json")
    settings.update(theme="dark")
    assert settings.values.theme == "dark"


# live


def test_smoothing_follows_at_its_time_constant() -> None:
    smoother = Smoother(time_constant_s=1.0)
    assert smoother.feed(0.0, {"a": 1.0, "b": 0.0}) == {"a": 1.0, "b": 0.0}
    shares = smoother.feed(1.0, {"a": 0.0, "b": 1.0})
    assert shares is not None
    assert shares["a"] == pytest.approx(0.36788, abs=1e-4)  # 1 / e
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_pause_starts_the_smoothing_anew() -> None:
    smoother = Smoother()
    smoother.feed(0.0, {"a": 1.0, "b": 0.0})
    assert smoother.feed(0.2, None) is None
    assert smoother.feed(0.3, {"a": 0.0, "b": 1.0}) == {"a": 0.0, "b": 1.0}


# sentences


def test_agreement_is_said() -> None:
    same = recognition({"angry": 0.8, "sad": 0.2})
    assert "both put “Angry” first" in answer_text.agreement(same)
    differ = recognition({"angry": 0.6, "sad": 0.4}, {"angry": 0.9, "sad": 0.1}, {"angry": 0.3, "sad": 0.7})
    sentence = answer_text.agreement(differ).replace("\N{NO-BREAK SPACE}", " ")
    assert "hears “Angry” (90%)" in sentence
    assert "more like “Sad” (70%)" in sentence
    assert "“Angry” leads" in sentence
    alone = replace(same, neighbours=())
    assert "alone" in answer_text.agreement(alone)


def test_doubt_is_said_in_words() -> None:
    shares = {"angry": 0.5, "sad": 0.5}
    silent = recognition(shares, abstained=True, speech_s=0.0, abstained_because=NO_SPEECH)
    novel = recognition(shares, abstained=True, novelty=1.4)
    level = recognition(shares, abstained=True)
    assert "No speech" in answer_text.how_sure(silent)
    assert "unlike anything" in answer_text.how_sure(novel)
    assert "stands out" in answer_text.how_sure(level)
    for doubtful, headline in ((silent, "No speech"), (novel, "Uncertain"), (level, "Uncertain")):
        assert answer_text.headline(doubtful) == headline
        assert answer_text.share(doubtful) == ""
        assert not any(row.strong for row in answer_text.bar_rows(doubtful))
        assert answer_text.spoken(doubtful).startswith(headline)
    close = recognition({"angry": 0.45, "sad": 0.40, "happy": 0.15})
    assert "as well be “Sad”" in answer_text.how_sure(close)
    assert answer_text.how_sure(recognition({"angry": 0.9, "sad": 0.1})) == ""
    two = recognition({"angry": 0.5, "happy": 0.375, "sad": 0.125}, label_set=("angry", "happy"))
    assert (answer_text.headline(two), answer_text.share(two)) == ("Angry or happy", "88%")
    assert "which of the two" in answer_text.how_sure(two)
    clear = recognition({"angry": 0.64, "happy": 0.19, "sad": 0.17}, label_set=("angry", "happy"))
    assert answer_text.how_sure(clear) == "“Angry” leads, but “Happy” can’t be ruled out."
    four = {"angry": 0.2, "happy": 0.13, "neutral": 0.2, "sad": 0.47}
    three = recognition(four, abstained=True, label_set=("sad", "angry", "neutral"))
    assert answer_text.how_sure(three) == "It could be sad, angry or neutral. The closest is “Sad” at 47%."
    every = recognition(four, abstained=True, label_set=("sad", "angry", "neutral", "happy"))
    assert answer_text.how_sure(every) == "No emotion stands out. The closest is “Sad” at 47%."
    assert [row.label for row in answer_text.bar_rows(two) if row.strong] == ["angry", "happy"]


def test_a_neighbours_origin_is_readable() -> None:
    neighbour = recognition({"sad": 1.0}).neighbours[0]
    assert answer_text.origin(neighbour) == "RAVDESS · speaker 07 · English"
    assert "distance 0.25" in answer_text.neighbour_in_words(neighbour, 1, 8)


def test_the_neighbours_are_said_in_a_sentence() -> None:
    def near(i: int, label: str, language: str) -> Neighbour:
        return Neighbour(str(i), label, "ravdess" if i % 2 else "nemo", str(i % 3), language, "", 1.0, 0.2, 0.25)

    found = (near(0, "sad", "en"), near(4, "sad", "de"), near(2, "angry", "en"), near(6, "sad", "en"))
    said = answer_text.neighbours_in_a_sentence(recognition({"sad": 0.9, "angry": 0.1}, neighbours_found=found))
    assert said.replace("\xa0", " ") == (
        "3 of the 4 nearest are sad: 2 speakers, 2 languages. The nearest make up 50% of the answer."
    )


def test_a_long_recording_is_said_to_consist_of_its_parts() -> None:
    labels = ["sad"] * 5 + ["angry"] * 3 + ["happy"] * 2
    parts = tuple(Segment(30.0 * i, 30.0 * i + 30, label, {label: 1.0}) for i, label in enumerate(labels))
    doubt = {"abstained": True, "abstained_because": UNCERTAIN}
    shares = {"angry": 0.32, "happy": 0.31, "sad": 0.37}
    long = recognition(shares, duration_s=1187.5, speech_s=900.0, segments=parts, **doubt)
    assert (answer_text.headline(long), answer_text.share(long)) == ("Sad and angry", "80% of the time")
    assert answer_text.how_sure(long).replace("\xa0", " ").startswith("Of the time: sad 50%, angry 30%, happy 20%.")
    assert answer_text.lengths(long, 1187.5).startswith("19:47, 15:00 of it speech")
    mostly = replace(long, segments=parts[:6])
    assert (answer_text.headline(mostly), answer_text.share(mostly)) == ("Mostly sad", "83% of the time")
    assert answer_text.headline(replace(long, duration_s=30.0)) == "Uncertain"


# colours and the map


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_text_has_enough_contrast(colours: theme.Colours) -> None:
    for ground in (colours.page, colours.card, colours.side):
        assert contrast(colours.text, ground) >= 7.0
        assert contrast(colours.quiet, ground) >= 4.5
        assert contrast(colours.accent, ground) >= 4.5
    assert contrast(colours.warn, colours.card) >= 4.5
    assert contrast(colours.text, colours.warn_soft) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.text, colours.accent_soft) >= 4.5


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_borders_grooves_handles_and_every_emotion_have_a_contrast_of_three_to_one(colours: theme.Colours) -> None:
    for ground in (colours.page, colours.card, colours.side, colours.track):
        assert contrast(colours.edge, ground) >= 3.0
        for label, look in theme.EMOTIONS.items():
            assert contrast(look.dark if colours.dark else look.light, ground) >= 3.0, label
    assert contrast(colours.accent, colours.card) >= 3.0


# what is seen without the cones for red, green or blue: Machado, Oliveira and Fernandes (2009), severity 1
SEEN = {
    "all": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
}


def lab(colour: str, seen: str) -> NDArray[np.float64]:
    """CIELAB (D65) of what such eyes see."""
    rgb = np.array(QColor(colour).getRgbF()[:3])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(SEEN[seen]) @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ linear / (0.9505, 1.0, 1.089)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_emotions_are_told_apart_by_eyes_that_lack_a_cone_and_by_their_hatches(dark: bool, seen: str) -> None:
    colours = {label: lab(look.dark if dark else look.light, seen) for label, look in theme.EMOTIONS.items()}
    assert len(colours) == 9
    for one, other in combinations(colours, 2):
        assert np.linalg.norm(colours[one] - colours[other]) >= 12.5, (one, other)
    assert len({look.hatch for look in theme.EMOTIONS.values()}) == len(theme.EMOTIONS)
    # as packs of RAVDESS are labelled, and by whoever spells them otherwise
    eight = ("angry", "calm", "disgusted", "fearful", "happy", "neutral", "sad", "surprised")
    assert {label for label in eight if theme.look(label) is theme.EMOTIONS[label]} == set(eight)
    for other, label in (("fear", "fearful"), ("disgust", "disgusted"), ("surprise", "surprised")):
        assert theme.look(other) == theme.look(label)
    assert theme.look("sarcastic") in theme.SPARE


def contrast(first: str, second: str) -> float:
    """WCAG 2.1."""

    def luminance(colour: str) -> float:
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_dimensions_are_a_line_where_the_pack_tells_them() -> None:
    assert answer_text.dimensions(recognition({"sad": 1.0})) == ""
    told = recognition({"sad": 1.0}, dimensions={"arousal": 0.125, "valence": 0.5})
    assert answer_text.dimensions(told) == "Arousal 0.13; Valence 0.50 (each from 0 to 1)."


def test_a_clip_lies_between_its_neighbours() -> None:
    places = ((0.0, 0.0), (4.0, 0.0), (0.0, 8.0))
    assert between([(places[0], 0.5), (places[1], 0.25), (places[2], 0.25)]) == (1.0, 2.0)
    assert between([]) is None
    landscape = Landscape(("x", "x", "y"), places)
    assert landscape.bounds == (0.0, 4.0, 0.0, 8.0)


@pytest.mark.parametrize("kind", get_args(VoiceKind))
def test_there_are_words_for_whatever_an_answer_rests_on(kind: VoiceKind) -> None:
    voice = VoiceUsed(kind, "Anna" if kind == "saved" else "", heard=6)
    manner = {"pitch": 9.0, "melody": -9.0, "tempo": 9.0, "effort": 9.0}
    answer = recognition({"sad": 1.0}, rests_on=RestsOn(voice, "tiny 1.0"), manner=manner)
    assert answer_text.rests_on(answer).startswith("Based on: ")
    assert bool(answer_text.manner(answer)) == (kind != "speakers"), "several people have no one manner"
