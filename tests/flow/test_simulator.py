"""The gateway simulator over HTTP, with a webhook receiver in the daemon's place."""

import http.client
import json
import subprocess
import threading
import urllib.parse

import pytest

from sim_house import CEGAH, PATIENCE, START, START_MS, Hooks, Simulator


@pytest.fixture
def hooks():
    hooks = Hooks()
    yield hooks
    hooks.close()


@pytest.fixture
def sim(hooks, tmp_path):
    sim = Simulator(hooks, tmp_path, "--clock", "jump", "--start", START)
    yield sim
    sim.close()


def test_it_says_who_it_is_and_what_time_it_is(sim):
    assert sim.json("/sim")["simulator"] == "cegah"
    assert sim.json("/sim")["clock"] == "jump"
    assert sim.json("/sim")["now"] == START_MS


def test_time_stands_still_until_it_is_moved_and_then_stops_at_each_happening(sim):
    sim.send("+6281200000001", text="Stop kawin anak")
    assert sim.json("/sim/next") == {"at": START_MS + 2000}
    assert sim.json(f"/sim/next?before={START_MS + 1999}") == {"at": None}
    assert sim.hooks.calls == []
    assert sim.json("/sim/now", {"now": START_MS + 3600000}) == {
        "now": START_MS + 3600000, "acted": 2}
    (report, inbound) = sim.hooks.calls
    assert report[0] == "/status" and report[1]["type"] == "1"
    assert report[1]["ref"] == "m-1_1" and report[1]["ts"] == str(START_MS // 1000 + 2)
    assert inbound[0] == "/inbound" and inbound[1]["message"] == "YA"
    assert inbound[1]["sender"] == "+6281200000001"
    assert inbound[1]["ts"] == str(START_MS // 1000 + 182)
    assert sim.json("/sim/next") == {"at": None}


def test_a_move_is_answered_only_when_its_callbacks_were(sim):
    moved = []
    sim.hooks.gate.clear()
    sim.send("+6281200000001")
    thread = threading.Thread(
        target=lambda: moved.append(sim.json("/sim/now", {"now": START_MS + 9000})))
    thread.start()
    sim.until(lambda: len(sim.hooks.calls) == 1)
    assert sim.json("/sim")["pending"] == 1
    assert moved == []
    sim.hooks.gate.set()
    thread.join(PATIENCE)
    assert moved == [{"now": START_MS + 9000, "acted": 1}]


def test_time_does_not_go_back(sim):
    sim.json("/sim/now", {"now": START_MS + 5000})
    assert sim.json("/sim/now", {"now": START_MS})["now"] == START_MS + 5000


def test_a_phone_that_is_off_gets_its_message_when_it_comes_on(sim):
    sim.send("+6281200000002")
    sim.json("/sim/now", {"now": START_MS + 9 * 3600000})
    assert [call[1]["type"] for call in sim.hooks.calls] == ["4"]
    assert sim.json("/sim/handset?phone=%2B6281200000002")["received"] == []
    sim.json("/sim/now", {"now": START_MS + 11 * 3600000})
    assert [call[1]["type"] for call in sim.hooks.calls] == ["4", "1"]
    assert len(sim.json("/sim/handset?phone=%2B6281200000002")["received"]) == 1


def test_the_same_reference_accepted_twice_is_delivered_and_reported_twice(sim):
    sim.send("+6281200000003")
    sim.send("+6281200000003")
    sim.json("/sim/now", {"now": START_MS + 9000})
    assert [call[1]["ref"] for call in sim.hooks.calls] == ["m-1_1", "m-1_1"]
    assert [row["ref"] for row in sim.json("/sim/ledger")["requests"]] == ["m-1_1"] * 2


@pytest.mark.parametrize("answers, attempts, status", [
    ([503, 0, 429], 4, 200), ([400], 1, 400), ([401], 1, 401)])
def test_a_callback_is_repeated_until_it_is_answered_and_a_refusal_is_final(
        sim, answers, attempts, status):
    sim.hooks.answers[:] = answers
    said = sim.json("/sim/say", {"from": "+6281200000009", "text": "é & +"})
    sim.until(lambda: sim.json("/sim")["pending"] == 0)
    (row,) = sim.json("/sim/ledger")["callbacks"]
    assert (row["attempts"], row["status"]) == (attempts, status)
    assert row["acknowledged"] == (status == 200)
    assert row["id"] == said["id"] == sim.hooks.calls[0][1]["id"]
    assert sim.hooks.calls[-1][1]["message"] == row["text"] == "é & +"


def test_callbacks_of_one_handset_keep_their_order(sim):
    sim.hooks.answers[:] = [503]
    for text in "ABC":
        sim.json("/sim/say", {"from": "+6281200000009", "text": text})
    sim.until(lambda: sim.json("/sim")["pending"] == 0)
    assert [call[1]["message"] for call in sim.hooks.calls] == ["A", "A", "B", "C"]


def test_wrong_credentials_are_refused(sim):
    assert sim.send("+6281200000001", password="x")[:2] == (
        403, "Authorization failed for sendsms")
    assert sim.json("/sim/ledger")["requests"][0]["accepted"] is False


@pytest.mark.parametrize("fault, status, body, answer", [
    ("error_500", 500, "Sending failed.", "500"),
    ("error_500_empty", 500, "", "500"),
    ("error_503", 503, "Temporal failure, try again later.", "503"),
    ("throttle_429", 429, "Too many requests", "429"),
    ("refuse_403_auth", 403, "Authorization failed for sendsms", "403"),
    ("refuse_403_route", 403, "Not routable. Do not try again.", "403")])
def test_a_fault_answers_as_its_name_says(sim, fault, status, body, answer):
    sim.json("/sim/faults", [{"do": fault, "next": 1, "retry_after": 7}])
    reply = sim.send("+6281200000001")
    assert reply[:2] == (status, body) and reply[2]["Retry-After"] == "7"
    assert sim.send("+6281200000001")[0] == 202
    rows = sim.json("/sim/ledger")["requests"]
    assert [(row["answer"], row["accepted"]) for row in rows] == [
        (answer, False), ("202", True)]


def test_an_error_after_acceptance_denies_what_is_delivered(sim):
    sim.json("/sim/faults", [{"do": "error_500_after_accept", "next": 1}])
    assert sim.send("+6281200000001")[:2] == (500, "")
    (row,) = sim.json("/sim/ledger")["requests"]
    assert (row["answer"], row["accepted"]) == ("error_500_after_accept", True)
    sim.json("/sim/now", {"now": START_MS + 9000})
    assert len(sim.hooks.calls) == 1


@pytest.mark.parametrize("fault, rows", [
    ("cut_before_read", []), ("cut_after_read", [("cut_after_read", False)]),
    ("cut_after_accept", [("cut_after_accept", True)])])
def test_a_cut_connection_is_in_the_ledger_as_far_as_it_was_read(sim, fault, rows):
    sim.json("/sim/faults", [{"do": fault}])
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        sim.send("+6281200000001")
    ledger = sim.json("/sim/ledger")["requests"]
    assert [(row["answer"], row["accepted"]) for row in ledger] == rows
    assert sim.json("/sim")["cut_before_read"] == (0 if rows else 1)
    sim.json("/sim/now", {"now": START_MS + 9000})
    assert len(sim.hooks.calls) == (1 if fault == "cut_after_accept" else 0)


def test_a_request_that_hangs_is_never_answered(sim):
    sim.json("/sim/faults", [{"do": "hang"}])
    address = urllib.parse.urlsplit(sim.base)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=0.5)
    connection.request(
        "GET", "/cgi-bin/sendsms?username=cegah&password=rahasia&to=%2B6281200000001")
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()
    assert sim.json("/sim/ledger")["requests"][0]["answer"] == "hang"


def test_wrong_calls_are_refused_with_a_sentence(sim):
    for path, body in [("/sim/now", {}), ("/sim/faults", [{"do": "x"}]), ("/sim/say", []),
                       ("/sim/ledger?from=x", None), ("/sim/next?before=-1", None)]:
        status, text, _ = sim.call(path, body)
        assert status == 400 and json.loads(text)["error"], path
    assert sim.call("/sim/nothing")[0] == 404
    assert sim.call("/sim/now")[0] == 405


def test_a_clock_that_runs_acts_by_itself(hooks, tmp_path):
    sim = Simulator(hooks, tmp_path, "--clock", "run", "--start", START)
    try:
        sim.send("+6281200000001")
        sim.until(lambda: hooks.calls)
        assert sim.json("/sim")["now"] >= START_MS + 2000
        assert sim.call("/sim/now", {"now": START_MS})[0] == 409
    finally:
        sim.close()


@pytest.mark.parametrize("arguments, status, sentence", [
    (["--clock", "lunar"], 2, "--clock must be"),
    (["--start", START], 2, "--start needs --clock"),
    (["--clock", "run", "--start", "yesterday"], 2, "--start must be a time"),
    (["--bogus", "1"], 2, "unknown option"),
    (["--listen"], 2, "lacks its value"),
    (["--profile", "/nonexistent.yaml"], 1, "/nonexistent.yaml")])
def test_a_wrong_command_line_is_refused(arguments, status, sentence):
    done = subprocess.run([CEGAH, "simulator", *arguments], capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    assert done.returncode == status and sentence in done.stderr


def test_a_busy_port_is_named(sim):
    port = sim.base.rsplit(":", 1)[1]
    done = subprocess.run([CEGAH, "simulator", "--listen", f"127.0.0.1:{port}"],
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 3 and port in done.stderr
