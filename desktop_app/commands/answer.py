"""`voicekin answer`: answers the recordings of a Parquet dataset again without their sound, e.g. with another voice."""

import argparse
import sys
from pathlib import Path
from typing import Any

from desktop_app import interruption
from desktop_app.commands import classify, classify_batch


def add_parser(subparsers: Any) -> None:
    """Adds the command to the parser of `voicekin`."""
    parser = subparsers.add_parser(
        "answer",
        help="answer an archive again without its sound",
        description="Answers the recordings of a dataset again that `classify --export parquet --features` wrote: with "
        "a voice or examples that were learnt since, or with another weight of the neighbours.",
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="what --export parquet --features wrote")
    parser.add_argument("-o", "--output", required=True, metavar="PATH", help="the dataset to write")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing dataset")
    parser.add_argument("--pack", metavar="DIR", help="the pack that made the features (default: the pack in use)")
    parser.add_argument("--voice", metavar="NAME", help="the saved voice of the speaker, or none: each recording alone")
    classify.add_examples_argument(parser)
    classify.add_neighbour_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the new answers."""
    from voicekin.archives import Dataset, DatasetWriter

    summary = classify_batch.Summary(keep=False)
    with classify.loaded(args) as recogniser:
        answers = recogniser.answer_again(
            Dataset(args.dataset),
            voice=args.voice,
            k=args.k,
            alpha=args.alpha,
            should_stop=interruption.requested,
        )
        with DatasetWriter(Path(args.output), overwrite=args.overwrite) as target:
            for outcome in answers:
                summary.add(outcome)
                target.add(outcome)
    print(f"Wrote {args.output}.\n{summary.sentence()}", file=sys.stderr)
    return 0
