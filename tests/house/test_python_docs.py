"""The notebook of the documentation runs, and prints what stands in it; every public name is in the reference.

`python -m tests.house.test_python_docs` runs it and writes anew what its cells print.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import voicekin
from desktop_app import errors

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "python.ipynb"
NUMBER = re.compile(r"\d+(\.\d*)?")

RUN = """
import contextlib, io, json, sys
names, printed = {}, []
for source in json.load(sys.stdin):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        exec(compile(source, "cell", "exec"), names)
    printed.append(text.getvalue())
json.dump(printed, sys.stdout)
"""


def code_cells() -> list[dict[str, Any]]:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def run(sources: list[str]) -> list[str]:
    """What each cell prints, all run one after the other in one process."""
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(sources),
        env={**os.environ, "PYTHONPATH": str(NOTEBOOK.parents[1])},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    printed: list[str] = json.loads(done.stdout)
    return printed


def test_the_notebook_runs_and_prints_what_stands_in_it() -> None:
    cells = code_cells()
    assert len(cells) > 5
    for cell, printed in zip(cells, run(["".join(cell["source"]) for cell in cells]), strict=True):
        stands = "".join("".join(output["text"]) for output in cell["outputs"])
        assert printed
        # another processor rounds otherwise
        assert NUMBER.sub("0", printed) == NUMBER.sub("0", stands)


def test_every_public_name_is_in_the_reference() -> None:
    page = (NOTEBOOK.parent / "python-reference.md").read_text(encoding="utf-8")
    told = {line.rpartition(".")[2] for line in page.splitlines() if line.startswith("::: ")}
    told |= {name for name in vars(errors) if "::: desktop_app.errors\n" in page}
    assert set(voicekin.__all__) - told == {"Outcome", "__version__"}


if __name__ == "__main__":
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell, printed in zip(cells, run(["".join(cell["source"]) for cell in cells]), strict=True):
        cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": printed.splitlines(keepends=True)}]
    NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
