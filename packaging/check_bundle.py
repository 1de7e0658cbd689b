"""Looks at a frozen folder: check_bundle.py ORIGINS FOLDER. Nothing of the trainer or of a network, not too large."""

import json
import re
import sys
from pathlib import Path

MAX_MB = 190
FORBIDDEN = re.compile(
    r"""(torch|transformers|trainer|sklearn|scipy|matplotlib|librosa|numba
    | ssl|_ssl|http|urllib3|requests|httpx|aiohttp|huggingface_hub|ftplib|smtplib|urllib\.request|PySide6\.QtNetwork
    )([./]|$)
    | .*(libQt6Network|libQt6Qml|libQt6WebEngine|libssl|libcrypto|libtorch|libcuda)""",
    re.VERBOSE,
)
NEEDED = (
    *("desktop_app.self_test", "desktop_app.commands.classify", "annoy"),
    *("desktop_app/assets/packs/default/pack.json", "desktop_app/assets/sample/sample.wav"),
)


def main(origins: Path, folder: Path) -> int:
    """Print what is there; 0 if it is as it should be."""
    names = {name.replace("\\", "/") for name, _ in json.loads(origins.read_text(encoding="utf-8"))}
    files = sorted((file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()), key=size)
    names |= {str(file.relative_to(folder / "_internal").as_posix()) for file in files if "_internal" in file.parts}
    wrong = [f"does not belong here: {name}" for name in sorted(names) if FORBIDDEN.match(name)]
    wrong += [f"is missing: {name}" for name in NEEDED if name not in names]
    total = sum(map(size, files)) / 1e6
    if total > MAX_MB:
        wrong.append(f"{total:.0f} MB are more than {MAX_MB}")
    print(f"{len(files)} files, {total:.1f} MB; the ten largest:")
    for file in files[:-11:-1]:
        print(f"  {size(file) / 1e6:5.1f} MB  {file.relative_to(folder).as_posix()}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def size(file: Path) -> int:
    """Its bytes."""
    return file.stat().st_size


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
