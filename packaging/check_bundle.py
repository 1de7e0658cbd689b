"""Looks at a frozen folder, check_bundle.py FOLDER: no trainer, no network, nothing missing, not too large.

It looks at what is there (the modules in the program's archive and in base_library.zip, the files, and on Linux the
libraries that they ask the system for), not at what the freezing was told.
"""

import re
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

MAX_MB = 190
FORBIDDEN = re.compile(
    r"""(torch|torchaudio|transformers|accelerate|trainer|sklearn|scipy|matplotlib|librosa|numba|audiomentations
    | ssl|_ssl|http|urllib\.request|urllib3|requests|httpx\d?|httpcore\d?|aiohttp|websockets?|grpc|huggingface_hub
    | asyncio|_asyncio|socketserver|ftplib|smtplib|imaplib|poplib|nntplib|telnetlib|xmlrpc|wsgiref|webbrowser
    | multiprocessing|PySide6\.QtNetwork\w*|PySide6\.QtWeb\w+
    )([./]|$)
    | .*(QtNetwork|Qt6Network|Qt6WebE|Qt6WebS|Qt6Qml)
    | .*lib(ssl|crypto|curl|nghttp|gssapi|krb5|torch|cuda)
    | .*plugins/(tls|networkinformation)/""",
    re.VERBOSE,
)
ASKED_FOR_FORBIDDEN = re.compile(r"lib(ssl|curl|nghttp\d|gssapi|krb5|nss3|gnutls|Qt6Network)\b")
FFMPEG = "ffmpeg.exe" if sys.platform == "win32" else "ffmpeg"
NEEDED = (
    *("desktop_app.self_test", "desktop_app.commands.classify", "annoy"),
    *("desktop_app/assets/packs/default/pack.json", "desktop_app/assets/sample/sample.wav"),
    f"media/{FFMPEG}",
)


def main(folder: Path) -> int:
    """Print what is there; 0 if it is as it should be."""
    files = sorted((file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()), key=size)
    total = sum(map(size, files)) / 1e6
    wrong = faults(contents(folder, files), total)
    for file in files if sys.platform == "linux" else ():
        wrong += [f"{file.name} asks the system for {name}" for name in asked_for(file)]
    wrong += faults_of_ffmpeg(folder / "_internal" / "media" / FFMPEG)
    print(f"{len(files)} files, {total:.1f} MB; the ten largest:")
    for file in files[:-11:-1]:
        print(f"  {size(file) / 1e6:5.1f} MB  {file.relative_to(folder).as_posix()}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def faults(names: set[str], megabytes: float) -> list[str]:
    """A line for everything that is not as it should be with a bundle of these modules and files, and of this size."""
    wrong = [f"does not belong here: {name}" for name in sorted(names) if FORBIDDEN.match(name)]
    wrong += [f"is missing: {name}" for name in NEEDED if name not in names]
    if megabytes > MAX_MB:
        wrong.append(f"{megabytes:.1f} MB are more than {MAX_MB}")
    return wrong


def contents(folder: Path, files: list[Path]) -> set[str]:
    """Every module by its dotted name, and every file by its place in `_internal`."""
    from PyInstaller.archive.readers import CArchiveReader

    program = folder / ("VoiceKin.exe" if sys.platform == "win32" else "VoiceKin")
    names = set(CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz").toc)
    with zipfile.ZipFile(folder / "_internal" / "base_library.zip") as library:
        names |= {PurePosixPath(name).with_suffix("").as_posix().replace("/", ".") for name in library.namelist()}
    inside = [file.relative_to(folder / "_internal").as_posix() for file in files if "_internal" in file.parts]
    # an extension module is a file python3.11/lib-dynload/NAME.ABI.so or NAME.ABI.pyd
    return names | set(inside) | {PurePosixPath(name).name for name in inside}


def faults_of_ffmpeg(program: Path) -> list[str]:
    """A line if the decoder is not under the LGPL, or could reach a network."""
    licence, protocols = (
        subprocess.run([program, "-hide_banner", option], capture_output=True, text=True).stdout
        for option in ("-L", "-protocols")
    )
    wrong = [] if "GNU Lesser General Public" in licence else ["ffmpeg is not under the LGPL"]
    spoken = set(protocols.split()) - {"Supported", "file", "protocols:", "Input:", "Output:", "pipe"}
    return wrong + [f"ffmpeg speaks {name}" for name in sorted(spoken)]


def asked_for(file: Path) -> list[str]:
    """The libraries of a network that an ELF file wants of the system."""
    shown = subprocess.run(["readelf", "--dynamic", file], capture_output=True, text=True).stdout
    return [name for name in re.findall(r"\(NEEDED\).*\[(.+)\]", shown) if ASKED_FOR_FORBIDDEN.match(name)]


def size(file: Path) -> int:
    """Its bytes."""
    return file.stat().st_size


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
