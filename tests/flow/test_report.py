"""Reports: what a coordinator reads of deliveries and answers, in every form and by every key.

Two campaigns' worth of handsets: most answer, one phone is gone, one says STOP.
"""

import csv
import io
import itertools
import json
import os
import pty
import re
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest
from house import ADULT, CEGAH, PATIENCE, House, phone

REFUSED, USAGE, UNABLE = 1, 2, 3
KEYS = ["series", "step", "district", "channel", "gateway", "day", "reason"]
REPORTS = [("delivery", None), ("responses", None)] + [
    (report, by) for report in ("delivery", "responses") for by in KEYS]
STATES = ["queued", "sending", "sent", "delivered", "read", "failed", "expired", "cancelled",
          "unsure"]
PROFILE = f"""
report_after: 2s
report_spread: 0s
behaviours:
  right:
    replies:
      - {{when: "Balas YA", say: YA, after: 3m}}
      - {{when: "Balas A, B", say: "C", after: 10m}}
  wrong:
    replies:
      - {{when: "Balas YA", say: YA, after: 3m}}
      - {{when: "Balas A, B", say: "A", after: 10m}}
  leaver:
    replies:
      - {{when: "Balas YA", say: STOP, after: 3m}}
  shy:
    replies:
      - {{when: "Balas YA", say: YA, after: 3m}}
  gone: {{power: off, expires: true}}
handsets:
  - {{phone: "{phone(22)}", is: shy}}
  - {{from: "{phone(10)}", to: "{phone(12)}", is: wrong}}
  - {{phone: "{phone(30)}", is: leaver}}
  - {{phone: "{phone(31)}", is: gone}}
default: right
"""
# Twelve in Maros of whom three answer wrongly, seven in Surabaya, two in Ambon.
PEOPLE = [{**ADULT, "phone": phone(10 + n)} for n in range(12)] + \
    [{**ADULT, "phone": phone(22 + n), "district": "surabaya"} for n in range(7)] + \
    [{**ADULT, "phone": phone(30 + n), "district": "ambon"} for n in range(2)]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("report"))
    try:
        yield house.begin(PROFILE, gateway="    price: 350", rows=PEOPLE).wait_quiet()
    finally:
        house.close()


def options(report, by):
    return ["report", report] + (["--by", by] if by else [])


