"""A real browser: Debian's Chromium, or another of its kind."""

import os
import shutil

#: The same names as ``.ci/run`` looks for.
_NAMES = (
    os.environ.get("CHROMIUM", "chromium"),
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
CHROMIUM = next((path for name in _NAMES if (path := shutil.which(name))), None)
NO_CHROMIUM = "no Chromium here: apt-get install chromium"
#: Quiet, and able to run as root; nothing is fetched from outside.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
