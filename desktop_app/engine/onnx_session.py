"""Opens ONNX Runtime sessions: on the CPU, without output to the terminal, from a single file."""

from pathlib import Path

import onnxruntime

from desktop_app.errors import PackError

LOG_FATAL = 4
"""ONNX Runtime's log severity: suppresses its warnings, which concern its own optimisations."""


def open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """Opens a session on the CPU that does not write to the terminal.

    ONNX Runtime runs parts of a graph while it opens it, and reads other files that the graph names. So a pack's graphs
    must have passed `pack.graph` before.

    Raises:
        PackError: If ONNX Runtime can't open it.
    """
    content = path.read_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = LOG_FATAL
    # by default its threads busy-wait, which takes a core away from the window and the microphone
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        # there is no other provider to fall back to, and the attempt would print to standard output
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=False)
    except Exception as error:  # ONNX Runtime has its own exception class for each kind of failure
        raise PackError(f"{path.name} can't be opened ({first_line(error)}): install the pack again.") from None


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
