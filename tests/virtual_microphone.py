"""A microphone without hardware: a sound server of our own whose loudspeaker is a cable into its microphone."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

PROGRAMS = ("pulseaudio", "pactl")
ALSA_PLUGIN = "alsa-lib/libasound_module_pcm_pulse.so"
MICROPHONE = "pulse"
"""What PortAudio calls it."""


def missing() -> str:
    """Why there can be no virtual microphone here, or ""."""
    if absent := [name for name in PROGRAMS if shutil.which(name) is None]:
        return f"{', '.join(absent)} not installed (Debian: pulseaudio, pulseaudio-utils)"
    if not any(Path("/usr/lib").glob(f"*/{ALSA_PLUGIN}")):
        return "ALSA's pulse plugin is not installed (Debian: libasound2-plugins)"
    return ""


class VirtualMicrophone:
    """A PulseAudio server with a null sink at 16 kHz mono; what is played into it comes out of the microphone.

    Attributes:
        environment: What a process needs to find this server and no other.
    """

    def __init__(self, folder: Path) -> None:
        runtime = folder / "pulse"
        runtime.mkdir(parents=True, mode=0o700)
        alsa = folder / "asound.conf"
        alsa.write_text("pcm.pulse { type pulse }\nctl.pulse { type pulse }\npcm.!default { type pulse }\n", "ascii")
        self.environment: Mapping[str, str] = {
            "XDG_RUNTIME_DIR": str(runtime),
            "PULSE_RUNTIME_PATH": str(runtime),
            "PULSE_STATE_PATH": str(runtime),
            "PULSE_SERVER": f"unix:{runtime / 'native'}",
            "PULSE_COOKIE": str(runtime / "cookie"),
            "ALSA_CONFIG_PATH": str(alsa),
        }
        self._log = (folder / "pulseaudio.log").open("wb")
        self._server = subprocess.Popen(
            [
                "pulseaudio",
                "-n",
                "--daemonize=no",
                "--use-pid-file=no",
                "--exit-idle-time=-1",
                "--disallow-exit=no",
                "--realtime=no",
                # norewinds: without it samples written already are written again, and the recording differs
                "-L",
                "module-null-sink sink_name=cable rate=16000 channels=1 format=s16le norewinds=1",
                "-L",
                f"module-native-protocol-unix socket={runtime / 'native'} auth-anonymous=1",
            ],
            env={**os.environ, **self.environment},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait()

    def play(self, wav: Path) -> None:
        """Begin to play a 16 kHz mono WAV file into the microphone. The server has all of it before it begins: a
        program that feeds it leaves a gap where a busy machine keeps it waiting."""
        self._ask("upload-sample", str(wav), "sound")
        self._ask("play-sample", "sound", "cable")

    def is_playing(self) -> bool:
        """Whether a sound has not come to its end."""
        return bool(self._ask("list", "short", "sink-inputs").strip())

    def kill(self) -> None:
        """As a crash of the sound server."""
        self._server.send_signal(signal.SIGKILL)
        self._server.wait()

    def close(self) -> None:
        """End the server."""
        if self._server.poll() is None:
            self._server.terminate()
            self._server.wait(timeout=20)
        self._log.close()

    def _ask(self, *command: str) -> str:
        done = subprocess.run(
            ["pactl", *command],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def _wait(self) -> None:
        for _ in range(200):
            try:
                self._ask("info")
                return
            except subprocess.CalledProcessError:
                if self._server.poll() is not None:
                    break
        raise RuntimeError(f"the sound server did not start: {Path(self._log.name).read_text(errors='replace')}")
