"""Runtime hook: a C locale becomes C.UTF-8, as Python does by itself (PEP 538) where it is not frozen; Qt wants it."""

import locale
import os
import sys

if sys.platform == "linux" and locale.setlocale(locale.LC_CTYPE, "") in ("C", "POSIX"):
    os.environ["LC_CTYPE"] = "C.UTF-8"
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
