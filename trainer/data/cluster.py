"""Clips are read and encoded by the workers of a Dask cluster; the results are cached in this process."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from desktop_app import interruption
from desktop_app.engine.batch.answers import LOOK_EVERY_S
from desktop_app.engine.batch.cluster import ASKED_AHEAD, connected
from desktop_app.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client, Future

A = TypeVar("A")
B = TypeVar("B")


class Workers:
    """Like the built-in `map`, on the workers of a cluster."""

    def __init__(self, client: "Client", address: str) -> None:
        self._client, self._address = client, address

    def __call__(self, function: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
        """Yields `function` of each item, in order. Both must be picklable, and the workers must have the trainer.

        Raises:
            ClusterError: The cluster can no longer be reached, or a worker failed.
            Cancelled: The process was asked to stop.
        """
        left, asked = iter(items), deque[Any]()
        try:
            while True:
                ahead = ASKED_AHEAD * max(1, len(self._reached(self._client.nthreads)))
                while len(asked) < ahead and (item := next(left, self)) is not self:
                    asked.append(self._client.submit(function, item, pure=False))
                if not asked:
                    return
                yield self._result(asked[0])
                asked.popleft().release()
        finally:  # interrupted, or the caller stopped iterating
            if asked:
                self._client.cancel(list(asked), force=True)

    def _result(self, future: "Future") -> Any:
        from distributed import KilledWorker

        while future.status in ("pending", "lost"):  # lost with its worker: another one computes it again
            interruption.check()
            if self._client.status not in ("running", "connecting"):
                raise self._lost()
            with suppress(Exception):  # not ready, or failed: the status says which
                future.exception(timeout=LOOK_EVERY_S)
            if future.status == "lost":
                time.sleep(LOOK_EVERY_S)
        if future.status == "finished":
            return self._reached(future.result)
        if future.status != "error":
            raise self._lost()
        error = self._reached(future.exception)
        if isinstance(error, ClusterError):
            raise error
        if isinstance(error, KilledWorker):
            raise ClusterError(
                f"{error.allowed_failures + 1} workers died, one after the other, with the same clips: give each more "
                "memory, or run the command again without --cluster."
            )
        raise ClusterError(f"A worker failed ({type(error).__name__}: {error}).")

    def _reached(self, ask: Callable[[], B]) -> B:
        from distributed.client import FutureCancelledError

        try:
            return ask()
        except (OSError, FutureCancelledError):
            raise self._lost() from None

    def _lost(self) -> ClusterError:
        return ClusterError(
            f"The cluster at {self._address} can't be reached any more. Finished clips are kept: run the command again."
        )


@contextmanager
def spread_over(address: str) -> Iterator[Workers]:
    """The workers of the scheduler at `address`, or of `local:N`, for the duration of the block.

    Raises:
        ClusterError, Cancelled: As `connected`.
    """
    with connected(address, interruption.requested) as client:
        yield Workers(client, address)
