"""A campaign that people join by a word, and whose minors have guardians to be asked."""

import json
import re

from house import CAMPAIGN_YAML, MINOR, SERIES_YAML, phone
from travel import MONDAY, QUICK, settled

REPLIES = """  wrong_number: "Maaf mengganggu. Nomor ini sudah kami keluarkan."
  ask_age: "Tahun lahirmu? Balas angka, contoh 2009."
  guardian:
    text: "Yth. wali {nama}: {lembaga}, program remaja. Balas SETUJU {kode} / TIDAK {kode}."
    discreet: "Yth. wali: {lembaga}, program remaja. Balas SETUJU {kode} / TIDAK {kode}."
  guardian_yes: "Terima kasih, izin sudah kami catat."
  guardian_no: "Baik, sudah kami catat. Terima kasih."
  unknown_code: "Kode itu belum kami kenal. Coba tulis DAFTAR saja."
"""
CAMPAIGN = CAMPAIGN_YAML + REPLIES
SERIES = SERIES_YAML.replace("title: Remaja\n", "title: Remaja\njoin: sekolahku\n")
DOUBLE = SERIES.replace("join: sekolahku\n", "join: sekolahku\ndouble: true\n")

CHILD, FATHER, STRANGER = phone(10), phone(20), phone(30)
FORM = ("--date", "2026-01-02", "--wording", "2026-01")
# A minor whose consents are nobody's yet.
UNASKED = {key: value for key, value in MINOR.items()
           if not key.startswith(("guardian", "assent"))}


def begun(house, rows=(), series=SERIES, campaign=CAMPAIGN):
    house.begin(QUICK, clock="run", start=MONDAY, rows=rows, series=series,
                campaign=campaign)
    return settled(house)


def says(house, number, *texts):
    for text in texts:
        assert house.say(number, text) == 200
    return settled(house)


def heard(house, number):
    """The texts that arrived at a phone, in order."""
    status, body = house.call(house.sim_url + "/sim/handset?phone=%2B" + number[1:])
    return [row["text"] for row in json.loads(body)["received"]] if status == 200 else []


def person(house, number):
    rows = house.rows("SELECT p.* FROM person p JOIN person_address t ON t.person_id=p.id"
                      " JOIN address a ON a.id=t.address_id WHERE a.value=?", number)
    return rows[0] if rows else None


def consents(house, whose="own"):
    return house.rows("SELECT * FROM consent WHERE whose=? ORDER BY id", whose)


def code(house, number=FATHER):
    """The code that a guardian's number was asked with."""
    return re.search(r"SETUJU (\w+)", heard(house, number)[0]).group(1)


def asked(house, **row):
    """A minor who said yes, and whose guardian's number on a form was asked."""
    begun(house, rows=[{**UNASKED, "phone": CHILD, "name": "Intan", **row}])
    house.cegah("contacts", "guardian", CHILD, FATHER, *FORM)
    says(house, CHILD, "YA")
    return code(house)
