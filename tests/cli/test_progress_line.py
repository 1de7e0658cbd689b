import io

import pytest

from desktop_app.commands import progress_line
from desktop_app.commands.progress_line import CLEAR_LINE, ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_line_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setattr(progress_line, "EVERY_S", 0.0)
    terminal = Terminal()
    with ProgressLine(terminal) as line:
        line.show("12 of 400")
        line.show("13 of 400, \x1b[31mred\n.wav and more")
    first, second, third = terminal.getvalue().split(CLEAR_LINE)[1:]
    assert first == "12 of 400"
    assert second == "13 of 400, \\x1b[31…"
    assert third == ""


def test_it_is_not_written_more_often_than_a_person_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(progress_line.time, "monotonic", lambda: now[0])
    terminal = Terminal()
    line = ProgressLine(terminal)
    for step in range(100):
        now[0] = step / 100
        line.show(str(step))
    assert 9 <= terminal.getvalue().count(CLEAR_LINE) <= 11
    line.clear()
    line.show("after a result")
    assert "after a result" in terminal.getvalue()


def test_a_pipe_gets_nothing() -> None:
    pipe = io.StringIO()
    with ProgressLine(pipe) as line:
        line.show("12 of 400")
    assert pipe.getvalue() == ""
