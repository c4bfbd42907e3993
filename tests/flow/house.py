"""A cegah of its own for a test: config, simulator, daemon, and what they hold.

Everything goes through the real binary, as a gateway, a phone and a coordinator would.
Times are the simulator's; PATIENCE bounds how long a test waits, and is no measurement.
"""

import csv
import http.client
import io
import itertools
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CEGAH = os.path.abspath(os.environ.get("CEGAH", str(ROOT / "cegah")))
CAMPAIGN = ROOT / "campaigns" / "cegah-kawin-anak"
PATIENCE = 60
SECRET = "0123456789abcdef0123"
PASSWORD = "rahasia"
# A key pair's public half; its secret half opens what the tests seal.
FOCAL_KEY = "2FOuxI5NeR/dcADwPMsS9qdIyDKfDQr5Wl3qN5tX7Xs="

COLUMNS = ["phone", "name", "role", "district", "birth_year", "sex", "language", "code",
           "basis", "basis_date", "guardian_method", "guardian_date", "guardian_wording",
           "assent_method", "assent_date", "assent_wording"]
ADULT = {"role": "champion", "district": "maros", "birth_year": "1990", "basis": "daftar hadir"}
GUARDIAN = {"guardian_method": "paper", "guardian_date": "2026-01-02",
            "guardian_wording": "2026-01"}
ASSENT = {"assent_method": "paper", "assent_date": "2026-01-02", "assent_wording": "2026-01"}
MINOR = {"role": "champion", "district": "maros", "birth_year": "2012",
         "basis": "daftar hadir", **GUARDIAN, **ASSENT}

# A small campaign with one question; districts in three zones.
CAMPAIGN_YAML = """
campaign: uji
title: Uji
language: id
organisation: Tim Uji
wording: "2026-01"
districts:
  maros: {name: Maros, zone: Asia/Makassar}
  surabaya: {name: Surabaya, zone: Asia/Jakarta}
  ambon: {name: Ambon, zone: Asia/Jayapura}
replies:
  opt_in: "Siap, sudah kami catat. Terima kasih."
  opt_out: "Baik, pesan dihentikan. Terima kasih."
  waiting_guardian: "Terima kasih! Kakak tim minta izin orang tua dulu."
"""
SERIES_YAML = """
series: remaja
title: Remaja
for: {role: champion}
invitation: {id: C0, text: "Halo, ini {lembaga}. Balas YA atau TIDAK. Berhenti: STOP."}
steps:
  - id: C1
    at: {week: 1, day: wed, time: "16:15"}
    say: {text: "Selamat datang, {nama}!", discreet: "Selamat datang!"}
  - id: C4
    at: {week: 2, day: sat, time: "16:15"}
    ask:
      kind: quiz
      text: "Berapa? A) 16 B) 18 C) 19. Balas A, B atau C."
      answers:
        - {value: C, spellings: [c, "19"], right: true}
        - {value: A, spellings: [a, "16"]}
        - {value: B, spellings: [b, "18"]}
      right: {text: "Betul! 19 tahun.", discreet: "Terima kasih! Jawabannya C."}
      wrong: {text: "Belum tepat. Jawabannya C.", discreet: "Terima kasih! Jawabannya C."}
"""


# Tests that run beside each other draw from ranges of their own, so that no port which one
# has found free is taken by another before its daemon listens on it.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
PORTS = itertools.cycle(range(20000 + WORKER * 1500, 21500 + WORKER * 1500))


def free_port():
    for port in PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def phone(n):
    """The n-th number of the test range, 0 … 9999: +62 812-0000-xxxx."""
    return "+628120000%04d" % n


def load_phone(n):
    """The n-th number of the generated range: +62 812-0xxx-xxxx."""
    return "+628120%07d" % n


def csv_text(rows, columns=COLUMNS):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row.get(column, "") for column in columns])
    return out.getvalue()


