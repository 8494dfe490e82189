#!/usr/bin/env python3
"""Writes the document that Gantry serves in the comparison: the paths that the harness requests, and N generated routes."""

import argparse
import json

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--port", type=int, help="not used: the environment says it")
arguments.add_argument("--upstream-port", type=int, required=True)
arguments.add_argument("--routes", type=int, default=0)
arguments.add_argument("--workers", type=int, help="not used: as many as there are cores to run on")
arguments = arguments.parse_args()

upstream = f"http://127.0.0.1:{arguments.upstream_port}"


def call(function, **more):
    return {"lambda": {"function": function, **more}}


def operation(*steps):
    return {"post": {"responses": {}, "x-assembly": {"execute": list(steps)}}}


def headers(prefix):
    actions = [{"set": f"message.headers.{prefix}-{number}", "value": f"value {number}"} for number in range(5)]
    return {"set-variable": {"actions": actions}}


paths = {
    "/raw": operation(call("raw")),
    "/raw5": operation(call("raw-l5")),
    "/raw50": operation(call("raw-l50")),
    "/big64": operation(call("raw-b65536")),
    "/proxy": operation(call("proxy", payload="api-gateway-v1", response="proxy")),
    "/hdr10": operation(headers("x-up"), call("raw"), headers("x-down")),
    "/plain": operation({"invoke": {"target-url": f"{upstream}/unsigned/raw"}}),
}
for route in range(arguments.routes):
    paths[f"/r/api{route}/items/{{item}}"] = operation(call("raw"))

print(json.dumps({"openapi": "3.0.3", "info": {"title": "bench", "version": "1"}, "paths": paths}))
