"""What goes into the frozen app and what stays out. Found by looking at what PyInstaller collects."""

import re

EXCLUDED_MODULES = [
    # the trainer's world
    *("torch", "transformers", "trainer", "matplotlib", "scipy", "sklearn", "pandas", "PIL"),
    # VoiceKin never uses a network; of the modules that could, only socket stays, which email brings along, which
    # importlib.metadata reads with
    *("ssl", "_ssl", "http", "ftplib", "smtplib", "imaplib", "poplib", "nntplib", "telnetlib", "xmlrpc", "wsgiref"),
    *("urllib.request", "PySide6.QtNetwork", "asyncio", "socketserver", "webbrowser"),
    # it works with threads, and keeps nothing in Berkeley DB (which libjack brings, PortAudio's own)
    *("multiprocessing", "concurrent.futures.process", "dbm", "_dbm"),
    # parts of libraries that serve their own developers
    "imageio_ffmpeg",  # whose program has parts under the GPL; the bundle has one of its own
    *("tkinter", "pydoc", "doctest", "unittest", "pdb", "lib2to3", "distutils", "setuptools", "pkg_resources"),
    *(
        "curses",
        "readline",
        "sqlite3.test",
        "numpy.testing",
        "numpy._core._multiarray_tests",
        "numpy.f2py",
        "onnxruntime.quantization",
        "onnxruntime.tools",
    ),
    *("onnxruntime.transformers", "onnxruntime.training", "google.protobuf", "flatbuffers", "sympy", "packaging"),
]

# Qt's plugins that a desktop app of buttons and drawings needs
_PLUGINS = re.compile(
    r"""(PySide6/)?(Qt/)?plugins/(
      platforms/(lib)?q(xcb|wayland|offscreen|windows|cocoa)\W
    | imageformats/(lib)?q(svg|ico|icns)\W
    | iconengines/
    | styles/
    | platformthemes/libqxdgdesktopportal\W
    | platforminputcontexts/
    | xcbglintegrations/
    | wayland-(decoration-client/libadwaita|shell-integration/libxdg-shell|graphics-integration-client/libqt-plugin)
    )""",
    re.VERBOSE,
)

# Linux: what every desktop has in a version that has to fit its other parts (sound plugins, font and X settings),
# and what only a dropped Qt plugin or an excluded module wanted
_SYSTEM_OR_UNUSED = re.compile(
    r"""(lib(
      # the system's own
      asound|X11|Xau|Xdmcp|Xext|Xrender|dbus-1|expat|fontconfig|freetype|glib-2|gthread-2|gcc_s|stdc\+\+|z|systemd
    | bsd|md|cap|gcrypt|gpg-error|lz4|lzma|zstd|pcre2-8|png16|brotlicommon|brotlidec|mvec|bz2|selinux|blkid|mount
      # GTK's theme plugin
    | atk|cairo|pango|gdk|gtk|gio|gobject|gmodule|harfbuzz|fribidi|datrie|thai|graphite2|pixman|jpeg
      # the network
    | Qt6Network|crypto|ssl|krb5|k5crypto|gssapi|com_err|keyutils
      # a terminal's line editing
    | readline|tinfo|ncurses
      # Qt parts of embedded systems
    | Qt6EglF[Ss]|Qt6WlShellIntegration|Qt6Pdf|Qt6Qml|Qt6Quick|Qt6VirtualKeyboard
    )[^/]*\.so)
    | opengl32sw\.dll
      # for C programs: Python's own part holds all of it once more
    | (lib)?onnxruntime\.(dll|so|\d)""",
    re.VERBOSE,
)


def wanted_binary(name: str) -> bool:
    """Does a library, by its place in the bundle, belong in it?"""
    name = name.replace("\\", "/")
    if "/plugins/" in name:
        return bool(_PLUGINS.match(name))
    return not _SYSTEM_OR_UNUSED.match(name.rpartition("/")[2])


def wanted_data(name: str) -> bool:
    """Does a data file belong in it?

    Qt's own translations are left out: the window has its own. Of what describes a distribution its version is kept.
    """
    name = name.replace("\\", "/")
    return "Qt/translations/" not in name and not re.search(r"\.dist-info/(?!METADATA$)|/include/|\.(pyi|ts)$", name)


def version_info(version: str) -> str:
    """The version resource of the Windows programs, in PyInstaller's form; `version` is three numbers with dots."""
    numbers = (*map(int, version.split(".")), 0)
    strings = {
        "CompanyName": "The VoiceKin authors",
        "FileDescription": "VoiceKin",
        "FileVersion": version,
        "InternalName": "VoiceKin",
        "LegalCopyright": "The VoiceKin authors, Apache License 2.0",
        "OriginalFilename": "VoiceKin.exe",
        "ProductName": "VoiceKin",
        "ProductVersion": version,
    }
    table = ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in strings.items())
    return f"""VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0, OS=0x40004, fileType=1, subtype=0),
  kids=[
    StringFileInfo([StringTable("040904B0", [{table}])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 1200])]),
  ],
)
"""
