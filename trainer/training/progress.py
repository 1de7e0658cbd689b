"""Progress of all fine-tuning of a command, with an upper bound of the remaining time, as trainings may stop early."""

import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tqdm import tqdm


@dataclass(frozen=True)
class Planned:
    """A planned training.

    Attributes:
        epochs: Maximum number of epochs.
        clips: Number of clips in an epoch.
    """

    epochs: int
    clips: int


class FineTuningProgress:
    """A bar on a terminal, or else a line after each training; both show how long the rest will take at most.

    The estimate uses times measured since the start: the time per clip in an epoch, and the time that a training takes
    in addition to its epochs.
    """

    def __init__(
        self, planned: Sequence[Planned], quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """With `quiet`, nothing is shown."""
        self._planned, self._quiet, self._clock = planned, quiet, clock
        self._trained, self._epochs = 0, 0  # finished trainings, and finished epochs of the current one
        self._since = clock()
        self._is_first = True
        self._later_s, self._later_clips = 0.0, 0  # of epochs other than the first of a training
        self._firsts: list[tuple[float, int]] = []  # seconds to the end of a training's first epoch, and its clips
        epochs = sum(training.epochs for training in planned)
        form = "{desc} {percentage:3.0f}% {bar}{postfix}"
        self._bar = tqdm(total=epochs, bar_format=form, leave=False, disable=True if quiet else None)

    def epoch(self, done: int, _: int) -> None:
        """To be called when the current training has finished `done` epochs."""
        now, training = self._clock(), self._planned[self._trained]
        if self._is_first:
            self._firsts.append((now - self._since, training.clips))
        else:
            self._later_s += now - self._since
            self._later_clips += training.clips * (done - self._epochs)
        self._since, self._is_first, self._epochs = now, False, done
        self._bar.set_description_str(f"fine-tuning {self._trained + 1} of {len(self._planned)}", refresh=False)
        self._bar.set_postfix_str(f"at most {duration(self.seconds_left())} left", refresh=False)
        self._show()

    def trained(self) -> None:
        """To be called when the current training is finished, even if it stopped early."""
        self._trained, self._epochs, self._since, self._is_first = self._trained + 1, 0, self._clock(), True
        left = len(self._planned) - self._trained
        if left == 0:
            self._bar.close()
        elif self._bar.disable and not self._quiet:
            told = f"{self._trained} of {len(self._planned)} fine-tuned; the rest takes at most"
            print(f"{told} {duration(self.seconds_left())}.", file=sys.stderr)
        self._show()

    def _show(self) -> None:
        self._bar.n = sum(training.epochs for training in self._planned[: self._trained]) + self._epochs
        self._bar.refresh()

    def seconds_left(self) -> float:
        """Upper bound of the remaining time; infinite until an epoch has been measured."""
        if not self._firsts:
            return math.inf
        by_clip = sum(s for s, _ in self._firsts) / sum(clips for _, clips in self._firsts)
        besides = 0.0
        if self._later_clips:
            by_clip = self._later_s / self._later_clips
            besides = max(0.0, sum(s - by_clip * clips for s, clips in self._firsts) / len(self._firsts))
        rest = self._planned[self._trained :]
        clips = sum(training.epochs * training.clips for training in rest)
        if rest:
            clips -= self._epochs * rest[0].clips
        return by_clip * clips + besides * (len(rest) - (not self._is_first))


def duration(seconds: float) -> str:
    """The time as text, rounded up: "3 h 10 min", "5 min", "40 s"."""
    if seconds <= 60 or math.isinf(seconds):
        return f"{math.ceil(seconds)} s" if math.isfinite(seconds) else "an unknown time"
    minutes = math.ceil(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
