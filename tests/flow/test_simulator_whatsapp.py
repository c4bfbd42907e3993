"""The simulator in WhatsApp's dialect: requests, signed webhooks, templates, faults."""

import hashlib
import hmac
import http.client
import itertools
import json

import pytest

from sim_house import START, START_MS, Hooks, Simulator

PROFILE = """
seed: 7
inbound: http://127.0.0.1:PORT/inbound
report_after: 2s
report_spread: 0s
whatsapp:
  phone_number_id: "1055"
  account: "1022"
  token: rahasia
  app_secret: rahasia-app
  hook: http://127.0.0.1:PORT/whatsapp
  templates:
    - {name: pengingat, parameters: 2, category: utility, body: "Halo {{1}}, jam {{2}}."}
    - {name: ajakan, buttons: [Ya, Tidak]}
    - {name: jeda, status: paused}
    - {name: mati, status: disabled}
    - {name: tolak, status: rejected}
    - {name: tunggu, status: pending}
behaviours:
  sms_only: {whatsapp: false}
handsets:
  - {phone: "+6281200000009", is: sms_only}
"""
PATH = "/v25.0/1055/messages"
PHONE = "+6281200000001"
DAY_MS = 86400000
TEXT = {"type": "text", "text": {"body": "Halo"}}


def template(name, *values, language="id", components=()):
    body = [{"type": "body", "parameters": [{"type": "text", "text": value}
                                            for value in values]}] if values else []
    return {"type": "template", "template": {
        "name": name, "language": {"code": language}, "components": body + list(components)}}


class WhatsApp(Simulator):
    def ask(self, content, to="6281200000001", ref="m-1_1", token="rahasia", path=PATH):
        return self.post(path, {"messaging_product": "whatsapp", "to": to,
                                "biz_opaque_callback_data": ref, **content}, token)

    def move(self, ms):
        now = self.json("/sim")["now"]
        return self.json("/sim/now", {"now": now + ms})

    def say(self, text="Halo", phone=PHONE, **more):
        status, body, _ = self.call("/sim/say", {"from": phone, "channel": "whatsapp",
                                                 "text": text, **more})
        assert status == 202, body
        self.until(lambda: self.json("/sim")["pending"] == 0)
        return json.loads(body)["id"]

    def values(self, field="messages"):
        """What webhooks said, in order."""
        changes = [change for _, raw in self.hooks.posts
                   for entry in json.loads(raw)["entry"] for change in entry["changes"]]
        return [change["value"] for change in changes if change["field"] == field]

    def statuses(self):
        return [status for value in self.values() for status in value.get("statuses", [])]

    def said(self):
        return [message for value in self.values() for message in value.get("messages", [])]

    def requests(self):
        return self.json("/sim/ledger")["requests"]


@pytest.fixture
def hooks():
    hooks = Hooks()
    yield hooks
    hooks.close()


@pytest.fixture
def make(hooks, tmp_path):
    made, number = [], itertools.count()

    def one(text=PROFILE):
        folder = tmp_path / str(next(number))
        folder.mkdir()
        made.append(WhatsApp(hooks, folder, "--clock", "jump", "--start", START, text=text))
        return made[-1]
    yield one
    for sim in made:
        sim.close()


@pytest.fixture
def sim(make):
    return make()


def code_of(reply):
    status, body = reply
    return status, body["error"]["code"]


def test_a_message_is_accepted_with_its_wamid_and_a_contact(sim):
    status, body = sim.ask(template("pengingat", "Sari", "9"))
    assert status == 200 and body["messaging_product"] == "whatsapp"
    assert body["contacts"] == [{"input": "6281200000001", "wa_id": "6281200000001"}]
    assert body["messages"][0]["id"].startswith("wamid.")
    assert body["messages"][0]["message_status"] == "accepted"


def test_both_dialects_stand_in_one_ledger_and_reach_one_handset(sim):
    sim.ask(template("pengingat", "Sari", "9"))
    sim.send(PHONE, ref="m-2_1", text="Halo")
    rows = sim.requests()
    assert [(row["gateway"], row["ref"], row["to"], row["form"], row["answer"]) for row in rows
            ] == [("whatsapp", "m-1_1", PHONE, "template", "200"),
                  ("kannel", "m-2_1", PHONE, "text", "202")]
    assert rows[0]["template"] == "pengingat" and rows[0]["text"] == "Halo Sari, jam 9."
    sim.move(DAY_MS)
    received = sim.json("/sim/handset?phone=%2B6281200000001")["received"]
    assert sorted(row["gateway"] for row in received) == ["kannel", "whatsapp"]


