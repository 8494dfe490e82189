"""An ASGI application behind Mangum: answers with what it was asked."""
import base64
import importlib.util
import json
import site
import sys

# This file has the name of the function, and of the package that it needs.
for folder in site.getsitepackages():
    spec = importlib.util.spec_from_file_location(
        "mangum_package", f"{folder}/mangum/__init__.py", submodule_search_locations=[f"{folder}/mangum"]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["mangum"] = package
    spec.loader.exec_module(package)


async def application(scope, receive, send):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    if scope["path"].endswith("/picture"):
        kind, answer = b"image/png", bytes(range(256))
    else:
        headers = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode(), []).append(value.decode())
        seen = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode(),
            "headers": headers,
            "body": base64.b64encode(body).decode(),
        }
        kind, answer = b"application/json", json.dumps(seen).encode()
    headers = [(b"content-type", kind), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"x-by", b"mangum")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


handler = package.Mangum(application, lifespan="off")
