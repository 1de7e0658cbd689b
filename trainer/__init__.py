"""The trainer: fine-tunes a speech encoder, builds the datastore and writes packs. torch lives here."""

import desktop_app  # noqa: F401 - before any ONNX Runtime, whose reports to its maker it switches off
