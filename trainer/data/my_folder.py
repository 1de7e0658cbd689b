"""Makes a recipe for a folder of your own labelled clips: my-folder.toml with the folder's name, path and labels."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from trainer.data.corpora import CorpusError, own
from trainer.data.corpora.utterance import labels_of
from trainer.recipe import load_recipe

MOST_LEFT_OUT = 10  # up to this many speakers each one is left out in turn; with more, a fifth of them at a time
TEMPLATE = Path(__file__).parents[1] / "recipes" / "my-folder.toml"


def pack_name(clips: Path) -> str:
    """The folder's name, with characters that are not allowed in a pack's name replaced."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", clips.resolve().stem).strip("-")[:64] or "my-folder"


def write_recipe(clips: Path, run_folder: Path, changes: Sequence[str] = ()) -> Path:
    """Writes RUN/my-folder.toml for the clips and returns its path; `changes` to the recipe are KEY=VALUE each.

    Raises:
        CorpusError: The folder is missing or malformed, or its clips all have the same label.
        RecipeError: A change is not valid.
    """
    said = load_recipe(TEMPLATE, changes).corpora
    utterances = own.load(clips, said.columns, said.dimensions, said.scale)
    labels = labels_of(utterances)
    if len(labels) < 2:
        raise CorpusError(f"All clips of {clips} have the label {''.join(labels)!r}: at least two labels are needed.")
    text = TEMPLATE.read_text(encoding="utf-8")
    place = json.dumps(str(clips.resolve()), ensure_ascii=False)
    for key, value in (
        ("name", json.dumps(pack_name(clips))),
        ("folders", f"{{ own = {place} }}"),
        ("labels", json.dumps(labels, ensure_ascii=False)),
    ):
        line = f"{key} = {value}".replace("\\", "\\\\")  # as re.sub reads it
        text = re.sub(rf"(?m)^{key} = .*$", line, text, count=1)
    if len({u.speaker for u in utterances}) > MOST_LEFT_OUT:
        text = text.replace('kind = "leave-one-speaker-out"', 'kind = "speaker-folds"\nfolds = 5')
    run_folder.mkdir(parents=True, exist_ok=True)
    path = run_folder / "my-folder.toml"
    path.write_text(text, encoding="utf-8")
    return path


def set_aside(run_folder: Path) -> Path:
    """Renames the folder of a run to NAME-1 or the next free number, and returns its new path."""
    number = 1
    while (aside := run_folder.with_name(f"{run_folder.name}-{number}")).exists():
        number += 1
    return run_folder.rename(aside)
