"""The published schemas in the YAML language server, which VS Code and most other editors run, over its own protocol.

A document is opened as a person would: its first line names the schema by a path relative to the document.
Usage: editor.py PATH-OF-THE-SERVER
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import threading

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

# How long the whole test may take.
PATIENCE = 120

# Where the documents of this test would stand, were they files.
FOLDER = REPOSITORY / "assemblies" / "editor"
MODELINE = "# yaml-language-server: $schema=../../schemas/document.json\n"

HEAD = MODELINE + """\
openapi: 3.0.3
info: { title: editor, version: 1.0.0 }
paths:
  /orders: {}
x-assembly:
"""


class LanguageServer:
    def __init__(self, program):
        self.process = subprocess.Popen(
            ["node", program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.number = 0
        # A server that hangs must not hang the test.
        self.watch = threading.Timer(PATIENCE, self.process.kill)
        self.watch.start()
        capabilities = {
            "textDocument": {
                "completion": {"completionItem": {"snippetSupport": True}},
                "hover": {"contentFormat": ["markdown"]},
            },
            "workspace": {"configuration": True},
        }
        self.request(
            "initialize",
            {"processId": os.getpid(), "rootUri": REPOSITORY.as_uri(), "capabilities": capabilities},
        )
        self.send({"method": "initialized", "params": {}})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def receive(self):
        length = None
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if length is None:
            raise SystemExit(f"the language server ended, or took more than {PATIENCE} seconds")
        return json.loads(self.process.stdout.read(length))

    def wait(self, is_it):
        """The next message that is wanted; what the server asks meanwhile is answered."""
        while True:
            message = self.receive()
            if "method" in message and "id" in message:
                self.send({"id": message["id"], "result": self.answer(message)})
            elif is_it(message):
                return message

    def answer(self, message):
        if message["method"] != "workspace/configuration":
            return None
        # Nothing is fetched from the network: the schema is the document's own.
        yaml = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
        return [yaml if item.get("section") == "yaml" else None for item in message["params"]["items"]]

    def request(self, method, parameters):
        self.number += 1
        number = self.number
        self.send({"id": number, "method": method, "params": parameters})
        message = self.wait(lambda one: one.get("id") == number)
        if "error" in message:
            raise SystemExit(f"{method}: {message['error']}")
        return message["result"]

    def open(self, path, text):
        """Opens a document; gives its diagnostics."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

        def is_it(message):
            return message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri

        return self.wait(is_it)["params"]["diagnostics"]

    def at(self, method, text):
        """A request about the place that `|` marks in a new document."""
        before, _, after = text.partition("|")
        path = FOLDER / f"{self.number}.yaml"
        self.open(path, before + after)
        position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return self.request(method, {"textDocument": {"uri": path.as_uri()}, "position": position})

    def completions(self, text):
        result = self.at("textDocument/completion", HEAD + text)
        items = result["items"] if isinstance(result, dict) else result
        return {item["label"].strip('"') for item in items}

    def hover(self, text):
        result = self.at("textDocument/hover", HEAD + text)
        return result["contents"]["value"] if result else ""

    def close(self):
        self.request("shutdown", None)
        self.send({"method": "exit"})
        self.watch.cancel()
        self.process.wait(timeout=PATIENCE)


failures = []


def expect(what, good, found):
    if not good:
        failures.append(f"{what}: {found}")


