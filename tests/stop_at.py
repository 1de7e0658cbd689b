"""Stopping a work at one after the other of the moments at which it asks whether it is to stop."""

from collections.abc import Callable

import pytest

from desktop_app.errors import Cancelled
from desktop_app.interruption import ShouldStop


class _StopAt:
    """Says so at one question."""

    def __init__(self, number: int) -> None:
        self.number, self.asked = number, 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked == self.number


def stopped_at_each_moment(work: Callable[[ShouldStop], object], unchanged: Callable[[], object], most: int = 4) -> int:
    """Stops the work at each of its first `most` questions, where all must be as it was, and lets it be done then.

    Returns how often it asked in the end.
    """
    before = unchanged()
    for number in range(1, most + 1):
        with pytest.raises(Cancelled):
            work(_StopAt(number))
        assert unchanged() == before, f"stopped at question {number}"
    never = _StopAt(0)
    work(never)
    return never.asked
