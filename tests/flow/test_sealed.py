"""R17, R20, R21: what people write is sealed, and a focal person alone opens it."""

import base64
import os
import re
import sqlite3
import subprocess
import urllib.parse

import pytest

from house import ADULT, CEGAH, FOCAL_KEY, MINOR, PATIENCE, SERIES_YAML, phone
from travel import MONDAY, QUICK, inbound, settled, travel

RAHMA, SITTI = "empat kata yang berbeda", "lima kata lain yang panjang"
REASON = "membaca antrian pagi ini"
SEALED = "[pesan dilindungi]"
QUIZ_DAY = "2026-01-24T16:15:00+08:00"
WORDS = ("sabtu saya dinikahkan", "Bapak bilang HARUS nurut", "kayaknya c deh kak",
         "C. 19 tapi saya takut", "ya kak tapi jangan bilang siapa2", "STOP pukul saya",
         "brp umur boleh nikah", "☹️ ini siapa ya", "kak tolong adik sy dipaksa nikah besok")

# Texts so long that whoever reads only their beginning takes them for an answer.
LONG = ("C" + " ya" * 200 + " saya takut", "STOP" + " ya" * 200 + " saya takut",
        "1c 2c " * 60 + "saya takut", "MULAI" + " kak" * 200 + " saya takut")
QUIZ = """
series: remaja
title: Remaja
for: {role: champion}
steps:
  - id: C4
    at: {week: 2, day: sat, time: "16:15"}
    ask:
      kind: quiz
      text: "Kuis kecil dari kakak. Balas MULAI."
      start: [MULAI]
      questions:
        - {id: Q1, text: "1/2 A) satu B) dua", answers: [{value: A, right: true}, {value: C}]}
        - {id: Q2, text: "2/2 A) satu B) dua", answers: [{value: A, right: true}, {value: C}]}
      done: "Selesai. Terima kasih."
"""


def texts(who):
    """What somebody writes, each with a word that stands nowhere else."""
    return [f"{words} {who}kelor{chr(97 + i) * 3}" for i, words in enumerate(WORDS)]


def without_keys(house):
    """The config names no focal key."""
    text = house.config.read_text()
    house.config.write_text(text.replace(f'focal_keys: ["{FOCAL_KEY}"]', "focal_keys: []"))


def add(house, name, role="focal", passphrase=RAHMA, *more, check=True):
    return house.cegah("user", "add", name, "--role", role, *more, text_input=passphrase,
                       check=check)


def read(house, inbound_id, name="rahma", passphrase=RAHMA, reason=REASON, check=True):
    return house.cegah("inbox", "read", f"in-{inbound_id}", "--as", name, "--reason", reason,
                       text_input=passphrase, check=check)


def opened(house):
    """The log of opened texts: (who, which, outcome, reason)."""
    rows = house.rows("SELECT u.name,o.inbound_id,o.outcome,o.reason,o.at FROM opened_text o"
                      " JOIN user u ON u.id=o.user_id ORDER BY o.id")
    assert all(row["at"] > 0 for row in rows)
    return [(row["name"], row["inbound_id"], row["outcome"], row["reason"]) for row in rows]


def say(house, number, text):
    """Returns the id under which it was kept."""
    assert house.say(number, text) == 200
    return inbound(house, number)[-1]["id"]


def forms(text):
    """The text as bytes, as it might lie somewhere."""
    both = {text, text.lower(), urllib.parse.quote(text), urllib.parse.quote_plus(text)}
    return [form.encode(code) for form in both for code in ("utf-8", "utf-16-le", "utf-16-be")]


def assert_nowhere(house, words, *outputs):
    """None of the words is in a file of the house, or in an output."""
    files = [path for path in house.folder.rglob("*") if path.is_file()]
    assert house.database in files and house.log in files
    heaps = [(path.name, path.read_bytes()) for path in files]
    heaps += [(" ".join(done.args), (done.stdout + done.stderr).encode()) for done in outputs]
    for name, heap in heaps:
        for text in words:
            for form in forms(text):
                assert form not in heap, (name, text)


