"""Daemon and simulator speak to each other in WhatsApp's dialect, beside Kannel's."""

import pytest

from house import phone

ME, HIDDEN = phone(10), "ID.4566"
GATEWAY = """  wa:
    adapter: whatsapp
    base_url: "%s"
    phone_number_id: "1055"
    token: contoh
    app_secret: contoh
    verify_token: contoh
"""
PROFILE = """
whatsapp:
  phone_number_id: "1055"
  token: contoh
  app_secret: %s
  hook: http://127.0.0.1:%d/hooks/wa
"""


def begin(house, secret="contoh"):
    house.start_simulator(PROFILE % (secret, house.port))
    house.write_config(gateway=GATEWAY % house.sim_url)
    house.start_daemon()
    house.cegah("load", str(house.write_campaign()))
    return house


def say(house, text, **more):
    who = {} if "user_id" in more else {"from": ME}
    house.sim("/sim/say", {"channel": "whatsapp", "text": text, **who, **more})


def callbacks(house, kind):
    return [row for row in house.ledger()["callbacks"] if row["kind"] == kind]


def test_who_writes_stop_on_whatsapp_is_answered_there_with_or_without_a_number(house):
    begin(house)
    say(house, "STOP")
    say(house, "STOP", user_id=HIDDEN)
    house.wait_quiet()
    requests = house.ledger()["requests"]
    assert sorted((row["gateway"], row["to"], row["form"]) for row in requests) == [
        ("whatsapp", ME, "text"), ("whatsapp", HIDDEN, "text")]
    assert [row["state"] for row in house.messages()] == ["delivered"] * 2
    reports = callbacks(house, "report")
    assert [row["state"] for row in reports if row["phone"] == ME][:2] == ["sent", "delivered"]
    assert {row["ref"] for row in reports} == {row["ref"] for row in requests}
    assert all(row["acknowledged"] for row in reports)


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "sticker", "location",
                                  "reaction", "order", "unsupported", "belum_ada"])
def test_what_is_no_text_is_acknowledged_at_once(house, kind):
    begin(house)
    say(house, "x", type=kind)
    house.wait_quiet()
    (row,) = callbacks(house, "inbound")
    assert row["acknowledged"] and row["attempts"] == 1 and row["type"] == kind


def test_preferences_and_templates_are_acknowledged(house):
    begin(house)
    house.sim("/sim/preference", {"from": ME, "value": "stop"})
    house.sim("/sim/templates", {"name": "salam", "status": "paused"})
    house.wait_quiet()
    assert [(row["state"], row["acknowledged"]) for row in callbacks(house, "notice")] == [
        ("stop", True), ("paused", True)]


def test_a_callback_signed_with_another_secret_is_refused_and_changes_nothing(house):
    begin(house, secret="lain")
    say(house, "STOP")
    house.wait_quiet()
    (row,) = callbacks(house, "inbound")
    assert 400 <= row["status"] < 500 and row["attempts"] == 1
    assert house.messages() == []
