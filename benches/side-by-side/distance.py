"""How far the two cores are apart: what a change takes from one to the other, in nanoseconds.

On a shared machine the hypervisor moves our cores about, and where they share no cache, each request takes a fifth more of a gateway's
core: the kernel hands every piece to the other core. Within one run some gateways would be measured near and others far.
"""

import mmap
import os
import statistics
import time

BATCHES, TURNS = 31, 400

# A distance counts as near up to so many times the least that was seen. Far is three times as much, near varies by a half.
NEAR = 2.0


def between(first=0, second=1):
    """The median of some batches. Python's own work is in it, so it is for comparison only."""
    shared = mmap.mmap(-1, mmap.PAGESIZE)
    other = os.fork()
    if other == 0:
        _answer(shared, second)
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {first})
    try:
        return statistics.median(_batch(shared) for _ in range(BATCHES))
    finally:
        os.sched_setaffinity(0, allowed)
        os.waitpid(other, 0)


def _batch(shared):
    start = time.perf_counter_ns()
    for _ in range(TURNS):
        shared[0] = 1
        while shared[0] != 2:
            pass
    return (time.perf_counter_ns() - start) / TURNS / 2


def _answer(shared, core):
    try:
        os.sched_setaffinity(0, {core})
        for _ in range(BATCHES * TURNS):
            while shared[0] != 1:
                pass
            shared[0] = 2
    finally:
        os._exit(0)


def mark_far(rows):
    """Marks the rows that were sampled while the cores were far apart."""
    measured = [row for row in rows if "core_ns" in row]
    limit = NEAR * min((row["core_ns"] for row in measured), default=0)
    for row in measured:
        row["far"] = row["core_ns"] > limit