def test_a_template_without_a_body_is_shown_by_its_name_and_values(make):
    sim = make(PROFILE.replace(', body: "Halo {{1}}, jam {{2}}."', ""))
    sim.ask(template("pengingat", "Sari", "9"))
    assert sim.requests()[0]["text"] == "pengingat: Sari | 9"


def test_statuses_come_in_order_with_reference_time_and_price(sim):
    _, body = sim.ask(template("pengingat", "Sari", "9"))
    sim.move(DAY_MS)
    statuses = sim.statuses()
    assert [status["status"] for status in statuses][:2] == ["sent", "delivered"]
    for status in statuses:
        assert status["id"] == body["messages"][0]["id"]
        assert status["recipient_id"] == "6281200000001"
        assert status["biz_opaque_callback_data"] == "m-1_1"
        assert START_MS // 1000 < int(status["timestamp"]) <= START_MS // 1000 + 86400
    assert statuses[1]["pricing"] == {"billable": True, "pricing_model": "PMP",
                                      "type": "regular", "category": "utility"}
    value = sim.values()[0]
    assert value["metadata"] == {"display_phone_number": "6281200009999",
                                 "phone_number_id": "1055"}
    assert value["contacts"][0]["user_id"].startswith("ID.")
    assert [(row["gateway"], row["state"]) for row in sim.json("/sim/ledger")["callbacks"]
            ][:2] == [("whatsapp", "sent"), ("whatsapp", "delivered")]


