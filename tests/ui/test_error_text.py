"""What the engine says of a failure is said in the window's language: nothing is missing, nothing is left over."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.engine.recognition.answer import Failure
from desktop_app.errors import AudioError
from desktop_app.ui.error_text import OWN_MISTAKE, SENTENCES, form, in_words, translated

ROOT = Path(__file__).parents[2] / "desktop_app"
RAISED = ("AudioError", "DeviceError", "PackError", "StoreError", "ExportError", Failure.__name__)
ON_THE_COMMAND_LINE_ONLY = (
    *(
        "engine/batch/journal.py",
        "engine/batch/cluster.py",
        "engine/batch/cluster_worker.py",
        "engine/archives/again.py",
    ),
    *("engine/archives/dataset.py", "engine/archives/report.py"),
    "ui/error_text.py",
)


def sentence(node: ast.expr) -> str | None:
    """A string or f-string of the code, with {0}, {1} for its values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp):  # put together of several: the name of a file in between
        parts = [sentence(side) or "{}" for side in (node.left, node.right)]
        return "".join(parts) if any(part != "{}" for part in parts) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def of_the_code(only_raised: bool) -> Iterator[tuple[str, str]]:
    """(where, sentence) of every string in the app, or of those that its errors are raised with."""
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if where.startswith("commands/") or where in ON_THE_COMMAND_LINE_ONLY:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            nodes = [node]
            if only_raised:
                is_error = isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED
                nodes = node.args[-1:] if is_error else []  # type: ignore[attr-defined]
            for one in nodes:
                text = sentence(one) if isinstance(one, ast.expr) else None
                if text:
                    yield where, text


def test_every_sentence_of_the_engine_is_known() -> None:
    raised = [(where, text) for where, text in of_the_code(only_raised=True) if " " in text and text[-1] in ".:"]
    assert len(raised) > 60
    unknown = [item for item in raised if not any(form(s).fullmatch(item[1]) for s in SENTENCES)]
    assert unknown == [], "add them to desktop_app/ui/error_text.py, then run scripts/translations"


def test_no_sentence_is_left_over() -> None:
    said = [re.sub(r"{\w+}", "{}", text) for _, text in of_the_code(only_raised=False)]
    left_over = [source for source in SENTENCES if not any(form(source).fullmatch(text) for text in said)]
    assert left_over == [OWN_MISTAKE]  # which is said here alone


@pytest.mark.usefixtures("german")
def test_a_sentence_is_said_in_german_with_its_values() -> None:
    assert translated("größe.wav is empty (0 bytes): record or export it again.").startswith("größe.wav ist leer")
    assert translated("The pack can't be installed (disk full): check /packs and the free space.") == (
        "Das Paket lässt sich nicht installieren (disk full): Prüfen Sie /packs und den freien Platz."
    )
    assert all(translated(s) != s for s in SENTENCES)
    assert translated("Something that nobody has said before.") == "Something that nobody has said before."


def test_a_bug_is_not_told_in_its_own_words() -> None:
    assert in_words(AudioError("x.wav is empty.")) == "x.wav is empty."
    assert in_words(ZeroDivisionError("division by zero")) == OWN_MISTAKE
