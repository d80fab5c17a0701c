"""Time the bare Hyperscan pass over a log: the blocks and marks of ``pforte scan``, with nothing read or judged."""

import json
import sys
import time

from pforte.commands.scanning import build_scanner, sites_offline
from pforte.settings.table import Settings
from pforte.sources.archive import Archive
from pforte.visits.formats.catalogue import find_format


def main() -> None:
    scanner = build_scanner(Settings(), sites_offline(Settings(), None))
    scan = scanner._posts.of(find_format("combined")).scan  # noqa: SLF001  the limit is the pass itself
    database, found = scan._database, 0  # noqa: SLF001

    def on_match(*_: object) -> None:
        nonlocal found
        found += 1

    began = time.perf_counter()
    for block in Archive(sys.argv[1]).blocks():
        database.scan(block, on_match)
    print(json.dumps({"seconds": time.perf_counter() - began, "matches": found}))


if __name__ == "__main__":
    main()
