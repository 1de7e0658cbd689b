"""ONNX Runtime sessions: on the CPU, silent, of one file alone."""

import re
from pathlib import Path

import onnxruntime

from desktop_app.errors import PackError

LOG_FATAL = 4
"""ONNX Runtime's severity that keeps its warnings, which are about its own optimisations, off the terminal."""

_EXTERNAL_DATA = b"location"

_BEFORE_EXTERNAL_DATA = re.compile(rb"(\x0a|\x8a\x80*[\x00-\x7f])(\x08|\x88\x80*[\x00-\x7f])\Z")
"""How a TensorProto starts the name of a file of its own weights: protobuf's field 1, 8 bytes, the key "location", each
number as short as it can be or, which is as valid, drawn out, to ten bytes at most (bits beyond 32 do not count)."""


def open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """A session on the CPU that neither writes to the terminal nor reads any file but this one.

    Raises:
        PackError: If ONNX Runtime can't open it.
    """
    content = path.read_bytes()
    # the key first: for all of it at once the search would hold the interpreter, and with it a window, for 90 ms
    keys = (found.start() for found in re.finditer(_EXTERNAL_DATA, content))
    if any(_BEFORE_EXTERNAL_DATA.search(content, max(0, key - 20), key) for key in keys):
        raise PackError(f"{path.name} keeps weights in another file, which a pack may not: don't use it.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = LOG_FATAL
    # by default its threads spin while they wait, which takes a core from the window and the microphone
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises a class of its own for each kind of failure
        raise PackError(f"{path.name} can't be opened ({first_line(error)}): install the pack again.") from None


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
