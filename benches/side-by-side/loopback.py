"""What the scripts beside this share: programs by name, a gateway that runs, a stand-in for the Lambda service, and a client."""

import collections
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

DOCUMENT = """openapi: 3.0.3
info: {title: bench, version: 1.0.0}
paths:
  /raw: {post: {responses: {}, x-assembly: {execute: [{lambda: {function: raw}}]}}}
  /event: {post: {responses: {}, x-assembly: {execute: [{lambda: {function: raw, payload: api-gateway-v1}}]}}}
  /plain: {post: {responses: {}, x-assembly: {execute: [{invoke: {target-url: 'http://127.0.0.1:UPSTREAM/x'}}]}}}
  /nothing: {post: {responses: {}, x-assembly: {execute: [{set-variable: {actions: [{set: message.status.code, value: 204}]}}]}}}
"""
HEAD = (
    b"HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\nContent-Type: application/json\r\n"
    b"x-amzn-RequestId: 6f4e1b9c-0c6d-4c3a-9a52-5d1f5f2f8a11\r\nX-Amz-Executed-Version: $LATEST\r\n"
)
ANSWER = b'{"ok":true}'
BODY = b"some data"


def program(name, variable=None):
    """Where a program lies: what the variable names, else what is found by name."""
    named = os.environ.get(variable, name) if variable else name
    found = shutil.which(named)
    if not found:
        sys.exit(f"{named} is not installed" + (f"; {variable} may name it" if variable else ""))
    return found


def binary():
    """The gateway that is measured."""
    named = os.environ.get("GANTRY", str(ROOT / "target" / "release" / "gantry"))
    if not shutil.which(named):
        sys.exit(f"there is no gateway at {named}: build it with `cargo build --release`, or name it in GANTRY")
    return named


def environment(upstream, access_log=False):
    """How the gateway is told where Lambda is. The pair of keys is the example of AWS's documentation."""
    return {
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{upstream}",
        "GANTRY_LOG_ACCESS": "true" if access_log else "false",
        "GANTRY_LOG": "warn",
        "GANTRY_SERVER_DRAIN_DELAY": "0s",
    }


class StandIn:
    """A server that answers every request as the Lambda service does, checks nothing, and counts what it is asked by path.
    `answers` has what some paths answer, `tls` is for one that speaks TLS."""

    def __init__(self, answers=None, tls=None):
        self.asked = collections.Counter()
        self.answers = answers or {}
        self.tls = tls
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        # A client that goes away in the middle is none of its business.
        with contextlib.suppress(OSError):
            self._answer(self.tls.wrap_socket(connection, server_side=True) if self.tls else connection)

    def _answer(self, connection):
        received = b""
        while more := connection.recv(65536):
            received += more
            if is_whole(received):
                path = received.split(b" ", 2)[1].decode()
                self.asked[path] += 1
                received = b""
                answer = self.answers.get(path, ANSWER)
                connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(answer) + answer)


@contextlib.contextmanager
def gateway(upstream, document=None, under=(), more=None, access_log=False):
    """Runs the gateway in front of a stand-in. `under` is the command of the tool that watches it from its start."""
    with tempfile.TemporaryDirectory() as folder:
        if document is None:
            document = Path(folder) / "api.yaml"
            document.write_text(DOCUMENT.replace("UPSTREAM", str(upstream)))
        # One core, as in the comparison: there is no other thread to wake.
        command = ["taskset", "-c", "0", *under, binary(), "serve", str(document)]
        command += ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
        variables = {**os.environ, **environment(upstream, access_log), **(more or {})}
        process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            yield process, _port(process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def _port(process):
    """Where the gateway listens, once it does."""
    said = []
    for line in process.stderr:
        if found := re.search(r"on http://127\.0\.0\.1:(\d+)", line):
            return int(found[1])
        said.append(line)
    sys.exit(f"the gateway does not start:\n{''.join(said)}")


def dump(gateway):
    """Has callgrind write what it counted since the last time. The gateway runs under it."""
    subprocess.run([program("callgrind_control"), "--dump", str(gateway.pid)], check=True, capture_output=True)


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def is_whole(received):
    """Whether a request or an answer is there to its end."""
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def exchange(connection, request):
    """Sends a request and waits for its whole answer."""
    connection.sendall(request)
    received = b""
    while not is_whole(received):
        more = connection.recv(1 << 20)
        if not more:
            sys.exit(f"the gateway hung up: {received}")
        received += more
    return received


def ask(connection, path, times):
    """Asks one after the other on one connection, and ends where an answer is not good."""
    # In one piece: a client that sends head and body apart costs the gateway a second look.
    request = f"POST /{path} HTTP/1.1\r\nHost: api.test\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    for _ in range(times):
        received = exchange(connection, request)
        if not (received.startswith(b"HTTP/1.1 2") and (received.endswith(ANSWER) or received.startswith(b"HTTP/1.1 204"))):
            sys.exit(f"no good answer: {received}")
