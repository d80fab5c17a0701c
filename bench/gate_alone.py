"""Run the HTTP gate alone, as the service would, with many bans in memory, until its input ends.

Arguments: address and port, and how many bans. Prints one line of JSON once it listens.
"""

import asyncio
import gc
import json
import sys
from datetime import timedelta
from ipaddress import IPv4Network
from random import Random

import uvloop

from measure import WORK
from pforte.bans.ban import Ban
from pforte.clock import SystemClock
from pforte.commands.scanning import plan_of, sites_offline
from pforte.gates.http.porter import Detection
from pforte.gates.opening import open_http
from pforte.gates.table.gate import TableGate
from pforte.settings.gates import GateSettings, HttpGateSettings
from pforte.settings.table import Settings
from pforte.visits.door import Door


async def serve(listen: str, bans: int) -> None:
    clock = SystemClock()
    now = clock.now()
    robots = WORK / "robots.txt"
    robots.write_text("User-agent: *\nDisallow: /private/\n", encoding="ascii")
    settings = Settings(gate=GateSettings(http=HttpGateSettings(enabled=True, listen=listen)))
    table = TableGate([IPv4Network("127.0.0.0/8")])
    ends = now + timedelta(days=1)
    table.load(
        (
            Ban(
                network=IPv4Network(number),
                rung=1,
                starts=now,
                ends=ends,
                reference="PF-7K3M-Q2XD",
                reason="visit.xss",
            )
            for number in Random(1).sample(range(1 << 24, 200 << 24), bans)
        ),
        now,
    )
    door = Door(plan_of(settings, sites_offline(settings, robots)), "gate.http")
    gate = open_http(settings, clock, table, Detection(door, lambda _: None))
    await gate.open()
    print(json.dumps({"held": table.entries()}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await gate.close()


if __name__ == "__main__":
    gc.set_threshold(100_000, 50, 100)  # as the service does
    uvloop.run(serve(sys.argv[1], int(sys.argv[2])))
