"""What a coordinator can meet, and how it ends: the message, its gateway, and the other one."""

import email.utils
import http.server
import threading
import time

from house import phone
from routes_house import (HOUR, MINUTE, WITHOUT_TEMPLATES, begin, gateway, people, step, way,
                          where)

WA, SMS = "whatsapp", "kannel"
ME, OTHER = phone(10), phone(11)
ONE = """
behaviours:
  %s
handsets:
  - {phone: "%s", is: %s}
"""


def one_is(name, behaviour, number=ME):
    return ONE % (f"{name}: {behaviour}", number, name)


def reason(house, name="C1"):
    message = step(house, name)
    return message["state"], message["class"], message["code"]


def test_a_wrong_token_pauses_its_gateway_and_the_other_carries_on_after_give_up(house):
    begin(house, numbers=range(10, 15), token="lain")
    house.wait_quiet()
    assert {row["state"] for row in house.messages()} == {"delivered"}
    assert {row["gateway"] for row in house.messages()} == {"sms"}
    refused = [row for row in house.ledger()["requests"] if row["gateway"] == WA]
    assert {row["answer"] for row in refused} == {"190"}
    paused = gateway(house, "wa")
    assert paused["paused"] and "the token is wrong or has expired" in paused["reason"]
    assert gateway(house, "sms")["paused"] is False
    assert paused["reason"] in [row["reason"] for row in house.rows("SELECT * FROM gateway_pause")]


def test_the_pause_is_in_the_metrics_in_words(house):
    begin(house, token="lain", routes="[wa]")
    house.wait(lambda: gateway(house, "wa")["paused"], "the pause")
    metrics = house.call(f"http://127.0.0.1:{house.port}/metrics")[1]
    assert 'cegah_gateway_paused{gateway="wa"} 1' in metrics
    assert 'cegah_gateway_pause_reason{gateway="wa",reason="the token is wrong' in metrics
    assert 'cegah_gateway_paused{gateway="sms"} 0' in metrics


def test_without_give_up_a_paused_gateway_keeps_its_messages_until_it_is_mended(house):
    begin(house, give_up="0s", faults=[{"do": "refuse_auth", "gateway": WA, "next": 3}])
    house.wait_quiet()
    assert where(step(house)) == ("wa", "delivered")
    assert {row[0] for row in way(house)} == {WA}


def test_an_empty_balance_says_so_and_is_tried_again(house):
    begin(house, give_up="0s", faults=[{"do": "refuse_balance", "gateway": WA, "next": 2}])
    house.wait_quiet()
    assert "the balance is empty" in house.log.read_text()
    assert [row[2] for row in way(house)][:3] == ["131042", "131042", "200"]
    assert where(step(house)) == ("wa", "delivered")


PAUSED = "  templates: [{name: salam, status: paused}, {name: kuis}]"


def test_a_paused_template_goes_by_sms_at_once_and_is_asked_for_once(house):
    begin(house, numbers=range(10, 14), wa="connections: 1", profile=PAUSED)
    house.wait_quiet()
    assert {where(step(house, "C1", phone(n))) for n in range(10, 14)} == {("sms", "delivered")}
    assert [row[2] for row in way(house) if row[0] == WA].count("132015") == 1
    assert {where(step(house, "C4", phone(n))) for n in range(10, 14)} == {("wa", "delivered")}
    assert gateway(house, "wa")["paused"] is False


def test_a_step_waits_for_its_paused_template_until_it_is_taken_again(house):
    begin(house, routes="[wa]", numbers=(10, 11), wa="connections: 1",
          faults=[{"do": "code", "code": 132015, "gateway": WA, "next": 1}])
    house.wait_quiet()
    asked = [row[2] for number in (10, 11) for row in way(house, number=phone(number))]
    assert asked.count("132015") == 1
    assert {where(step(house, "C1", phone(n))) for n in (10, 11)} == {("wa", "delivered")}
    assert house.rows("SELECT * FROM template_refused") == []


