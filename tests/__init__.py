"""The tests; nothing of them imports ONNX Runtime before its reports to its maker are switched off."""

import desktop_app  # noqa: F401 - switches them off
