"""The control socket: a command prints the same through the daemon and without; nonsense
that reaches it gets problem details, and stops nobody."""

import json
import shutil
import socket

import pytest
from house import ADULT, ASSENT, GUARDIAN, PATIENCE, SERIES_YAML, Socket, csv_text, phone

NOBODY = "http://127.0.0.1:1"
PEOPLE = [{**ADULT, "phone": phone(10), "name": "Rahma"},
          {**ADULT, "phone": phone(11), "name": "Siti", "district": "ambon"},
          {**ADULT, "phone": phone(12), "birth_year": "2012", **GUARDIAN, **ASSENT},
          {**ADULT, "phone": phone(13), "birth_year": "2012"},
          {**ADULT, "phone": phone(14), "basis": ""}]


def commands(house):
    """A coordinator's day, mistakes included; each is done twice in the test below."""
    (house.folder / "people.csv").write_text(csv_text(PEOPLE))
    (house.folder / "none.csv").write_text("")
    house.write_campaign()
    house.write_campaign(series=SERIES_YAML.replace('time: "16:15"', 'time: "15:00"'),
                         name="changed")
    house.write_campaign(series=SERIES_YAML.replace("say:", "sai:"), name="wrong")
    return [
        "start uji", "contacts import people.csv", "load wrong", "load uji --dry-run",
        "load uji", "load uji", "load nowhere", "contacts import none.csv",
        "contacts import people.csv --dry-run", "contacts import people.csv",
        "contacts import people.csv --json", "start other", "start uji/other", "start /",
        "pause uji", "start uji", "start uji", "load changed", "load uji --json",
        "pause uji/remaja", "pause uji", "resume uji --json", "resume uji", "resume uji",
        "send --to 081200000001 --text Halo --no-wait --gateway none",
        "send --to 081200000099 --text Halo --no-wait", "send --to x --text Halo --no-wait",
        "stop uji/remaja", "stop uji", "start uji", "resume uji", "stop uji",
    ]


def run_all(house, lines):
    done = [house.cegah(*line.split(), check=False) for line in lines]
    return [(line, each.returncode, each.stdout, each.stderr)
            for line, each in zip(lines, done)]


def test_every_command_prints_the_same_through_the_daemon_and_without(house):
    house.write_config(virtual=False, base_url=NOBODY)
    lines = commands(house)
    alone = run_all(house, lines)
    assert [each[1] for each in alone].count(0) > 12, alone
    for path in house.folder.glob("cegah.db*"):
        path.unlink()
    house.start_daemon()
    for before, after in zip(alone, run_all(house, lines)):
        assert after == before
    assert house.stop() == 0


def test_a_message_queued_without_a_daemon_leaves_with_the_next(house):
    house.start_simulator("report_after: 1s\nreport_spread: 0s")
    house.write_config()
    shown = house.cegah("send", "--to", phone(1), "--text", "Halo", "--no-wait", "--json")
    found = json.loads(shown.stdout)
    assert found["state"] == "queued" and found["daemon"] is False
    assert house.json("message", found["id"])["state"] == "queued"
    house.start_daemon().wait_quiet()
    assert house.json("message", found["id"])["state"] == "delivered"
    # Following one needs a daemon, and says so.
    assert house.stop() == 0
    done = house.cegah("send", "--to", phone(1), "--text", "Halo", check=False)
    assert done.returncode == 3 and "cegah serve" in done.stderr


@pytest.fixture
def control(house):
    """Calls the socket as somebody who writes a script would, mistakes included."""
    house.write_config(virtual=False, base_url=NOBODY)
    house.start_daemon()

    def call(path, body=b"", method="POST", headers=None):
        connection = Socket(str(house.database) + ".sock")
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    call.house = house
    yield call
    assert house.status()["queued"] == 0
    assert house.stop() == 0


def is_problem(answer, status):
    return answer[0] == status and answer[1]["status"] == status and \
        answer[1]["code"] == 1 and len(answer[1]["detail"]) > 10


