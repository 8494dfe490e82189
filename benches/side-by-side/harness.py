"""Where the harness of ../shared/bench is, and its stand-in for Lambda."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import loopback

BENCH = Path(os.environ.get("BENCH", loopback.ROOT.parent / "shared" / "bench"))

# Where the harness puts its stand-in.
UPSTREAM = 9400


def present():
    """Ends with 3, as something that was skipped does, where there is no harness."""
    if not (BENCH / "bench.py").exists():
        print(f"SKIPPED: the harness is not at {BENCH}; name its folder in BENCH", file=sys.stderr)
        sys.exit(3)


@contextlib.contextmanager
def standin():
    """Runs the stand-in for Lambda while something is measured."""
    present()
    command = ["taskset", "-c", "1", loopback.program("lambda-standin", "STANDIN"), "--port", str(UPSTREAM), "--verify-every", "64"]
    process = subprocess.Popen(command)
    try:
        _answers(process)
        yield
    finally:
        process.terminate()
        process.wait()


def _answers(process):
    for _ in range(200):
        if process.poll() is not None:
            sys.exit(f"the stand-in does not start; is port {UPSTREAM} taken?")
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{UPSTREAM}/__stats", timeout=5).close()
        time.sleep(0.02)
    sys.exit("the stand-in does not answer")
