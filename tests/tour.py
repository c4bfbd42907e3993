"""The README's tour: what it shows is what the demo's commands print.

Above a block of the README stands what it is made of, in a comment: a line a command, with
the lines of its output that are shown behind "::" (1-based, negative from the end, ranges
by "-" between positive ones; "/…/" for all that a pattern without blanks fits; all of
them without "::"):

    <!-- tour
    ./cegah report delivery -c build/demo/cegah.yaml :: 1-8 -1
    -->

"{id}" in a command is the first message's id in the output before it. Lines that are left
out are shown as "…". `make tour` writes the blocks anew; tests/flow/test_tour.py compares
them, but for ids, which are others in every database.
"""

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
CONFIG = "build/demo/cegah.yaml"
BLOCK = re.compile(r"(<!-- tour\n(.*?)-->\n)```console\n(.*?)```\n", re.DOTALL)
MESSAGE_ID = re.compile(r"\b\d+-\d+-[A-Za-z0-9_-]{12}")
# What two runs may differ in: ids, and the columns' widths that come of them.
MASKS = [
    (MESSAGE_ID, "ID"),
    (re.compile(r"\b(in-|inbound:)\d+"), r"\1N"),
    (re.compile(r"─+"), "─"),
    (re.compile(r" {2,}"), " "),
]
DEMO = "make demo"
COLUMNS = 104


def on_terminal(command):
    """What a command shows on a terminal of COLUMNS columns: tables fit into it."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 60, COLUMNS, 0, 0))
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=its, stderr=subprocess.PIPE, cwd=ROOT
    )
    os.close(its)
    pieces = []
    try:
        while piece := os.read(ours, 65536):
            pieces.append(piece)
    except OSError:  # the other end is closed: all has been read
        pass
    os.close(ours)
    complaint = process.communicate(timeout=60)[1]
    assert process.returncode == 0, f"{command}: {complaint.decode()}"
    return b"".join(pieces).decode().replace("\r\n", "\n")


class Demo:
    """A demo that has run: its own output, and where its config lies."""

    def __init__(self, binary, output, config=CONFIG):
        self.binary, self.output, self.config = binary, output, config

    def run(self, command):
        """The lines that a command of the tour prints."""
        if command == DEMO:
            return self.output.splitlines()
        arguments = [
            self.config if word == CONFIG else word for word in shlex.split(command)
        ]
        assert arguments[0] == "./cegah", command
        shown = on_terminal([self.binary, *arguments[1:]])
        return [line.replace(self.config, CONFIG) for line in shown.splitlines()]


def chosen(lines, wish):
    """The lines that are shown, with "…" for those between."""
    numbers = set()
    for word in wish.split():
        between = re.fullmatch(r"(\d+)-(\d+)", word)
        if word.startswith("/"):
            fits = re.compile(word.strip("/"))
            numbers.update(n for n, line in enumerate(lines, 1) if fits.search(line))
        elif between:
            numbers.update(range(int(between[1]), int(between[2]) + 1))
        else:
            numbers.add(int(word) if int(word) > 0 else len(lines) + 1 + int(word))
    shown, last = [], 0
    for number in sorted(n for n in numbers if 1 <= n <= len(lines)):
        if number > last + 1 and shown:
            shown.append("…")
        shown.append(lines[number - 1].rstrip())
        last = number
    return shown + (["…"] if last < len(lines) else [])


def block(recipe, demo):
    """What a block of the README holds, by its recipe."""
    out, message = [], ""
    for line in recipe.strip().splitlines():
        command, _, wish = (part.strip() for part in line.partition("::"))
        command = command.replace("{id}", message)
        lines = demo.run(command)
        found = MESSAGE_ID.search("\n".join(lines))
        message = found[0] if found else message
        out += ([""] if out else []) + [f"$ {command}"]
        out += chosen(lines, wish) if wish else [each.rstrip() for each in lines]
    return "\n".join(out) + "\n"


def blocks(demo):
    """Each block as it stands, and as it should: pairs of texts."""
    return [
        (match[3], block(match[2], demo)) for match in BLOCK.finditer(README.read_text())
    ]


def masked(text):
    """The text without what differs from one run to the next."""
    for pattern, mark in MASKS:
        text = pattern.sub(mark, text)
    return text


def write(demo):
    """Makes the README's blocks anew."""
    text = README.read_text()
    new = BLOCK.sub(
        lambda match: f"{match[1]}```console\n{block(match[2], demo)}```\n", text
    )
    README.write_text(new)


def main():
    """`make tour`: runs the demo and writes the blocks."""
    done = subprocess.run(
        ["./cegah", "demo"], capture_output=True, text=True, timeout=600, cwd=ROOT
    )
    if done.returncode != 0:
        sys.exit(f"the demo failed: {done.stderr}")
    write(Demo(ROOT / "cegah", done.stdout))


if __name__ == "__main__":
    main()
