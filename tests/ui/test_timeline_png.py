import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from desktop_app.engine.exports.timeline_image import timeline_svg
from desktop_app.engine.recognition.answer import Recognition, Segment, Timing
from desktop_app.ui.timeline_png import png_from_svg

assert "PySide6" not in sys.modules, "the list of formats must not cost the import of Qt"
p = {"angry": 1.0, "sad": 0.0}
segments = (Segment(0.0, 5.0, "angry", p),)
r = Recognition("ü.wav", 10.0, "angry", 1.0, False, "", 0.0, 5.0, p, p, p, (), 8, 0.5, segments, Timing())
Path(sys.argv[1]).write_bytes(png_from_svg(timeline_svg(r)))
"""


def test_png_from_a_terminal_without_a_screen(tmp_path: Path) -> None:
    from PySide6.QtGui import QColor, QImage

    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    target = tmp_path / "out.png"
    subprocess.run([sys.executable, "-c", SCRIPT, str(target)], check=True, env=env, timeout=120)
    image = QImage(str(target))
    assert image.width() == 2400
    middle = 2 * 220
    assert image.pixelColor(2 * 300, middle) == QColor("#d55e00"), "the first half is angry from top to bottom"
    assert image.pixelColor(2 * 900, middle) == QColor("#f3f3f3"), "nothing was heard in the second half"
