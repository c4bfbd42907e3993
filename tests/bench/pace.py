#!/usr/bin/python3
"""Pace: what one gateway's trouble, and a long queue, do to replies.

Usage: pace.py [--quick]. Two cases on the real binary, each figure from the call of a hook
to the arrival of the reply's request at the gateway:

- a gateway hangs: the other's messages and replies, beside the same without that gateway;
- a queue of 100,000 campaign messages: a reply to what comes in meanwhile.

Nothing here fails for being slow. Environment: CEGAH, BENCH_DIR as for bench.py.
"""

import argparse
import contextlib
import itertools
import os
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time

import bench
from bench import Bench, Sink, verdict
from house import PASSWORD, SECRET, load_phone, phone

GATE_HANG, GATE_S, GOAL_S = 1.5, 1.0, 0.05
PAUSE_S = 0.01
HANGING = """  mati:
    adapter: kannel
    base_url: "http://127.0.0.1:%d"
    username: mati
    password: "%s"
    hook_secret: "%s"
    timeout: 1s
routes: [sms]
"""


def shares(times):
    """The median and the 99th percentile, in ms."""
    times = sorted(times)
    return statistics.median(times) * 1000, times[int(0.99 * (len(times) - 1))] * 1000


@contextlib.contextmanager
def mute_gateway():
    """Takes connections and answers nothing. Yields its port."""
    held = []
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                held.append(listener.accept()[0])

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for peer in held:
            peer.close()


class Logged(Sink):
    """A sink that notes when each message came."""

    def __init__(self, folder, *options, **more):
        self.path = folder / "arrivals"
        super().__init__("--log", str(self.path), *options, **more)

    def arrivals(self):
        """(seconds of the monotonic clock, number), in the order of arrival."""
        self.stats()
        rows = [line.split() for line in self.path.read_text().splitlines()]
        return [(int(at) / 1e6, to) for at, to in rows]


def wait_acks(house, sink, count):
    """Until so many numbers that wrote STOP have their reply at the gateway."""
    house.wait(lambda: house.rows("SELECT count(*) AS n FROM message WHERE step='opt_out'"
                                  " AND state IN ('sent','delivered')")[0]["n"] >= count,
               "the replies")
    return dict(reversed([(to, at) for at, to in sink.arrivals()]))


def call_stop(house, numbers, asked, hooks):
    """Each number writes STOP, one after another."""
    for number in numbers:
        asked[number] = time.monotonic()
        if house.say(number, "STOP") != 200:
            raise SystemExit("the hook refused a STOP")
        hooks.append(time.monotonic() - asked[number])
        time.sleep(PAUSE_S)


def beside(house, count, hangs):
    """One run: messages and replies of `sms`, with or without one that hangs beside it."""
    for end in ("", "-wal", "-shm"):
        (house.folder / f"cegah.db{end}").unlink(missing_ok=True)
    sink = Logged(house.folder)
    house.sim_url = sink.url
    with mute_gateway() as port:
        house.write_config(virtual=False)
        text = house.config.read_text()
        house.config.write_text(text.replace(
            "test_phones:", HANGING % (port, PASSWORD, SECRET) + "test_phones:"))
        house.start_daemon()
        house.cegah("load", str(house.write_campaign()))
        for _ in range(20 * count if hangs else 0):
            send(house, "mati")
        asked, hooks, sends = {}, [], []
        for n in range(count):
            call_stop(house, [phone(10 + n)], asked, hooks)
            sends.append(time.monotonic())
            send(house, "sms")
            time.sleep(PAUSE_S)
        came = wait_acks(house, sink, count)
        house.wait(lambda: sum(to == phone(1) for _, to in sink.arrivals()) >= count,
                   "the messages")
        arrived = [at for at, to in sink.arrivals() if to == phone(1)]
        house.kill()
    sink.close()
    return {"hook answered": hooks,
            "reply at the gateway": [came[number] - at for number, at in asked.items()],
            "message at the gateway": [at - sent for at, sent in zip(arrived, sends)]}


def send(house, gateway):
    status, body = house.operation(
        "send", {"to": phone(1), "text": "Halo kak", "gateway": gateway})
    if status != 200:
        raise SystemExit(f"send: {body}")


def hanging(house, count, runs):
    """Runs without and with in turn, so that a busy minute is the same for both."""
    alone, with_it = [], []
    for _ in range(runs):
        alone.append(beside(house, count, False))
        with_it.append(beside(house, count, True))
    print(f"\nanother gateway hangs{'':<8}{'p50 ms':>18}{'p99 ms':>18}{'p99':>8}  target")
    print(f"{'':<29}{'alone':>9}{'beside':>9}{'alone':>9}{'beside':>9}{'ratio':>8}")
    for name in alone[0]:
        one = [shares(run[name]) for run in alone]
        other = [shares(run[name]) for run in with_it]
        medians = [statistics.median(pair[i] for pair in runs_of)
                   for i in (0, 1) for runs_of in (one, other)]
        ratio = medians[3] / medians[2]
        word = "met" if ratio <= GATE_HANG else "missed"
        print(f"{name:<29}" + "".join(f"{value:>9.1f}" for value in medians) +
              f"{ratio:>8.2f}  <= {GATE_HANG} x: {word}")


def queued(house, messages):
    """A reply while so many campaign messages are queued."""
    bench.prepare(house, messages)
    house.take("queued.db")
    sink = Logged(house.folder)
    house.begin_at(sink)
    house.wait(lambda: sink.stats()["accepted"] > 0, "the queue to move")
    asked, hooks = {}, []
    numbers = itertools.count(messages)  # nobody of the campaign
    while sink.stats()["accepted"] < messages * 0.9:
        call_stop(house, [load_phone(next(numbers))], asked, hooks)
    left = messages - sink.stats()["accepted"]
    came = wait_acks(house, sink, len(asked))
    house.kill()
    sink.close()
    middle, last = shares([came[number] - at for number, at in asked.items()])
    word = verdict(last / 1000, GATE_S, GOAL_S, True)
    print(f"\na reply with {messages:,} messages queued ({left:,} at the last): {len(asked)}"
          f" replies, p50 {middle:.1f} ms, p99 {last:.1f} ms"
          f"  <= {GATE_S:.0f} s, goal {GOAL_S * 1000:.0f} ms: {word}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer of everything")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="pace-", dir=os.environ.get("BENCH_DIR"))
    house = Bench(folder)
    try:
        hanging(house, 100 if options.quick else 400, 1 if options.quick else 3)
        queued(house, 20000 if options.quick else 100000)
    finally:
        if house.daemon is not None and house.daemon.poll() is None:
            house.kill()
        for sink in list(Sink.running):
            sink.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