def everything_shown(house, numbers):
    """Every command that shows or exports anything, run once."""
    shown = [house.cegah(*words.split()) for words in (
        "messages", "messages --json", "messages --state waiting", "contacts list",
        "contacts list --json", "report delivery", "report delivery --format csv",
        "report delivery --json", "inbox", "inbox --json", "user list --json")]
    for number in numbers:
        shown += [house.cegah("messages", "--contact", number, "--json"),
                  house.cegah("contacts", "show", number, check=False),
                  house.cegah("contacts", "show", number, "--json", check=False)]
    for row in house.rows("SELECT id FROM inbound"):
        shown += [house.cegah("message", f"in-{row['id']}"),
                  house.cegah("message", f"in-{row['id']}", "--json")]
    return shown


@pytest.fixture
def minded(house):
    """A daemon without a key in its config, and one focal person."""
    house.start_simulator(QUICK, "run", MONDAY)
    house.write_config()
    without_keys(house)
    add(house, "rahma")
    return house.start_daemon()


# -- nowhere in the clear --------------------------------------------------------------


def test_R17_free_text_lies_nowhere_and_opens_with_the_right_passphrase(house):
    people = {"anak": {**MINOR, "phone": phone(10)},
              "entah": {**MINOR, "phone": phone(11), "birth_year": ""},
              "dewasa": {**ADULT, "phone": phone(12)}}
    numbers = {who: row["phone"] for who, row in people.items()}
    numbers["asing"] = phone(77)
    house.begin(QUICK, clock="run", start=MONDAY, rows=list(people.values()))
    add(house, "rahma")
    settled(house)
    kept = {}
    for who, number in numbers.items():
        for text in texts(who + "awal"):
            kept[say(house, number, text)] = text
    travel(house, QUIZ_DAY)
    settled(house)
    assert "C4" in house.steps(numbers["anak"])
    for who, number in numbers.items():
        for text in texts(who):  # among them answers that are none
            kept[say(house, number, text)] = text
        again = {"sender": number, "to": "21512", "message": texts(who)[0], "ts": "7"}
        for _ in range(3):  # a gateway without ids repeats itself
            url = house.hook("inbound") + "?" + urllib.parse.urlencode(again)
            assert house.call(url)[0] == 200
        kept[inbound(house, number)[-1]["id"]] = texts(who)[0]
    rows = house.rows("SELECT i.id,i.state,t.form FROM inbound i JOIN text t ON t.id=i.text_id")
    assert sorted(row["id"] for row in rows) == sorted(kept)
    assert {(row["state"], row["form"]) for row in rows} == {("waiting", "sealed")}

    # Who reads along is no keyword: the stop counts, and its words are sealed.
    house.say(numbers["anak"], "STOP jgn kirim lagi, bapak sy baca hp ini kelorzzz")
    assert house.rows("SELECT 1 FROM suppression")
    words = [text.split()[-1] for text in kept.values()]
    words += [*kept.values(), "kelorzzz", RAHMA]
    assert_nowhere(house, words, *everything_shown(house, numbers.values()))
    for inbound_id in list(kept)[::9]:
        assert read(house, inbound_id).stdout == kept[inbound_id] + "\n"
    assert_nowhere(house, words)
    assert house.stop() == 0
    assert_nowhere(house, words)


@pytest.mark.parametrize("series", [SERIES_YAML, QUIZ], ids=["question", "quiz"])
def test_R17_a_text_too_long_for_an_answer_is_none_however_it_begins(house, series):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}],
                series=series)
    settled(house)
    travel(house, QUIZ_DAY)
    settled(house)
    assert "C4" in house.steps(phone(10))
    for text in LONG:
        say(house, phone(10), text)
    rows = inbound(house, phone(10))
    assert {(row["intent"], row["form"]) for row in rows} == {("free", "sealed")}
    assert_nowhere(house, ["saya takut"])


