"""What a soak sends: ordinary requests, attacks in a small dose, and clients that leave."""

import collections
import http.client
import json
import random
import socket
import threading
import time

JSON = {"Content-Type": "application/json"}


def body(chance):
    return json.dumps({"a": chance.randrange(100), "pad": "y" * chance.randrange(3000)})


# The name of a request to its method, path, body, and the statuses that it may have.
ORDINARY = {
    "raw": ("GET", lambda _: "/raw", None, {200}),
    "json": ("POST", lambda _: "/json", body, {200}),
    "script": ("POST", lambda _: "/script", body, {200}),
    "validate": ("POST", lambda _: "/valid", body, {200}),
    "lambda": ("GET", lambda _: "/lambda/World", None, {200}),
    "a limit": ("GET", lambda chance: f"/limit/{chance.randrange(10 ** 6)}", None, {200, 429}),
    "no such path": ("GET", lambda _: "/none", None, {404}),
}

ATTACKS = {
    "a script without an end": ("POST", "/loop", b"{}", {500}),
    "a large class of a pattern": ("POST", "/class", b"\\p{L}", {500}),
    "padding by a number of the body": ("POST", "/pad", b'{"n": 1000000000}', {500}),
    "alternatives that recur": ("POST", "/recurring", b"[" * 18 + b"1" + b"]" * 18, {400, 422, 500}),
    "deep JSON": ("POST", "/parse", b"[" * 100_000, {400, 422, 500}),
    "a body that is too large": ("POST", "/json", b'"' + b"x" * (5 << 20) + b'"', {413}),
    "a large head": ("GET", "/raw", None, {431}),
}


class Traffic:
    """Workers that send until `stop`."""

    def __init__(self, port):
        self.port, self.over, self.lock = port, threading.Event(), threading.Lock()
        self.sent, self.wrong, self.threads = collections.Counter(), collections.Counter(), []
        for work, number in [(self.ordinary, n) for n in range(4)] + [(self.attacks, 4), (self.leaving, 5), (self.framing, 6)]:
            self.threads.append(threading.Thread(target=work, args=(random.Random(number),), daemon=True))

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join(30)

    def note(self, name, status, right):
        with self.lock:
            self.sent[name] += 1
            if status not in right:
                self.wrong[name, status] += 1

    def ordinary(self, chance):
        connection, sent = None, 0
        while not self.over.wait(0.01):
            name = chance.choice(list(ORDINARY))
            method, path, make, right = ORDINARY[name]
            if connection is None or sent % 200 == 0:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            sent += 1
            try:
                connection.request(method, path(chance), make(chance) if make else None, JSON if make else {})
                answer = connection.getresponse()
                answer.read()
                self.note(name, answer.status, right)
            except (OSError, http.client.HTTPException) as error:
                connection = None
                self.note(name, type(error).__name__, right)

    def attacks(self, chance):
        while not self.over.wait(0.3):
            name = chance.choice(list(ATTACKS))
            method, path, sent, right = ATTACKS[name]
            head = {f"x-{n}": "v" * 500 for n in range(90)} if name == "a large head" else {}
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request(method, path, sent, {**JSON, **head})
            except OSError:
                # The answer may be there before all was sent.
                pass
            try:
                self.note(name, connection.getresponse().status, right)
            except (OSError, http.client.HTTPException) as error:
                # A body that is refused half-way may end its connection with a reset.
                self.note(name, type(error).__name__, right | ({"ConnectionResetError"} if 413 in right else set()))
            connection.close()

    def socket(self, data):
        one = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        one.sendall(data)
        return one

    def leaving(self, chance):
        """Clients that leave: before the answer, within the body, without having read, or without having said a word."""
        head = b" HTTP/1.1\r\nHost: a\r\n"
        while not self.over.wait(0.05):
            data = chance.choice([
                b"GET /slow" + head + b"\r\n", b"GET /lambda/World" + head + b"\r\n", b"GET /large" + head + b"\r\n", b"GET /ra", b"",
                b"POST /script" + head + b"Content-Type: application/json\r\nContent-Length: 200\r\n\r\n{",
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0" + b"\0\0\0\1\5\0\0\0\1" * 20,
            ])
            try:
                one = self.socket(data)
                time.sleep(chance.random() / 5)
                one.close()
            except OSError:
                pass
            self.note("a client that leaves", None, {None})

    def framing(self, chance):
        head = b"POST /json HTTP/1.1\r\nHost: a\r\n"
        while not self.over.wait(0.5):
            data = chance.choice([
                head + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                head + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", head + b"Transfer_Encoding: chunked\r\n\r\n", head + b"a\n b: c\r\n\r\n",
            ])
            try:
                with self.socket(data) as one:
                    self.note("ambiguous framing", int(one.recv(64).split()[1]), {400})
            except (OSError, IndexError) as error:
                self.note("ambiguous framing", type(error).__name__, {400})
