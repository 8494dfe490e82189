#!/usr/bin/env python3
"""Gantry against moto's STS, IAM and Lambda with authentication on: signatures checked by software that is not ours.

Runs in a virtual environment with moto[server]==5.2.5 and boto3; GANTRY_BIN is the gateway's binary. Moto runs no
function without docker: it echoes the payload. One line per check; the last line counts them; exit code 1 on a failure.
"""

import base64
import io
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

import boto3

REGION = "us-east-1"
ACCOUNT = "123456789012"
FUNCTION = "orders"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"
EXTERNAL_ID = "tenant-4711"
PAYLOAD = json.dumps({"order": 7, "text": "käse"}).encode()


class Tally:
    """Counts checks and prints a line for each."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, good, detail=""):
        if good:
            self.passed += 1
            print(f"ok    {name}")
        else:
            self.failed += 1
            print(f"FAIL  {name}: {detail}")

    def skip(self, name, reason):
        self.skipped += 1
        print(f"skip  {name}: {reason}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed else 0


class Process:
    """A child that gets SIGTERM by its own pid, and is waited for."""

    def __init__(self, command, log):
        self.log = open(log, "wb")
        self.child = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)

    def stop(self):
        if self.child.poll() is None:
            os.kill(self.child.pid, signal.SIGTERM)
            try:
                self.child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.log.close()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def call(url, body=None, headers=None, method=None):
    """Status and body, whatever the status is."""
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=40) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError as error:
        return 0, str(error).encode()


def tell(url, body, content_type):
    """A POST to moto that has to succeed, or the checks would prove nothing."""
    status, answer = call(url, body, {"content-type": content_type})
    if not 200 <= status < 300:
        raise RuntimeError(f"{url} answered {status} {answer[:200]!r}")


def wait_until_ready(url, process, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.child.poll() is not None:
            return False
        if call(url)[0] == 200:
            return True
        time.sleep(0.1)
    return False


def archive():
    """The code of a function; moto wants some, and never runs it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as code:
        code.writestr("app.py", "def handler(event, context):\n    return event\n")
    return buffer.getvalue()


def populate(moto):
    """Users, a role, a function with a version and an alias. Returns the credentials that the checks use."""
    clients = {
        name: boto3.client(
            name, region_name=REGION, endpoint_url=moto, aws_access_key_id="setup", aws_secret_access_key="setup"
        )
        for name in ("iam", "sts", "lambda")
    }
    iam = clients["iam"]
    allow = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["lambda:*", "sts:AssumeRole"], "Resource": "*"}],
    }
    keys, users = {}, {}
    for user in ("gateway", "nobody"):
        arn = iam.create_user(UserName=user)["User"]["Arn"]
        key = iam.create_access_key(UserName=user)["AccessKey"]
        keys[user], users[user] = (key["AccessKeyId"], key["SecretAccessKey"], None), arn
    iam.put_user_policy(UserName="gateway", PolicyName="call", PolicyDocument=json.dumps(allow))
    # Moto compares the principal as a text, so that the account's root would not do.
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": users["gateway"]},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
            }
        ],
    }
    role = iam.create_role(RoleName="caller", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="caller", PolicyName="call", PolicyDocument=json.dumps(allow))
    clients["lambda"].create_function(
        FunctionName=FUNCTION, Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": archive()}
    )
    version = clients["lambda"].publish_version(FunctionName=FUNCTION)["Version"]
    clients["lambda"].create_alias(FunctionName=FUNCTION, Name="prod", FunctionVersion=version)
    assumed = clients["sts"].assume_role(RoleArn=role, RoleSessionName="setup", ExternalId=EXTERNAL_ID)["Credentials"]
    keys["session"] = (assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])
    return keys, role, version


