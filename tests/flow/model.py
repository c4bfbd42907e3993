"""The rules R1, R2, R3, R5, R8 and R29 once more, in their own words, for one campaign.

It knows nothing of how cegah works: it reads what people and staff did, and judges each
message that a gateway took. Where a phone is shared it asks whether *anybody* behind it
may be written to, and so forbids only what no rule allows.
"""

import collections
import dataclasses

from history import DAY, MINUTE, code_of, district
from travel import local

ZONES = {"maros": "Asia/Makassar", "surabaya": "Asia/Jakarta", "ambon": "Asia/Jayapura",
         "": "Asia/Makassar"}
YES = {"YA", "ya kak", "iya kak", "SETUJU"}
NO = {"TIDAK"}
OUT = {"STOP", "udah jgn kirim sms lg"}
JOIN = {"DAFTAR", "DAFTAR MAROS"}
ACK = "Baik, pesan dihentikan. Terima kasih."
ADULT_AGE = 18


@dataclasses.dataclass
class Person:
    phone: str
    name: str
    year: str
    district: str                   # "": nobody said, so the programme's zone counts
    own: bool = False
    guardian: bool = False
    said_no: bool = False           # own no, ever: old papers bring nothing back
    guardian_said_no: bool = False
    gone: bool = False              # R3: her data is to be erased
    invitations: int = 0

    def adult(self):
        return self.year != "" and 2026 - int(self.year) - 1 >= ADULT_AGE

    def allowed(self):
        return self.own and not self.gone and (self.adult() or self.guardian)


