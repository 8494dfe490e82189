"""Calls the local Lambda service with boto3, a client nobody here wrote, and compares with AWS.

The caller starts the service on `tests/peers/fixtures/functions` and says where it is:

    GANTRY_LAMBDA_ENDPOINT   http://127.0.0.1:PORT
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (optional), AWS_REGION

Needs boto3. The rows named `official …` need the service's `python3` to have awslambdaric, the
`node …` rows need node; they are skipped, and said to be, when the service says that it is missing.
Prints one line per row, then the count; exits 1 when a row fails.
"""
import base64
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from functools import partial

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["GANTRY_LAMBDA_ENDPOINT"]
KEY = os.environ["AWS_ACCESS_KEY_ID"]
SECRET = os.environ["AWS_SECRET_ACCESS_KEY"]
TOKEN = os.environ.get("AWS_SESSION_TOKEN") or None
REGION = os.environ.get("AWS_REGION", "eu-west-1")
ACCOUNT = os.environ.get("GANTRY_LAMBDA_ACCOUNT", "123456789012")
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)

ROWS = []


class Skip(Exception):
    pass


def row(name):
    def add(check):
        ROWS.append((name, check))
        return check

    return add


def client(key=KEY, secret=SECRET, token=TOKEN, region=REGION):
    return boto3.client(
        "lambda", endpoint_url=ENDPOINT, region_name=region, config=CONFIG,
        aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token,
    )


AWS = client()