def start_moto(folder):
    """Moto without docker, populated, then with authentication on."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = pathlib.Path(sys.executable).parent / "moto_server"
    process = Process([str(server), "-H", "127.0.0.1", "-p", str(port)], folder / "moto.log")
    if not wait_until_ready(f"{url}/moto-api/", process):
        process.stop()
        sys.exit(f"moto did not start: {(folder / 'moto.log').read_text()}")
    try:
        settings = json.dumps({"lambda": {"use_docker": False}}).encode()
        tell(f"{url}/moto-api/config", settings, "application/json")
        populated = populate(url)
        tell(f"{url}/moto-api/reset-auth", b"0", "text/plain")
    except BaseException:
        process.stop()
        raise
    return process, url, populated


def step(moto, keys, **properties):
    """The configuration of a lambda step; underscores in names stand for hyphens."""
    key_id, secret, token = keys
    config = {
        "function": FUNCTION,
        "endpoint": moto,
        "region": REGION,
        "aws-access-key-id": key_id,
        "aws-secret-access-key": secret,
    }
    if token is not None:
        config["aws-session-token"] = token
    config.update({name.replace("_", "-"): value for name, value in properties.items()})
    return config


def table(moto, keys, role, version):
    """Name, expected status, whether the payload comes back, configuration."""
    user, nobody, session = keys["gateway"], keys["nobody"], keys["session"]
    wrong_secret = (user[0], base64.b64encode(b"wrong secret, forty characters").decode(), None)
    unknown_key = ("AKIAUNKNOWNUNKNOWN00", user[1], None)
    wrong_token = (session[0], session[1], "wrong" + session[2])
    no_token = (session[0], session[1], None)
    assume = {"aws_assume_role_arn": role, "sts_endpoint": moto}
    named = {"external_id": EXTERNAL_ID, "role_session_name": "gantry-peer", **assume}
    partial = f"{ACCOUNT}:function:{FUNCTION}"
    refused, unavailable = 502, 500
    return [
        ("a key pair is accepted", 200, True, step(moto, user)),
        ("temporary keys with their token are accepted", 200, True, step(moto, session)),
        ("a role is assumed with its external id", 200, True, step(moto, user, **named)),
        ("a wrong secret is LambdaServiceError", refused, False, step(moto, wrong_secret)),
        ("an unknown key is LambdaServiceError", refused, False, step(moto, unknown_key)),
        ("a wrong token is LambdaServiceError", refused, False, step(moto, wrong_token)),
        ("a missing token is LambdaServiceError", refused, False, step(moto, no_token)),
        ("a user without a policy is LambdaServiceError", refused, False, step(moto, nobody)),
        ("a wrong external id is LambdaCredentialsError", unavailable, False,
         step(moto, user, **{**named, "external_id": "tenant-0815"})),
        ("a wrong secret at STS is LambdaCredentialsError", unavailable, False, step(moto, wrong_secret, **named)),
        ("a full ARN is signed right", 200, True, step(moto, user, function=ARN)),
        ("a full ARN with a qualifier is signed right", 200, True, step(moto, user, function=f"{ARN}:prod")),
        ("a partial ARN is signed right", 200, True, step(moto, user, function=partial)),
        ("a name with a qualifier is signed right", 200, True, step(moto, user, function=f"{FUNCTION}:prod")),
        ("an alias in the query is signed right", 200, True, step(moto, user, qualifier="prod")),
        ("a version in the query is signed right", 200, True, step(moto, user, qualifier=version)),
        ("$LATEST in the query is signed right", 200, True, step(moto, user, qualifier="$LATEST")),
        ("an ARN with a qualifier in the query is signed right", 200, True,
         step(moto, user, function=ARN, qualifier="prod")),
        ("a role and a full ARN are signed right", 200, True, step(moto, user, function=f"{ARN}:prod", **named)),
        ("an event is queued", 202, False, step(moto, user, invocation_type="event")),
        ("a dry run is allowed", 204, False, step(moto, user, invocation_type="dry-run")),
        ("a dry run is refused without a policy", refused, False, step(moto, nobody, invocation_type="dry-run")),
    ]


def document(number, config):
    """An OpenAPI document with one operation whose assembly is one lambda step."""
    return {
        "openapi": "3.0.3",
        "info": {"title": f"peer {number}", "version": "1.0.0"},
        "paths": {f"/check-{number}": {"post": {"responses": {"default": {"description": "any"}}}}},
        "x-assembly": {"execute": [{"lambda": config}]},
    }


def start_gantry(binary, folder):
    """The gateway over the folder of documents; its address, or None where it did not get ready."""
    listen, admin = free_port(), free_port()
    command = [binary, "serve", str(folder / "apis"), "--listen", f"127.0.0.1:{listen}"]
    process = Process([*command, "--admin-listen", f"127.0.0.1:{admin}"], folder / "gantry.log")
    ready = wait_until_ready(f"http://127.0.0.1:{admin}/readyz", process)
    return process, f"http://127.0.0.1:{listen}" if ready else None


def run_checks(tally, gateway, cases):
    """Calls every operation; returns everything the client got to see."""
    seen = b""
    for number, (name, expected, echoes, _) in enumerate(cases):
        status, body = call(
            f"{gateway}/check-{number}", PAYLOAD, {"content-type": "application/json"}, method="POST"
        )
        seen += body
        good = status == expected and (not echoes or json.loads(body) == json.loads(PAYLOAD))
        tally.check(name, good, f"expected {expected}, got {status} {body[:300]!r}")
    return seen


def main():
    binary = os.environ.get("GANTRY_BIN")
    if not binary or not os.access(binary, os.X_OK):
        sys.exit("GANTRY_BIN does not name the gateway's binary")
    # Nothing of the caller's own AWS set-up may help or hinder.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update({"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull})
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    tally = Tally()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gantry-moto-"))
    processes = []
    try:
        moto, url, (keys, role, version) = start_moto(folder)
        processes.append(moto)
        cases = table(url, keys, role, version)
        (folder / "apis").mkdir()
        for number, (_, _, _, config) in enumerate(cases):
            # JSON is YAML.
            (folder / "apis" / f"check-{number}.yaml").write_text(json.dumps(document(number, config), indent=2))
        gantry, gateway = start_gantry(binary, folder)
        processes.append(gantry)
        tally.check("the gateway gets ready", gateway is not None, (folder / "gantry.log").read_text()[-2000:])
        seen = b""
        if gateway:
            seen = run_checks(tally, gateway, cases)
        else:
            for name, *_ in cases:
                tally.skip(name, "no gateway")
        gantry.stop()
        shown = seen + (folder / "gantry.log").read_bytes()
        secrets = {part for secret in keys.values() for part in secret[1:] if part}
        leaked = [secret[:4] + "…" for secret in secrets if secret.encode() in shown]
        tally.check("no secret is shown to the client or in the log", not leaked, f"found {leaked}")
    finally:
        for process in reversed(processes):
            process.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
