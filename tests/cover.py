#!/usr/bin/python3
"""Prints which part of each source file's lines the tests ran, from gcov's own summary.

Usage: cover.py BUILD, after a build with --coverage has run its tests.
"""

import pathlib
import re
import subprocess
import sys

SUMMARY = re.compile(r"File '([^']+)'\nLines executed:([\d.]+)% of (\d+)")


def main():
    build = pathlib.Path(sys.argv[1])
    lines = {}
    for notes in sorted(build.rglob("*.gcno")):
        done = subprocess.run(["gcov", "-n", "-o", str(notes.parent), str(notes)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for path, percent, count in SUMMARY.findall(done.stdout):
            if path.startswith(("engine/", "adapters/")):
                ran = round(float(percent) * int(count) / 100)
                best = max(ran, lines.get(path, (0, 0))[0])
                lines[path] = (best, int(count))
    for path, (ran, count) in sorted(lines.items()):
        print(f"{100 * ran / count:5.1f}%  {ran:5} of {count:5}  {path}")
    ran, count = (sum(column) for column in zip(*lines.values())) if lines else (0, 0)
    if count == 0:
        print("no coverage data: run `make cover`", file=sys.stderr)
        return 1
    print(f"{100 * ran / count:5.1f}%  {ran:5} of {count:5}  in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
