"""Qt's Unicode tables without what Qt never asks them for: 32 MB become 5.

Qt has its own locale data, text breaking and encodings, and asks ICU for collation and casing alone. How locales write
dates and numbers, the names of currencies, languages, regions, units and time zones, transliteration, spelled numbers
and old encodings go.
"""

import re
import subprocess
from pathlib import Path

DROPPED = re.compile(
    r"(unit|curr|zone|lang|region|translit|rbnf|brkitr)/|.*\.cnv$|(unames|confusables)\b|[a-z]{2,3}(_\w+)?\.res$"
)
TABLE = re.compile(
    r"\s(?P<address>[0-9a-f]{16})\s+(?P<size>\w+)\s+OBJECT\s+GLOBAL\s+DEFAULT\s+\d+ (?P<name>icudt\d+_dat)"
)


def slim_icu(library: Path, target: Path, work: Path) -> None:
    """Write a smaller libicudata.so.NN.

    Args:
        library: Qt's own, whose one symbol is the table.
        target: Where the smaller one goes; its name is the soname.
        work: A folder for what lies between.
    """
    symbols = subprocess.run(["readelf", "-sW", library], capture_output=True, text=True, check=True).stdout
    found = TABLE.search(symbols)
    if found is None:
        raise ValueError(f"{library} holds no ICU table")
    start, size, symbol = int(found["address"], 16), int(found["size"], 0), found["name"]
    table = work / f"{symbol.removesuffix('_dat')}l.dat"  # l: little-endian, a part of the name that icupkg checks
    # in this library the addresses of the read-only part are its places in the file
    table.write_bytes(library.read_bytes()[start : start + size])

    listed = subprocess.run(["icupkg", "-l", table], capture_output=True, text=True, check=True).stdout.splitlines()
    dropped = work / "icu-dropped.txt"
    dropped.write_text("".join(f"{name}\n" for name in listed if DROPPED.match(name)), encoding="ascii")
    smaller = work / f"slim-{table.name}"
    subprocess.run(["icupkg", "-r", dropped, table, smaller], check=True)

    source = work / "icudata.S"
    source.write_text(
        f'.section .rodata\n.balign 16\n.globl {symbol}\n.type {symbol}, @object\n{symbol}:\n.incbin "{smaller.name}"\n'
        f'.size {symbol}, . - {symbol}\n.section .note.GNU-stack,"",%progbits\n',
        encoding="ascii",
    )
    command = ["gcc", "-shared", "-nostdlib", "-Wl,--build-id=none", f"-Wl,-soname,{target.name}", "-o", target]
    subprocess.run([*command, source.name], cwd=work, check=True)
