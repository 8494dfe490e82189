"""The goals, and what measured figures say about them."""

import statistics
from dataclasses import dataclass

# From the harness: (kind, case, measure, against whom, goal, "max" or "min", title). `own` is Gantry itself with one route.
BESIDE_PEERS = [
    ("saturate", "raw", "cpu_us", "envoy", 0.38, "max", "raw Lambda call, CPU"),
    ("saturate", "raw", "cpu_us", "nginx-lua", 1.0, "max", "raw Lambda call, CPU"),
    ("saturate", "proxy", "cpu_us", "envoy", 0.33, "max", "event and proxy answer, CPU"),
    ("saturate", "proxy", "cpu_us", "nginx-lua", 0.75, "max", "event and proxy answer, CPU"),
    ("saturate", "raw", "rps", "envoy", 2.6, "min", "requests/s on one core"),
    ("saturate", "raw", "rps", "nginx-lua", 1.0, "min", "requests/s on one core"),
    ("saturate", "plain", "cpu_us", "envoy", 0.45, "max", "plain `invoke`, CPU"),
    ("saturate", "plain", "cpu_us", "haproxy", 1.15, "max", "plain `invoke`, CPU"),
    ("single", "raw", "added_p50", "envoy", 0.45, "max", "added p50 on one connection"),
    ("latency", "raw@500/s", "p99_us", "envoy", 0.75, "max", "p99 at 500/s"),
    ("bodies", "up 64 KiB", "cpu_us", "envoy", 0.60, "max", "64 KiB up, CPU"),
    ("bodies", "up 1 MiB", "cpu_us", "envoy", 1.0, "max", "1 MiB up, CPU"),
    ("routes", "10000 routes", "cpu_us", "own", 1.05, "max", "10,000 routes, CPU against one"),
    ("routes", "10000 routes", "idle_rss_kib", "envoy", 0.35, "max", "10,000 routes, memory"),
    ("routes", "10000 routes", "start_ms", "envoy", 0.5, "max", "10,000 routes, start"),
    ("http2", "plain, 100 streams", "cpu_us", "envoy", 0.5, "max", "plain `invoke` over HTTP/2, CPU"),
    ("assembly", "v10?client_id=default", "cpu_us", "envoy", 0.5, "max", "median v10 assembly, CPU"),
    ("assembly", "v10?client_id=default", "cpu_us", "nginx-lua", 0.7, "max", "median v10 assembly, CPU"),
    ("assembly", "v10?client_id=default", "cpu_us", "node", 0.1, "max", "median v10 assembly, CPU"),
    ("assembly", "v5?client_id=default", "cpu_us", "microgateway", 0.1, "max", "v5 assembly, CPU"),
    ("assembly", "v5?client_id=default", "cpu_us", "node", 0.1, "max", "v5 assembly, CPU"),
    ("assembly", "script", "rps", "node", 1.0, "min", "one line of script, requests/s"),
    ("start", "-", "rss_kib", "envoy", 0.15, "max", "idle memory"),
    ("start", "-", "start_ms", "envoy", 0.35, "max", "start to the first 200"),
    ("start", "-", "bin_bytes", "envoy", 0.15, "max", "binary"),
]

# From the script `instructions`: (case, against, goal, title).
BESIDE_PLAIN = [
    ("access-log", "without", 1.05, "access log, instructions per request"),
    ("traces", "without", 1.08, "tracing 1 % of the requests, instructions per request"),
]

SYSTEM_CALLS = 6.5

# Steps that do not wait: how often each may allocate, which is once where its result is a new text or a new header.
STEPS = {
    "set-variable/constant": 0,
    "set-variable/reference": 1,
    "set-variable/template": 1,
    "set-variable/header": 1,
    "switch/lowered": 0,
}
STEP_NANOSECONDS = 300


