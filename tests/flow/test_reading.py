"""Reading: messages, contacts and the delivery report, for people and for scripts.

Numbers are masked in every output and in the log; protected texts are shown to nobody.
"""

import csv
import io
import json
import re

import pytest
from house import ADULT, ASSENT, GUARDIAN, MINOR, PASSWORD, SECRET, csv_text, free_port, phone

REFUSED, USAGE = 1, 2
NOBODY = "http://127.0.0.1:1"
STATES = ["queued", "sending", "sent", "delivered", "read", "failed", "expired", "cancelled",
          "unsure"]
# A number of these tests in full; the one that a sentence gives as an example is not.
NUMBER = re.compile(r"812[- ]?0000[- ]?00[1-9]")
SECRET_WORDS = "Aku takut kak, besok aku dinikahkan"
PROFILE = f"""
report_after: 2s
report_spread: 0s
behaviours:
  eager:
    replies:
      - {{when: "Balas YA", say: YA, after: 3m}}
      - {{when: "Balas A, B", say: "C", after: 10m}}
      - {{when: "Selamat", say: "{SECRET_WORDS}", after: 10m}}
  leaver:
    replies:
      - {{when: "Balas YA", say: STOP, after: 3m}}
handsets:
  - {{phone: "{phone(12)}", is: leaver}}
default: eager
"""
PEOPLE = [{**ADULT, "phone": phone(10), "name": "Rahma"},
          {**MINOR, "phone": phone(11), "name": "Intan"},
          {**ADULT, "phone": phone(12), "name": "Budi", "district": "ambon"}]