def test_every_webhook_is_signed_over_its_bytes_as_meta_writes_them(sim):
    sim.say("Bé 🙂 a/b")
    sim.ask(template("ajakan", "é"))
    sim.move(DAY_MS)
    sim.call("/sim/templates", {"name": "ajakan", "status": "paused"})
    sim.call("/sim/preference", {"from": PHONE, "value": "stop"})
    sim.until(lambda: sim.json("/sim")["pending"] == 0)
    assert len(sim.hooks.posts) >= 5
    for headers, raw in sim.hooks.posts:
        expected = hmac.new(b"rahasia-app", raw, hashlib.sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == "sha256=" + expected
        assert headers["Content-Type"] == "application/json"
        assert json.loads(raw)["entry"][0]["id"] == "1022"
    assert rb'"B\u00e9 \ud83d\ude42 a\/b"' in sim.hooks.posts[0][1]


def test_without_an_app_secret_nothing_is_signed(make):
    sim = make(PROFILE.replace("  app_secret: rahasia-app\n", ""))
    sim.say()
    assert "X-Hub-Signature-256" not in sim.hooks.posts[0][0]


@pytest.mark.parametrize("name, values, language, expected", [
    ("tidak_ada", [], "id", (404, 132001)), ("ajakan", [], "en", (404, 132001)),
    ("tolak", [], "id", (404, 132001)), ("tunggu", [], "id", (404, 132001)),
    ("pengingat", ["Sari"], "id", (400, 132000)), ("jeda", [], "id", (400, 132015)),
    ("mati", [], "id", (400, 132016))])
def test_a_template_that_may_not_go_is_refused_by_its_code(
        sim, name, values, language, expected):
    assert code_of(sim.ask(template(name, *values, language=language))) == expected
    (row,) = sim.requests()
    assert (row["answer"], row["accepted"]) == (str(expected[1]), False)


def test_without_a_list_every_template_is_approved(make):
    head, tail = PROFILE.split("  templates:")
    sim = make(head + tail[tail.index("behaviours:"):])
    assert sim.ask(template("apa_saja", "x", "y"))[0] == 200
    sim.move(DAY_MS)
    assert sim.statuses()[0]["pricing"]["category"] == "marketing"
    sim.call("/sim/templates", {"name": "apa_saja", "status": "paused"})
    assert code_of(sim.ask(template("apa_saja"))) == (400, 132015)


def test_a_template_changes_its_status_while_it_runs_and_meta_says_so(sim):
    assert sim.ask(template("ajakan"))[0] == 200
    assert sim.json("/sim/templates", {"name": "ajakan", "language": "id",
                                       "status": "paused"}) == {"told": True}
    assert code_of(sim.ask(template("ajakan"))) == (400, 132015)
    sim.json("/sim/templates", {"name": "ajakan", "status": "approved"})
    assert sim.ask(template("ajakan"))[0] == 200
    sim.until(lambda: sim.json("/sim")["pending"] == 0)
    assert [(value["event"], value["message_template_name"],
             value["message_template_language"])
            for value in sim.values("message_template_status_update")] == [
                ("PAUSED", "ajakan", "id"), ("APPROVED", "ajakan", "id")]
    notices = [row for row in sim.json("/sim/ledger")["callbacks"] if row["kind"] == "notice"]
    assert [row["state"] for row in notices] == ["paused", "approved"]


def test_free_text_goes_within_a_day_of_the_handsets_last_message_there(sim):
    sim.ask(TEXT, ref="never")
    sim.call("/sim/say", {"from": PHONE, "text": "by SMS"})
    sim.ask(TEXT, ref="sms")
    sim.say()
    sim.ask(TEXT, ref="now")
    sim.json("/sim/now", {"now": START_MS + DAY_MS})
    sim.ask(TEXT, ref="a day")
    sim.move(1)
    sim.ask(TEXT, ref="more")
    assert sim.ask(template("ajakan"), ref="template")[0] == 200
    assert all(row["accepted"] for row in sim.requests())
    sim.move(DAY_MS)
    ends = {}
    for status in sim.statuses():
        if status["status"] in ("delivered", "failed"):
            ends[status["biz_opaque_callback_data"]] = [
                error["code"] for error in status.get("errors", [])]
    assert ends == {"never": [131047], "sms": [131047], "now": [], "a day": [],
                    "more": [131047], "template": []}
    (service,) = {json.dumps(status["pricing"], sort_keys=True)
                  for status in sim.statuses() if status["status"] == "delivered" and
                  status["biz_opaque_callback_data"] in ("now", "a day")}
    assert json.loads(service) == {"billable": False, "pricing_model": "PMP",
                                   "type": "free_customer_service", "category": "service"}


def test_a_handset_without_whatsapp_is_accepted_and_reported_as_failed(sim):
    status, _ = sim.ask(template("ajakan"), to="6281200000009")
    assert status == 200
    sim.move(DAY_MS)
    (failed,) = sim.statuses()
    assert failed["status"] == "failed" and failed["errors"][0]["code"] == 131026
    assert "contacts" not in sim.values()[0] and "pricing" not in failed
    (row,) = sim.json("/sim/ledger")["callbacks"]
    assert (row["state"], row["code"]) == ("failed", "131026")


def test_who_stops_marketing_gets_utility_templates_and_no_others(sim):
    sim.json("/sim/preference", {"from": PHONE, "value": "stop"})
    sim.ask(template("ajakan"), ref="stopped")
    sim.ask(template("pengingat", "a", "b"), ref="utility")
    sim.json("/sim/preference", {"from": PHONE, "value": "resume"})
    sim.ask(template("ajakan"), ref="resumed")
    sim.move(DAY_MS)
    assert {(status["biz_opaque_callback_data"], status["errors"][0]["code"])
            for status in sim.statuses() if status["status"] == "failed"} == {
                ("stopped", 131050)}
    values = [value["user_preferences"][0] for value in sim.values("user_preferences")]
    assert [(one["wa_id"], one["category"], one["value"]) for one in values] == [
        ("6281200000001", "marketing_messages", "stop"),
        ("6281200000001", "marketing_messages", "resume")]


@pytest.mark.parametrize("content, token, path, to, expected", [
    (TEXT, "lain", PATH, "6281200000001", (401, 190)),
    (TEXT, "rahasia", "/v25.0/1056/messages", "6281200000001", (400, 100)),
    (TEXT, "rahasia", PATH, "", (400, 131008)),
    (TEXT, "rahasia", PATH, "Sari", (400, 131009)),
    ({"messaging_product": "sms"}, "rahasia", PATH, "6281200000001", (400, 100)),
    ({"type": "text"}, "rahasia", PATH, "6281200000001", (400, 100)),
    ({"type": "text", "text": {"body": "x" * 4097}}, "rahasia", PATH, "6281200000001",
     (400, 100)),
    ({"type": "poll", "poll": {}}, "rahasia", PATH, "6281200000001", (400, 131051)),
    ({"type": "image", "image": {"caption": "x"}}, "rahasia", PATH, "6281200000001",
     (400, 131009)),
    ({"type": "template", "template": {"name": "ajakan"}}, "rahasia", PATH,
     "6281200000001", (400, 100))])
def test_a_wrong_request_is_refused_by_its_code(sim, content, token, path, to, expected):
    assert code_of(sim.ask(content, to=to, token=token, path=path)) == expected


def test_a_body_that_is_no_json_is_refused_and_not_in_the_ledger(sim):
    assert code_of(sim.post(PATH, b"{", "rahasia")) == (400, 100)
    assert sim.requests() == []


def buttons(*titles):
    return {"type": "interactive", "interactive": {
        "type": "button", "body": {"text": "Mau?"}, "action": {"buttons": [
            {"type": "reply", "reply": {"id": title.lower(), "title": title}}
            for title in titles]}}}


def rows(n):
    return {"type": "interactive", "interactive": {
        "type": "list", "body": {"text": "Pilih"}, "action": {"button": "Menu", "sections": [
            {"rows": [{"id": f"r{i}", "title": f"Nomor {i}"} for i in range(n)]}]}}}


@pytest.mark.parametrize("content, status", [
    (buttons("Ya", "Tidak", "Ragu"), 200), (buttons("A", "B", "C", "D"), 400),
    (buttons("x" * 21), 400), (buttons(), 400), (rows(10), 200), (rows(11), 400)])
def test_buttons_and_lists_have_metas_limits(sim, content, status):
    assert sim.ask(content)[0] == status
    assert sim.requests()[0]["form"] == "interactive"


def test_a_choice_is_written_as_the_message_offered_it(sim):
    sim.say()
    replies = [sim.ask(content)[1]["messages"][0]["id"] for content in (
        buttons("Ya"), rows(2), template("ajakan", components=[
            {"type": "button", "sub_type": "quick_reply", "index": "0",
             "parameters": [{"type": "payload", "payload": "hadir"}]}]))]
    sim.move(DAY_MS // 2)
    sim.say("Ya", type="interactive", choice="ya")
    sim.say("Nomor 1", type="interactive", choice="r1")
    sim.say("Ya", type="button", choice="hadir")
    said = sim.said()[1:]
    assert said[0]["interactive"] == {"type": "button_reply",
                                      "button_reply": {"id": "ya", "title": "Ya"}}
    assert said[1]["interactive"] == {"type": "list_reply",
                                      "list_reply": {"id": "r1", "title": "Nomor 1"}}
    assert said[2]["button"] == {"text": "Ya", "payload": "hadir"}
    assert [message["context"]["id"] for message in said] == replies
    assert [row["choice"] for row in sim.json("/sim/ledger")["callbacks"]
            if row.get("choice")] == ["ya", "r1", "hadir"]


def test_what_is_no_text_has_its_own_type(sim):
    sim.say("bukti", type="image")
    sim.say("", type="audio")
    sim.say("", type="unsupported")
    sim.say("", type="order")
    picture, voice, unknown, order = sim.said()
    assert picture["type"] == "image" and picture["image"]["caption"] == "bukti"
    assert voice["audio"]["mime_type"].startswith("audio/")
    assert unknown["errors"][0]["code"] == 131051
    assert order["type"] == "order"
    assert [row["type"] for row in sim.json("/sim/ledger")["callbacks"]] == [
        "image", "audio", "unsupported", "order"]


def test_who_hides_her_number_writes_and_is_written_to_by_her_user_id(sim):
    status, body, _ = sim.call("/sim/say", {"user_id": "ID.4566", "channel": "whatsapp",
                                            "text": "Halo"})
    assert status == 202, body
    sim.until(lambda: sim.json("/sim")["pending"] == 0)
    (message,) = sim.said()
    assert message["from_user_id"] == "ID.4566" and "from" not in message
    assert "wa_id" not in sim.values()[0]["contacts"][0]
    status, body = sim.post(PATH, {"messaging_product": "whatsapp", "recipient": "ID.4566",
                                   **TEXT}, "rahasia")
    assert status == 200 and body["contacts"] == [{"input": "ID.4566", "user_id": "ID.4566"}]
    sim.move(DAY_MS // 2)
    assert "delivered" in [status["status"] for status in sim.statuses()]


def test_a_user_id_that_was_told_finds_its_handset_again(sim):
    sim.say()
    user_id = sim.values()[0]["contacts"][0]["user_id"]
    sim.post(PATH, {"messaging_product": "whatsapp", "recipient": user_id, **TEXT}, "rahasia")
    assert sim.requests()[0]["to"] == PHONE


def test_a_read_receipt_is_answered_and_is_no_message(sim):
    assert sim.ask({"status": "read", "message_id": "wamid.IN1"}) == (200, {"success": True})
    assert sim.requests() == []


@pytest.mark.parametrize("fault, status, code", [
    ({"do": "error_500"}, 500, 131000), ({"do": "error_500_empty"}, 500, None),
    ({"do": "error_503"}, 503, 131016), ({"do": "throttle_429"}, 429, 130429),
    ({"do": "refuse_auth"}, 401, 190), ({"do": "refuse_403_auth"}, 401, 190),
    ({"do": "refuse_route"}, 400, 131026), ({"do": "refuse_balance"}, 400, 131042),
    ({"do": "refuse_pair"}, 400, 131056), ({"do": "refuse_cap"}, 400, 131049),
    ({"do": "code", "code": 131048}, 400, 131048), ({"do": "code", "code": 7}, 400, 7)])
def test_a_fault_answers_in_whatsapps_words(sim, fault, status, code):
    sim.json("/sim/faults", [{"next": 1, "retry_after": 7, **fault}])
    got, body = sim.ask(template("ajakan"))
    assert got == status and sim.headers["Retry-After"] == "7"
    assert (body["error"]["code"] if body else None) == code
    assert sim.ask(template("ajakan"))[0] == 200
    assert [row["answer"] for row in sim.requests()] == [str(code or status), "200"]


@pytest.mark.parametrize("fault, accepted", [
    ("cut_before_read", None), ("cut_after_read", False), ("cut_after_accept", True)])
def test_a_cut_is_the_same_in_both_dialects(sim, fault, accepted):
    sim.json("/sim/faults", [{"do": fault, "next": 1}])
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        sim.ask(template("ajakan"))
    assert [row["accepted"] for row in sim.requests()] == (
        [] if accepted is None else [accepted])
    sim.move(DAY_MS)
    assert bool(sim.statuses()) == bool(accepted)


def test_a_fault_may_name_its_gateway(sim):
    sim.json("/sim/faults", [{"do": "error_503", "gateway": "whatsapp"},
                             {"do": "refuse_route", "gateway": "kannel"}])
    assert sim.ask(template("ajakan"))[0] == 503
    assert sim.send(PHONE)[1] == "Not routable. Do not try again."


def test_kannel_is_spared_what_it_has_no_words_for(sim):
    sim.json("/sim/faults", [{"do": "refuse_cap"}])
    assert sim.send(PHONE)[0] == 202
    status, text, _ = sim.call("/sim/faults", [{"do": "refuse_cap", "gateway": "kannel"}])
    assert status == 400 and "Kannel has no words" in text


def test_a_report_may_be_made_to_fail_in_both_dialects(sim):
    sim.json("/sim/faults", [{"do": "report_failed", "code": 131049, "gateway": "whatsapp"},
                             {"do": "report_failed", "code": 5}])
    assert sim.ask(template("ajakan"))[0] == 200
    assert sim.send(PHONE)[0] == 202
    sim.move(DAY_MS)
    assert [(s["status"], s["errors"][0]["code"]) for s in sim.statuses()] == [
        ("failed", 131049)]
    (report,) = sim.hooks.calls
    assert report[1]["type"] == "2" and "err:005" in report[1]["reply"]


def test_a_profile_may_begin_with_faults(make):
    sim = make(PROFILE + "faults:\n  - {do: code, code: 131042, next: 1}\n")
    assert code_of(sim.ask(template("ajakan"))) == (400, 131042)
    assert sim.ask(template("ajakan"))[0] == 200


def test_chance_depends_on_no_order(make):
    """Two runs: the same requests, in another order, some of them asked again."""
    phones = [f"62812000001{i:02}" for i in range(40)]
    faults = [{"do": "error_503", "share": 0.3}, {"do": "report_failed", "share": 0.2}]

    def run(order):
        sim = make(PROFILE.replace("report_spread: 0s", "report_spread: 9s"))
        sim.hooks.posts.clear()
        sim.json("/sim/faults", faults)
        answers = {}
        for to in order:
            while True:
                status = sim.ask(template("pengingat", "Sari", "9"), to=to)[0]
                answers.setdefault(to, []).append(status)
                if status == 200:
                    break
        sim.move(DAY_MS)
        return answers, [(s["recipient_id"], s["status"], s["timestamp"])
                         for s in sim.statuses()]

    answers, statuses = run(phones)
    assert {tuple(answer) for answer in answers.values()} >= {(200,), (503, 200)}
    assert {status for _, status, _ in statuses} >= {"sent", "delivered", "failed"}
    assert run(phones[::-1]) == (answers, statuses)
