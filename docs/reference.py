"""Writes the command line reference into the page that asks for it, from the parsers, while the site is built."""

import argparse
import os
from collections.abc import Iterator
from typing import Any

PLACE = "<!-- reference -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """MkDocs calls this for every page before it is turned into HTML."""
    if PLACE not in markdown:
        return markdown
    os.environ["COLUMNS"] = "100"  # argparse wraps to the terminal it finds
    from desktop_app import cli
    from trainer import cli as training

    told = [*_told(cli.parser()), *_told(training.parser())]
    return markdown.replace(PLACE, "\n".join(told))


def _told(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"### {parser.prog}\n\n```text\n{parser.format_help()}```\n"
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _told(command)
