"""A recipe for a folder of one's own labelled clips: my-folder.toml with the folder's name, place and labels."""

import json
import re
from pathlib import Path

from trainer.data.corpora import CorpusError, load_corpus

TEMPLATE = Path(__file__).parents[1] / "recipes" / "my-folder.toml"


def pack_name(clips: Path) -> str:
    """The folder's name with what a pack's name may not hold replaced."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", clips.resolve().stem).strip("-")[:64] or "my-folder"


def write_recipe(clips: Path, run_folder: Path) -> Path:
    """Writes RUN/my-folder.toml for the clips and returns its path.

    Raises:
        CorpusError: The folder is missing, or malformed, or has one label alone.
    """
    labels = sorted({u.label for u in load_corpus("own", clips)})
    if len(labels) < 2:
        raise CorpusError(f"All clips of {clips} are labelled {labels[0]!r}: a choice needs two labels at the least.")
    text = TEMPLATE.read_text(encoding="utf-8")
    place = json.dumps(str(clips.resolve()), ensure_ascii=False)
    for key, value in (
        ("name", json.dumps(pack_name(clips))),
        ("folders", f"{{ own = {place} }}"),
        ("labels", json.dumps(labels, ensure_ascii=False)),
    ):
        line = f"{key} = {value}".replace("\\", "\\\\")  # as re.sub reads it
        text = re.sub(rf"(?m)^{key} = .*$", line, text, count=1)
    run_folder.mkdir(parents=True, exist_ok=True)
    path = run_folder / "my-folder.toml"
    path.write_text(text, encoding="utf-8")
    return path
