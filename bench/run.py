"""Run the benchmarks, print them as a table and write bench/results.json."""

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

BENCHES = ("scan", "restore", "latency", "table", "bouncer", "http_gate", "dnsbl", "milter", "signatures")


def machine() -> str:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=BENCHES, help="run one of them")
    wanted = parser.parse_args().only
    results: list[dict[str, object]] = []
    for name in (wanted,) if wanted else BENCHES:
        print(f"== {name}", flush=True)
        for row in importlib.import_module(name).measure():
            peer = "" if row.peer is None else f"  {row.peer_name}: {row.peer:,.4g}"
            limit = "" if row.limit is None else f"  limit: {row.limit:,.4g}"
            ratio = "" if row.ratio is None else f"  ratio {row.ratio:,.3g}"
            verdict = "met" if row.met else "MISSED"
            print(
                f"{row.name:<34} {row.ours:>12,.4g} {row.unit}{peer}{limit}{ratio}  goal {row.goal}: {verdict}"
            )
            if row.note:
                print(f"    {row.note}")
            results.append(row.as_result(machine()))
    met = all(result["met"] for result in results)
    path = Path(__file__).resolve().parent / "results.json"
    if wanted and path.exists():
        measured = {result["name"] for result in results}
        kept = [row for row in json.loads(path.read_text(encoding="utf-8")) if row["name"] not in measured]
        results = [*kept, *results]
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"written: {path.name}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