def sheets(path):
    """The cells of every sheet of a spreadsheet, by the sheet's name: rows of values."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as book:
        texts = ["".join(node.itertext()) for node in ElementTree.fromstring(
            book.read("xl/sharedStrings.xml"))]
        names = [node.get("name") for node in ElementTree.fromstring(
            book.read("xl/workbook.xml")).iter(space + "sheet")]
        found = {}
        for n, name in enumerate(names, 1):
            root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{n}.xml"))
            assert not list(root.iter(space + "f")), "a formula"
            found[name] = [
                [texts[int(cell.find(space + "v").text)] if cell.get("t") == "s" else
                 float(cell.find(space + "v").text) for cell in row
                 if cell.find(space + "v") is not None]
                for row in root.iter(space + "row")]
            if name != "About":
                pane = root.find(f".//{space}pane")
                assert pane is not None and pane.get("state") == "frozen"
        return found


@pytest.mark.parametrize("report,by", REPORTS)
def test_every_form_of_a_report_holds_the_same_rows(told, report, by):
    shown = json.loads(told.cegah(*options(report, by), "--json").stdout)
    assert shown["report"] == report and shown["rows"]
    rows = list(csv.DictReader(io.StringIO(
        told.cegah(*options(report, by), "--format", "csv").stdout)))
    if "table" in rows[0]:
        rows = [row for row in rows if row["table"] == "questions"]
    total = [shown["total"]] if shown["total"] else []
    assert len(rows) == len(shown["rows"] + total)
    for row, other in zip(rows, shown["rows"] + total):
        for key, value in other.items():
            if row[key] == "total":
                assert value is None
            elif isinstance(value, float):
                assert abs(float(row[key]) - value) < 1e-3
            else:
                assert row[key] == ("" if value is None else str(value)), key
    told.cegah(*options(report, by), "--format", "xlsx", "--out", "r.xlsx")
    book = sheets(told.folder / "r.xlsx")
    first, about = list(book.values())[0], book["About"]
    assert len(first) == 1 + len(rows)
    for line, other in zip(first[1:], shown["rows"] + total):
        kept = [value for value in other.values() if value is not None and value != ""]
        assert [value for value in line if isinstance(value, str) and value != "total"] == \
            [value for value in kept if isinstance(value, str)]
        assert len([value for value in line if isinstance(value, float)]) == \
            len([value for value in kept if isinstance(value, (int, float))])
    assert ["Report", "Campaign", "Days", "Made"] == [line[0] for line in about[:4]]


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_the_same_database_gives_the_same_bytes(told, form):
    for report, by in REPORTS:
        line = [*options(report, by), "--format", form]
        assert told.cegah(*line).stdout == told.cegah(*line).stdout


def test_a_delivery_row_holds_the_contracts_keys_and_its_cost(told):
    shown = told.json("report", "delivery")
    for row in shown["rows"]:
        assert {"campaign", "series", "step", "channel", "gateway", *STATES, "people",
                "segments", "cost", "currency"} <= row.keys()
        assert row["currency"] == "IDR"
    assert sum(row["segments"] for row in shown["rows"]) == shown["total"]["segments"]
    assert shown["total"]["cost"] == 350 * shown["total"]["segments"] > 0
    text = told.cegah("report", "delivery").stdout
    assert "cost: in IDR" in text and "moved" not in text


def test_without_any_price_a_cost_is_null(house):
    house.write_config(virtual=False, base_url="http://127.0.0.1:1")
    house.cegah("load", str(house.write_campaign()))
    total = house.json("report", "delivery")["total"]
    assert total["cost"] is None and total["currency"] is None


def counts(row):
    return {key: value for key, value in row.items()
            if key in STATES + ["messages", "people", "asked", "answered", "right", "n"]}


@pytest.mark.parametrize("report", ["delivery", "responses"])
def test_a_small_count_by_district_is_in_no_form_of_the_report(told, report):
    for form in ("table", "csv", "json"):
        told.cegah(*options(report, "district"), "--format", form, "--out", "r")
        text = (told.folder / "r").read_text()
        assert "*" in text and (report == "responses" or "<5" in text)
    for row in told.json(*options(report, "district"))["rows"]:
        for key, value in counts(row).items():
            assert value in ("<5", "*") or value == 0 or value >= 5, (key, value)


def test_no_district_is_told_by_the_others_and_the_total(told):
    shown = told.json(*options("delivery", "district"))
    for key in STATES + ["people"]:
        hidden = [row[key] for row in shown["rows"] if isinstance(row[key], str)]
        assert len(hidden) != 1 or isinstance(shown["total"][key], str), key


def test_operational_counts_are_whole(told):
    for by in ("step", "gateway", "channel", "day", "reason", "series"):
        assert "<5" not in told.cegah(*options("delivery", by)).stdout


def test_a_phone_that_stayed_off_reads_as_a_sentence(told):
    shown = told.json(*options("delivery", "reason"))
    rows = [row for row in shown["rows"] if row["outcome"] == "failed"]
    assert rows and all("switched off" in row["sentence"] or "could not deliver" in
                        row["sentence"] for row in rows), rows
    assert abs(sum(row["share"] for row in shown["rows"]) - 1) < 1e-6
    assert "What to do:" in told.cegah(*options("delivery", "reason")).stdout


def test_answers_are_counted_with_their_labels(told):
    shown = told.json("report", "responses")
    question = [row for row in shown["rows"] if row["step"] == "C4"][0]
    assert question["kind"] == "quiz" and question["asked"] == 19
    assert question["answered"] == 18
    answers = {row["value"]: row for row in shown["answers"]}
    assert set(answers) == {"A", "B", "C"} and answers["C"]["is_right"] == "right"
    assert answers["C"]["label"] == "19" and answers["A"]["n"] == "<5"
    assert question["right"] == "*" and answers["C"]["n"] == "*"
    stages = {(row["stage"], row["reason"]): row["n"] for row in shown["people"]}
    assert stages["enrolled", ""] in (21, "*") and stages["not_joined", "opted_out"] == "<5"


def test_a_disclosure_is_in_no_count_of_the_responses(house):
    house.begin(PROFILE, rows=PEOPLE[:3]).wait_quiet()

    def told():
        return [line for line in house.cegah("report", "responses").stdout.splitlines()
                if not line.startswith("Waiting for a human")]

    before = told()
    assert house.say(phone(10), "tolong, besok aku dinikahkan") == 200
    assert house.json("inbox")
    assert told() == before and "in no count here." in before


@pytest.mark.parametrize("line,status,words", [
    ("report", USAGE, "There are: delivery, responses"),
    ("report champions", USAGE, "There are: delivery, responses"),
    ("report delivery maros", USAGE, "name one report, and nothing else"),
    ("report delivery --by moon", USAGE, "--by takes series, step, district"),
    ("report delivery --format pdf", USAGE, "--format takes table, csv, json or xlsx"),
    ("report delivery --from 31-01-2026", USAGE, "written 2026-01-31"),
    ("report responses --from 2026-02-01 --to 2026-01-01", USAGE, "--from is after --to"),
    ("report responses --campaign ujian", REFUSED, "no campaign \"ujian\" is loaded"),
    ("report delivery --by reason --campaign ujian", REFUSED, "loaded are: uji"),
    ("report delivery --out nowhere/r.csv", UNABLE, "nowhere/r.csv"),
    ("report delivery --format xlsx --out nowhere/r.xlsx", UNABLE, "nowhere/r.xlsx"),
])
def test_what_cannot_be_reported_is_refused_with_a_sentence(told, line, status, words):
    done = told.cegah(*line.split(), check=False)
    assert done.returncode == status and done.stdout == ""
    assert words in done.stderr, done.stderr


def test_a_spreadsheet_is_refused_to_a_terminal_and_goes_into_a_pipe(told):
    line = [CEGAH, "report", "delivery", "--format", "xlsx", "-c", str(told.config)]
    leader, follower = pty.openpty()
    done = subprocess.run(line, stdout=follower, stderr=subprocess.PIPE, text=True,
                          timeout=PATIENCE)
    os.close(leader)
    os.close(follower)
    assert done.returncode == REFUSED and "--out FILE.xlsx" in done.stderr
    piped = subprocess.run(line, capture_output=True, timeout=PATIENCE, check=True)
    assert sheets(io.BytesIO(piped.stdout))["Delivery"]


def test_what_was_in_the_file_stays_when_the_report_fails(told):
    kept = told.folder / "kept.csv"
    kept.write_text("before")
    told.cegah("report", "delivery", "--campaign", "x", "--out", "kept.csv", check=False)
    assert kept.read_text() == "before"
    told.cegah("report", "delivery", "--format", "csv", "--out", "kept.csv")
    assert kept.read_text().startswith("day,campaign,")
    assert not list(told.folder.glob("*.part"))


def test_days_choose_and_their_parts_make_the_whole(told):
    days = [row["day"] for row in told.json(*options("delivery", "day"))["rows"]]
    whole = told.json("report", "delivery")["total"]["messages"]
    assert whole == sum(
        told.json("report", "delivery", "--from", day, "--to", day)["total"]["messages"]
        for day in days)
    assert len(days) > 1 and days == sorted(days)


def test_a_paused_gateway_has_its_line_under_the_report(house):
    house.start_simulator()
    house.write_config(virtual=False)
    house.config.write_text(re.sub('password: ".*"', 'password: "salah"',
                                   house.config.read_text()))
    house.start_daemon()
    house.cegah("send", "--to", phone(1), "--text", "Halo", "--no-wait")
    line = house.wait(lambda: next(
        (line for line in house.cegah("report", "delivery").stdout.splitlines()
         if line.startswith("sms is paused since 20")), None), "the gateway to pause")
    assert "correct it in the config" in line and "messages wait" in line
    told = house.json("report", "delivery")["standing"]
    assert [each["gateway"] for each in told] == ["sms"] and told[0]["sentence"] == line
    assert "salah" not in line
    house.cegah("report", "delivery", "--format", "xlsx", "--out", "r.xlsx")
    about = list(itertools.chain.from_iterable(sheets(house.folder / "r.xlsx")["About"]))
    assert line in about
