"""Web frameworks behind the gateway: what each sees of a request, and what the client gets of its answer.

Mangum (Python), @codegenie/serverless-express (Node) and lambda_http (Rust) read API Gateway's events in their own ways. The caller
starts `gantry dev tests/peers/frameworks`; GANTRY_URL says where. Prints a line per row and exits 1 when one fails.
Arguments: the frameworks that are there.
"""
import base64
import http.client
import json
import os
import sys
import urllib.parse

URL = urllib.parse.urlsplit(os.environ["GANTRY_URL"])
FORMATS = ["v1", "v2", "alb"]


def ask(method, target, headers=(), body=b""):
    connection = http.client.HTTPConnection(URL.hostname, URL.port, timeout=30)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer, answer.read()


def pairs(query):
    return urllib.parse.parse_qsl(query, keep_blank_values=True)


def check_request(framework, form):
    body = bytes([0, 255, 10, 128]) + "grüß".encode()
    headers = [
        ("content-type", "application/octet-stream"), ("x-twice", "1"), ("x-twice", "2"),
        ("cookie", "c=1; d=2"), ("x-word", "one"),
    ]
    target = f"/{framework}/{form}/a%20b/c?q=1&q=2&empty=&sp=a%20b&plus=a%2Bb&u=%C3%BC"
    answer, text = ask("PUT", target, headers, body)
    assert answer.status == 201, (answer.status, text)
    seen = json.loads(text)
    assert seen["method"] == "PUT", seen
    assert urllib.parse.unquote(seen["path"]) == f"/{framework}/{form}/a b/c", seen["path"]
    wanted = [("q", "1"), ("q", "2"), ("empty", ""), ("sp", "a b"), ("plus", "a+b"), ("u", "ü")]
    found = pairs(seen["query"])
    if framework == "rust":
        # It gives decoded values without an encoding, and in an order of its own.
        found = sorted(tuple(pair.split("=", 1)) for pair in seen["query"].split("&"))
        wanted = sorted(wanted)
    assert sorted(found) == sorted(wanted), (found, wanted)
    twice = ",".join(seen["headers"]["x-twice"]).replace(" ", "")
    # lambda_http takes the last of repeated headers out of a 1.0 event, which has all of them.
    assert twice == ("2" if (framework, form) == ("rust", "v1") else "1,2"), twice
    assert seen["headers"]["x-word"] == ["one"], seen["headers"]
    cookies = "; ".join(seen["headers"]["cookie"]).replace(";", "; ").replace("  ", " ")
    assert cookies == "c=1; d=2", cookies
    assert base64.b64decode(seen["body"]) == body, seen["body"]


def check_answer(framework, form):
    answer, body = ask("GET", f"/{framework}/{form}/picture")
    assert answer.status == 201, (answer.status, body)
    assert body == bytes(range(256)), body
    assert answer.getheader("content-type") == "image/png", answer.getheaders()
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"], answer.getheaders()
    assert answer.getheader("x-by") == framework, answer.getheaders()


def check_empty(framework, form):
    answer, text = ask("GET", f"/{framework}/{form}/x")
    seen = json.loads(text)
    assert (answer.status, seen["method"], seen["query"], seen["body"]) == (201, "GET", "", ""), seen


failed = 0
for framework in sys.argv[1:]:
    for form in FORMATS:
        for check in (check_request, check_answer, check_empty):
            name = f"{framework} {form} {check.__name__}"
            try:
                check(framework, form)
                print(f"ok    {name}")
            except Exception as error:
                failed += 1
                print(f"FAIL  {name}: {type(error).__name__}: {error}")
sys.exit(1 if failed else 0)
