"""What Meta calls: the challenge, signed bodies, and one hook for several numbers.

Everything goes over real sockets to the real daemon; nothing leaves, its gateways are away.
"""

import hashlib
import hmac
import json
import re

import pytest
from house import ADULT, phone

NOBODY = "http://127.0.0.1:1"
ME = phone(20)
APP, OTHER_APP, WORD = "rahasia-app", "rahasia-lain", "kata-rahasia"
MAROS, BONE, OTHER = "106540352242922", "106540352242923", "106540352242924"


def gateway(name, number_id, secret=APP):
    return (f"  {name}:\n    adapter: whatsapp\n    base_url: \"{NOBODY}\"\n"
            f"    phone_number_id: \"{number_id}\"\n    token: t\n"
            f"    app_secret: {secret}\n    verify_token: {WORD}\n")


@pytest.fixture
def numbers(house):
    """A daemon with two numbers of one app, and a third of another app."""
    house.write_config(virtual=False, base_url=NOBODY, gateway="".join([
        gateway("wa-maros", MAROS), gateway("wa-bone", BONE),
        gateway("wa-other", OTHER, OTHER_APP)]))
    house.start_daemon()
    house.cegah("load", str(house.write_campaign()))
    house.import_rows([{**ADULT, "phone": ME, "name": "Rahma"}])
    yield house
    assert house.daemon.poll() is None
    assert house.stop() == 0


def url(house, name="wa-maros", query=""):
    return f"http://127.0.0.1:{house.port}/hooks/{name}" + ("?" + query if query else "")


def sign(body, secret=APP):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(house, body, name="wa-maros", secret=APP, headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    if headers is None:
        headers = {"X-Hub-Signature-256": sign(data, secret)}
    return house.call(url(house, name), "POST", data,
                      {"Content-Type": "application/json", **headers})


def count(house, what):
    _, text = house.call(f"http://127.0.0.1:{house.port}/metrics")
    return int(re.search(r'cegah_hook_total\{what="%s"\} (\d+)' % what, text)[1])


def value(number_id, **more):
    return {"messaging_product": "whatsapp", **more,
            "metadata": {"display_phone_number": "6281200009999",
                         "phone_number_id": number_id}}


def body(*changes):
    return {"object": "whatsapp_business_account", "entry": [
        {"id": "1", "changes": [{"field": field, "value": value}
                                for field, value in changes]}]}


def words(number_id, text, key, **more):
    return "messages", value(number_id, messages=[
        {"from": ME[1:], "id": key, "timestamp": "1790000200", "type": "text",
         "text": {"body": text}, **more}])


def status(number_id, key):
    return "messages", value(number_id, statuses=[
        {"id": key, "status": "delivered", "timestamp": "1790000123"}])


def inbound(house):
    return {(row["gateway"], row["key"]) for row in
            house.rows("SELECT gateway, key FROM inbound")}


def parked(house):
    house.wait(lambda: house.rows("SELECT count(*) AS n FROM parked_report")[0]["n"] > 0,
               "a parked report")
    return {(row["gateway"], row["gateway_id"]) for row in
            house.rows("SELECT gateway, gateway_id FROM parked_report")}


# -- its keys ----------------------------------------------------------------------------

def test_a_key_that_cannot_be_right_is_refused_where_it_stands(house):
    house.write_config(virtual=False, base_url=NOBODY, gateway=gateway("wa", "+62812"))
    done = house.cegah("check", check=False)
    assert done.returncode == 1
    assert "phone_number_id is the number's id at Meta" in done.stdout + done.stderr
    assert APP not in done.stdout + done.stderr


# -- the challenge ----------------------------------------------------------------------

def test_the_right_token_gets_the_challenge_as_it_came(numbers):
    query = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={WORD}"
    assert numbers.call(url(numbers, query=query)) == (200, "1158201444")
    assert count(numbers, "refused") == 0


@pytest.mark.parametrize("query", [
    "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=kata",
    "hub.mode=subscribe&hub.challenge=1158201444",
    f"hub.mode=other&hub.challenge=1158201444&hub.verify_token={WORD}", ""])
def test_another_token_is_refused_and_counted(numbers, query):
    code, text = numbers.call(url(numbers, query=query))
    assert code == 403 and "1158201444" not in text and WORD not in text
    assert count(numbers, "refused") == 1


# -- signatures -------------------------------------------------------------------------

def test_a_signed_body_is_taken_and_its_repeat_changes_nothing(numbers):
    one = body(words(MAROS, "Halo", "wamid.1"))
    assert post(numbers, one)[0] == 200
    assert post(numbers, one)[0] == 200
    assert inbound(numbers) == {("wa-maros", "wamid.1")}
    assert count(numbers, "repeated") == 1


def test_a_body_without_the_right_signature_is_refused_counted_and_stores_nothing(numbers):
    data = json.dumps(body(words(MAROS, "STOP", "wamid.1"))).encode()
    good = sign(data)
    cases = [{}, {"X-Hub-Signature-256": sign(data, OTHER_APP)},
             {"X-Hub-Signature-256": good[:-1]}, {"X-Hub-Signature-256": good + "0"},
             {"X-Hub-Signature-256": "sha256=" + "0" * 64},
             {"X-Hub-Signature-256": sign(data + b" ")},
             {"X-Hub-Signature": good}]
    for headers in cases:
        code, text = post(numbers, data, headers=headers)
        assert code == 401 and APP not in text, headers
    assert count(numbers, "refused") == len(cases)
    assert inbound(numbers) == set()
    assert numbers.rows("SELECT count(*) AS n FROM suppression")[0]["n"] == 0


def test_a_signature_counts_for_the_gateway_that_was_called(numbers):
    one = body(words(OTHER, "Halo", "wamid.1"))
    assert post(numbers, one, secret=OTHER_APP)[0] == 401
    assert post(numbers, one, name="wa-other", secret=OTHER_APP)[0] == 200
    assert inbound(numbers) == {("wa-other", "wamid.1")}


# -- bodies -----------------------------------------------------------------------------

@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"halo", b'{"entry": {}}', b"\xff\x00"])
def test_nonsense_is_answered_400_and_the_daemon_lives(numbers, data):
    assert post(numbers, data)[0] == 400
    assert count(numbers, "unreadable") == 1
    assert numbers.call(f"http://127.0.0.1:{numbers.port}/healthz") == (200, "ok\n")