def test_a_template_is_refused_from_its_pause_until_its_approval(house):
    begin(house, routes="[wa]").wait_quiet()
    house.sim("/sim/templates", {"name": "salam", "status": "paused"})
    house.wait(lambda: house.rows("SELECT * FROM template_refused"), "the pause")
    house.sim("/sim/templates", {"name": "salam", "status": "approved"})
    house.wait(lambda: not house.rows("SELECT * FROM template_refused"), "the approval")


def test_a_template_that_stays_paused_until_it_is_too_late_fails_for_that_reason(house):
    begin(house, routes="[wa]", profile=PAUSED).wait_quiet()
    assert reason(house) == ("failed", "template", "132015")
    assert len([row for row in way(house) if row[2] == "132015"]) > 1  # it was tried again
    assert where(step(house, "C4")) == ("wa", "delivered")


def test_a_template_that_does_not_exist_goes_by_sms(house):
    begin(house, profile="  templates: [{name: kuis}]").wait_quiet()
    assert where(step(house)) == ("sms", "delivered")
    (refused,) = house.rows("SELECT * FROM template_refused")
    assert (refused["name"], refused["word"], refused["code"]) == ("salam", "missing", "132001")


def test_a_template_with_other_parameters_fails_where_it_has_no_other_route(house):
    begin(house, routes="[wa]",
          profile="  templates: [{name: salam, parameters: 2}, {name: kuis}]").wait_quiet()
    assert reason(house) == ("failed", "template", "132000")


def test_who_is_not_on_whatsapp_gets_sms_and_whatsapp_is_not_tried_again(house):
    begin(house, numbers=(10, 11), profile=one_is("plain", "{whatsapp: false}"))
    house.wait_quiet()
    assert way(house, ME) == [(WA, "template", "200"), (SMS, "text", "202"),
                              (SMS, "text", "202")]
    assert {row[0] for row in way(house, OTHER)} == {WA}
    assert house.rows("SELECT * FROM address_health WHERE fails>0") == []


def test_who_is_not_on_whatsapp_and_has_no_other_route_fails_for_that_reason(house):
    begin(house, routes="[wa]", profile=one_is("plain", "{whatsapp: false}"))
    house.wait_quiet()
    assert reason(house) == ("failed", "invalid_number", "131026")
    (outcome,) = house.rows("SELECT * FROM step_outcome WHERE step='C4'")
    assert (outcome["outcome"], outcome["reason"]) == ("skipped", "not_reachable")


def test_a_number_on_no_network_fails_and_the_gateway_goes_on(house):
    begin(house, numbers=(10, 11), routes="[sms]",
          faults=[{"do": "refuse_route", "gateway": SMS, "to": ME}])
    house.wait_quiet()
    assert reason(house)[:2] == ("failed", "invalid_number")
    assert where(step(house, "C1", OTHER)) == ("sms", "delivered")
    assert gateway(house, "sms")["paused"] is False


def test_a_step_without_a_template_outside_the_window_is_skipped_for_that_reason(house):
    begin(house, numbers=(), series=WITHOUT_TEMPLATES)
    assert house.stop() == 0
    house.config.write_text(house.config.read_text().replace("[wa, sms]", "[wa]"))
    house.start_daemon()
    house.import_rows(people(10))
    house.cegah("start", "uji")
    house.wait_quiet()
    assert house.messages() == []
    outcomes = house.rows("SELECT * FROM step_outcome ORDER BY step")
    assert [(row["step"], row["outcome"], row["reason"]) for row in outcomes] == \
        [("C1", "skipped", "window_closed"), ("C4", "skipped", "window_closed")]


def test_who_has_had_enough_marketing_gets_sms(house):
    begin(house, faults=[{"do": "refuse_cap", "gateway": WA, "next": 1}]).wait_quiet()
    assert where(step(house)) == ("sms", "delivered")
    assert where(step(house, "C4")) == ("wa", "delivered")  # a day and more has passed


