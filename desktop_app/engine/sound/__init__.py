"""From a file or a microphone to mono samples, and where in them is speech.

For everyone: `audio` (decode, mix down, resample), `segmentation` (a recording of any length in pieces), `speech` (the
speech detector), `envelope` (peaks for drawing), `free_talk`. `borders` serves `segmentation` alone. Imports of
the engine only `onnx_session`.
"""
