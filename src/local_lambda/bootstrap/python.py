"""Runs a Python handler file behind the Lambda Runtime API. Standard library only.

Arguments: the handler file, and the function's name in it (empty: `handler`, else `lambda_handler`).
"""
import importlib.util
import json
import os
import socket
import sys
import time
import traceback

PREFIX = "/2018-06-01/runtime/"


class RuntimeApi:
    """One kept-alive connection. Raises OSError when the service is gone."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.host = address
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb")

    def call(self, method, path, body=b""):
        head = f"{method} {PREFIX}{path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        if not self.reader.readline():
            raise ConnectionError("the Lambda service is gone")
        headers = {}
        while (line := self.reader.readline().decode("latin-1").strip()):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return headers, self.reader.read(int(headers.get("content-length", 0)))


class ClientContext:
    """What mobile SDKs send: `client`, `custom` and `env`, and whatever else the caller put in."""

    def __init__(self, document):
        self.custom = document.get("custom")
        self.env = document.get("env")
        client = document.get("client")
        self.client = type("Client", (), client)() if isinstance(client, dict) else None
        for name, value in document.items():
            if name not in ("custom", "env", "client"):
                setattr(self, name, value)


class Context:
    def __init__(self, headers):
        env = os.environ
        self.function_name = env["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = env["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = env["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = env["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.identity = None
        context = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(context)) if context else None
        self._deadline = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))


class HandlerNotFound(Exception):
    pass


def error(kind, message, trace):
    return json.dumps({"errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": trace}).encode()


def log_error(kind, message, trace):
    lines = [line.rstrip("\n") for line in trace]
    print(f"[ERROR] {kind}: {message}", *lines, sep="\n", file=sys.stderr)


def frames(fault):
    """The trace without the frames of this file and of the import machinery."""
    kept = traceback.extract_tb(fault.__traceback__)
    return traceback.format_list([f for f in kept if f.filename != "<string>" and "importlib" not in f.filename])


def load(path, name):
    module_name = os.path.splitext(os.path.basename(path))[0]
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location(module_name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    for candidate in [name] if name else ["handler", "lambda_handler"]:
        if hasattr(module, candidate):
            return getattr(module, candidate)
    raise HandlerNotFound(f"Handler '{name or 'handler'}' missing on module '{module_name}'")


def load_or_report(api, path, name):
    module = os.path.basename(path)
    try:
        return load(path, name)
    except SyntaxError as fault:
        kind, message = "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {fault}"
        trace = [f'  File "{fault.filename}", line {fault.lineno}\n    {(fault.text or "").strip()}']
    except ImportError as fault:
        kind, message = "Runtime.ImportModuleError", f"Unable to import module '{module}': {fault}"
        trace = frames(fault)
    except HandlerNotFound as fault:
        kind, message, trace = "Runtime.HandlerNotFound", str(fault), []
    except Exception as fault:
        kind, message, trace = type(fault).__name__, str(fault), frames(fault)
    log_error(kind, message, trace)
    api.call("POST", "init/error", error(kind, message, trace))
    sys.exit(1)


def run(handler, event, headers):
    """The result as JSON, and whether it is one: `response` or `error`."""
    try:
        result = handler(json.loads(event), Context(headers))
    except Exception as fault:
        kind, message, trace = type(fault).__name__, str(fault), frames(fault)
    else:
        try:
            return json.dumps(result, ensure_ascii=False).encode(), "response"
        except Exception as fault:
            kind, message, trace = "Runtime.MarshalError", f"Unable to marshal response: {fault}", []
    log_error(kind, message, trace)
    return error(kind, message, trace), "error"


def serve(api, handler):
    while True:
        headers, event = api.call("GET", "invocation/next")
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        document, ending = run(handler, event, headers)
        sys.stdout.flush()
        sys.stderr.flush()
        api.call("POST", f"invocation/{headers['lambda-runtime-aws-request-id']}/{ending}", document)


def main():
    _, path, name = sys.argv
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    handler = load_or_report(api, path, name)
    try:
        serve(api, handler)
    except OSError:
        sys.exit(1)


main()
