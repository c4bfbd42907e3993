"""Which way a message goes, and how it goes on by another one."""

from house import CAMPAIGN_YAML, phone
from routes_house import HOUR, WITHOUT_TEMPLATES, begin, people, step, way, where

WA, SMS = "whatsapp", "kannel"
ME = phone(10)


def test_a_step_goes_by_the_first_route_as_a_template_and_the_other_is_not_used(house):
    begin(house).wait_quiet()
    assert way(house) == [(WA, "template", "200")] * 2
    assert where(step(house)) == ("wa", "delivered")


def test_inside_the_session_window_the_text_goes_itself(house):
    begin(house, profile="""
behaviours:
  chatty: {replies: [{when: salam, say: "halo kak", after: 160h}]}
handsets:
  - {phone: "%s", is: chatty}
default: silent
""" % ME)
    house.wait_quiet()
    assert [row[1] for row in way(house)] == ["template", "interactive"]


def test_a_step_without_a_template_falls_to_sms(house):
    begin(house, series=WITHOUT_TEMPLATES).wait_quiet()
    assert way(house) == [(SMS, "text", "202")] * 2
    assert where(step(house)) == ("sms", "delivered")


def test_a_campaign_that_names_sms_alone_uses_no_whatsapp(house):
    begin(house, campaign=CAMPAIGN_YAML + "channels: sms\n").wait_quiet()
    assert {row[0] for row in way(house)} == {SMS}


def test_who_wants_sms_gets_sms(house):
    begin(house, numbers=())
    rows = people(10, 11)
    rows[0]["channel"] = "sms"
    path = house.folder / "more.csv"
    columns = list(rows[0])
    path.write_text(",".join(columns) + "\n" + "".join(
        ",".join(row.get(column, "") for column in columns) + "\n" for row in rows))
    house.json("contacts", "import", str(path))
    house.cegah("start", "uji")
    house.wait_quiet()
    assert {row[0] for row in way(house, phone(10))} == {SMS}
    assert {row[0] for row in way(house, phone(11))} == {WA}


def test_a_phone_that_is_off_for_three_days_gets_the_sms_after_give_up(house):
    begin(house, profile="""
behaviours:
  away: {power: off, on_after: 3d}
handsets:
  - {phone: "%s", is: away}
""" % ME)
    house.wait_quiet()
    first, second = [row for row in house.ledger()["requests"] if row["to"] == ME][:2]
    assert (first["gateway"], second["gateway"]) == (WA, SMS)
    assert 2 * HOUR <= second["at"] - first["at"] < 24 * HOUR
    # Both reach her when the phone is on: it says so, and counts once.
    message = step(house)
    events = house.rows("SELECT * FROM event WHERE message_id=?", message["id"])
    assert "moved" in {row["state"] for row in events}
    assert message["state"] in ("delivered", "read")
    late = house.rows("SELECT gateway, sum(late) AS n, sum(moved) AS moved FROM counter"
                      " WHERE step='C1' GROUP BY gateway ORDER BY gateway")
    assert sum(row["n"] for row in late) <= 1
    assert [row["moved"] for row in late if row["gateway"] == "wa"] == [1]


def test_never_two_routes_at_once(house):
    begin(house, numbers=range(10, 20), faults=[
        {"do": "cut_after_accept", "gateway": WA, "share": 0.3},
        {"do": "error_500", "gateway": WA, "share": 0.2},
        {"do": "report_failed", "gateway": WA, "share": 0.2, "code": 131026}])
    house.wait_quiet()
    for row in house.messages():
        attempts = house.rows("SELECT * FROM attempt WHERE message_id=? ORDER BY n", row["id"])
        accepted = [a["gateway"] for a in attempts if a["state"] == "sent"]
        assert accepted.count("sms") <= 1, attempts
        assert row["state"] in ("delivered", "read", "unsure"), (row, attempts)


def test_a_reply_goes_back_where_it_came_from(house):
    begin(house)
    house.wait(lambda: house.messages(), "the first step")
    house.wait_quiet()
    house.sim("/sim/say", {"channel": "whatsapp", "from": ME, "text": "STOP"})
    house.wait_quiet()
    assert where(step(house, "opt_out")) == ("wa", "delivered")
    house.say(phone(11), "STOP")
    house.wait_quiet()
    assert where(step(house, "opt_out", phone(11))) == ("sms", "delivered")


def test_a_stop_on_one_channel_holds_on_the_other(house):
    begin(house, go=False)
    house.sim("/sim/say", {"channel": "whatsapp", "from": ME, "text": "STOP"})
    house.wait_quiet()
    house.cegah("start", "uji")
    house.wait_quiet()
    assert [row["step"] for row in house.messages(ME)] == ["opt_out"]
    assert {row["reason"] for row in house.rows("SELECT * FROM suppression")} == {"opted_out"}


def test_costs_are_counted_where_the_message_went(house):
    begin(house, numbers=(10, 11), profile="""
behaviours:
  sms_only: {whatsapp: false}
handsets:
  - {phone: "%s", is: sms_only}
""" % phone(11))
    house.wait_quiet()
    cost = {row["gateway"]: row["n"] for row in house.rows(
        "SELECT gateway, sum(cost) AS n FROM counter GROUP BY gateway")}
    assert cost == {"wa": 2 * 600 * 10**6, "sms": 2 * 350 * 10**6}


def test_an_answer_to_a_question_that_moved_is_taken_on_the_channel_where_it_went(house):
    begin(house, profile="""
behaviours:
  sms_only: {whatsapp: false, replies: [{when: Berapa, say: B, after: 3m}]}
handsets:
  - {phone: "%s", is: sms_only}
""" % ME)
    house.wait_quiet()
    assert where(step(house, "C4")) == ("sms", "delivered")
    assert house.rows("SELECT value, is_right FROM answer") == [{"value": "B", "is_right": 1}]
