"""What becomes of a message whose request has an end that nobody knows, or was refused."""

import pytest

from house import ADULT, phone

MINUTE = 60000
PROFILE = """
report_after: 2s
report_spread: 0s
behaviours:
  unreported_leaver: {report: never, stops_after: 1}
handsets:
  - {phone: "%s", is: unreported_leaver}
""" % phone(90)


def begin(house, gateway="", people=(10,), **options):
    """All is ready, and the invitations wait for invite()."""
    lines = "".join(f"    {line}\n" for line in gateway.split("; ") if line)
    return house.begin(PROFILE, lines, go=False, rows=[
        {**ADULT, "phone": phone(n), "name": f"Orang {n}"} for n in people], **options)


def invite(house, *faults):
    """The gateway misbehaves, and every person is due for one invitation."""
    house.sim("/sim/faults", list(faults))
    house.cegah("start", "uji")
    return house


def requests(house, n=10):
    return [row for row in house.ledger()["requests"] if row["to"] == phone(n)]


def answers(house, n=10):
    return [row["answer"] for row in requests(house, n)]


def only(house, n=10):
    """The number's one message."""
    (message,) = house.messages(phone(n))
    return message


def attempts(house, message):
    return [row["state"] for row in house.rows(
        "SELECT state FROM attempt WHERE message_id=? ORDER BY n", message["id"])]


def warm(house):
    """One request over the gateway's one connection, which is kept."""
    house.cegah("send", "--to", phone(1), "--text", "Halo")
    assert [row["answer"] for row in house.ledger()["requests"]] == ["202"]


def test_a_cut_on_a_reused_connection_makes_one_request_and_one_unsure_message(house):
    begin(house, "unsure: leave; connections: 1")
    warm(house)
    invite(house, {"do": "cut_after_read", "next": 1}).wait_quiet()
    assert answers(house) == ["cut_after_read"]
    message = only(house)
    assert (message["state"], message["reason"], message["attempts"]) == ("unsure", "cut", 1)
    assert house.sim("/sim")["requests"] == 2


def test_a_cut_before_reading_on_a_reused_connection_is_not_repeated_either(house):
    begin(house, "unsure: leave; connections: 1")
    warm(house)
    invite(house, {"do": "cut_before_read", "next": 1}).wait_quiet()
    assert house.sim("/sim")["cut_before_read"] == 1
    assert answers(house) == []
    assert only(house)["state"] == "unsure"


def test_what_was_accepted_before_the_cut_is_delivered_by_its_report(house):
    begin(house, "unsure: leave")
    invite(house, {"do": "cut_after_accept", "next": 1}).wait_quiet()
    message = only(house)
    assert answers(house) == ["cut_after_accept"]
    assert attempts(house, message) == ["unsure"]
    assert message["unsure"] == 1
    assert message["state"] == "delivered"


def test_a_gateway_that_says_nothing_makes_it_unsure_at_the_time_out(house):
    begin(house, "unsure: leave; timeout: 1s")
    invite(house, {"do": "hang", "next": 1}).wait_quiet()
    assert answers(house) == ["hang"]
    assert only(house)["state"] == "unsure"


def test_an_error_without_a_word_makes_it_unsure(house):
    begin(house, "unsure: leave")
    invite(house, {"do": "error_500_empty", "next": 1}).wait_quiet()
    assert answers(house) == ["500"]
    assert only(house)["state"] == "unsure"


def test_it_is_resent_once_after_the_report_window(house):
    begin(house, "report_window: 15m")
    invite(house, {"do": "cut_after_read", "next": 1}).wait_quiet()
    first, second = requests(house)
    assert (first["answer"], second["answer"]) == ("cut_after_read", "202")
    assert first["ref"].endswith("_1") and second["ref"].endswith("_2")
    assert second["at"] - first["at"] >= 15 * MINUTE
    message = only(house)
    assert message["state"] == "delivered"
    assert attempts(house, message) == ["unsure", "sent"]


def test_a_report_within_the_window_prevents_the_resend(house):
    begin(house, "report_window: 15m")
    invite(house, {"do": "cut_after_accept", "next": 1}).wait_quiet()
    assert answers(house) == ["cut_after_accept"]
    assert only(house)["state"] == "delivered"


def test_two_cuts_leave_it_unsure_after_exactly_two_requests(house):
    begin(house)
    invite(house, {"do": "cut_after_read", "next": 5}).wait_quiet()
    assert answers(house) == ["cut_after_read"] * 2
    assert only(house)["state"] == "unsure"


def test_unsure_never_becomes_expired(house):
    begin(house, "unsure: leave; max_age: 10m")
    invite(house, {"do": "cut_after_read", "next": 1}).wait_quiet()
    assert house.status()["now"] > only(house)["expires_at"]
    assert only(house)["state"] == "unsure"


def test_a_resend_that_would_be_too_late_leaves_it_unsure_with_that_reason(house):
    begin(house, "report_window: 15m; max_age: 10m")
    invite(house, {"do": "cut_after_read", "next": 1}).wait_quiet()
    assert len(requests(house)) == 1
    message = only(house)
    assert (message["state"], message["reason"]) == ("unsure", "late")


