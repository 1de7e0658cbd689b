"""`voicekin classify`: which emotion each recording sounds like, as text for people or JSON lines for programs."""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from desktop_app import interruption
from desktop_app.commands import classify_batch, classify_sources
from desktop_app.commands.plain_text import clock, plain, told
from desktop_app.commands.progress_line import ProgressLine

if TYPE_CHECKING:
    import voicekin

SHOWN_NEIGHBOURS = 5
BAR_WIDTH = 24


def add_parser(subparsers: Any) -> None:
    """Adds the command to the parser of `voicekin`."""
    parser = subparsers.add_parser(
        "classify",
        help="which emotion recordings sound like",
        description="Says which emotion each recording sounds like, how certain that is, and which known recordings "
        "are nearest.",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a recording (WAV, FLAC, OGG, MP3 ...), a folder, an address (s3://..., sftp://...), or - for a sound on "
        "standard input",
    )
    parser.add_argument(
        "--from",
        dest="list",
        metavar="FILE",
        help="a list of recordings, or - for standard input: one path per line, or a CSV file with the column path and "
        "any of channel, speaker, start and end",
    )
    parser.add_argument("--pack", metavar="DIR", help="another pack: its folder, .vkpack file or name")
    parser.add_argument("--json", action="store_true", help="print one JSON object per recording, one per line")
    parser.add_argument("-r", "--recursive", action="store_true", help="search subfolders as well")
    parser.add_argument(
        "--top-k", type=_at_least_one, metavar="N", help="show the N most likely emotions (not in JSON)"
    )
    add_neighbour_arguments(parser)
    parser.add_argument("--channel", type=_at_least_one, metavar="N", help="use channel N only (default: the clearest)")
    parser.add_argument(
        "--speakers",
        type=_speakers,
        default="off",
        metavar="N",
        help="how many people speak, 1 to 8; auto: find out, in recordings of 15 s and more; off: don't tell speakers "
        "apart (default)",
    )
    classify_batch.add_arguments(parser)
    _add_known_person(parser)


def _add_known_person(parser: argparse.ArgumentParser) -> None:
    """The options that say who speaks and which examples to use."""
    voice = parser.add_mutually_exclusive_group()
    voice.add_argument(
        "--voice",
        metavar="NAME",
        help="the saved voice of the speaker (see `voicekin voice`), or none: analyse each recording alone",
    )
    voice.add_argument("--same-voice", action="store_true", help="one person speaks in all of these recordings")
    add_examples_argument(parser)


def add_neighbour_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say how neighbours vote."""
    parser.add_argument("--k", type=_at_least_one, metavar="N", help="how many neighbours vote (default: the pack's)")
    parser.add_argument(
        "--alpha", type=_share, metavar="A", help="the neighbours' weight, 0 to 1 (default: the pack's)"
    )


def add_examples_argument(parser: argparse.ArgumentParser) -> None:
    """The option that says which examples to use."""
    parser.add_argument(
        "--examples",
        metavar="PATH",
        help="use the examples in this file, written by `voicekin examples export`, or none (default: your own)",
    )


def run(args: argparse.Namespace) -> int:
    """Answers each recording; if one fails, its error is printed and the others go on."""

    with ExitStack() as stack:
        files = []
        for file in classify_sources.asked_about(args, stack):
            interruption.check()
            files.append(file)
        classify_batch.check_arguments(args, files)
        return _classify(args, files)


def _classify(args: argparse.Namespace, files: "Sequence[Path | voicekin.Source | voicekin.Failure]") -> int:
    import voicekin

    line = ProgressLine()
    summary = classify_batch.Summary(keep=bool(args.export) and args.export != classify_batch.PARQUET)
    with loaded(args) as recogniser, line, classify_batch.opened_dataset(args) as dataset:
        for outcome in recogniser.classify(
            files,
            voice=args.voice,
            same_voice=args.same_voice,
            k=args.k,
            alpha=args.alpha,
            channel=None if args.channel is None else args.channel - 1,
            speakers=args.speakers,
            jobs=args.jobs,
            resume=args.resume,
            features=args.features,
            cluster=args.cluster,
            should_stop=interruption.requested,
            progress=partial(classify_batch.show_progress, line) if line.visible else None,
        ):
            line.clear()
            summary.add(outcome)
            if dataset is not None:
                dataset.add(outcome)
            if args.json:
                _show_json(outcome)
            elif not args.export or isinstance(outcome, voicekin.Failure):
                _show_text(outcome, args)
    if args.export == classify_batch.PARQUET:
        print(f"Wrote {args.output}.", file=sys.stderr)
    elif args.export and summary.failed < len(files):
        for path in classify_batch.export_outcomes(summary.outcomes, args):
            print(f"Wrote {path}.", file=sys.stderr)
    classify_batch.show_summary(summary, args)
    return int(summary.failed > 0)


def loaded(args: argparse.Namespace) -> "voicekin.Recogniser":
    """The recogniser for these options. If the user's store can't be opened, a warning is printed and it is not used;
    it is an error only if an option needs the store."""
    import voicekin

    try:
        return voicekin.load(args.pack, examples=args.examples, should_stop=interruption.requested)
    except voicekin.StoreError as error:
        if args.examples is not None or args.voice not in (None, "none"):
            raise
        print(f"voicekin: {plain(str(error))} Your own examples are not heeded.", file=sys.stderr)
        return voicekin.load(args.pack, examples="none", should_stop=interruption.requested)


def _show_json(outcome: "voicekin.Outcome") -> None:
    # ASCII, which is valid in any encoding of the pipe; flushed, so that the reader gets each answer at once
    print(json.dumps(outcome.as_json(), allow_nan=False), flush=True)


def _show_text(outcome: "voicekin.Outcome", args: argparse.Namespace) -> None:
    import voicekin

    if isinstance(outcome, voicekin.Failure):
        sys.stdout.flush()
        path, error = voicekin.path_text(outcome.path), voicekin.path_text(outcome.error)
        print(told(path, error), end="\n\n", file=sys.stderr, flush=True)
    else:
        print("\n".join(map(plain, _text(outcome, args.top_k))), end="\n\n", flush=True)


def _text(answer: "voicekin.Recognition", top_k: int | None) -> list[str]:
    """The answer as lines of text: bars, what they are based on, and the nearest recordings."""
    from voicekin import path_text
    from voicekin.answers import OR

    full, empty = ("█", "░") if _can_show("█░") else ("#", ".")
    lines = [f"{path_text(answer.path)}  ({clock(answer.duration_s)})", *(f"  {remark}" for remark in answer.remarks)]
    if answer.abstained:
        if not answer.segments:  # no speech: probabilities of emotions would only mislead
            return [*lines, f"  {answer.abstained_because}"]
        lines.append(f"  Not to be relied on: {answer.abstained_because}")
    elif len(answer.label_set) > 1:
        lines.append(f"  {OR.join(answer.label_set)}: the sound does not say which.")
    ranked = sorted(answer.probabilities, key=lambda label: -answer.probabilities[label])[:top_k]
    width = max(map(len, ranked))
    for label in ranked:
        filled = round(answer.probabilities[label] * BAR_WIDTH)
        bar = f"{full * filled}{empty * (BAR_WIDTH - filled)} {answer.probabilities[label]:>4.0%}"
        by = (
            f"model {answer.model_probabilities[label]:>4.0%}, neighbours {answer.neighbour_probabilities[label]:>4.0%}"
        )
        lines.append(f"  {label:<{width}}  {bar}   {by}")
    if answer.dimensions:
        told = ", ".join(f"{name} {value:.2f}" for name, value in answer.dimensions.items())
        lines.append(f"  {told[0].upper()}{told[1:]} (0 to 1).")
    named = len(answer.speakers) > 1
    if named:
        lines.append(f"  {len(answer.speakers)} speakers:")
        for one in answer.speakers:
            clause = f", {one.voice.clause()}" if one.voice.clause() else ""
            share = f"{one.share:.0%} of the time"
            sure = f"{one.probabilities[one.label]:.0%}"
            lines.append(f"    {one.name}  {clock(one.speech_s)} ({share})  {OR.join(one.label_set)} {sure}{clause}")
    if len(answer.segments) > 1:
        lines.append(f"  {len(answer.segments)} stretches:")
        lines += [
            f"    {clock(s.start_s)} - {clock(s.end_s)}  {answer.speaker_of(s) + '  ' if named else ''}"
            f"{OR.join(s.label_set)} {s.probabilities[s.label]:.0%}"
            for s in answer.segments
        ]
    if said := answer.said():
        lines.append(f"  {said}")
    if clause := answer.rests_on.voice.clause():
        lines.append(f"  {clause[0].upper()}{clause[1:]}.")
    shown = answer.neighbours[:SHOWN_NEIGHBOURS]
    lines.append(
        f"  {answer.alpha:.0%} of this comes from the {answer.k} nearest recordings known; the first {len(shown)}:"
    )
    rows = [(n.label, n.corpus, n.speaker, n.language, f"distance {n.distance:.2f}", f"{n.weight:.0%}") for n in shown]
    lines += [f"    {row}" for row in _columns(rows)]
    return lines


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    terminal = shutil.get_terminal_size((120, 24)).columns - 4
    return [
        "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True) if w).rstrip()[:terminal] for row in rows
    ]


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return int(text)


def _speakers(text: str) -> "int | Literal['auto', 'off']":
    if text == "auto":
        return "auto"
    if text == "off":
        return "off"
    if not text.isdecimal() or not 1 <= int(text) <= 8:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 8, auto or off")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1")
    return value
