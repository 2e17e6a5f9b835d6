"""Reading XML against the parser alone, in the same process and in turns.

    python bench/xml_speed.py [--orders 20000] [--repeat 5]

Three loops over the generator's orders.xml: the parser alone (a bare iterparse that clears each order and looks at
nothing), a hand-written loop that takes the same fields with `findtext` into lists, and ours, into the table of raw
records. Prints the median of the ratios of each round, and the peak memory of ours for one and four times the orders,
each in a process of its own.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from contestants import GENERATOR
from lxml import etree

from etl import contracts, identify, readers
from etl.contracts import Identified
from etl.readers.grid import wanted_columns
from etl.store import Store

SOURCE, RECORD, ROWS = "woocommerce_orders_xml", "Order", "OrderLineItems/OrderLineItem"
TARGET = 0.6


def bare(path: Path) -> None:
    """The parser alone."""
    for _, order in etree.iterparse(str(path), events=("end",), tag=RECORD, resolve_entities=False, no_network=True):
        order.clear()
        while order.getprevious() is not None:
            del order.getparent()[0]


def by_hand(path: Path, names: list[str]) -> list[tuple[str | None, ...]]:
    """What one would write: the same fields, one by one."""
    own = [name.removeprefix(f"{ROWS}/") for name in names if name.startswith(ROWS)]
    heads = [name for name in names if not name.startswith((ROWS, "#"))]
    rows: list[tuple[str | None, ...]] = []
    for _, order in etree.iterparse(str(path), events=("end",), tag=RECORD, resolve_entities=False, no_network=True):
        head = [order.findtext(name) for name in heads]
        rows += [(*head, *(line.findtext(name) for name in own)) for line in order.iterfind(ROWS)]
        order.clear()
        while order.getprevious() is not None:
            del order.getparent()[0]
    return rows


def ours(path: Path, identified: Identified) -> int:
    """Ours: every row in the table of raw records."""
    with Store.open(None) as store:
        return readers.read(store, path, identified).record_count


def seconds(work: object, *arguments: object) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work(*arguments)  # type: ignore[operator]
    return time.perf_counter() - start


def generated(folder: Path, orders: int) -> Path:
    """The generator's orders.xml."""
    command = [sys.executable, str(GENERATOR), "--orders", str(orders), "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "orders.xml"


def identified(path: Path) -> Identified:
    """The file under its contract."""
    return identify.identify(path, {SOURCE: contracts.load()[SOURCE]})


def peak_mb(path: Path) -> float:
    """The most memory that reading takes in a process of its own."""
    command = [sys.executable, __file__, "--read", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def main() -> None:
    """Measure, and say so."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        ours(options.read, identified(options.read))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    with tempfile.TemporaryDirectory() as folder:
        small, large = (generated(Path(folder, str(n)), options.orders * n) for n in (1, 4))
        found = identified(small)
        names = [found.header[p] for p in wanted_columns(found)]
        ours(small, found)  # the imports are not what is measured
        rounds = [
            (seconds(bare, small), seconds(by_hand, small, names), seconds(ours, small, found))
            for _ in range(options.repeat)
        ]
        bare_s, hand_s, ours_s = (statistics.median(times) for times in zip(*rounds, strict=True))
        to_bare = statistics.median(b / o for b, _, o in rounds)
        to_hand = statistics.median(h / o for _, h, o in rounds)
        size = small.stat().st_size / 1e6
        verdict = "met" if to_bare >= TARGET else "MISSED"
        print(f"{options.orders} orders, {size:.1f} MB:", end=" ")
        print(f"parser alone {bare_s:.2f} s, fields by hand {hand_s:.2f} s, ours {ours_s:.2f} s")
        print(f"ours at {to_bare:.0%} of the parser alone (target {TARGET:.0%}: {verdict})", end=", ")
        print(f"at {to_hand:.0%} of the fields by hand")
        print(f"peak memory {peak_mb(small):.0f} MB, of four times the orders {peak_mb(large):.0f} MB")


if __name__ == "__main__":
    main()
