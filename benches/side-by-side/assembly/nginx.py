#!/usr/bin/env python3
"""The harness' configuration of nginx with Lua, and the assembly v10 in Lua: key, limit, condition, script, map, call."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import BENCH  # noqa: E402

ASSEMBLY = """
    location = /v10 {
      access_by_lua_block {
        local client = assembly.clients[ngx.var.arg_client_id]
        if not client then return ngx.exit(401) end
        local second = math.floor(ngx.now())
        local count = ngx.shared.plans:incr(client.plan .. second, 1, 0, 2)
        if count > assembly.plans[client.plan] then return ngx.exit(429) end
        ngx.req.read_body()
        local body = assembly.cjson.decode(ngx.req.get_body_data())
        if not (body.id > 10) then return ngx.exit(500) end
        local kind = body.id % 2 == 0 and 'even' or 'odd'
        kind = kind .. '-' .. #tostring(body.id)
        local order = { order = { number = body.id, kind = kind } }
        ngx.req.set_body_data(assembly.cjson.encode(order))
      }
      proxy_pass http://lambda/unsigned/raw;
    }
"""
SHARED = """
  lua_shared_dict plans 1m;
  init_by_lua_block {
    assembly = { cjson = require('cjson'), clients = { default = { plan = 'wide' } }, plans = { wide = 1000000000 } }
  }
"""

written = subprocess.run([sys.executable, BENCH / "gateways" / "nginx-lua" / "gen.py", *sys.argv[1:]], check=True, capture_output=True, text=True)
http, server = written.stdout.split("  server {\n", 1)
lines = server.split("\n", 1)
print(http + SHARED + "  server {\n" + lines[0] + ASSEMBLY + lines[1])
