"""Fills in, while the site is built, what stands elsewhere: the commands' help, the notebook, the README's results."""

import argparse
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COMMANDS = "<!-- reference -->"
RESULTS = "<!-- results of the README -->"
README_RESULTS = re.compile(r"\n## Results\n\n(.*?)\nThe recipe was chosen", re.DOTALL)
NOTEBOOK = re.compile(r"<!-- notebook (\S+) -->")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """MkDocs calls this for every page before it is turned into HTML."""
    if COMMANDS in markdown:
        markdown = markdown.replace(COMMANDS, commands())
    if RESULTS in markdown:
        readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
        found = README_RESULTS.search(readme)
        if found is None:
            raise ValueError("the README has no results any more, which docs/results.md shows")
        markdown = markdown.replace(RESULTS, found[1])
    return NOTEBOOK.sub(lambda found: notebook(Path(__file__).parent / found[1]), markdown)


def commands() -> str:
    """The help of every command, from the parsers."""
    os.environ["COLUMNS"] = "100"  # argparse wraps to the terminal it finds
    from desktop_app import cli
    from trainer import cli as training

    return "\n".join([*_told(cli.parser()), *_told(training.parser())])


def notebook(path: Path) -> str:
    """A notebook as Markdown: its texts, its code, and what that printed."""
    parts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(text)
            continue
        parts.append(f"```python\n{text}\n```")
        printed = "".join("".join(output["text"]) for output in cell["outputs"])
        if printed:
            parts.append(f"```text\n{printed.rstrip()}\n```")
    return "\n\n".join(parts)


def _told(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"### {parser.prog}\n\n```text\n{parser.format_help()}```\n"
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _told(command)
