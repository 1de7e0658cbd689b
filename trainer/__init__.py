"""The trainer: fine-tunes a speech encoder, builds the datastore and writes packs. Only the trainer imports torch."""

import desktop_app  # noqa: F401 - before any ONNX Runtime, whose reports to its maker it switches off
