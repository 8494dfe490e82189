"""One of several servers that do the same. `GET /fail` makes it answer 503, `GET /recover` ends that."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

failing = False


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        global failing
        if self.path in ("/fail", "/recover"):
            failing = self.path == "/fail"
        self.answer(503 if failing and self.path != "/fail" else 200)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(503 if failing else 200)

    def answer(self, status):
        body = json.dumps({"from": self.server.server_port, "path": self.path}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Backend)
print(server.server_port, flush=True)
server.serve_forever()