class Model:
    def __init__(self):
        self.people = collections.defaultdict(list)
        self.stopped, self.acks = set(), collections.Counter()
        self.forms = []             # [person, father, code or None, asked]
        self.open = {}              # phone: when its newest invitation left
        self.heard = {}             # phone: when it last wrote
        self.age_asked = set()
        self.paused = False
        self.started = collections.Counter()
        self.faults = []

    # -- what happened -------------------------------------------------------------

    def person(self, phone, name):
        for one in self.people[phone]:
            if one.name in ("", name):
                one.name = name
                return one
        return None

    def on_import(self, phone, name, year, guardian, assent):
        one = self.person(phone, name)
        if one is None:
            one = Person(phone, name, year, district(phone))
            self.people[phone].append(one)
        one.year = one.year or year
        one.district = one.district or district(phone)
        one.own = one.own or (assent and not one.said_no)
        one.guardian = one.guardian or (guardian and not one.guardian_said_no)
        one.basis = True

    def on_form(self, phone, name, father):
        one = self.person(phone, name)
        if one is not None and all(form[:2] != [one, father] for form in self.forms):
            self.forms.append([one, father, None, False])

    def on_paper(self, phone, name, whose, refused):
        one = self.person(phone, name)
        if whose == "own":
            one.own, one.said_no = not refused, one.said_no or refused
        else:
            self.guardian(one, not refused)

    def guardian(self, one, agrees):
        if one.gone:
            return
        one.guardian = agrees
        if not agrees:
            one.guardian_said_no = one.gone = True

    def on_withdraw(self, phone, name, whose):
        one = self.person(phone, name)
        if whose == "own":
            one.own, one.said_no = False, True
        else:
            self.guardian(one, False)

    def on_say(self, at, phone, text):
        people = self.people[phone]
        self.heard[phone] = at
        if code_of(text):
            self.on_code(phone, text)
        elif text in OUT:
            self.stopped.add(phone)
            self.open.pop(phone, None)
            for one in people:
                one.own, one.said_no = False, True
        elif text in JOIN:
            self.on_join(phone, people, "maros" if "MAROS" in text else "")
        elif text in YES and at - self.open.get(phone, -15 * DAY) <= 14 * DAY:
            for one in people:
                one.own = True
        elif text in NO and len(people) == 1 and not people[0].allowed() and \
                at - self.open.get(phone, -15 * DAY) <= 14 * DAY:
            people[0].own, people[0].said_no = False, True
            self.open.pop(phone)
        elif text in ("25", "2011") and phone in self.age_asked:
            for one in people:
                one.year = one.year or ("2000" if text == "25" else "2011")

    def on_join(self, phone, people, place):
        if not people:
            people.append(Person(phone, "", "", place))
        if len(people) > 1 and phone in self.stopped:
            return  # nobody can tell who of them it is
        if len(people) == 1 and people[0].gone:
            return
        self.stopped.discard(phone)
        self.acks[phone] = 0
        for one in people:
            one.own = True
            one.district = one.district or place
            one.invitations -= 1

    def on_code(self, phone, text):
        for one, father, code, asked in self.forms:
            if asked and father == phone and code == code_of(text) and not one.gone:
                self.guardian(one, text.startswith("SETUJU"))

    # -- what left -----------------------------------------------------------------

    def fault(self, rule, at, phone, text, why):
        self.faults.append(f"{rule}: {local(at, 'Asia/Makassar'):%a %d %b %H:%M:%S} WITA"
                           f" {phone} {text!r}: {why}")

    def zones(self, phone):
        """Of those behind the phone; a guardian is asked in the zone of the child."""
        return {ZONES[one.district] for one in self.people[phone]} or {ZONES[""]}

    def closed(self, at, phone, minor):
        return all(self.is_closed(local(at, zone), minor) for zone in self.zones(phone))

    def is_closed(self, now, minor):
        minute, day = now.hour * 60 + now.minute, now.isoweekday()
        return (minute >= 1200 or minute < 480 or 1050 <= minute < 1125
                or (day == 5 and 690 <= minute < 810) or (day == 7 and 420 <= minute < 720)
                or (minor and day < 7 and 420 <= minute < 900))

    def judge(self, at, phone, text):
        kind = ("guardian" if text.startswith("Yth.") else
                "invitation" if text.startswith("Halo, ini") else
                "step" if text.startswith("Pelajaran") else "reply")
        if text == ACK:
            self.acks[phone] += 1
            if phone not in self.stopped or self.acks[phone] > 1:
                self.fault("R5", at, phone, text, "an ack too many")
            return
        if phone in self.stopped:
            self.fault("R5", at, phone, text, "the number said stop")
        if kind == "reply":
            self.judge_reply(at, phone, text)
            return
        if self.paused:
            self.fault("pause", at, phone, text, "the campaign is paused")
        self.judge_started(at, phone, text, kind)

    def judge_reply(self, at, phone, text):
        if phone not in self.heard:
            self.fault("R1", at, phone, text, "answers nothing")
        elif self.closed(at, phone, False) and at - self.heard[phone] > 5 * MINUTE:
            self.fault("R8", at, phone, text, "late, in closed hours")
        if text.startswith("Tahun lahirmu"):
            self.age_asked.add(phone)

    def judge_started(self, at, phone, text, kind):
        people = [one for one in self.people[phone] if not one.gone]
        place = phone
        if kind == "guardian":
            place = self.judge_guardian(at, phone, text)
        elif kind == "invitation":
            fit = [one for one in people if one.invitations < 1]
            if not fit:
                self.fault("R1", at, phone, text, "one invitation a contact")
            else:
                fit[0].invitations += 1
            self.open[phone] = at
        elif not any(one.own for one in people):
            self.fault("R1", at, phone, text, "nobody behind it has agreed")
        elif not any(one.allowed() for one in people):
            self.fault("R2", at, phone, text, "a minor without her guardian's consent")
        minors = kind != "guardian" and not any(one.adult() for one in people)
        if self.closed(at, place, minors):
            self.fault("R8", at, phone, text, "in closed hours")
        # A day begins and ends in some zone: over the cap is what is over in each.
        if all([self.is_over(phone, local(at, zone)) for zone in self.zones(place)]):
            self.fault("R29", at, phone, text, "over the cap")

    def is_over(self, phone, now):
        day, week = (phone, now.tzinfo.key, now.date()), (phone, now.tzinfo.key,
                                                          now.isocalendar()[:2])
        self.started[day] += 1
        self.started[week] += 1
        return self.started[day] > 1 or self.started[week] > 3

    def judge_guardian(self, at, phone, text):
        for form in self.forms:
            one, father, _, asked = form
            named = f"wali {one.name}:" in text or "wali:" in text
            if father == phone and named and not asked and one.own and not one.gone and \
                    not one.guardian:
                form[2], form[3] = code_of(text), True
                return one.phone
        self.fault("R2", at, phone, text, "no form, no yes of the child, or asked before")
        return phone

    # -- the whole -----------------------------------------------------------------

    def run(self, facts, requests):
        """Judges each message at its time; of one moment, what people did comes first."""
        line = [(at, 0, n, fact) for n, (at, *fact) in enumerate(facts)]
        line += [(row["at"], 1, n, row) for n, row in enumerate(requests)]
        for at, is_message, _, thing in sorted(line, key=lambda item: item[:3]):
            if is_message:
                self.judge(at, thing["to"], thing["text"])
            elif thing[0] in ("pause", "resume"):
                self.paused = thing[0] == "pause"
            elif thing[0] == "say":
                self.on_say(at, **thing[1])
            else:
                getattr(self, "on_" + thing[0])(**thing[1])
        return self.faults
