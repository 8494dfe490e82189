"""What a soak runs: a service, a stand-in for Lambda (`gantry dev`), the gateway, and its document."""

import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LARGE = b"x" * (4 << 20)
SCRIPT = "context.message.body.readAsJSON((error, value) => { value.list = Array.from({length: 100}, (_, n) => n); context.message.body.write(value); });"
LOOP = "context.message.body.readAsJSON((error, value) => { for (;;) value = {value}; });"
CLASS = "context.message.body.readAsBuffer((error, value) => { new RegExp('[' + String(value).repeat(3e5) + ']', 'v'); });"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Service(http.server.BaseHTTPRequestHandler):
    """Answers JSON, something large, or late."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if length := int(self.headers.get("content-length") or 0):
            self.rfile.read(length)
        if self.path.startswith("/slow"):
            time.sleep(1)
        body = LARGE if self.path.startswith("/large") else b'{"a": 1, "list": [1, 2, 3]}'
        self.send_response(200)
        self.send_header("content-type", "application/octet-stream" if body is LARGE else "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, *_):
        """A gateway that closes its connection is no error."""


def service():
    server = Server(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def document(service_port, version):
    call = lambda path, **more: {"invoke": {"target-url": f"http://127.0.0.1:{service_port}{path}", **more}}
    answer = {"set-variable": {"actions": [{"set": "message.body", "value": "fine"}]}}
    script = lambda source: {"gatewayscript": {"version": "2.0.0", "source": source}}
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    # Alternatives that overlap and recur.
    recurring = {"anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/R"}}] * 3}
    tree = {"variable": "message.body", "schema": {"type": "object"}}
    move = {"map": {"inputs": {"in": tree}, "outputs": {"out": tree}, "actions": [{"set": "out.a.b", "from": "in.a"}]}}
    pad = {"switch": {"case": [{"condition": "$length($pad('a', message.body.n)) > 0", "execute": [answer]}]}}
    steps = {
        "/raw": ("get", [call("/json")]), "/json": ("post", [move]), "/script": ("post", [script(SCRIPT)]),
        "/valid": ("post", [{"validate": {"definition": "#/components/schemas/A"}}, answer]),
        "/lambda/{name}": ("get", [{"lambda": {"function": "hello", "payload": "api-gateway-v2", "response": "proxy"}}]),
        "/large": ("get", [call("/large")]), "/slow": ("get", [call("/slow")]),
        "/limit/{key}": ("get", [{"ratelimit": {"source": "gateway-named", "rate-limit": [{"name": "few", "operation": "consume"}]}}, answer]),
        "/loop": ("post", [script(LOOP)]), "/class": ("post", [script(CLASS)]), "/pad": ("post", [pad]),
        "/recurring": ("post", [{"validate": {"definition": "#/components/schemas/R"}}, answer]),
        "/parse": ("post", [{"parse": {}}, answer]),
    }
    paths = {path: {verb: {"responses": {}, "x-assembly": {"execute": list_}}} for path, (verb, list_) in steps.items()}
    return {"openapi": "3.0.3", "info": {"title": "soak", "version": version}, "paths": paths,
            "components": {"schemas": {"A": schema, "R": recurring}}}


class Process:
    """A gateway that runs until `stop`."""

    def __init__(self, arguments, admin, log):
        self.admin = admin
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": "local", "GANTRY_LOG": "error",
                       "AWS_SECRET_ACCESS_KEY": "local-secret", "AWS_EC2_METADATA_DISABLED": "true"}
        with open(log, "wb") as stderr:
            self.process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=stderr)
        self.log, end = log, time.monotonic() + 20
        while self.ask("/readyz") != 200:
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise SystemExit(f"{arguments[1]} is not ready: {log.read_text()[-2000:]}")
            time.sleep(0.05)

    def ask(self, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=20)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            self.text = answer.read().decode()
            return answer.status
        except OSError:
            return 0
        finally:
            connection.close()

    def figures(self):
        """MiB of memory, descriptors, threads."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        count = lambda name: len(os.listdir(f"/proc/{self.process.pid}/{name}"))
        return memory / 1024, count("fd"), count("task")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(90)


def start(binary, folder):
    """The stand-in and the gateway, its port, and a function that changes the document."""
    documents, functions = folder / "documents", folder / "hello"
    documents.mkdir()
    shutil.copytree(ROOT / "assemblies/hello-lambda", functions)
    lambda_port, service_port = free_port(), service()

    def write(version):
        changed = folder / "changed.json"
        changed.write_text(json.dumps(document(service_port, version)))
        changed.rename(documents / "api.json")

    def settings(name, port, admin, **more):
        file = folder / f"{name}.json"
        server = {"listen": f"127.0.0.1:{port}", "admin-listen": f"127.0.0.1:{admin}", "drain-delay": "0s"}
        file.write_text(json.dumps({"server": server, **more}))
        return file

    write("0")
    admin = free_port()
    own = settings("dev", free_port(), admin, aws={"region": "eu-west-1"})
    stand_in = Process([binary, "dev", functions, "--settings", own, "--lambda-listen", f"127.0.0.1:{lambda_port}"], admin, folder / "dev.log")
    try:
        port, admin = free_port(), free_port()
        few = {"few": {"value": "5/1second", "per": [], "dynamic-value": "$(request.parameters.key)"}}
        aws = {"region": "eu-west-1", "endpoint": f"http://127.0.0.1:{lambda_port}"}
        file = settings("serve", port, admin, aws=aws, scripts={"timeout": "0.5s"}, **{"rate-limits": few})
        return stand_in, Process([binary, "serve", documents, "--settings", file], admin, folder / "serve.log"), port, write
    except BaseException:
        stand_in.stop()
        raise