def test_what_a_stranger_wrote_does_not_steer_the_terminal(minded):
    inbound_id = say(minded, phone(10), "kak\x1b[2Jtolong\x07 \u009b31m saya")
    assert read(minded, inbound_id).stdout == "kak [2Jtolong    31m saya\n"


# -- who opens it ----------------------------------------------------------------------


def test_R20_each_look_is_logged_with_who_what_and_why(minded):
    first, second = say(minded, phone(10), "kak saya takut"), say(minded, phone(11), "takut")
    read(minded, first)
    read(minded, second, reason="dibaca lagi sebelum menelepon")
    assert opened(minded) == [("rahma", first, "opened", REASON),
                              ("rahma", second, "opened", "dibaca lagi sebelum menelepon")]


@pytest.mark.parametrize("sql", ["DELETE FROM opened_text", "UPDATE opened_text SET reason=''"])
def test_R20_the_log_only_grows(minded, sql):
    read(minded, say(minded, phone(10), "kak saya takut"))
    assert minded.stop() == 0
    connection = sqlite3.connect(minded.database)
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        connection.execute(sql)
    connection.close()


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_R20_no_reason_no_text(minded, reason):
    inbound_id = say(minded, phone(10), "kak saya takut")
    words = [] if reason is None else ["--reason", reason]
    done = minded.cegah("inbox", "read", f"in-{inbound_id}", "--as", "rahma", *words,
                        text_input=RAHMA, check=False)
    assert (done.returncode, done.stdout) == (2, "") and opened(minded) == []


@pytest.mark.parametrize("role", ["coordinator", "me", "admin"])
def test_R21_no_other_role_opens_a_text(minded, role):
    add(minded, "tono", role, SITTI)
    inbound_id = say(minded, phone(10), "kak saya takut")
    done = read(minded, inbound_id, "tono", SITTI, check=False)
    assert (done.returncode, done.stdout) == (1, "") and "focal person" in done.stderr
    assert opened(minded) == [("tono", inbound_id, "not_focal", REASON)]


def test_a_wrong_passphrase_opens_nothing_and_is_logged(minded):
    inbound_id = say(minded, phone(10), "kak saya takut")
    done = read(minded, inbound_id, passphrase=SITTI, check=False)
    assert (done.returncode, done.stdout) == (1, "") and "wrong" in done.stderr
    assert opened(minded) == [("rahma", inbound_id, "wrong_passphrase", REASON)]
    assert_nowhere(minded, [SITTI, RAHMA])


def test_nobody_unknown_opens_a_text(minded):
    inbound_id = say(minded, phone(10), "kak saya takut")
    done = read(minded, inbound_id, "siapa", check=False)
    assert (done.returncode, done.stdout) == (1, "") and "no user" in done.stderr


def test_a_text_is_shown_only_when_its_row_in_the_log_is_stored(minded):
    inbound_id = say(minded, phone(10), "kak saya takut")
    assert minded.stop() == 0
    connection = sqlite3.connect(minded.database)
    connection.execute("CREATE TRIGGER full BEFORE INSERT ON opened_text"
                       " BEGIN SELECT RAISE(ABORT, 'full'); END")
    connection.commit()
    connection.close()
    done = read(minded, inbound_id, check=False)
    assert (done.returncode, done.stdout) == (3, "")


# -- people come and go ----------------------------------------------------------------


