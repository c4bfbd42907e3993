"""make bench: messages a second and CPU a message, beside bare libcurl in the same minute.

Each run goes through all cases once, so that a busy minute of a shared machine is the
same for each; ratios are made within a run, and the table shows medians. The daemon is
the real binary on a real file; the gateway is sink.c, so that it is not what is measured.
Nothing here fails for being slow.

Environment: CEGAH (the binary), BENCH_RUNS, BENCH_MESSAGES, BENCH_DIR (where the
databases lie; a file system that is a disk, since fsync is part of the cost).
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "flow"))
from house import ADULT, ASSENT, CAMPAIGN_YAML, CEGAH, COLUMNS, House, csv_text  # noqa: E402
from house import load_phone  # noqa: E402

HELPERS = pathlib.Path(os.environ.get("BENCH_HELPERS", HERE.parents[1] / "build/release/bench"))
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 600  # a bound on each wait, not an expectation
MONDAY = 1767574800000   # 2026-01-05 09:00 in Makassar: people join
STEP_DUE = 1768378501000  # 2026-01-14 16:15:01 there: their first step is due
CONNECTIONS, WIDE = 64, 256

SERIES_YAML = """
series: remaja
title: Remaja
for: {role: champion}
steps:
  - id: C1
    at: {week: 1, day: wed, time: "16:15"}
    say:
      text: "Selamat datang, {nama}! Ada 2-3 pesan tiap minggu. Istirahat dulu? Balas TUNDA."
      discreet: "Selamat datang! Ada 2-3 pesan tiap minggu."
  - id: C3
    at: {week: 2, day: wed, time: "16:15"}
    say: "Tahukah kamu? Ada layanan gratis untuk remaja di Puskesmas."
"""


class Sink:
    """The gateway stand-in: sink.c as a process."""

    running = set()

    def __init__(self, *options, now=STEP_DUE):
        self.process = subprocess.Popen([HELPERS / "sink", "--now", str(now), *options],
                                        stdout=subprocess.PIPE, text=True)
        self.running.add(self)
        self.url = self.process.stdout.readline().split(" on ")[1].strip()

    def stats(self):
        with urllib.request.urlopen(self.url + "/stats", timeout=PATIENCE) as answer:
            return json.load(answer)

    def wait(self, key, count, daemon):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            stats = self.stats()
            if stats[key] >= count:
                return stats
            if daemon.poll() is not None:
                raise SystemExit("the daemon ended: see its log")
            time.sleep(0.05)
        raise SystemExit(f"{key} did not reach {count}: {stats}")

    def close(self):
        self.running.discard(self)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Bench(House):
    """A house whose gateway is a sink."""

    def begin_at(self, sink, connections=CONNECTIONS):
        self.sim_url = sink.url
        self.write_config(f"    connections: {connections}\n    unsure: leave")
        self.start_daemon()

    def settle(self):
        """Ends the daemon, and folds the WAL so that the file alone can be copied."""
        if self.stop() != 0:
            raise SystemExit(f"the daemon failed: see {self.log}")
        file = sqlite3.connect(self.database)
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.close()

    def keep(self, name):
        shutil.copyfile(self.database, self.folder / name)

    def take(self, name):
        for end in ("-wal", "-shm"):
            pathlib.Path(str(self.database) + end).unlink(missing_ok=True)
        shutil.copyfile(self.folder / name, self.database)
        os.sync()  # the copy's own writes are not the daemon's


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0


def prepare(house, messages):
    """joined.db: everyone's first step is to come; queued.db: it waits in the queue."""
    sink = Sink(now=MONDAY)
    house.begin_at(sink)
    house.cegah("load", str(house.write_campaign(CAMPAIGN_YAML, SERIES_YAML)))
    path = house.folder / "contacts.csv"
    path.write_text(csv_text(
        [{**ADULT, **ASSENT, "phone": load_phone(n), "name": "Rahma"}
         for n in range(messages)], COLUMNS))
    house.cegah("contacts", "import", str(path), "--json")
    house.cegah("start", "uji")
    house.settle()
    sink.close()
    house.keep("joined.db")
    # A gateway that refuses the account pauses itself and keeps its messages.
    sink = Sink("--refuse")
    house.begin_at(sink)
    house.wait(lambda: house.status()["queued"] >= messages, "the queue to fill")
    house.settle()
    sink.close()
    house.keep("queued.db")