def invoke(name, payload={}, caller=AWS, **arguments):
    """The response with `body`, the decoded payload."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    response = caller.invoke(FunctionName=name, Payload=data, **arguments)
    text = response["Payload"].read()
    response["body"] = json.loads(text) if text else None
    message = response["body"].get("errorMessage", "") if isinstance(response["body"], dict) else ""
    if "not installed" in message:
        raise Skip(message)
    return response


def equal(found, wanted):
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def refused(status, code, call):
    """The error response of a call that must be refused."""
    try:
        call()
    except ClientError as error:
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], status)
        equal(error.response["Error"]["Code"], code)
        return error.response
    raise AssertionError(f"the call succeeded, wanted {status} {code}")


def function_error(name, payload, kind):
    response = invoke(name, payload)
    equal(response["StatusCode"], 200)
    equal(response.get("FunctionError"), "Unhandled")
    equal(response["body"]["errorType"], kind)
    return response["body"]


def addressed(name, arn, version, **arguments):
    response = invoke(name, {"a": 1}, **arguments)
    equal(response["StatusCode"], 200)
    equal(response["ExecutedVersion"], version)
    body = response["body"]
    equal(body["event"], {"a": 1})
    equal((body["function_name"], body["arn"], body["function_version"]), ("hello", arn, version))
    equal(body["request_id"], response["ResponseMetadata"]["RequestId"])


for form, prefix, suffix, version in [
    ("name", "hello", "", "$LATEST"),
    ("full ARN", f"{ARN}:hello", "", "$LATEST"),
    ("partial ARN", f"{ACCOUNT}:function:hello", "", "$LATEST"),
    ("name:alias", "hello", ":prod", "2"),
    ("full ARN with alias", f"{ARN}:hello", ":prod", "2"),
    ("partial ARN with version", f"{ACCOUNT}:function:hello", ":1", "1"),
]:
    row(form)(partial(addressed, prefix + suffix, f"{ARN}:hello{suffix}", version))

for form, name, qualifier, version in [
    ("alias", "hello", "prod", "2"),
    ("version", "hello", "1", "1"),
    ("$LATEST", "hello", "$LATEST", "$LATEST"),
    ("the same as the suffix", "hello:prod", "prod", "2"),
    ("with a full ARN", f"{ARN}:hello", "prod", "2"),
]:
    check = partial(addressed, name, f"{ARN}:hello:{qualifier}", version, Qualifier=qualifier)
    row(f"Qualifier: {form}")(check)


@row("Qualifier: another than the suffix")
def _():
    refused(400, "InvalidParameterValueException", lambda: invoke("hello:prod", Qualifier="1"))


@row("unknown alias")
def _():
    response = refused(404, "ResourceNotFoundException", lambda: invoke("hello", Qualifier="nope"))
    equal(response["Type"], "User")
    equal(response["Error"]["Message"], f"Function not found: {ARN}:hello:nope")


@row("unknown function")
def _():
    response = refused(404, "ResourceNotFoundException", lambda: invoke("nope"))
    equal(response["Error"]["Message"], f"Function not found: {ARN}:nope")


for form, name, status, code in [
    ("ARN of another region", f"arn:aws:lambda:us-west-1:{ACCOUNT}:function:hello", 404, "ResourceNotFoundException"),
    ("ARN of another account", f"arn:aws:lambda:{REGION}:999999999999:function:hello", 404, "ResourceNotFoundException"),
    ("name that cannot be one", "a name", 400, "ValidationException"),
]:
    row(form)(partial(refused, status, code, partial(invoke, name)))

for form, name, caller, code in [
    ("wrong secret", "hello", client(secret=SECRET + "x"), "InvalidSignatureException"),
    ("wrong secret, ARN in the path", f"{ARN}:hello", client(secret=SECRET + "x"), "InvalidSignatureException"),
    ("unknown key", "hello", client(key="AKIDNOBODY"), "UnrecognizedClientException"),
    ("wrong session token", "hello", client(token="not-the-token"), "UnrecognizedClientException"),
    ("signed for another region", "hello", client(region="us-west-1"), "InvalidSignatureException"),
]:
    row(form)(partial(refused, 403, code, partial(invoke, name, caller=caller)))


@row("missing session token")
def _():
    if TOKEN is None:
        raise Skip("AWS_SESSION_TOKEN is not set")
    caller = client(token=None)
    refused(403, "UnrecognizedClientException", lambda: invoke("hello", caller=caller))


@row("no signature")
def _():
    url = f"{ENDPOINT}/2015-03-31/functions/hello/invocations"
    try:
        urllib.request.urlopen(urllib.request.Request(url, data=b"{}"), timeout=5)
    except urllib.error.HTTPError as error:
        equal(error.code, 403)
        equal(error.headers["x-amzn-ErrorType"], "MissingAuthenticationTokenException")
        equal(json.load(error), {"message": "Missing Authentication Token"})
    else:
        raise AssertionError("the call succeeded")


@row("another operation")
def _():
    refused(404, "UnknownOperationException", lambda: AWS.get_function(FunctionName="hello"))


@row("handler raises")
def _():
    body = function_error("raises", {}, "ValueError")
    equal(body["errorMessage"], "no such pet")
    assert "raises.py" in body["stackTrace"][-1], body["stackTrace"]


@row("handler cannot be imported")
def _():
    body = function_error("broken", {}, "Runtime.ImportModuleError")
    assert "a_module_that_is_not_there" in body["errorMessage"], body


@row("handler process exits, the next call gets a new one")
def _():
    equal(invoke("exits")["body"], 1)
    equal(invoke("exits")["body"], 2)
    body = function_error("exits", {"status": 7}, "Runtime.ExitError")
    assert body["errorMessage"].endswith("Error: Runtime exited with error: exit status 7"), body
    equal(invoke("exits")["body"], 1)


@row("function times out, the next call gets a new process")
def _():
    begin = time.monotonic()
    body = function_error("sleeps", {"seconds": 30}, "Sandbox.Timedout")
    taken = time.monotonic() - begin
    assert body["errorMessage"].endswith("Task timed out after 1.00 seconds"), body
    assert 0.9 < taken < 2.5, f"took {taken:.2f} s"
    equal(invoke("sleeps", {"seconds": 0})["body"], "awake")


@row("over the concurrency")
def _():
    first = threading.Thread(target=invoke, args=("narrow", {"seconds": 1.5}, client()))
    first.start()
    time.sleep(0.5)
    response = refused(429, "TooManyRequestsException", lambda: invoke("narrow", {"seconds": 0}))
    equal(response["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded")
    first.join()
    equal(invoke("narrow", {"seconds": 0})["body"], "awake")


@row("InvocationType Event")
def _():
    begin = time.monotonic()
    response = invoke("sleeps", {"seconds": 0.5}, InvocationType="Event")
    equal((response["StatusCode"], response["body"]), (202, None))
    assert time.monotonic() - begin < 0.4, "the call waited for the handler"


@row("InvocationType DryRun")
def _():
    response = invoke("raises", InvocationType="DryRun")
    equal((response["StatusCode"], response["body"]), (204, None))


@row("InvocationType DryRun of an unknown function")
def _():
    refused(404, "ResourceNotFoundException", lambda: invoke("nope", InvocationType="DryRun"))


@row("unknown InvocationType")
def _():
    refused(400, "ValidationException", lambda: invoke("hello", InvocationType="Later"))


@row("LogType Tail")
def _():
    response = invoke("hello", LogType="Tail")
    log = base64.b64decode(response["LogResult"]).decode()
    assert "hello from the handler\n" in log, log
    assert log.startswith("START RequestId: ") and "\nREPORT RequestId: " in log, log
    assert "LogResult" not in invoke("hello"), "a log nobody asked for"


def with_context(name):
    context = {"custom": {"who": "Zoë", "many": [1, 2]}, "client": {"app_title": "x"}}
    encoded = base64.b64encode(json.dumps(context, ensure_ascii=False).encode()).decode()
    equal(invoke(name, ClientContext=encoded)["body"]["custom"], context["custom"])


@row("client context")
def _():
    with_context("hello")


@row("client context that is not JSON")
def _():
    refused(400, "InvalidRequestContentException", lambda: invoke("hello", ClientContext="Zm9v"))


@row("payload not JSON")
def _():
    response = refused(400, "InvalidRequestContentException", lambda: invoke("hello", b"{nope"))
    equal(response["Type"], "User")
    refused(400, "InvalidRequestContentException", lambda: invoke("hello", b'{"a":1} {"b":2}'))


@row("payload of every JSON kind")
def _():
    for payload in (None, True, 1.5, "text", [1], {"ü": "€"}):
        equal(invoke("hello", payload)["body"]["event"], payload)


@row("no payload")
def _():
    response = AWS.invoke(FunctionName="hello")
    equal(json.load(response["Payload"])["event"], {})


@row("handler returns nothing")
def _():
    equal(AWS.invoke(FunctionName="nothing")["Payload"].read(), b"null")


@row("payload of 7 MB")
def _():
    response = refused(413, "RequestTooLargeException", lambda: invoke("hello", "x" * 7_000_000))
    equal(response["Type"], "User")


@row("payload of 6,291,456 bytes, and one more")
def _():
    fits = b'"' + b"x" * 6_291_454 + b'"'
    equal(invoke("nothing", fits)["StatusCode"], 200)
    refused(413, "RequestTooLargeException", lambda: invoke("nothing", fits + b" "))


@row("event of 1 MiB, and one more")
def _():
    fits = b'"' + b"x" * 1_048_574 + b'"'
    equal(invoke("nothing", fits, InvocationType="Event")["StatusCode"], 202)
    call = lambda: invoke("nothing", fits + b" ", InvocationType="Event")
    refused(413, "RequestTooLargeException", call)


@row("a warm call takes milliseconds")
def _():
    invoke("nothing")
    times = []
    for _ in range(50):
        begin = time.perf_counter()
        invoke("nothing")
        times.append(time.perf_counter() - begin)
    median = sorted(times)[25] * 1000
    print(f"   median {median:.2f} ms, boto3 included")
    assert median < 30, f"median {median:.1f} ms"


@row("node async handler")
def _():
    body = invoke("greet:$LATEST", {"a": 1})["body"]
    equal(body, {"event": {"a": 1}, "functionName": "greet", "version": "$LATEST", "custom": None})


@row("node client context")
def _():
    with_context("greet")


@row("node callback handler")
def _():
    equal(invoke("callback")["body"], {"callback": True})
    body = function_error("callback", {"fail": True}, "TypeError")
    equal(body["errorMessage"], "called back")


def official(payload={}, **arguments):
    response = invoke("official", payload, **arguments)
    if response.get("FunctionError"):
        log = base64.b64decode(response.get("LogResult", "")).decode()
        if "No module named awslambdaric" in log:
            raise Skip("the service's python3 has no awslambdaric")
        raise AssertionError(f"{response['body']} {log}")
    return response


@row("official Python runtime client")
def _():
    body = official({"a": 1}, LogType="Tail", Qualifier="prod")["body"]
    equal(body["event"], {"a": 1})
    equal((body["function_version"], body["arn"]), ("2", f"{ARN}:official:prod"))
    assert 0 < body["remaining"] <= 3000, body


@row("official Python runtime client, log tail and client context")
def _():
    response = official(LogType="Tail")
    assert "hello from the handler\n" in base64.b64decode(response["LogResult"]).decode()
    with_context("official")


def main():
    counts = {"ok": 0, "FAIL": 0, "skip": 0}
    for name, check in ROWS:
        try:
            check()
            verdict, detail = "ok", ""
        except Skip as reason:
            verdict, detail = "skip", f": {reason}"
        except Exception as fault:
            verdict, detail = "FAIL", f": {type(fault).__name__}: {fault}"
        counts[verdict] += 1
        print(f"{verdict:4} {name}{detail}", flush=True)
    print(f"{counts['ok']} passed, {counts['FAIL']} failed, {counts['skip']} skipped")
    sys.exit(1 if counts["FAIL"] else 0)


if __name__ == "__main__":
    main()