@dataclass
class Verdict:
    title: str
    against: str
    goal: float
    way: str = "max"
    ours: float | None = None
    theirs: float | None = None
    # The figure of the harness' bare signer, with no gateway around it, against the same peer.
    floor: float | None = None
    # Why there is no figure.
    why: str = ""

    @property
    def figure(self):
        """What is held against the goal: a part of the other's figure, or Gantry's own where there is no other."""
        return self.ours / self.theirs if self.theirs else self.ours

    @property
    def met(self):
        if self.why:
            return None
        return self.figure <= self.goal if self.way == "max" else self.figure >= self.goal

    def row(self):
        """The line of the table."""
        sign = "≤" if self.way == "max" else "≥"
        goal = f"{sign} {self.goal:g}"
        if self.why:
            return f"| {self.title} | {self.against} | | | | | {goal} | not measured: {self.why} |"
        theirs, ratio = (f"{self.theirs:,.1f}", f"{self.figure:.3f}") if self.theirs else ("", "")
        floor = f"{self.floor:.3f}" if self.floor else ""
        met = "yes" if self.met else "**no**"
        return f"| {self.title} | {self.against} | {self.ours:,.1f} | {theirs} | {ratio} | {floor} | {goal} | {met} |"


def verdicts(measured, absent):
    """One verdict for every goal. `measured` has the figures of every kind, or the text that says why there are none, and `absent`
    the same text for every peer that is not there."""
    yield from beside_peers(measured, absent)
    yield system_calls(measured["syscalls"])
    yield from beside_plain(measured["instructions"])
    yield from steps(measured["steps"])


def beside_peers(measured, absent):
    for kind, case, measure, peer, goal, way, title in BESIDE_PEERS:
        verdict = Verdict(title, "one route" if peer == "own" else peer, goal, way)
        rows = measured[kind]
        if isinstance(rows, str):
            verdict.why = rows
        else:
            verdict.ours = median(rows, case, "gantry", measure)
            verdict.theirs = median(rows, "1 routes", "gantry", measure) if peer == "own" else median(rows, case, peer, measure)
            floor = median(rows, case, "floor", measure)
            if floor and verdict.theirs and peer != "own" and kind not in ("start", "routes"):
                verdict.floor = floor / verdict.theirs
            if verdict.ours is None or not verdict.theirs:
                verdict.why = absent.get(peer) or f"no figure of {'Gantry' if verdict.ours is None else verdict.against}"
        yield verdict


def median(rows, case, gateway, measure):
    found = [row for row in rows if row["case"] == case and row["gw"] == gateway and not row.get("far")]
    if measure == "added_p50":
        alone = median(rows, "raw", "(stand-in alone)", "p50_us")
        return statistics.median(row["p50_us"] for row in found) - alone if found and alone else None
    return statistics.median(row[measure] for row in found) if found else None


def system_calls(figures):
    verdict = Verdict("system calls per raw request", "", SYSTEM_CALLS)
    if isinstance(figures, str):
        verdict.why = figures
    else:
        verdict.ours = figures["each"]
    return verdict


def beside_plain(figures):
    for case, against, goal, title in BESIDE_PLAIN:
        verdict = Verdict(title, against, goal)
        if isinstance(figures, str):
            verdict.why = figures
        else:
            verdict.why = figures["plain"].get("why") or figures[case].get("why", "")
            verdict.ours, verdict.theirs = figures[case].get("each"), figures["plain"].get("each")
        yield verdict


def steps(figures):
    slow = Verdict("a step that does not wait, ns: the slowest", "", STEP_NANOSECONDS)
    greedy = Verdict("its allocations beyond its result: the most", "", 0)
    if isinstance(figures, str):
        slow.why = greedy.why = figures
    elif missing := STEPS.keys() - figures.keys():
        slow.why = greedy.why = f"there is no case {', '.join(sorted(missing))}"
    else:
        slow.against = max(STEPS, key=lambda case: figures[case]["ns"])
        slow.ours = figures[slow.against]["ns"]
        greedy.against = max(STEPS, key=lambda case: figures[case]["allocations"] - STEPS[case])
        greedy.ours = figures[greedy.against]["allocations"] - STEPS[greedy.against]
        slow.against, greedy.against = f"`{slow.against}`", f"`{greedy.against}`"
    yield slow
    yield greedy


def table(found):
    lines = ["| what | against | Gantry | other | ratio | floor | goal | met |", "|---|---|---|---|---|---|---|---|"]
    return "\n".join(lines + [verdict.row() for verdict in found])