def test_what_nobody_knows_is_answered_200(numbers):
    strange = body(("weather_update", {"rain": True}), ("calls", value(MAROS)),
                   ("messages", value(MAROS, messages=[
                       {"from": ME[1:], "id": "wamid.9", "type": "hologram"}])))
    assert post(numbers, strange)[0] == 200
    assert post(numbers, {"object": "page", "entry": []})[0] == 200
    rows = numbers.rows("SELECT type FROM inbound WHERE key = 'wamid.9'")
    assert [row["type"] for row in rows] == ["hologram"]
    assert "type=weather_update" in numbers.log.read_text()


def test_three_megabytes_are_read(numbers):
    big = body(words(MAROS, "a" * 4000, "wamid.1"),
               *[status("555", "x" * 4000) for _ in range(700)])
    assert len(json.dumps(big)) > 2_900_000
    assert post(numbers, big)[0] == 200
    assert inbound(numbers) == {("wa-maros", "wamid.1")}


def test_neither_number_nor_text_nor_name_reaches_the_log(numbers):
    change = words(MAROS, "kata yang tidak boleh terlihat", "wamid.1")
    change[1]["contacts"] = [{"profile": {"name": "Rahmawati"}, "wa_id": ME[1:]}]
    assert post(numbers, body(change))[0] == 200
    log = numbers.log.read_text()
    assert ME[1:] not in log and "terlihat" not in log and "Rahmawati" not in log
    assert b"Rahmawati" not in numbers.database.read_bytes()


# -- one hook, several numbers ----------------------------------------------------------

@pytest.mark.parametrize("called", ["wa-maros", "wa-bone"])
def test_one_body_reaches_the_gateway_of_each_number_whichever_was_called(numbers, called):
    both = body(words(MAROS, "Halo", "wamid.1"), words(BONE, "Hai", "wamid.2"),
                status(MAROS, "wamid.3"), status(BONE, "wamid.4"),
                words(OTHER, "Hei", "wamid.5"), status("555", "wamid.6"))
    assert post(numbers, both, name=called)[0] == 200
    assert inbound(numbers) == {("wa-maros", "wamid.1"), ("wa-bone", "wamid.2")}
    assert parked(numbers) == {("wa-maros", "wamid.3"), ("wa-bone", "wamid.4")}
    assert count(numbers, "events") == 4


def test_what_names_no_number_counts_once(numbers):
    template = ("message_template_status_update",
                {"event": "PAUSED", "message_template_name": "pengingat",
                 "message_template_language": "id"})
    assert post(numbers, body(template), name="wa-bone")[0] == 200
    assert count(numbers, "events") == 1
    lines = [line for line in numbers.log.read_text().splitlines()
             if "message_template_status_update" in line]
    assert len(lines) == 1 and "gateway=wa-bone" in lines[0]


def test_a_body_of_nobody_here_is_taken_and_said(numbers):
    assert post(numbers, body(words("555", "Halo", "wamid.1")))[0] == 200
    assert inbound(numbers) == set()
    assert "hook_of_nobody gateway=wa-maros" in numbers.log.read_text()


def standing(house):
    return house.json("report", "delivery")["standing"]


def test_a_report_says_that_a_gateways_calls_are_refused_until_one_is_taken(numbers):
    body = {"object": "whatsapp_business_account", "entry": []}
    assert post(numbers, body)[0] == 200 and standing(numbers) == []
    assert post(numbers, body, secret="another")[0] == 401
    assert post(numbers, body, name="wa-bone", secret="another")[0] == 401
    found = {each["gateway"]: each["sentence"] for each in standing(numbers)}
    assert set(found) == {"wa-maros", "wa-bone"}
    assert "are refused since" in found["wa-maros"] and "app_secret" in found["wa-maros"]
    assert post(numbers, body)[0] == 200
    assert [each["gateway"] for each in standing(numbers)] == ["wa-bone"]
