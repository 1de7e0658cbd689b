"""Estimates of the remaining time of fine-tuning are right even if trainings take time besides their epochs."""

import pytest

from trainer.training.progress import FineTuningProgress, Planned, duration


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_estimate_covers_all_trainings_and_their_time_outside_epochs() -> None:
    clock = Clock()
    progress = FineTuningProgress([Planned(10, 100), Planned(10, 200), Planned(10, 100)], clock=clock)
    for done in range(1, 7):
        clock.now += 5 if done > 1 else 31 + 5
        progress.epoch(done, 10)
        if done > 1:
            assert progress.seconds_left() == pytest.approx((10 - done) * 5 + (31 + 10 * 10) + (31 + 10 * 5))
    progress.trained()  # early
    assert progress.seconds_left() == pytest.approx((31 + 10 * 10) + (31 + 10 * 5))
    clock.now += 31 + 10
    progress.epoch(1, 10)
    assert progress.seconds_left() == pytest.approx(9 * 10 + (31 + 10 * 5))


def test_after_one_epoch_the_estimate_is_a_bound() -> None:
    clock = Clock()
    progress = FineTuningProgress([Planned(3, 10), Planned(3, 10)], clock=clock)
    clock.now += 30 + 2
    progress.epoch(1, 3)
    assert progress.seconds_left() == pytest.approx(5 * 32)  # not less than 2 * 2 + 30 + 3 * 2


def test_epochs_of_an_earlier_run_are_not_counted_again() -> None:
    clock = Clock()
    progress = FineTuningProgress([Planned(10, 10), Planned(10, 10)], clock=clock)
    for done in (8, 9):
        clock.now += 4
        progress.epoch(done, 10)
    assert progress.seconds_left() == pytest.approx(4 + 10 * 4)


def test_without_a_terminal_each_training_leaves_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    for quiet in (False, True):
        progress = FineTuningProgress([Planned(2, 10)] * 2, quiet, clock)
        for _ in range(2):
            for done in (1, 2):
                clock.now += 600
                progress.epoch(done, 2)
            progress.trained()
        told = "1 of 2 fine-tuned; the rest takes at most 20 min.\n"
        assert capsys.readouterr().err == ("" if quiet else told)


@pytest.mark.parametrize(("seconds", "told"), [(0.2, "1 s"), (61, "2 min"), (3600, "1 h 0 min"), (7501, "2 h 6 min")])
def test_durations_are_rounded_up(seconds: float, told: str) -> None:
    assert duration(seconds) == told
