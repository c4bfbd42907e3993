"""A Kannel of Debian's packages on the loopback, with its own test SMSC.

Its configuration is the one that adapters/README.md gives, so that what is documented is
what is tested; core, SMSC, ports and the secret are the test's. The test SMSC is a process
of kannel-extras that prints what it is handed and delivers what it is told, a line each:
"from to type data".
"""

import re
import signal
import socket
import subprocess
import time
import urllib.parse

from house import PASSWORD, PATIENCE, ROOT, SECRET, free_port

BEARERBOX, SMSBOX = "/usr/sbin/bearerbox", "/usr/sbin/smsbox"
FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
NUMBER = "21512"

CORE = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
store-type = file
store-location = "{folder}/kannel.store"
log-file = "{folder}/bearerbox.log"
log-level = 1

group = smsc
smsc = fake
smsc-id = fake
port = {smsc}
connect-allow-ip = 127.0.0.1

"""


def documented():
    """Kannel's own configuration, as adapters/README.md has it."""
    page = (ROOT / "adapters" / "README.md").read_text()
    return re.search(r"^```\n(group = smsbox\n.*?)^```", page, re.M | re.S).group(1)


def wait_port(port):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}")


class Kannel:
    def __init__(self, house, leave_out=()):
        """leave_out: names of settings that are taken out of the documented ones."""
        self.house = house
        self.folder = house.folder
        self.admin, self.boxes, self.smsc, self.port = (free_port() for _ in range(4))
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = self.folder / "kannel.conf"
        self.running = {}
        changes = {"sendsms-port = 13013": f"sendsms-port = {self.port}",
                   "bearerbox-host = 127.0.0.1":
                       f"bearerbox-host = 127.0.0.1\nbearerbox-port = {self.boxes}",
                   "password = KANNEL_PASSWORD": f"password = {PASSWORD}",
                   "http-queue-delay = 10": "http-queue-delay = 1",
                   "http://127.0.0.1:8480/hooks/maros-sms/SECRET/inbound":
                       house.hook("inbound")}
        text = documented()
        for old, new in changes.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        text = "".join(line for line in text.splitlines(True)
                       if line.split(" = ")[0] not in leave_out)
        self.config.write_text(CORE.format(
            admin=self.admin, boxes=self.boxes, smsc=self.smsc, folder=self.folder,
            password=SECRET) + text)

    # -- the boxes -----------------------------------------------------------------

    def begin(self, name, *command):
        self.running[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=open(self.folder / f"{name}.out", "a"),
            stderr=subprocess.STDOUT)

    def start(self):
        self.begin("bearerbox", BEARERBOX, "-v", "1", str(self.config))
        wait_port(self.boxes)
        self.begin("smsbox", SMSBOX, "-v", "1", str(self.config))
        wait_port(self.port)
        self.begin("fakesmsc", FAKESMSC, "-H", "127.0.0.1", "-r", str(self.smsc))
        return self

    def stop(self):
        """The bearerbox ends as its service would; the test SMSC knows no other end."""
        for name, how in (("fakesmsc", signal.SIGKILL), ("bearerbox", signal.SIGTERM),
                          ("smsbox", signal.SIGTERM)):
            process = self.running.pop(name, None)
            if process is None:
                continue
            process.send_signal(how)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(PATIENCE)
            process.stdin.close()

    # -- the test SMSC -------------------------------------------------------------

    def output(self):
        return (self.folder / "fakesmsc.out").read_text(errors="replace")

    def wait_received(self, count):
        """As received(), once there are so many: its reports may be there sooner."""
        self.house.wait(lambda: len(self.received()) >= count, f"{count} parts at the SMSC")
        return self.received()

    def received(self):
        """What the SMSC was handed: (from, to, type, rest) of each part, in order."""
        lines = re.findall(r"Got message \d+: <(.*)>$", self.output(), re.M)
        return [tuple(line.split(" ", 3)) for line in lines]

    def say(self, number, kind, data):
        """A phone writes: kind is text, or ucs2 and data percent-escaped UTF-16BE, or
        udh-text and data an escaped header and a text. Waits until it is sent: a second
        line behind a first would stay unread."""
        sent = self.output().count("fakesmsc: sent message")
        line = f"{number} {NUMBER} {kind} {data}\n".encode()
        self.running["fakesmsc"].stdin.write(line)
        self.running["fakesmsc"].stdin.flush()
        self.house.wait(
            lambda: self.output().count("fakesmsc: sent message") > sent, "the phone")

    def say_wide(self, number, text):
        """A phone writes in 16 bits a letter, as one does with an emoji in the text."""
        self.say(number, "ucs2", urllib.parse.quote(text.encode("utf-16-be"), safe=""))
