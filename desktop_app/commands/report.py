"""`voicekin report`: summarises the answers for an archive in one HTML file."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Adds the command to the parser of `voicekin`."""
    parser = subparsers.add_parser(
        "report",
        help="summarise an archive in one HTML file",
        description="Summarises what `classify --export parquet` wrote: shares of the labels over time, by speaker and "
        "by channel, each with its interval, and stretches to listen to.",
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="what --export parquet wrote")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the HTML file (default: DATASET.html)")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def run(args: argparse.Namespace) -> int:
    """Writes the report."""
    from voicekin.archives import write_report

    target = args.output or args.dataset.with_name(f"{args.dataset.name}.html")
    write_report(args.dataset, target, overwrite=args.overwrite)
    print(f"Wrote {target}.", file=sys.stderr)
    return 0