def completion(server):
    policies = {path.stem for path in (REPOSITORY / "schemas" / "policies").iterdir()}
    nested = "  execute:\n    - switch:\n        case:\n          - condition: a\n            execute:\n              - |\n"
    operation = (
        MODELINE + "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      x-assembly:\n        execute:\n          - |\n"
    )
    for what, found in [
        ("in execute", server.completions("  execute:\n    - |\n")),
        ("behind some letters", server.completions("  execute:\n    - inv|\n")),
        ("in a case", server.completions(nested)),
        ("in a catch", server.completions("  catch:\n    - default:\n        - |\n")),
        ("in finally", server.completions("  finally:\n    - |\n")),
    ]:
        expect(f"policies {what}", found == policies, found)
    result = server.at("textDocument/completion", operation)
    found = {item["label"] for item in result["items"]}
    expect("policies in an operation", found == policies, found)

    found = server.completions("  |\n")
    blocks = {"execute", "catch", "finally", "properties", "catalogs", "allowed-hosts", "error-format", "cors"}
    expect("blocks", blocks == found, found)
    step = "  execute:\n    - lambda:\n        function: a\n        "
    found = server.completions(step + "|\n")
    expect("properties", {"region", "payload", "timeout", "title", "version", "catch"} <= found, found)
    other = {"function_name", "functionName", "aws_region", "clientConfig"} & found
    expect("only canonical and built properties", not other, other)
    found = server.completions(step + "invocation-type: |\n")
    expect("choices", found == {"request-response", "event", "dry-run"}, found)
    found = server.completions(step + "strict: |\n")
    expect("booleans", found == {"true", "false"}, found)
    found = server.completions(step + "region: |\n")
    expect("nothing where text is free", not found, found)
    found = server.completions(step + "version: |\n")
    expect("versions", "1.0.0" in found and "null" not in found, found)


def hover(server):
    for text, words in [
        ("  exe|cute: []\n", "The steps, in order."),
        ("  execute:\n    - lam|bda: { function: a }\n", "Invokes an AWS Lambda function."),
        ("  execute:\n    - lambda: { fun|ction: a }\n", "a partial ARN"),
        ("  execute:\n    - lambda: { function|_name: a }\n", "a partial ARN"),
        ("  execute:\n    - lambda: { function: a, tim|eout: 3 }\n", "How long the whole call may take. Default: 30s."),
        ("  execute:\n    - parse: { version|: 2.0.0 }\n", "The version of the policy."),
    ]:
        found = server.hover(text)
        expect(f"hover over {text!r}", words in found, found)


def diagnostics(server):
    good = sorted((REPOSITORY / "assemblies").glob("*/openapi.yaml"))
    expect("examples", len(good) >= 3, good)
    for path in good:
        text = path.read_text()
        expect(f"the modeline of {path}", text.startswith(MODELINE), text.splitlines()[0])
        found = server.open(path, text)
        expect(f"{path} is good", not found, found)
    fixtures = REPOSITORY / "tests" / "fixtures"
    modeline = MODELINE.replace("../../", "../../../")
    for path in sorted((fixtures / "accepted").glob("*.yaml")):
        found = server.open(path, modeline + path.read_text())
        expect(f"{path} is good", not found, found)
    settings = fixtures / "settings" / "accepted.yaml"
    found = server.open(settings, modeline.replace("document", "settings") + settings.read_text())
    expect(f"{settings} is good", not found, found)
    mistakes(server, fixtures / "mistakes", modeline)


def mistakes(server, folder, modeline):
    """Every mistake that a schema can see is shown on the line on which `gantry check` finds it."""
    seen = 0
    for path in sorted(folder.glob("*.yaml")):
        text = path.read_text()
        errors = re.findall(r"^# expect: (\d+):\d+ error (G\d+)$", text, re.MULTILINE)
        unseen = "# schema: cannot see this" in text
        # The reader's limits and syntax errors are the editor's own matter, and `several-mistakes` has some of meaning;
        # an operation without steps is shown at its empty list.
        if not errors or unseen or path.stem in OTHERWISE or any(code < "G0100" for _, code in errors):
            continue
        lines = {one["range"]["start"]["line"] for one in server.open(path, modeline + text)}
        # The modeline is one line more, and the protocol counts from zero.
        expected = {int(line) for line, _ in errors}
        expect(f"{path.name}: lines", lines == expected, f"{sorted(lines)}, expected {sorted(expected)}")
        seen += 1
    expect("mistakes", seen > 40, seen)


OTHERWISE = {"several-mistakes", "assembly-of-an-operation-without-steps"}


def main():
    server = LanguageServer(sys.argv[1])
    try:
        completion(server)
        hover(server)
        diagnostics(server)
        server.close()
    finally:
        server.watch.cancel()
        server.process.kill()
    if failures:
        sys.exit("\n".join(failures))
    print("completion, hover and diagnostics are as they should be")


main()