EVERY_COMMAND = [
    "messages", "messages --json", "messages --limit 2", "messages --state delivered",
    "messages --state waiting --json", "contacts list", "contacts list --json",
    "contacts list --limit 1", "report delivery", "report delivery --json",
    "report delivery --format csv", "report delivery --format table --by day",
    "report delivery --by series --format json", "report delivery --by gateway",
    "report delivery --by channel", "report delivery --by step --format csv",
    "report delivery --campaign uji --from 2026-01-01 --to 2026-12-31",
]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A whole campaign of three people, which the tests of this file only read."""
    from house import House
    house = House(tmp_path_factory.mktemp("reading"))
    try:
        house.begin(PROFILE, rows=PEOPLE).wait_quiet()
        yield house
    finally:
        house.close()


@pytest.fixture
def blank(house):
    """A database in which nothing has happened."""
    house.write_config(virtual=False, base_url=NOBODY)
    house.cegah("load", str(house.write_campaign()))
    return house


@pytest.fixture(scope="module")
def outputs(told):
    """What every reading command says of that campaign, and of each message and person."""
    house = told
    lines = list(EVERY_COMMAND)
    for each in house.json("messages"):
        lines += ["message " + each["id"], f"message {each['id']} --json"]
    for each in house.json("contacts", "list"):
        lines += [f"contacts show {each['id']}", f"contacts show {each['id']} --json",
                  f"contacts show {each['id']} --consent",
                  f"messages --contact {each['id']}"]
    lines += [f"contacts show {phone(10)}", f"messages --contact {phone(10)} --json",
              f"contacts show {phone(99)}", f"messages --contact {phone(99)}"]
    return {line: house.cegah(*line.split(), check=False) for line in lines}


def test_a_message_tells_its_life_in_the_contracts_keys(told):
    listed = told.json("messages")
    assert {each["direction"] for each in listed} == {"in", "out"}
    for each in listed:
        one = told.json("message", each["id"])
        assert {"id", "direction", "contact", "channel", "gateway", "gateway_id", "state",
                "class", "reason", "parts", "text", "events"} <= one.keys()
        assert one["id"] == each["id"] and one["state"] == each["state"]
        assert one["channel"] == "sms" and one["gateway"] == "sms"
        assert one["events"] and one["events"][-1]["state"] == one["state"]
        for event in one["events"]:
            assert event.keys() == {"at", "state", "code", "text"}
        times = [event["at"] for event in one["events"]]
        assert times == sorted(times)
        assert all(re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", at) for at in times)
        # The same for people: every state is a line of the timeline.
        text = told.cegah("message", each["id"]).stdout
        assert all(event["state"] in text for event in one["events"])
    states = [event["state"] for event in told.json("message", listed[0]["id"])["events"]]
    assert states == ["queued", "sending", "sent", "delivered"]


def test_messages_come_newest_first_and_filters_hold(told):
    listed = told.json("messages")
    assert [each["at"] for each in listed] == sorted((each["at"] for each in listed),
                                                     reverse=True)
    for state in ("delivered", "waiting", "done", "failed"):
        found = told.json("messages", "--state", state)
        assert found == [each for each in listed if each["state"] == state]
    assert told.json("messages", "--limit", "3") == listed[:3]
    mine = told.json("messages", "--contact", phone(11))
    assert mine == [each for each in listed if each["contact_id"] == 2] and mine
    assert told.json("messages", "--contact", "2") == mine
    assert told.json("messages", "--contact", "0812-0000-0011", "--state", "waiting") == \
        [each for each in mine if each["state"] == "waiting"]
    lines = told.cegah("messages").stdout.splitlines()
    assert sum(each["id"] in line for line in lines for each in listed) == len(listed)


@pytest.mark.parametrize("wrong", ["x", "in-0", "in-999999", "in--1", "in-1x", "in-",
                                   "1-1-AAAAAAAAAAAA", "1-1-", "2-1-AAAAAAAAAAAA",
                                   "in-99999999999999999999", "", "1'; --", "9" * 90])
def test_an_unknown_message_is_refused_with_what_to_do(told, wrong):
    done = told.cegah("message", wrong, check=False)
    assert done.returncode == REFUSED and done.stdout == ""
    assert "no message" in done.stderr and "`cegah messages`" in done.stderr


def test_a_reference_is_not_to_be_guessed(told):
    mine, another = [each["id"] for each in told.json("messages", "--state", "delivered")][:2]
    number = another.split("-")[1]
    forged = "-".join(["1", number, mine.split("-", 2)[2]])
    assert told.cegah("message", forged, check=False).returncode == REFUSED


def test_contacts_tell_who_agreed_to_what(told):
    listed = told.json("contacts", "list")
    assert [each["name"] for each in listed] == ["Rahma", "Intan", "Budi"]
    assert [each["suppressed"] for each in listed] == [False, False, True]
    assert [each["age_band"] for each in listed] == ["25+", "10-14", "25+"]
    one, = told.json("contacts", "show", phone(11))["people"]
    assert one["name"] == "Intan"
    assert {(each["whose"], each["method"]) for each in one["consents"]} == \
        {("own", "paper"), ("guardian", "paper")}
    steps = one["series"][0]["steps"]
    assert {each["step"] for each in steps} == {"C1", "C4"}
    assert {each["outcome"] for each in steps} == {"sent"}
    # Each step names its message, which is there.
    for each in steps:
        assert told.json("message", each["message"])["step"] == each["step"]
    text = told.cegah("contacts", "show", phone(12)).stdout
    assert "Budi" in text and "STOP" in text


@pytest.mark.parametrize("line", ["contacts show 999", "contacts show 0",
                                  f"contacts show {phone(99)}", "contacts show x",
                                  f"messages --contact {phone(99)}", "messages --contact x"])
def test_an_unknown_contact_is_refused_with_what_to_do(told, line):
    done = told.cegah(*line.split(), check=False)
    assert done.returncode == REFUSED and done.stdout == "" and len(done.stderr) > 30


def ledger_by_step(house):
    """What the simulator accepted, by our own words of the step."""
    found = {}
    for each in house.messages():
        found.setdefault(each["step"], []).append(each["state"])
    return found


def test_the_delivery_report_is_the_same_in_every_format(told):
    report = told.json("report", "delivery")
    accepted = [each for each in told.ledger()["requests"] if each["accepted"]]
    total = report["total"]
    assert total["messages"] == len(told.messages()) == len(accepted)
    for row in report["rows"] + [total]:
        assert {"campaign", "series", "step", "channel", "gateway", "people", "segments",
                "cost", "currency", *STATES} <= row.keys()
        assert sum(row[state] for state in STATES) == row["messages"]
    by_step = {row["step"]: row["messages"] for row in report["rows"]}
    assert by_step == {step: len(states) for step, states in ledger_by_step(told).items()}
    assert total["people"] == 3
    lines = list(csv.DictReader(io.StringIO(
        told.cegah("report", "delivery", "--format", "csv").stdout)))
    assert len(lines) == len(report["rows"]) + 1 and lines[-1]["campaign"] == "total"
    for line, row in zip(lines, report["rows"] + [total]):
        for key in ["messages", "people", "segments", *STATES]:
            assert int(line[key]) == row[key]
    table = told.cegah("report", "delivery").stdout
    for row in report["rows"]:
        assert re.search(rf"{re.escape(row['step'])} +{row['messages']} ", table)


@pytest.mark.parametrize("key", ["series", "step", "channel", "gateway", "day"])
def test_each_way_to_sum_adds_up_to_the_same(told, key):
    whole = told.json("report", "delivery")["total"]
    report = told.json("report", "delivery", "--by", key)
    assert report["by"] == key and report["rows"]
    for what in ["messages", "segments", *STATES]:
        assert sum(row[what] for row in report["rows"]) == whole[what]
    assert report["total"]["people"] == whole["people"]
    assert len({row[key] for row in report["rows"]}) == len(report["rows"])


def test_the_report_of_some_days_leaves_the_others_out(told):
    days = told.json("report", "delivery", "--by", "day")["rows"]
    first = days[0]["day"]
    one = told.json("report", "delivery", "--from", first, "--to", first)
    assert one["total"]["messages"] == days[0]["messages"]
    rest = told.json("report", "delivery", "--from", days[1]["day"])
    assert rest["total"]["messages"] == sum(row["messages"] for row in days[1:])
    none = told.json("report", "delivery", "--from", "2030-01-01")
    assert none["rows"] == [] and none["total"]["messages"] == 0
    assert "No messages" in told.cegah("report", "delivery", "--from", "2030-01-01").stdout
    done = told.cegah("report", "delivery", "--campaign", "other", check=False)
    assert done.returncode == REFUSED and '"other"' in done.stderr


def test_numbers_are_masked_and_protected_texts_hidden_in_every_output(told, outputs):
    assert any(row["form"] == "sealed" for row in told.rows("SELECT form FROM text"))
    assert sum("[pesan dilindungi]" in each.stdout for each in outputs.values()) >= 4
    for line, done in outputs.items():
        for text in (done.stdout, done.stderr):
            assert not NUMBER.search(text), line
            assert "takut" not in text and "dinikahkan" not in text, line
            assert SECRET not in text and PASSWORD not in text, line


def test_the_file_itself_holds_no_protected_text(told):
    """The focal person's key opens it, and nothing beside the database does."""
    for path in told.folder.glob("cegah.db*"):
        if path.is_file():
            assert b"dinikahkan" not in path.read_bytes(), path


