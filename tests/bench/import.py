#!/usr/bin/python3
"""100,000 rows through the running daemon, twice, and how long replies wait meanwhile.

Usage: import.py [ROWS]. Builds nothing: CEGAH names the program (./cegah if not set).
Prints rows a second, and of the inbound hook's answers and of STOP's acknowledgements
(from the hook's call to the message's row) the median, the 99th percentile and the worst.
The second run must change nothing, or the exit status is 1.
"""

import pathlib
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flow"))
import house as harness  # noqa: E402

harness.PATIENCE = 1800
PAUSE_S = 0.02
HEADER = "phone,name,role,district,birth_year,basis"


def line(n):
    number = harness.load_phone(n - 1 if n % 10 == 9 else n)
    return (f"{number},Orang {n},{('champion', 'parent')[n % 2]},"
            f"{('maros', 'ambon', 'surabaya')[n % 3]},{1960 + n % 50},daftar hadir")


def shares(times):
    times = sorted(times)
    return tuple(1000 * times[min(int(share * len(times)), len(times) - 1)]
                 for share in (0.5, 0.99, 1))


def run(made, path, numbers):
    """One import; returns (account, seconds, hook answers, acknowledgements)."""
    result, hooks, acks = [], [], []
    worker = threading.Thread(target=lambda: result.append(
        made.json("contacts", "import", str(path))))
    began = time.monotonic()
    worker.start()
    while worker.is_alive():
        number = harness.phone(next(numbers))
        asked = time.monotonic()
        assert made.say(number, "STOP") == 200
        hooks.append(time.monotonic() - asked)
        while worker.is_alive() and not made.rows(
                "SELECT 1 FROM message m JOIN address a ON a.id=m.address_id WHERE a.value=?",
                number):
            time.sleep(0.001)
        acks.append(time.monotonic() - asked)
        time.sleep(PAUSE_S)
    return result[0], time.monotonic() - began, hooks, acks


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    status = 0
    numbers = iter(range(10000))
    with tempfile.TemporaryDirectory() as folder:
        made = harness.House(folder)
        try:
            made.begin(clock="run", start="2026-01-05T15:30:00+08:00")
            path = made.folder / "daftar.csv"
            path.write_text(HEADER + "\n" + "\n".join(line(n) for n in range(rows)) + "\n")
            for turn in ("first", "second"):
                account, seconds, hooks, acks = run(made, path, numbers)
                print(f"{turn} run: {account['rows']} rows in {seconds:.1f} s, "
                      f"{account['rows'] / seconds:.0f} a second; taken {account['taken']}, "
                      f"merged {account['merged']}, unchanged {account['unchanged']}, "
                      f"refused {account['refused']}")
                for name, times in (("hook answered", hooks), ("ack queued", acks)):
                    print("  %-14s %5d times: median %.1f ms, 99 %% %.1f ms, worst %.1f ms"
                          % (name, len(times), *shares(times)))
                if turn == "second" and account["unchanged"] != rows:
                    status = 1
        finally:
            made.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
