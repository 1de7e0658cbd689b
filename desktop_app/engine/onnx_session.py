"""ONNX Runtime sessions: on the CPU, silent, of one file alone."""

from pathlib import Path

import onnxruntime

from desktop_app.errors import PackError

LOG_FATAL = 4
"""ONNX Runtime's severity that keeps its warnings, which are about its own optimisations, off the terminal."""


def open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """A session on the CPU that does not write to the terminal.

    It is run in part as it is opened, and reads what other files it names: a pack's has passed `pack.graph` before.

    Raises:
        PackError: If ONNX Runtime can't open it.
    """
    content = path.read_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = LOG_FATAL
    # by default its threads spin while they wait, which takes a core from the window and the microphone
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        # its fallback has nothing to fall back to, and prints of it among our answers
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=False)
    except Exception as error:  # ONNX Runtime raises a class of its own for each kind of failure
        raise PackError(f"{path.name} can't be opened ({first_line(error)}): install the pack again.") from None


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
