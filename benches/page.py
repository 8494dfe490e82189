"""docs/performance.md has several writers; each replaces its own part, between two comments with the part's name."""

import os
import platform
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"


def put(part, text):
    """Replaces one part of the page, or adds it at the end."""
    opening, closing = f"<!-- {part} -->", f"<!-- /{part} -->"
    whole = PAGE.read_text()
    new = f"{opening}\n{text.strip()}\n{closing}"
    found = re.compile(re.escape(opening) + ".*?" + re.escape(closing), re.DOTALL)
    if found.search(whole):
        whole = found.sub(lambda _: new, whole, count=1)
    else:
        whole = f"{whole.rstrip()}\n\n{new}\n"
    PAGE.write_text(whole)


def machine():
    """The machine that figures come from, in a few words."""
    lines = open("/proc/cpuinfo").read().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}"
