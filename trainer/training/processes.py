"""The processes that fine-tune together: starting them, their ranks, and errors when one of them ends early.

They are started by `--processes N`, by `accelerate launch` or by `torchrun`. The first of them, the main process,
writes all files and does alone everything that is not fine-tuning.
"""

import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import torch
from accelerate import PartialState
from accelerate.utils import parse_flag_from_env

from desktop_app.errors import VoiceKinError

LONGEST_WAIT = timedelta(days=7)  # for the main process, which may read and encode for hours
STOPPED = 130  # exit status after Ctrl-C


class ProcessLostError(VoiceKinError):
    """One of the processes has ended before the others."""


def this_process(cpu: bool = False) -> PartialState:
    """This process's place among the others, which it joins at the first call.

    Args:
        cpu: Don't use a GPU, as with ACCELERATE_USE_CPU.
    """
    launched = "LOCAL_RANK" in os.environ
    cpu = cpu or parse_flag_from_env("ACCELERATE_USE_CPU") or (launched and not torch.cuda.is_available())
    return PartialState(cpu=cpu, timeout=LONGEST_WAIT) if launched else PartialState(cpu=cpu)


@contextmanager
def main_first() -> Iterator[None]:
    """The main process runs the block first, then the others, which find its files."""
    with lost_told(), this_process().main_process_first():
        yield


@contextmanager
def lost_told() -> Iterator[None]:
    """Turns the errors of the communication between processes, if one of them is gone, into a clear message.

    Raises:
        ProcessLostError: Another process has ended.
    """
    try:
        yield
    except RuntimeError as error:
        of_communication = isinstance(error, torch.distributed.DistError) or "gloo" in str(error).lower()
        if this_process().num_processes == 1 or not of_communication:
            raise
        raise ProcessLostError(_lost("Another of the launched processes has ended, see its message")) from None


def leave() -> None:
    """Ends the common work, after which each process may end at any time."""
    this_process().destroy_process_group()


def launch(processes: int, module: str, arguments: Sequence[str]) -> int:
    """Runs a module in several processes on this machine; returns the exit status.

    Raises:
        ProcessLostError: One of them was killed.
    """
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    logging.getLogger("torch.distributed").setLevel(logging.CRITICAL)  # each process reports its own errors
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=processes,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
        monitor_interval=0.1,
    )
    try:
        elastic_launch(config, sys.executable)("-m", module, *arguments)
    except ChildFailedError as error:
        for rank, failure in error.failures.items():
            if failure.exitcode < 0 and -failure.exitcode != signal.SIGTERM:  # which the launcher sends to the others
                name = signal.Signals(-failure.exitcode).name
                raise ProcessLostError(_lost(f"Process {rank + 1} of {processes} was ended by {name}")) from None
        return int(error.get_first_failure()[1].exitcode)
    except SignalException:
        return STOPPED
    return 0


def _lost(what: str) -> str:
    return f"{what}. The same command with --resume continues from the last complete epoch."
