"""A random history, played to the millisecond: who did what at which virtual time.

Between daemon and simulator stands a go-between. The daemon asks it for the handsets' next
event and hears of the script's too; when the clock stands there, the script acts. So words
and entries happen at their own virtual time, however slow the machine is.
"""

import datetime
import http.server
import json
import random
import re
import threading
import urllib.parse
import urllib.request

from house import PATIENCE, House, phone
from travel import DAY, HOUR, MINUTE

START = 1767574800000  # Monday 2026-01-05, 09:00 in Makassar
WEEKS = 4
DISTRICTS = ["maros", "maros", "surabaya", "ambon"]
PHONES = [phone(n) for n in range(10, 14)]
GUARDIANS = [phone(n) for n in range(20, 23)]
STRANGERS = [phone(n) for n in range(30, 33)]
NAMES = ["Intan", "Sitti", "Rahma"]
WORDS = ["YA", "ya kak", "TIDAK", "STOP", "udah jgn kirim sms lg", "DAFTAR", "DAFTAR MAROS",
         "25", "2011", "SETUJU", "kak mau tanya", "YA", "DAFTAR", "YA"]
FORM = {"date": "2026-01-02", "wording": "2026-01"}


def district(number):
    return DISTRICTS[int(number[-2:]) % len(DISTRICTS)]


class GoBetween(http.server.ThreadingHTTPServer):
    """Passes everything on, and slips the script into the simulator's time."""

    daemon_threads = True

    def __init__(self, script):
        super().__init__(("127.0.0.1", 0), Passing)
        self.script = sorted(script, key=lambda act: act[0])
        self.target = None
        self.failure = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # the daemon hangs up when it is stopped

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server_address[1]

    def next_at(self):
        return self.script[0][0] if self.script else None

    def play(self, now):
        while self.script and self.script[0][0] <= now and self.failure is None:
            at, act = self.script.pop(0)
            try:
                act(at)
            except Exception as error:  # shown by the test, not lost in a thread
                self.failure = error