def test_who_stopped_marketing_at_meta_hears_no_more_from_us(house):
    begin(house, numbers=(10, 11), faults=[{"do": "code", "code": 131050, "gateway": WA,
                                            "to": ME}])
    house.wait_quiet()
    assert reason(house) == ("failed", "opted_out", "131050")
    assert [row["step"] for row in house.messages(ME)] == ["C1"]
    (stop,) = house.rows("SELECT * FROM suppression")
    assert stop["reason"] == "stopped_at_gateway"
    assert len(house.messages(OTHER)) == 2


def test_who_is_blocked_is_left_alone(house):
    begin(house, faults=[{"do": "code", "code": 130403, "gateway": WA, "next": 1}])
    house.wait_quiet()
    assert reason(house) == ("failed", "blocked", "130403")
    assert all(row[0] == WA for row in way(house))


def test_a_phone_that_is_off_for_three_days_has_the_sms_of_the_same_day(house):
    begin(house, profile=one_is("away", "{power: off, on_after: 3d}")).wait_quiet()
    message = step(house)
    attempts = house.rows("SELECT * FROM attempt WHERE message_id=? ORDER BY n", message["id"])
    assert [row["gateway"] for row in attempts] == ["wa", "sms"]
    assert attempts[1]["at"] - attempts[0]["at"] == 2 * HOUR
    # WhatsApp had it when the phone came on, and so had the SMS gateway.
    counts = {row["gateway"]: row for row in house.rows(
        "SELECT gateway, sum(late) AS late, sum(moved) AS moved,"
        " sum(delivered+read) AS delivered FROM counter WHERE step='C1' GROUP BY gateway")}
    assert counts["wa"]["moved"] == 1
    assert sum(row["delivered"] for row in counts.values()) == 1
    assert counts["wa"]["late"] == 1 and counts["sms"]["late"] == 0
    told = [row["text"] for row in house.rows(
        "SELECT text FROM event WHERE message_id=?", message["id"])]
    assert "from wa to sms: it was not delivered in time" in told
    assert "delivered late by wa, after it had gone by sms" in told


def test_no_request_goes_sooner_than_a_retry_after_allows(house):
    begin(house, numbers=range(10, 16), wa="connections: 1", give_up="0s",
          faults=[{"do": "throttle_429", "gateway": WA, "next": 1, "retry_after": 120}])
    house.wait_quiet()
    first, *others = [row for row in house.ledger()["requests"] if row["gateway"] == WA]
    assert first["answer"] == "130429"
    assert all(row["at"] - first["at"] >= 2 * MINUTE for row in others)
    assert {row["state"] for row in house.messages()} == {"delivered"}


class Throttled(http.server.BaseHTTPRequestHandler):
    """A Kannel that refuses its first request until a date, and takes the others."""

    def do_GET(self):
        self.server.times.append(time.time())
        if len(self.server.times) == 1:
            self.server.until = int(time.time()) + 8
            self.send_response(429)
            self.send_header("Retry-After",
                             email.utils.formatdate(self.server.until, usegmt=True))
            body = b"Too many"
        else:
            self.send_response(202)
            body = b"0: Accepted for delivery"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_retry_after_that_is_a_date_is_honoured_too(house):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Throttled) as server:
        server.times = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        house.write_config(base_url="http://127.0.0.1:%d" % server.server_address[1])
        house.start_daemon()
        house.cegah("send", "--to", phone(1), "--text", "Halo", "--no-wait")
        house.wait(lambda: len(server.times) == 1, "the refusal")
        house.cegah("send", "--to", phone(1), "--text", "Halo lagi", "--no-wait")
        house.wait(lambda: len(server.times) == 3, "both messages")
        assert all(at >= server.until for at in server.times[1:])
        server.shutdown()


def test_a_gateway_that_does_not_answer_is_paused_and_the_other_carries_on(house):
    begin(house, numbers=range(10, 20), wa="connections: 1",
          faults=[{"do": "error_500_empty", "gateway": WA}])
    house.wait_quiet()
    assert "it does not answer" in house.log.read_text()
    assert {where(step(house, "C1", phone(n))) for n in range(10, 20)} <= \
        {("sms", "delivered"), ("wa", "unsure"), ("sms", "unsure")}
    assert gateway(house, "sms")["paused"] is False
