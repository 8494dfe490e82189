#!/usr/bin/env python3
"""The harness' configuration of Envoy, and the assembly v10 in its Lua filter. Envoy's Lua has no JSON, so a pattern reads the number."""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import BENCH  # noqa: E402

TYPES = "type.googleapis.com/envoy.extensions.filters.http."
LUA = """
local clients = { default = { plan = 'wide' } }
local plans = { wide = { most = 1000000000, second = 0, count = 0 } }
function envoy_on_request(handle)
  local path = handle:headers():get(':path')
  local client = clients[string.match(path, 'client_id=([^&]*)') or '']
  if not client then return handle:respond({ [':status'] = '401' }, '') end
  local plan, second = plans[client.plan], math.floor(handle:timestamp() / 1000)
  if plan.second ~= second then plan.second, plan.count = second, 0 end
  plan.count = plan.count + 1
  if plan.count > plan.most then return handle:respond({ [':status'] = '429' }, '') end
  local body = handle:body()
  local id = tonumber(string.match(body:getBytes(0, body:length()), '"id"%s*:%s*(%d+)'))
  if not (id and id > 10) then return handle:respond({ [':status'] = '500' }, '') end
  local kind = id % 2 == 0 and 'even' or 'odd'
  kind = kind .. '-' .. #tostring(id)
  local order = '{"order":{"number":' .. id .. ',"kind":"' .. kind .. '"}}'
  handle:headers():replace('content-length', #order)
  body:setBytes(order)
end
"""

written = subprocess.run([sys.executable, BENCH / "gateways" / "envoy" / "gen.py", *sys.argv[1:]], check=True, capture_output=True, text=True)
document = json.loads(written.stdout)
manager = document["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
off = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True}
routes = manager["route_config"]["virtual_hosts"][0]["routes"]
for route in routes:
    route.setdefault("typed_per_filter_config", {})["envoy.filters.http.lua"] = off
routes.insert(0, {
    "match": {"path": "/v10"},
    "route": {"cluster": "plain", "prefix_rewrite": "/unsigned/raw"},
    "typed_per_filter_config": {"envoy.filters.http.aws_lambda": off},
})
lua = {"@type": TYPES + "lua.v3.Lua", "default_source_code": {"inline_string": LUA}}
manager["http_filters"].insert(0, {"name": "envoy.filters.http.lua", "typed_config": lua})
print(json.dumps(document))