def test_an_unknown_operation_is_not_found(control):
    for path in ("/api/v1/nothing", "/api/v1/", "/api/v2/status", "/", "/api/v1/status/x",
                 "/hooks/sms", "/healthz", "/api/v1/%00", "/api/v1/" + "x" * 9000):
        assert is_problem(control(path, b"{}"), 404), path
    for method in ("GET", "PUT", "DELETE"):
        assert is_problem(control("/api/v1/status", b"{}", method), 404)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"{", b'{"a":1}x', b"[]", b"1", b"null",
                                  b'"x"', b"\xff\xfe", b"\x00", b'{"a":"\xff"}', b'{"a":"\\u0000"}',
                                  b"[" * 100000, b'{"a":1,"a":', b"{'a': 1}"])
def test_a_body_that_is_no_object_is_refused(control, body):
    answer = control("/api/v1/status", body)
    assert is_problem(answer, 400)
    assert "-1" not in answer[1]["detail"]


@pytest.mark.parametrize("name, arguments", [
    ("load", {}), ("load", {"files": 1}), ("load", {"files": [1]}), ("load", {"files": []}),
    ("load", {"files": [{"name": "campaign.yaml"}]}),
    ("load", {"files": [{"name": "campaign.yaml", "text": ""}] * 101}),
    ("load", {"files": [{"name": "../../x.yaml", "text": "campaign: x"}], "prefix": 7}),
    ("load", {"files": [{"name": "", "text": ""}]}),
    ("start", {}), ("start", {"campaign": 1}), ("start", {"campaign": ""}),
    ("start", {"campaign": "x" * 100000}), ("pause", {"campaign": ["uji"]}),
    ("resume", {"campaign": "uji", "series": {}}), ("stop", {"series": "remaja"}),
    ("import", {}), ("import", {"file": "x", "content": 1}),
    ("import", {"file": 1, "content": ""}), ("import", {"file": "x", "content": "%%%"}),
    ("import", {"file": "x", "content": "YQ==", "dry_run": "yes"}),
    ("import", {"file": "x", "content": "YQ==", "basis": "b" * 1000}),
    ("send", {}), ("send", {"to": phone(1)}), ("send", {"to": phone(1), "text": ""}),
    ("send", {"to": phone(1), "text": "x" * 1601}), ("send", {"to": 1, "text": "x"}),
    ("send", {"to": "x", "text": "x"}), ("send", {"to": phone(9), "text": "x"}),
    ("send", {"to": phone(1), "text": "x", "gateway": "none"}),
])
def test_arguments_of_another_shape_are_refused(control, name, arguments):
    assert is_problem(control("/api/v1/" + name, json.dumps(arguments)), 422)
    assert control.house.rows("SELECT * FROM message") == []
    assert control.house.rows("SELECT * FROM campaign") == []


def test_a_body_that_nobody_reads_is_refused(control):
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(PATIENCE)
        peer.connect(str(control.house.database) + ".sock")
        peer.sendall(b"POST /api/v1/status HTTP/1.1\r\nHost: x\r\n"
                     b"Content-Length: 10000000000\r\n\r\n")
        assert b" 413 " in peer.recv(200)


def test_a_copied_database_is_a_house_of_its_own(house, tmp_path_factory):
    house.write_config(virtual=False, base_url=NOBODY)
    house.start_daemon()
    house.cegah("load", str(house.write_campaign()))
    assert house.stop() == 0
    other = tmp_path_factory.mktemp("other")
    shutil.copy(house.database, other / "cegah.db")
    (other / "cegah.yaml").write_text(house.config.read_text())
    house.start_daemon()
    done = house.cegah("start", "uji", "-c", str(other / "cegah.yaml"), config=False)
    assert "uji: running" in done.stdout
    assert house.rows("SELECT state FROM campaign") == [{"state": "loaded"}]


def test_a_series_that_goes_on_in_a_paused_campaign_says_what_still_holds_it(house):
    house.write_config(virtual=False, base_url=NOBODY)
    house.cegah("load", str(house.write_campaign()))
    house.cegah("start", "uji")
    house.cegah("pause", "uji")
    assert "`cegah resume uji`" in house.cegah("resume", "uji/remaja").stdout
    assert "paused" not in house.cegah("resume", "uji").stdout
