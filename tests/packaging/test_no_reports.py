"""Nothing in VoiceKin reports to anyone: ONNX Runtime's telemetry is off before it is first imported."""

import os
import subprocess
import sys
from pathlib import Path

ANSWER = """
from desktop_app import paths, self_test
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.recogniser import Recogniser
recogniser = Recogniser(load_pack(paths.default_pack()))
recogniser.answer(recogniser.analyse_file(self_test.SAMPLE))
"""


def test_an_answer_leaves_no_device_id_and_no_events_to_send(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ORT_", "XDG_"))}
    places = {name: str(tmp_path) for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA")}
    subprocess.run([sys.executable, "-B", "-c", ANSWER], env={**environment, **places}, check=True, timeout=240)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
