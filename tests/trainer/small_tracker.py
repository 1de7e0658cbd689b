"""A tracker for accelerate that records its calls, and a training that logs to such trackers."""

from pathlib import Path
from typing import Any

from accelerate.tracking import GeneralTracker

from trainer.training.curves import Tracked


class Small(GeneralTracker):
    """Records its calls; `all` has every tracker that was made."""

    name, requires_logging_directory = "small", False
    all: list["Small"] = []  # noqa: RUF012

    def __init__(self, project: str, **options: Any) -> None:
        super().__init__()
        self.project, self.options, self.settings, self.logged = project, options, {}, []
        self.running = False
        self.all.append(self)

    def start(self) -> None:
        self.running = True

    @property
    def tracker(self) -> "Small":
        return self

    def store_init_configuration(self, values: dict[str, Any]) -> None:
        self.settings = values

    def log(self, values: dict[str, Any], step: int | None = None, **_: Any) -> None:
        self.logged.append((step, values))

    def finish(self) -> None:
        self.running = False


def tracked(tmp_path: Path, *trackers: Any) -> Tracked:
    return Tracked(trackers, tmp_path, "tiny", "fold1/0 head", {"finetune.epochs": 5})