def measure(house, database, connections, messages, report, expected):
    house.take(database)
    sink = Sink("--report") if report else Sink()
    house.begin_at(sink, connections)
    pid = house.daemon.pid
    before = cpu_seconds(pid)
    stats = sink.wait("reported" if report else "accepted", messages, house.daemon)
    spent = cpu_seconds(pid) - before
    peak = peak_mb(pid)
    house.stop()
    sink.close()
    states = house.rows("SELECT state, count(*) AS n FROM message GROUP BY state")
    if states != [{"state": expected, "n": messages}] or stats["refused_reports"] != 0:
        raise SystemExit(f"{messages} should be {expected}: {states} {stats}")
    return {"rate": messages / (stats["last_us"] - stats["first_us"]) * 1e6,
            "cpu": spent / messages * 1e6, "rss": peak}


def bare(requests):
    sink = Sink()
    out = subprocess.run([HELPERS / "curl_bare", sink.url, str(CONNECTIONS), str(requests)],
                         check=True, capture_output=True, text=True).stdout.split()
    sink.close()
    return {"rate": float(out[0]), "cpu": float(out[1])}


def one_run(house, messages, only):
    cases = {
        "send": lambda: measure(house, "queued.db", CONNECTIONS, messages, False, "sent"),
        "report": lambda: measure(
            house, "queued.db", CONNECTIONS, messages, True, "delivered"),
        "wide": lambda: measure(house, "queued.db", WIDE, messages, True, "delivered"),
        "step": lambda: measure(house, "joined.db", WIDE, messages, True, "delivered"),
    }
    run = {"bare": bare(messages)}
    for name, case in cases.items():
        if not only or name in only:
            run[name] = case()
            print(f"  {name}: {run[name]['rate']:,.0f} a second, "
                  f"{run[name]['cpu']:.1f} µs (bare {run['bare']['cpu']:.1f})", flush=True)
    return run


def median(runs, case, key):
    return statistics.median(run[case][key] for run in runs)


def ratio(runs, case):
    return statistics.median(run[case]["cpu"] / run["bare"]["cpu"] for run in runs)


LABELS = {
    "bare": f"bare libcurl, {CONNECTIONS} connections",
    "send": f"send only, {CONNECTIONS} in flight",
    "report": f"send + report, {CONNECTIONS} in flight",
    "wide": f"send + report, {WIDE} in flight",
    "step": f"step due + send + report, {WIDE} in flight",
}
# What PERFORMANCE targets: (gate, goal) as a ratio of CPU, or as messages a second.
CPU_TARGETS = {"send": (3.0, 2.2), "report": (4.5, 3.3)}
RATE_TARGETS = {"wide": (10000, 15000), "step": (8000, 12000)}


def verdict(value, gate, goal, less):
    meets = (lambda bound: value <= bound) if less else (lambda bound: value >= bound)
    return "goal" if meets(goal) else "gate" if meets(gate) else "missed"


def table(runs):
    print(f"\n{'case':<40}{'a second':>10}{'CPU µs':>9}{'x bare':>8}{'peak MB':>9}  target")
    for case, label in LABELS.items():
        if case not in runs[0]:
            continue
        line = f"{label:<40}{median(runs, case, 'rate'):>10,.0f}{median(runs, case, 'cpu'):>9.1f}"
        line += f"{ratio(runs, case):>8.2f}"
        line += f"{median(runs, case, 'rss'):>9.0f}" if case != "bare" else " " * 9
        if case in CPU_TARGETS:
            gate, goal = CPU_TARGETS[case]
            word = verdict(ratio(runs, case), gate, goal, True)
            line += f"  <= {gate} x, goal {goal} x: {word}"
        if case in RATE_TARGETS:
            gate, goal = RATE_TARGETS[case]
            word = verdict(median(runs, case, "rate"), gate, goal, False)
            line += f"  >= {gate:,}, goal {goal:,}: {word}"
        print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one run of few messages")
    parser.add_argument("--only", action="append", choices=list(LABELS)[1:],
                        help="this case alone (may be repeated)")
    options = parser.parse_args()
    runs = int(os.environ.get("BENCH_RUNS", "1" if options.quick else "3"))
    messages = int(os.environ.get("BENCH_MESSAGES", "10000" if options.quick else "60000"))
    folder = tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("BENCH_DIR"))
    house = Bench(folder)
    try:
        print(f"{CEGAH}: {messages:,} messages, {runs} runs, in {folder}", flush=True)
        prepare(house, messages)
        results = []
        for n in range(runs):
            print(f"run {n + 1}", flush=True)
            results.append(one_run(house, messages, options.only))
        table(results)
    finally:
        if house.daemon is not None and house.daemon.poll() is None:
            house.daemon.send_signal(signal.SIGKILL)
            house.daemon.wait()
        for sink in list(Sink.running):
            sink.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
