"""voicekin-train: prepare, fit, tune, evaluate, personalise, tables, sweeps, report, steadiness, export, own, prune.

Most commands take a recipe; `own` takes a folder of clips, and `prune` neither. Each first runs the steps it needs.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from desktop_app import interruption
from desktop_app.errors import Cancelled, VoiceKinError

LAUNCHED = "LOCAL_RANK"
"""Environment variable that each launched process has: its number on this machine."""
TABLES = ("1", "2", "3", "4")
COMMANDS = {
    "prepare": "load and inspect the corpora, encode every clip, write the folds",
    "fit": "train a head for every fold and seed",
    "tune": "choose temperature, k, alpha and thresholds on held-out speakers",
    "evaluate": "classify the test speakers' clips and score the answers",
    "personalise": "measure how much a test speaker's known voice and own examples improve the results",
    "tables": "the paper's tables and figures: what SCL, kNN and each augmentation add, each row with an interval",
    "sweeps": "how the results depend on lambda, tau, k and alpha",
    "report": "evaluate and write the report of a run, including its tables and sweeps if there are any",
    "steadiness": "measure how often labels change though the speech stays the same; for the model card",
    "export": "train on all speakers and write the pack",
    "own": "make a pack from a folder of your own clips, LABEL/SPEAKER/clip.wav",
    "prune": "delete cached features that no run has used for a while",
}

GRACE_S = 60.0
"""Seconds that a training or tuning step may still take after a request to stop, before the process is killed."""

if TYPE_CHECKING:
    from trainer.run import Run


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="voicekin-train", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == "prune":
            command.add_argument(
                "--days", type=_at_least(0), default=30, metavar="N", help="delete what was unused for N days (30)"
            )
            continue
        if name == "own":
            command.add_argument("clips", type=Path, metavar="FOLDER", help="folder of clips, or table of them")
        else:
            command.add_argument(
                "--recipe", type=Path, required=True, metavar="FILE", help="settings of the run, see trainer/recipes"
            )
        command.add_argument(
            "--set",
            dest="changes",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="override a setting, such as finetune.epochs=5; can be repeated",
        )
        command.add_argument("--run", type=Path, metavar="DIR", help="folder for the results (runs/NAME)")
        command.add_argument("--threads", type=_at_least(1), metavar="N", default=_threads(), help="CPU threads")
        command.add_argument(
            "--processes",
            type=_at_least(1),
            default=1,
            metavar="N",
            help="fine-tune in N processes: one for each GPU, or on the CPU",
        )
        if name == "prepare":
            command.add_argument(
                "--cluster",
                metavar="ADDRESS",
                help="read and encode on a Dask cluster: address of the scheduler, or local:N for N processes here",
            )
        if name == "steadiness":
            command.add_argument("--pack", type=Path, metavar="DIR", help="the pack to measure (RUN/pack)")
        elif name != "prepare":
            command.add_argument("--resume", action="store_true", help="continue from the last checkpoint")
        if name == "personalise":
            command.add_argument(
                "--draws", type=_at_least(1), default=20, metavar="N", help="random draws of each speaker's clips (20)"
            )
        if name == "tables":
            command.add_argument(
                "--only", nargs="+", choices=TABLES, default=TABLES, metavar="N", help="only these of tables 1 to 4"
            )
        if name in ("export", "own"):
            command.add_argument("--output", type=Path, metavar="DIR", help="folder to write the pack to (RUN/pack)")
    return top


def _threads() -> int:
    """This machine's CPU threads, divided among the launched processes."""
    return max(1, (os.cpu_count() or 1) // int(os.environ.get("LOCAL_WORLD_SIZE", "1")))


def _at_least(lowest: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least {lowest}")
        return int(text)

    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    options = parser().parse_args(arguments)
    if options.command == "prune":
        from trainer.data.disk import prune

        print(prune(options.days))
        return 0
    if options.processes > 1 and LAUNCHED not in os.environ:
        return _launch(options.processes, sys.argv[1:] if arguments is None else arguments)
    word = f"Stopped. To continue, run the same command {'with --resume' if 'resume' in options else 'again'}."
    if arguments is not None:
        return _main(options, word)
    interruption.watch(word, GRACE_S)  # called as a program, so signals are ours to handle
    try:
        status = _main(options, word)
    finally:
        interruption.over()
    if LAUNCHED in os.environ:
        end(status)
    return status


def end(status: int) -> NoReturn:
    """Ends a launched process without Python's usual shutdown.

    A thread of gloo may still hold tensors of the last exchange. Dropping them while Python shuts down aborts the
    process ("terminate called without an active exception"), and the launcher then ends the other processes as well.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _launch(processes: int, arguments: Sequence[str]) -> int:
    from trainer.training.processes import launch

    try:
        return launch(processes, "trainer.cli", arguments)
    except VoiceKinError as error:
        print(error, file=sys.stderr)
        return 1


def _main(options: argparse.Namespace, word: str) -> int:
    try:
        status = _run(options)
        interruption.check()  # if a stop was requested, say so even if everything was finished by then
        return status
    except VoiceKinError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        print(f"{error.filename} can't be used ({error.strerror}): check it, or choose another path.", file=sys.stderr)
        return 1
    except Cancelled:
        if os.environ.get(LAUNCHED, "0") == "0":  # only the first launched process says so
            interruption.say(word)
        return interruption.status()


def _fine_tune(run: "Run", options: argparse.Namespace) -> None:
    """Does all the fine-tuning of a command in all launched processes; the first then continues alone."""
    from trainer.run import fit_encoders
    from trainer.training.processes import leave, main_first

    runs: list[tuple[Run, bool]] = []
    if options.command in ("tables", "sweeps"):
        from trainer.results.sweeps import swept
        from trainer.results.tables import trainings, variant_of

        wanted = trainings(run.recipe, options.only) if options.command == "tables" else swept(run.recipe)
        with main_first():
            runs = [(variant_of(run, recipe), False) for recipe in wanted if recipe.finetuned]
    elif options.command not in ("prepare", "steadiness"):
        for_pack = {"export": (True,), "own": (False, True)}.get(options.command, (False,))
        runs = [(run, which) for which in for_pack]
    if runs:  # prepare and steadiness fine-tune nothing and have no --resume
        fit_encoders(runs, options.resume)
    leave()


def _own(options: argparse.Namespace) -> "Run":
    """The run for a folder of clips. Results that it already holds for other clips are moved to a folder beside it."""
    from trainer.data.my_folder import pack_name, set_aside, write_recipe
    from trainer.recipe import OtherResultsError
    from trainer.run import Run

    folder = options.run or Path("runs") / pack_name(options.clips)
    _check_target(options, folder)

    def opened() -> Run:
        recipe = write_recipe(options.clips, folder, options.changes)
        run = Run(recipe, folder, options.changes)
        run.prepare()
        return run

    try:
        return opened()
    except OtherResultsError:
        print(f"The clips have changed: training starts anew. The earlier results are now in {set_aside(folder)}.")
        return opened()


def _check_target(options: argparse.Namespace, run_folder: Path) -> None:
    """Checks that the pack can be written, before hours of training."""
    from desktop_app.engine.pack.write import check_pack_target

    options.output = options.output or run_folder / "pack"
    check_pack_target(options.output)


def _score_own(run: "Run", resume: bool) -> None:
    from trainer.results.evaluate import evaluate_run, in_words, read_scores

    print(run.found())
    run.fit(resume)
    run.tune()
    evaluate_run(run)
    print(in_words(read_scores(run)))


def _run(options: argparse.Namespace) -> int:
    import torch

    from trainer.run import Run
    from trainer.training.processes import main_first

    torch.set_num_threads(options.threads)
    with main_first():
        run = _own(options) if options.command == "own" else Run(options.recipe, options.run, options.changes)
        if options.command == "export":
            _check_target(options, run.folder)
        if options.command == "prepare" and options.cluster:
            from trainer.data.cluster import spread_over

            with spread_over(options.cluster) as workers:
                run.prepare(workers)
        elif options.command != "steadiness":  # it encodes only the hundred clips that it needs
            run.prepare()
    _fine_tune(run, options)
    if not run.is_main:
        return 0
    if options.command == "prepare":
        print(run.found())
    elif options.command == "fit":
        run.fit(options.resume)
    elif options.command == "tune":
        run.fit(options.resume)
        run.tune()
    elif options.command in ("export", "own"):
        from trainer.results.export import export_run
        from trainer.results.steadiness import enough, steadiness_run

        if options.command == "own":
            _score_own(run, options.resume)
        run.fit(options.resume, for_pack=True)
        run.tune(for_pack=True)
        pack = export_run(run, options.output)
        if enough(run.prepare().utterances, pack.manifest.labels):
            pack = steadiness_run(run.recipe, pack)
        print(f"The pack is in {pack.root}. Install it with `voicekin pack install {pack.root}`, or in the window.")
    elif options.command == "steadiness":
        from desktop_app.engine.pack.read import load_pack
        from trainer.results.steadiness import SECTION, steadiness_run

        pack = steadiness_run(run.recipe, load_pack(options.pack or run.folder / "pack"))
        print(pack.model_card().partition(f"## {SECTION}")[2].partition("## ")[0].strip())
        return 0
    elif options.command == "personalise":
        from trainer.results.personalisation import personalise_run

        run.fit(options.resume)
        run.tune()
        print(personalise_run(run, options.draws))
    elif options.command == "tables":
        from trainer.results.tables import tables_run

        print(tables_run(run, options.only, options.resume))
    elif options.command == "sweeps":
        from trainer.results.sweeps import sweeps_run

        print(sweeps_run(run, options.resume))
    else:
        from trainer.results.evaluate import evaluate_run

        run.fit(options.resume)
        run.tune()
        print(evaluate_run(run))
        if options.command == "report":
            from trainer.results.report import report_run

            report_run(run)
    print(f"Results are in {run.folder}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
