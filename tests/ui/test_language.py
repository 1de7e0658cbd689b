"""No text of the window is missing in a translation, and the translations load."""

import ast
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

from desktop_app import paths
from desktop_app.ui import language
from desktop_app.ui.settings import LANGUAGES

ROOT = Path(__file__).parents[2]
TRANSLATIONS = sorted((paths.assets() / "translations").glob("voicekin_*.ts"))


def messages(ts: Path) -> dict[tuple[str, str], str | None]:
    """(context, source) -> its translation, None where it is unfinished."""
    found: dict[tuple[str, str], str | None] = {}
    for context in ElementTree.parse(ts).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            done = translation.text and translation.get("type") is None
            key = (context.findtext("name", ""), message.findtext("source", ""))
            found[key] = translation.text if done else None
    return found


@pytest.mark.parametrize("ts", TRANSLATIONS, ids=lambda p: p.stem)
def test_no_text_is_missing(ts: Path, tmp_path: Path) -> None:
    fresh = tmp_path / ts.name
    shutil.copy(ts, fresh)
    sources = [str(p) for p in sorted((ROOT / "desktop_app" / "ui").rglob("*.py"))]
    lupdate = Path(sys.executable).parent / "pyside6-lupdate"
    subprocess.run(
        [str(lupdate), *sources, "-ts", str(fresh), "-no-obsolete", "-locations", "none", "-silent"],
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        timeout=120,
    )
    now = messages(fresh)
    assert len(now) > 100
    missing = sorted(key for key, translation in now.items() if translation is None)
    assert missing == [], "run scripts/translations and translate what is new"
    assert now == messages(ts), "run scripts/translations: texts were taken away"


def test_every_text_that_is_asked_for_is_collected() -> None:
    """lupdate sees neither what stands in an f-string nor what is asked of another object than self."""
    collected = messages(TRANSLATIONS[0])
    for path in sorted((ROOT / "desktop_app" / "ui").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for owner in (tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))):
            for call in (node for node in ast.walk(owner) if isinstance(node, ast.Call)):
                texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                if name == "translate" and len(texts) == 2:
                    assert tuple(texts) in collected, path
                if name == "tr" and texts and isinstance(owner, ast.ClassDef):
                    assert (owner.name, texts[0]) in collected, path


@pytest.mark.parametrize("ts", TRANSLATIONS, ids=lambda p: p.stem)
def test_every_place_for_a_value_is_in_the_translation(ts: Path) -> None:
    for (_, source), translation in messages(ts).items():
        assert translation is not None
        assert sorted(re.findall(r"{\d}", source)) == sorted(re.findall(r"{\d}", translation)), source


@pytest.mark.parametrize("ts", TRANSLATIONS, ids=lambda p: p.stem)
def test_what_is_compiled_is_what_is_translated(ts: Path) -> None:
    translator = QTranslator()
    assert translator.load(str(ts.with_suffix(".qm")))
    for (context, source), translation in messages(ts).items():
        assert translator.translate(context, source) == translation


@pytest.mark.usefixtures("german")
def test_german_is_spoken() -> None:
    assert language.label_name("angry") == "Wütend"
    assert language.number(1.25, 2) == "1,25"


@pytest.mark.usefixtures("spanish")
def test_spanish_is_spoken() -> None:
    assert language.label_name("angry") == "Enfadada"
    assert language.percent(0.5) == "50\N{NO-BREAK SPACE}%"


def test_every_language_that_can_be_chosen_has_its_file_and_the_other_way_round() -> None:
    assert {"en", *(ts.stem.removeprefix("voicekin_") for ts in TRANSLATIONS)} == set(language.LANGUAGES)
    assert set(LANGUAGES) == {"system", *language.LANGUAGES}
    assert len(TRANSLATIONS) >= 2


def test_an_unknown_emotion_keeps_its_own_name() -> None:
    assert language.label_name("sarcastic") == "Sarcastic"
    assert language.label_name("") == ""
    assert language.percent(0.715) == "72%"
    assert [language.clock(s) for s in (0, 65, 3661)] == ["0:00", "1:05", "1:01:01"]


def test_a_number_of_recordings_of_an_emotion_reads_right() -> None:
    assert [language.counted(n, "sad") for n in (1, 9)] == ["1 sad", "9 sad"]
    assert language.counted(2, "disgust") == "2 disgusted"
    assert language.counted(3, "Fed up") == "3 fed up", "a word of one's own"


@pytest.mark.usefixtures("german")
def test_a_number_of_recordings_of_an_emotion_reads_right_in_german() -> None:
    assert [language.counted(n, "sad") for n in (1, 9)] == ["1 traurig", "9 traurig"]


@pytest.mark.usefixtures("spanish")
def test_a_number_of_recordings_of_an_emotion_reads_right_in_spanish() -> None:
    found = [language.counted(n, label) for label in ("neutral", "sad", "happy") for n in (1, 5)]
    assert found == ["1 neutra", "5 neutras", "1 triste", "5 tristes", "1 alegre", "5 alegres"]