def test_a_text_from_before_her_time_stays_closed_and_she_is_told_why(minded):
    before = say(minded, phone(10), "kak saya takut")
    assert "came before" in add(minded, "sitti", "focal", SITTI).stdout
    after = say(minded, phone(10), "kak saya masih takut")
    done = read(minded, before, "sitti", SITTI, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no focal person yet when it came" in done.stderr
    for name, passphrase in (("sitti", SITTI), ("rahma", RAHMA)):
        assert read(minded, after, name, passphrase).stdout == "kak saya masih takut\n"
    assert read(minded, before).stdout == "kak saya takut\n"
    assert opened(minded)[0] == ("sitti", before, "other_keys", REASON)


def test_a_disabled_person_opens_nothing_and_new_texts_are_not_sealed_to_her(minded):
    add(minded, "sitti", "focal", SITTI)
    before = say(minded, phone(10), "kak saya takut")
    minded.cegah("user", "disable", "sitti")
    during = say(minded, phone(10), "kak saya masih takut")
    assert "disabled" in read(minded, before, "sitti", SITTI, check=False).stderr
    minded.cegah("user", "enable", "sitti")  # her wrapped key was kept
    assert read(minded, before, "sitti", SITTI).stdout == "kak saya takut\n"
    assert read(minded, during, "sitti", SITTI, check=False).returncode == 1
    assert read(minded, during).stdout == "kak saya masih takut\n"


def test_the_last_focal_person_cannot_be_disabled(minded):
    done = minded.cegah("user", "disable", "rahma", check=False)
    assert done.returncode == 1 and "last focal person" in done.stderr
    assert read(minded, say(minded, phone(10), "takut")).stdout == "takut\n"
    add(minded, "sitti", "focal", SITTI)
    minded.cegah("user", "disable", "rahma")
    assert minded.cegah("user", "disable", "sitti", check=False).returncode == 1


def test_a_new_passphrase_opens_old_texts_and_the_old_one_none(minded):
    inbound_id = say(minded, phone(10), "kak saya takut")
    done = minded.cegah("user", "passwd", "rahma", text_input=f"{SITTI}\n{SITTI} x\n",
                        check=False)
    assert done.returncode == 1 and "wrong" in done.stderr
    minded.cegah("user", "passwd", "rahma", text_input=f"{RAHMA}\n{SITTI}\n")
    assert read(minded, inbound_id, passphrase=RAHMA, check=False).returncode == 1
    assert read(minded, inbound_id, passphrase=SITTI).stdout == "kak saya takut\n"
    assert_nowhere(minded, [RAHMA, SITTI])


def test_the_key_that_init_wrote_can_become_a_focal_persons(house, tmp_path):
    house.cegah("init", "awal", config=False)
    public = re.search(r'^focal_keys: \["(.*)"\]$', (tmp_path / "awal/cegah.yaml").read_text(),
                       re.M).group(1)
    house.start_simulator(QUICK, "run", MONDAY)
    house.write_config()
    house.config.write_text(house.config.read_text().replace(FOCAL_KEY, public))
    house.start_daemon()
    inbound_id = say(house, phone(10), "kak saya takut")
    add(house, "rahma", "focal", RAHMA, "--key", "awal/focal.key")
    assert read(house, inbound_id).stdout == "kak saya takut\n"
    # Sealed once, though the key stands in both places.
    assert house.json("user", "disable", "rahma")["keys"] == 1


@pytest.mark.parametrize("name, passphrase, reason", [
    ("rahma", RAHMA, "already"), ("sitti", "pendek", "12 characters"),
    ("sitti", "sitti yang cantik", "hold the name"), ("sitti", "z" * 30, "over and over"),
    ("sitti", "a" * 20 + "b" * 300, "256 bytes"), ("sitti", "", "needed"),
    ("Sitti", SITTI, "no name"), ("s", SITTI, "no name")])
def test_a_user_is_refused_with_the_reason(minded, name, passphrase, reason):
    done = add(minded, name, "focal", passphrase, check=False)
    assert done.returncode == 1 and reason in done.stderr
    assert [row["name"] for row in minded.json("user", "list")] == ["rahma"]


def test_seventeen_keys_are_one_too_many(minded):
    hash_, wrapped = minded.rows("SELECT hash,hex(wrapped_key) AS w FROM user")[0].values()
    call = {"role": "focal", "hash": hash_,
            "wrapped": base64.b64encode(bytes.fromhex(wrapped)).decode()}
    for i in range(16):
        key = base64.b64encode(os.urandom(31) + b"\x10").decode()
        status, body = minded.operation(
            "user_add", {**call, "name": f"focal{i}", "public_key": key})
        assert (status, i < 15) in ((200, True), (422, False)), body
    assert len(minded.json("user", "list")) == 16
    assert minded.say(phone(10), "kak saya takut") == 200


# -- without a focal person ------------------------------------------------------------


def test_serve_wants_a_focal_person_or_a_key(house):
    house.write_config(virtual=False, base_url="http://127.0.0.1:1")
    without_keys(house)
    command = [CEGAH, "serve", "-c", str(house.config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1 and "user add NAME --role focal" in done.stderr
    add(house, "rahma")
    house.start_daemon()
    assert house.stop() == 0


def test_a_series_that_may_reach_minors_needs_a_focal_person(house):
    house.write_config(virtual=False, base_url="http://127.0.0.1:1")
    without_keys(house)
    everybody = house.write_campaign()
    adults = house.write_campaign(
        series=SERIES_YAML.replace("{role: champion}", "{role: champion, age: adult}"),
        campaign=(everybody / "campaign.yaml").read_text().replace("uji", "dewasa", 1),
        name="dewasa")
    house.cegah("load", str(everybody))
    house.cegah("load", str(adults))
    for words in (("start", "uji"), ("start", "uji/remaja")):
        done = house.cegah(*words, check=False)
        assert done.returncode == 1 and "may reach minors" in done.stderr
    assert {row["state"] for row in house.rows("SELECT state FROM series")} == {"loaded"}
    house.cegah("start", "dewasa")
    add(house, "rahma")
    house.cegah("start", "uji")


# -- the inbox -------------------------------------------------------------------------


def test_the_inbox_shows_who_waits_and_not_what_they_wrote(minded):
    minded.cegah("load", str(minded.write_campaign()))
    minded.import_rows([{**MINOR, "phone": phone(10), "name": "Intan"}])
    first = say(minded, phone(10), "kak saya takut")
    second = say(minded, phone(77), "ini siapa ya")
    minded.say(phone(11), "STOP")
    rows = minded.json("inbox")
    assert [row["id"] for row in rows] == [f"in-{first}", f"in-{second}"]
    assert [row["name"] for row in rows] == ["Intan", ""]
    assert {row["text"] for row in rows} == {SEALED}
    assert (rows[0]["channel"], rows[0]["type"]) == ("sms", "text")
    shown = minded.cegah("inbox").stdout
    assert shown.count(SEALED) == 2 and "Intan" in shown
    assert phone(10) not in shown + str(rows) and "takut" not in shown + str(rows)
    assert len(minded.json("inbox", "--limit", "1")) == 1
    assert "wait the longest" in minded.cegah("inbox", "--limit", "1").stdout


def test_what_was_dealt_with_waits_no_more_but_somebody_has_read_it(minded):
    first, second = say(minded, phone(10), "kak takut"), say(minded, phone(11), "ini siapa")
    done = minded.cegah("inbox", "done", f"in-{first}", check=False)
    assert done.returncode == 1 and "nobody has read" in done.stderr
    read(minded, first, passphrase=SITTI, check=False)  # a try is no reading
    assert minded.cegah("inbox", "done", f"in-{first}", check=False).returncode == 1
    read(minded, first)
    minded.cegah("inbox", "done", str(first))
    assert [row["id"] for row in minded.json("inbox")] == [f"in-{second}"]
    minded.cegah("inbox", "done", f"in-{second}", "--unread")
    assert minded.json("inbox") == []
    assert "did not wait" in minded.cegah("inbox", "done", f"in-{second}").stdout
    assert minded.cegah("inbox", "done", "in-99", check=False).returncode == 1


def test_the_inbox_takes_its_page_after_page(minded):
    for i in range(230):
        assert minded.say(phone(100 + i % 7), "kak saya takut", key=f"k{i}") == 200
    rows = minded.json("inbox")
    assert len({row["id"] for row in rows}) == len(rows) == 230
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
