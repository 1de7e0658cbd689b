"""Whether fine-tuning keeps its device busy: clips a second of the loader, of the model, and of both together.

    python -m tests.benchmarks.fine_tuning --recipe RECIPE [--set KEY=VALUE ...] [--clips 1024] [--workers N]

    python -m tests.benchmarks.fine_tuning --recipe trainer/recipes/iemocap-fast.toml

Loader: decoded, augmented and padded, nothing done with them. Model: forward, backward and the optimiser's step on one
batch that lies on the device. Together: an epoch as it is trained. On whatever device there is. Exit status 1 where
together is less than 90 % of the model alone. Without a GPU loader and model share the processor.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator

from trainer.run import Run
from trainer.training.finetune import KEPT_BYTES, Clips, FineTuning, default_workers
from trainer.training.processes import this_process

GOAL = 0.9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--clips", type=int, default=1024, help="of an epoch")
    parser.add_argument("--workers", type=int, help="of the loader (as fine-tuning has it)")
    options = parser.parse_args()
    this_process()
    with tempfile.TemporaryDirectory() as folder:
        run = Run(options.recipe, Path(folder), options.changes)
        data, tuning = run.prepare(), run.recipe.finetune
        accelerator = Accelerator(mixed_precision=tuning.precision, gradient_accumulation_steps=tuning.accumulate)
        workers = default_workers(accelerator.device) if options.workers is None else options.workers
        began = time.perf_counter()
        job = FineTuning(
            accelerator,
            Clips(data.utterances, run.recipe.backbone.max_seconds, KEPT_BYTES // max(1, workers)),
            data.label_indices(),
            data.targets(),
            np.random.default_rng(0).permutation(len(data.utterances))[: options.clips],
            np.zeros(0, np.int64),
            run.recipe.backbone,
            tuning,
            0,
            Path(folder),
            workers,
        )
        print(f"{accelerator.device}, {workers} workers; ready after {time.perf_counter() - began:.1f} s")
        batch = next(iter(job.loader))
        clips = job.steps * len(batch[-1])

        def loaded() -> None:
            for _ in job.loader:
                pass

        def modelled() -> None:
            on_device = [t.to(accelerator.device) for t in batch]
            for _ in range(job.steps):
                job.step(on_device)

        def both() -> None:
            for drawn in job.loader:
                job.step(drawn)

        job.model.train()
        modelled()  # kernels are chosen, memory is taken
        rates = {
            name: clips / _seconds(work) for name, work in (("loader", loaded), ("model", modelled), ("both", both))
        }
    for name, rate in rates.items():
        print(f"{name:8} {rate:8.1f} clips a second")
    share = rates["both"] / rates["model"]
    print(f"together {share:.0%} of the model alone; goal {GOAL:.0%}")
    return int(share < GOAL)


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
