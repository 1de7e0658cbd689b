"""From a file or a microphone to mono samples, and where in them is speech.

For everyone: `audio` (the one door to files: mix down, resample), `kinds` (which files are recordings), `segmentation`
(a recording of any length in pieces), `speech` (the speech detector), `steady` (what the encoder gets of a sound),
`envelope` (peaks for drawing), `free_talk`.
`decode`, `ffmpeg` and `headers` serve `audio` alone, `borders` serves `segmentation`. Imports of the engine only
`onnx_session`.
"""