class Passing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits for an ACK
    wbufsize = -1

    def log_message(self, *_):
        pass

    def pass_on(self, body=None):
        request = urllib.request.Request(
            self.server.target + self.path, data=body, method=self.command,
            headers={"Content-Type": self.headers.get("Content-Type", "application/json")})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def do_GET(self):
        status, body = self.pass_on()
        if self.path.startswith("/sim/next") and status == 200:
            query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
            before = int(query["before"][0]) if "before" in query else None
            times = [json.loads(body)["at"], self.server.next_at()]
            times = [at for at in times if at is not None and (before is None or at <= before)]
            body = json.dumps({"at": min(times) if times else None}).encode()
        self.answer(status, body)

    def do_POST(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, body = self.pass_on(sent)
        if self.path == "/sim/now" and status == 200:
            self.server.play(json.loads(sent)["now"])
        self.answer(status, body)


class History:
    """Makes a script by chance, plays it, and keeps what happened as the model's facts."""

    def __init__(self, seed, folder):
        self.chance = random.Random(seed)
        self.house = House(folder)
        self.facts = []  # (at, what, details), in the order in which it happened
        self.script = []

    # -- acts ----------------------------------------------------------------------

    def note(self, at, what, **details):
        self.facts.append((at, what, details))

    def say(self, at, number, text):
        if "{code}" in text:
            codes = self.house.rows("SELECT code FROM guardian ORDER BY id")
            if not codes:
                return
            text = text.format(code=self.chance.choice(codes)["code"].upper())
        assert self.house.say(number, text) == 200
        self.note(at, "say", phone=number, text=text)

    def operate(self, at, operation, arguments, what, **details):
        status, _ = self.house.operation(operation, arguments)
        if status == 200:
            self.note(at, what, **details)

    def import_row(self, at, number, name, year, guardian, assent, form):
        row = {"phone": number, "name": name, "role": "champion", "basis": "form",
               "district": district(number), "birth_year": year}
        if guardian:
            row.update(guardian_method="paper", guardian_date="2026-01-02",
                       guardian_wording="2026-01")
        if assent:
            row.update(assent_method="paper", assent_date="2026-01-02",
                       assent_wording="2026-01")
        done = self.house.import_rows([row])
        if done["refused"] == 0:
            self.note(at, "import", phone=number, name=name, year=year, guardian=guardian,
                      assent=assent)
        if form:
            self.form(at, number, name, form)

    def form(self, at, number, name, father):
        self.operate(at, "guardian", {"contact": number, "name": name,
                                      "guardian_phone": father, **FORM},
                     "form", phone=number, name=name, father=father)

    def consent(self, at, number, name, whose, refused):
        # Dated today: a newer paper than any no of the days before.
        today = self.date(at)
        self.operate(at, "consent", {"contact": number, "name": name, "whose": whose,
                                     "method": "paper", "wording": "2026-01", "date": today,
                                     "refused": refused},
                     "paper", phone=number, name=name, whose=whose, refused=refused)

    def date(self, at):
        import datetime
        day = datetime.datetime.fromtimestamp(at / 1000, datetime.timezone.utc)
        return (day + datetime.timedelta(hours=7)).strftime("%Y-%m-%d")

    def withdraw(self, at, number, name, whose):
        self.operate(at, "withdraw", {"contact": number, "name": name, "whose": whose,
                                      "reason": "by chance"},
                     "withdraw", phone=number, name=name, whose=whose)

    def campaign(self, at, what):
        self.operate(at, what, {"campaign": "uji"}, what)

    # -- chance --------------------------------------------------------------------

    def moment(self):
        return START + self.chance.randrange(MINUTE, WEEKS * 7 * DAY - 9 * HOUR)

    def add(self, act, *arguments, at=None):
        moment = at or self.moment()
        self.script.append((moment, lambda now: act(now, *arguments)))
        return moment

    def pick(self, choices):
        return self.chance.choice(choices)

    def invent_person(self):
        number, name = self.pick(PHONES), self.pick(NAMES)
        year = self.pick(["1990", "2012", "2012", "2011", ""])
        at = self.add(self.import_row, number, name, year, self.chance.random() < 0.3,
                      self.chance.random() < 0.3,
                      self.pick(GUARDIANS + [None]) if year != "1990" else None,
                      at=START + self.chance.randrange(MINUTE, 9 * DAY))
        if self.chance.random() < 0.8:
            self.add(self.say, number, self.pick(["YA", "YA", "iya kak", "TIDAK"]),
                     at=at + self.chance.randrange(MINUTE, 3 * DAY))
        return number, name

    def invent(self):
        people = [self.invent_person() for _ in range(self.chance.randrange(2, 7))]
        for _ in range(self.chance.randrange(4, 18)):
            self.add(self.say, self.pick(PHONES + STRANGERS + GUARDIANS), self.pick(WORDS))
        for _ in range(self.chance.randrange(2, 8)):
            self.add(self.say, self.pick(GUARDIANS * 3 + PHONES + STRANGERS),
                     self.pick(["SETUJU {code}", "SETUJU {code}", "TIDAK {code}"]))
        for _ in range(self.chance.randrange(0, 4)):
            self.add(self.consent, *self.pick(people), self.pick(["own", "guardian"]),
                     self.chance.random() < 0.2)
        for _ in range(self.chance.randrange(0, 3)):
            self.add(self.withdraw, *self.pick(people), self.pick(["own", "guardian"]))
        for _ in range(self.chance.randrange(0, 3)):
            paused = self.add(self.campaign, "pause")
            self.add(self.campaign, "resume", at=paused + self.chance.randrange(1, 4 * DAY))
        return self

    # -- playing -------------------------------------------------------------------

    def play(self, campaign, series):
        house = self.house
        between = GoBetween(self.script)
        try:
            house.start_simulator("report_after: 2s\nreport_spread: 0s", "jump",
                                  "2026-01-05T09:00:00+08:00")
            between.target, house.sim_url = house.sim_url, between.url
            house.write_config()
            house.cegah("load", str(house.write_campaign(campaign, series)))
            house.cegah("start", "uji")
            house.start_daemon()
            house.wait(lambda: between.failure or
                       (not between.script and house.is_quiet()), "the history's end")
            if between.failure is not None:
                raise between.failure
            return [row for row in house.ledger()["requests"] if row["accepted"]]
        finally:
            house.close()
            between.shutdown()
            between.server_close()


def code_of(text):
    found = re.search(r"(?:SETUJU|TIDAK) (\w{6})", text)
    return found.group(1).upper() if found else None
