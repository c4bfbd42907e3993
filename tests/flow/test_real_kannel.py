"""Debian's Kannel in the middle: what the fixtures of its adapter say is what it does."""

import pathlib
import urllib.parse

import pytest

from house import ADULT, phone
from kannel_house import BEARERBOX, FAKESMSC, NUMBER, Kannel

pytestmark = pytest.mark.skipif(
    not pathlib.Path(BEARERBOX).exists() or not pathlib.Path(FAKESMSC).exists(),
    reason="Debian's kannel and kannel-extras are not installed: make deps-test")


@pytest.fixture
def kannel(house):
    made = Kannel(house)
    yield made
    made.stop()


def begin(house, kannel, **options):
    """Both run, in real time, and people are known who have not been written to."""
    house.write_config(base_url=kannel.url, **options)
    kannel.start()
    house.start_daemon()
    house.cegah("load", str(house.write_campaign()))
    house.import_rows([{**ADULT, "phone": phone(n), "name": f"Orang {n}"}
                       for n in (1, 2, 3)])
    return kannel


def send(house, text):
    """A test message; returns it as `cegah message` tells it, once it is over."""
    return house.json("message", house.json("send", "--to", phone(1), "--text", text)["id"])


def unescape(text):
    return urllib.parse.unquote_to_bytes(text.replace("+", " "))


def parts(kannel, count):
    """The parts of the one message that came in parts: [(n, of, octets)], in their order."""
    out = []
    for _, _, kind, rest in kannel.wait_received(count):
        header, _, data = rest.split(" ", 2)
        octets = unescape(header)
        assert (kind, octets[:3]) == ("udh", b"\x05\x00\x03"), (kind, header)
        out.append((octets[5], octets[4], unescape(data)))
    return sorted(out)


def inbound(house):
    return [row["intent"] for row in house.rows("SELECT intent FROM inbound ORDER BY id")]


def wait_inbound(house, *intents):
    house.wait(lambda: inbound(house) == list(intents), f"{intents}")


def test_a_text_goes_through_it_and_its_report_comes_back(house, kannel):
    begin(house, kannel)
    message = send(house, "Halo kak, ini uji coba.")
    assert message["state"] == "delivered"
    assert kannel.wait_received(1) == [(NUMBER, phone(1), "text", "Halo kak, ini uji coba.")]
    # It was taken by the SMSC, then delivered; the two calls may overtake each other.
    assert {"sent", "delivered"} <= {event["state"] for event in message["events"]}


def test_letters_of_gsm_and_of_its_extension_stay_themselves(house, kannel):
    begin(house, kannel)
    text = "Rp 5€ [ya] {oke} é ñ Ü ~ | \\ ^"
    message = send(house, text)
    assert (message["state"], message["parts"]) == ("delivered", 1)
    assert kannel.wait_received(1) == [(NUMBER, phone(1), "text", text)]


def test_an_emoji_goes_out_in_16_bits_and_arrives_whole(house, kannel):
    begin(house, kannel)
    assert send(house, "Keren kak 😀 – mantap")["state"] == "delivered"
    ((_, _, kind, data),) = kannel.wait_received(1)
    assert (kind, unescape(data).decode("utf-16-be")) == ("ucs-2", "Keren kak 😀 – mantap")


@pytest.mark.parametrize("letter, coding", [("a", "ascii"), ("é", "utf-8"),
                                            ("ș", "utf-16-be")])
def test_three_parts_are_three_parts_of_one_message_with_one_report(
        house, kannel, letter, coding):
    begin(house, kannel)
    size = 153 if coding != "utf-16-be" else 67
    text = letter * (2 * size + 20)
    message = send(house, text)
    assert (message["state"], message["parts"]) == ("delivered", 3)
    three = parts(kannel, 3)
    assert [(n, of) for n, of, _ in three] == [(1, 3), (2, 3), (3, 3)]
    assert b"".join(data for _, _, data in three).decode(coding) == text


def test_what_a_phone_writes_is_answered_through_it(house, kannel):
    begin(house, kannel)
    kannel.say(phone(2), "text", "STOP")
    wait_inbound(house, "out")
    assert kannel.wait_received(1) == [
        (NUMBER, phone(2), "text", "Baik, pesan dihentikan. Terima kasih.")]
    house.wait(lambda: house.messages(phone(2))[0]["state"] == "delivered", "its report")


def test_our_answer_to_its_call_is_not_sent_to_the_phone(house, kannel):
    begin(house, kannel)
    kannel.say(phone(2), "text", "Kak, acaranya di mana?")
    wait_inbound(house, "free")
    kannel.say(phone(3), "text", "STOP")
    assert [to for _, to, _, _ in kannel.wait_received(1)] == [phone(3)]


@pytest.mark.parametrize("leave_out", [(), ("mo-recode",)])
def test_a_stop_with_an_emoji_is_a_stop(house, leave_out):
    """A phone that writes an emoji sends 16 bits a letter; Kannel may pass them on so."""
    kannel = Kannel(house, leave_out)
    try:
        begin(house, kannel)
        kannel.say_wide(phone(2), "STOP 🙏")
        wait_inbound(house, "out")
    finally:
        kannel.stop()


def test_a_long_text_that_a_phone_sends_in_parts_comes_as_one(house, kannel):
    begin(house, kannel)
    for n, piece in enumerate(("BERHE", "N", "TI"), 1):
        kannel.say(phone(2), "udh-text", f"%05%00%03%07%03%{n:02d} {piece}")
    wait_inbound(house, "out")


def test_a_wrong_password_pauses_the_gateway_and_says_so(house, kannel):
    begin(house, kannel)
    text = house.config.read_text()
    house.config.write_text(text.replace('password: "rahasia"', 'password: "keliru"'))
    assert house.stop() == 0
    house.start_daemon()
    house.cegah("send", "--to", phone(1), "--text", "Halo", "--no-wait")
    house.wait(lambda: house.status()["gateways"][0]["paused"], "the pause")
    assert "Authorization failed" in house.status()["gateways"][0]["reason"]
    assert house.status()["queued"] == 1
    assert kannel.received() == []


def test_messages_wait_while_it_is_stopped_and_go_when_it_is_back(house, kannel):
    begin(house, kannel)
    kannel.stop()
    house.cegah("send", "--to", phone(1), "--text", "Halo kak", "--no-wait")
    house.wait(lambda: house.rows("SELECT 1 FROM attempt WHERE state='retry'"),
               "a try that finds nobody")
    kannel.start()
    house.wait(lambda: house.messages(phone(1))[0]["state"] == "delivered", "its delivery")
    assert [text for _, _, _, text in kannel.wait_received(1)] == ["Halo kak"]


def test_what_is_written_while_the_daemon_is_away_comes_when_it_is_back(house, kannel):
    begin(house, kannel)
    assert house.stop() == 0
    kannel.say(phone(2), "text", "STOP")
    house.start_daemon()
    wait_inbound(house, "out")