def test_a_stop_before_the_resend_prevents_it(house):
    begin(house, people=(90,))
    invite(house, {"do": "cut_after_accept", "next": 1}).wait_quiet()
    invitation, ack = house.messages(phone(90))
    assert answers(house, 90) == ["cut_after_accept", "202"]
    assert (invitation["state"], invitation["reason"]) == ("unsure", "opted_out")
    assert (ack["step"], ack["attempts"]) == ("opt_out", 1)


def test_the_ack_of_an_opt_out_is_resent_even_where_unsure_is_left(house):
    begin(house, "unsure: leave")
    house.sim("/sim/faults", [{"do": "cut_after_read", "next": 1}])
    assert house.say(phone(10), "STOP") == 200
    house.wait_quiet()
    first, second = requests(house)
    assert (first["answer"], second["answer"]) == ("cut_after_read", "202")
    assert second["at"] - first["at"] <= 5 * MINUTE
    assert only(house)["state"] == "delivered"
    assert only(house)["kind"] == "ack"


def test_a_gateway_that_is_busy_is_tried_again_ever_later_and_accepts_once(house):
    begin(house)
    invite(house, {"do": "error_503", "next": 3}).wait_quiet()
    assert answers(house) == ["503", "503", "503", "202"]
    times = [row["at"] for row in requests(house)]
    waits = [later - sooner for sooner, later in zip(times, times[1:])]
    assert all(2500 <= wait for wait in waits) and waits[2] > waits[0]
    message = only(house)
    assert message["state"] == "delivered"
    assert attempts(house, message) == ["retry", "retry", "retry", "sent"]


def test_retry_after_is_honoured_for_everyone_on_that_gateway(house):
    begin(house, "connections: 1", people=(10, 11, 12))
    invite(house, {"do": "throttle_429", "next": 1, "retry_after": 120}).wait_quiet()
    first, *others = house.ledger()["requests"]
    assert first["answer"] == "429"
    assert [row["answer"] for row in others] == ["202"] * 3
    assert all(row["at"] - first["at"] >= 120000 for row in others)
    assert {row["state"] for row in house.messages()} == {"delivered"}


def test_refused_credentials_pause_the_gateway_and_probe_after_five_minutes(house):
    begin(house, people=range(10, 16))
    invite(house, {"do": "refuse_403_auth", "next": 7}).wait_quiet()
    rows = house.ledger()["requests"]
    assert [row["answer"] for row in rows] == ["403"] * 7 + ["202"] * 6
    # Six were out at once; then one tries, and another, and then all go.
    assert 5 * MINUTE <= rows[6]["at"] - rows[0]["at"] < 6 * MINUTE
    assert 10 * MINUTE <= rows[7]["at"] - rows[6]["at"] < 11 * MINUTE
    assert {row["state"] for row in house.messages()} == {"delivered"}
    assert house.status()["gateways"][0]["paused"] is False


def test_a_paused_gateway_keeps_its_messages_over_a_restart(house):
    begin(house, people=range(10, 16), clock="run")
    invite(house, {"do": "refuse_403_auth"})
    house.wait(lambda: house.status()["queued"] == 6 and
               house.status()["gateways"][0]["paused"], "the pause")
    assert "Authorization failed" in house.status()["gateways"][0]["reason"]
    refused = house.sim("/sim")["requests"]
    assert house.stop() == 0
    house.start_daemon()
    house.wait(lambda: house.sim("/sim")["requests"] > refused, "a try after the start")
    house.wait(lambda: house.status()["sending"] == 0, "its answer")
    assert house.sim("/sim")["requests"] == refused + 1
    assert house.status()["gateways"][0]["paused"] is True
    assert house.stop() == 0
    house.sim("/sim/faults", [])
    house.start_daemon()
    house.wait(lambda: {row["state"] for row in house.messages()} == {"delivered"},
               "everything to arrive")
    assert [row["answer"] for row in house.ledger()["requests"]] == \
        ["403"] * (refused + 1) + ["202"] * 6


def test_a_message_that_grew_too_old_expires_and_its_step_is_missed(house):
    begin(house, "max_age: 10m")
    invite(house, {"do": "error_503"}).wait_quiet()
    message = only(house)
    assert message["state"] == "expired" and message["reason"]
    assert all(row["at"] < message["expires_at"] for row in requests(house))
    assert not any(row["accepted"] for row in requests(house))
    (outcome,) = house.rows("SELECT * FROM step_outcome WHERE message_id=?", message["id"])
    assert (outcome["step"], outcome["outcome"]) == ("C0", "missed")


@pytest.mark.parametrize("fault, kept", [("refuse_403_route", "failed"),
                                         ("cut_after_read", "unsure")])
def test_a_refusal_of_the_resend_does_not_make_it_failed(house, fault, kept):
    """What may have arrived stays UNSURE; what certainly did not is FAILED."""
    begin(house)
    faults = [{"do": "refuse_403_route", "next": 1}]
    if fault == "cut_after_read":
        faults.insert(0, {"do": "cut_after_read", "next": 1})
    invite(house, *faults).wait_quiet()
    assert only(house)["state"] == kept