def test_json_is_json_and_nothing_is_said_in_silence(outputs):
    for line, done in outputs.items():
        if done.returncode == 0:
            assert done.stdout.endswith("\n") and done.stderr == "", line
            if "json" in line:
                json.loads(done.stdout)
        else:
            assert done.stdout == "" and done.stderr.startswith("cegah: "), line


@pytest.mark.parametrize("line", EVERY_COMMAND)
def test_reading_a_database_in_which_nothing_happened(blank, line):
    done = blank.cegah(*line.split())
    assert done.stderr == "" and done.stdout
    if "json" in line:
        found = json.loads(done.stdout)
        assert found == [] or (found["rows"] == [] and found["total"]["messages"] == 0)
    elif "csv" in line:
        assert len(list(csv.DictReader(io.StringIO(done.stdout)))) == 1
    else:
        assert "No contacts yet" in done.stdout or "No messages" in done.stdout


def test_reading_needs_no_daemon_and_disturbs_none(told):
    before = told.status()
    with_daemon = told.cegah("report", "delivery").stdout
    assert told.status() == before
    assert with_daemon == told.cegah("report", "delivery").stdout


def test_the_log_of_a_campaign_holds_no_number_and_no_text(told):
    log = told.log.read_text()
    assert "inbound" in log
    for word in ("812000", "Rahma", "Intan", "takut", "dinikahkan", "Selamat", "Balas",
                 SECRET, PASSWORD):
        assert word not in log, word


def test_a_gateway_that_cannot_be_reached_gives_no_secret_away(house):
    url = "http://127.0.0.1:%d" % free_port()
    house.write_config(virtual=False, base_url=url)
    house.start_daemon()
    shown = house.cegah("send", "--to", phone(1), "--text", "Kata rahasiaku", "--no-wait",
                        "--json").stdout
    message = json.loads(shown)["id"]
    house.wait(lambda: len(house.json("message", message)["attempts"]) > 0 and
               house.json("message", message)["attempts"][0]["class"], "a try to fail")
    told = [house.cegah("message", message).stdout, house.cegah("messages").stdout,
            house.cegah("message", message, "--json").stdout]
    assert house.stop() == 0
    told.append(house.log.read_text())
    for text in told:
        assert PASSWORD + '"' not in text and PASSWORD + "&" not in text
        assert "password" not in text and SECRET not in text and "812000" not in text
    assert "rahasiaku" not in told[1] + told[3]
    assert house.json("message", message)["state"] == "queued"


def test_names_from_a_list_cannot_break_a_table_or_the_terminal(blank):
    rows = [{**ADULT, "phone": phone(20 + i), "name": name} for i, name in enumerate(
        ["Siti | X", "شيماء", "\x1b[31mred", "a\tb", '"q", \'r\'', "x" * 200, "名前",
         "Ni Made\nAyu", "{nama}", "%s%n"])]
    (blank.folder / "names.csv").write_text(csv_text(rows))
    shown = blank.cegah("contacts", "import", str(blank.folder / "names.csv"), check=False)
    listed = blank.cegah("contacts", "list")
    for text in (shown.stdout, listed.stdout):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text), repr(text)
    assert len(blank.json("contacts", "list")) == \
        blank.rows("SELECT count(*) AS n FROM person")[0]["n"]


def test_a_minor_and_her_guardian_are_masked_in_the_account_of_an_import(blank):
    rows = [{**MINOR, "phone": phone(10) + "99"}, {**ADULT, "phone": phone(11) + "x", **GUARDIAN},
            {**ADULT, "phone": phone(12), "name": phone(13), **ASSENT},
            {**ADULT, "phone": "tel:" + phone(14)}, {**ADULT, "district": phone(15)},
            {**ADULT, "phone": phone(16), "birth_year": phone(17)}]
    (blank.folder / "some.csv").write_text(csv_text(rows))
    for more in ([], ["--json"]):
        done = blank.cegah("contacts", "import", str(blank.folder / "some.csv"), "--dry-run",
                           *more, check=False)
        assert not NUMBER.search(done.stdout + done.stderr), done.stdout
