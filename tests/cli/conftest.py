"""What tests of the command line share."""

import signal

import pytest


@pytest.fixture
def no_signal_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C still ends the tests after one in which the command line was interrupted."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