class Socket(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


class House:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "cegah.yaml"
        self.database = self.folder / "cegah.db"
        self.log = self.folder / "daemon.log"
        self.port = free_port()
        self.sim_url = None
        self.simulator = None
        self.daemon = None
        self.env = dict(os.environ)

    # -- making things -------------------------------------------------------------

    def write_campaign(self, campaign=CAMPAIGN_YAML, series=SERIES_YAML, name="uji"):
        target = self.folder / name
        target.mkdir(exist_ok=True)
        (target / "campaign.yaml").write_text(campaign)
        (target / "series.yaml").write_text(series)
        return target

    def write_config(self, gateway="", extra="", listen=None, base_url=None, virtual=True):
        """gateway: lines that are added to the one gateway, indented by four blanks."""
        url = base_url or self.sim_url
        text = f"""database: cegah.db
listen: {listen or '127.0.0.1:%d' % self.port}
timezone: Asia/Makassar
gateways:
  sms:
    adapter: kannel
    base_url: "{url}"
    username: cegah
    password: "{PASSWORD}"
    hook_secret: "{SECRET}"
{gateway}
test_phones: ["{phone(1)}"]
focal_keys: ["{FOCAL_KEY}"]
{extra}
"""
        if virtual and self.sim_url:
            text += 'clock: {simulator: "%s"}\n' % self.sim_url
        self.config.write_text(text)

    def start_simulator(self, profile="", clock="jump", start="2026-01-05T09:00:00+08:00"):
        """profile: YAML lines behind the account and the inbound URL."""
        path = self.folder / "handsets.yaml"
        path.write_text(f"username: cegah\npassword: {PASSWORD}\n"
                        f"inbound: {self.hook('inbound')}\n{profile}\n")
        command = [CEGAH, "simulator", "--listen", "127.0.0.1:0", "--profile", str(path),
                   "--clock", clock]
        if clock != "real":
            command += ["--start", start]
        self.simulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                          stderr=open(self.folder / "simulator.log", "a"))
        line = self.simulator.stdout.readline()
        assert line.startswith("simulator: listening on "), line
        self.sim_url = line.split(" on ")[1].strip()
        return self

    def start_daemon(self, wait=True, env=None):
        self.daemon = subprocess.Popen([CEGAH, "serve", "-c", str(self.config)],
                                       stdout=subprocess.PIPE, text=True,
                                       env={**self.env, **(env or {})},
                                       stderr=open(self.log, "a"))
        if wait:
            line = self.daemon.stdout.readline()
            assert line.startswith("cegah: ready"), line + self.log.read_text()[-2000:]
        return self

    def begin(self, profile="", gateway="", extra="", clock="jump",
              start="2026-01-05T09:00:00+08:00", rows=(), series=SERIES_YAML,
              campaign=CAMPAIGN_YAML, go=True):
        """Simulator, daemon, the small campaign, people, start: the usual beginning."""
        self.start_simulator(profile, clock, start)
        self.write_config(gateway, extra)
        self.start_daemon()
        self.cegah("load", str(self.write_campaign(campaign, series)))
        if rows:
            self.import_rows(rows)
        if go:
            self.cegah("start", "uji")
        return self

    # -- doing things --------------------------------------------------------------

    def cegah(self, *arguments, check=True, text_input=None, config=True, env=None):
        command = [CEGAH, *arguments]
        if config:
            command += ["-c", str(self.config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE * 2,
                              input=text_input, cwd=self.folder,
                              env={**self.env, **(env or {})})
        if check:
            assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done

    def json(self, *arguments, check=True):
        return json.loads(self.cegah(*arguments, "--json", check=check).stdout)

    def import_rows(self, rows, *options, name="contacts.csv"):
        path = self.folder / name
        path.write_text(csv_text(rows))
        return self.json("contacts", "import", str(path), *options)

    def operation(self, name, arguments=None):
        """Calls the control socket; returns (status, body)."""
        connection = Socket(str(self.database) + ".sock")
        connection.request("POST", "/api/v1/" + name, json.dumps(arguments or {}),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        return answer.status, body

    def status(self):
        code, body = self.operation("status")
        assert code == 200, body
        return body

    def hook(self, what, secret=SECRET, gateway="sms"):
        return f"http://127.0.0.1:{self.port}/hooks/{gateway}/{secret}/{what}"

    def call(self, url, method="GET", body=None, headers=None):
        """Returns (status, text); no exception for 4xx and 5xx."""
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def say(self, number, text, key=None):
        """A phone writes: the hook is called as Kannel would. Returns the status."""
        query = {"id": key or os.urandom(8).hex(), "sender": number, "to": "21512",
                 "message": text, "ts": "0"}
        return self.call(self.hook("inbound") + "?" + urllib.parse.urlencode(query))[0]

    def sim(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        status, text = self.call(self.sim_url + path, "POST" if data else "GET", data)
        assert status < 300, (path, status, text)
        return json.loads(text) if text else None

    def ledger(self):
        return self.sim("/sim/ledger")

    def wait(self, condition, what="the condition"):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"waited {PATIENCE} s for {what}\n" + self.log.read_text()[-3000:])

    def is_quiet(self):
        """Nothing is left to happen (clocks that jump)."""
        first = self.status()
        if first["queued"] or first["sending"] or first["next_timer"]:
            return False
        rest = self.sim("/sim")
        return not rest["pending"] and not rest["happenings"] and \
            self.status()["now"] == first["now"]

    def wait_quiet(self):
        self.wait(lambda: self.is_quiet() and (time.sleep(0.1) or self.is_quiet()),
                  "everything to have happened")
        return self

    # -- looking -------------------------------------------------------------------

    def rows(self, sql, *parameters):
        """Reads the file beside the daemon, as a list of dictionaries."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql, parameters)]
        finally:
            connection.close()

    def messages(self, number=None):
        """Every outbound message with its number, oldest first."""
        rows = self.rows("SELECT m.*, a.value AS phone FROM message m JOIN address a"
                         " ON a.id=m.address_id ORDER BY m.id")
        return [row for row in rows if number is None or row["phone"] == number]

    def steps(self, number):
        """Which steps were queued for a number, in order."""
        return [row["step"] for row in self.messages(number)]

    def enrolment(self, number):
        rows = self.rows("SELECT e.* FROM enrolment e JOIN address a ON a.id=e.address_id"
                         " WHERE a.value=? ORDER BY e.id", number)
        return rows[0] if rows else None

    # -- ending --------------------------------------------------------------------

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait(PATIENCE)
        self.daemon.stdout.close()
        self.daemon = None

    def stop(self):
        """Ends the daemon as systemd would; returns its exit status."""
        self.daemon.send_signal(signal.SIGTERM)
        status = self.daemon.wait(PATIENCE)
        self.daemon.stdout.close()
        self.daemon = None
        return status

    def close(self):
        for process in (self.daemon, self.simulator):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(15)
            if process is not None and process.stdout:
                process.stdout.close()
