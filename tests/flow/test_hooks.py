"""What gateways, and people who are none, call: each is answered, nothing stops the daemon.

Everything here goes over real sockets; the daemon answers /healthz after each.
"""

import contextlib
import http.client
import json
import re
import socket
import threading
import urllib.parse

import pytest
from house import ADULT, MINOR, PASSWORD, PATIENCE, SECRET, phone

ME, ANOTHER = phone(10), phone(11)
NOBODY = "http://127.0.0.1:1"


PEOPLE = [{**ADULT, "phone": ME, "name": "Rahma"},
          {**MINOR, "phone": ANOTHER, "name": "Intan"}]


@pytest.fixture
def open_house(house):
    """A daemon that knows two people; its gateway is away, so that nothing leaves."""
    house.write_config(virtual=False, base_url=NOBODY)
    house.start_daemon()
    house.cegah("load", str(house.write_campaign()))
    house.import_rows(PEOPLE)
    yield house
    # Whatever came, it ends in peace (and a sanitizer has nothing to report).
    assert house.daemon is None or house.stop() == 0


@pytest.fixture
def busy_house(house):
    """A daemon and its simulator after a whole campaign of those two."""
    yield house.begin(rows=PEOPLE).wait_quiet()
    assert house.daemon is None or house.stop() == 0


def lives(house):
    assert house.daemon.poll() is None
    return house.call(f"http://127.0.0.1:{house.port}/healthz") == (200, "ok\n")


def count(house, what):
    status, text = house.call(f"http://127.0.0.1:{house.port}/metrics")
    assert status == 200
    return int(re.search(r'cegah_hook_total\{what="%s"\} (\d+)' % what, text)[1])


def stored(house):
    return {table: house.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"]
            for table in ("inbound", "event", "parked_report", "address", "suppression",
                          "consent", "text")}


def raw(house, head, *chunks):
    """Sends bytes as they are; returns the status and the body, (0, "") when cut."""
    with socket.create_connection(("127.0.0.1", house.port), PATIENCE) as peer:
        peer.settimeout(PATIENCE)
        try:
            peer.sendall(head)
            for chunk in chunks:
                peer.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = http.client.HTTPResponse(peer, method=head.split(b" ")[0].decode())
        try:
            answer.begin()
            return answer.status, answer.read().decode()
        except (http.client.HTTPException, ConnectionError):
            return 0, ""


def path(what="inbound", secret=SECRET, gateway="sms", query=""):
    return f"/hooks/{gateway}/{secret}/{what}" + ("?" + query if query else "")


def get(house, target, headers=""):
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n"
    return raw(house, head.encode("latin-1"))


def inbound(text="STOP", sender=ME, key="1", **more):
    return urllib.parse.urlencode({"id": key, "sender": sender, "to": "21512",
                                   "message": text, "ts": "0", **more})


# -- who may call --------------------------------------------------------------------------

def test_a_wrong_secret_is_refused_counted_and_stores_nothing(open_house):
    house = open_house
    before = stored(house)
    wrong = ["x" * len(SECRET), SECRET[:-1], SECRET + "0", SECRET.upper() + "X", "%00",
             SECRET[:-1] + "%00", "a" * 4000, "..", "status"]
    for secret in wrong:
        status, text = get(house, path(secret=secret, query=inbound()))
        assert status in (401, 404), (secret, status)
        assert SECRET not in text
    assert count(house, "refused") == len(wrong)
    assert stored(house) == before
    assert lives(house)


def test_a_call_without_a_secret_is_refused(open_house):
    house = open_house
    before = stored(house)
    for target in ("/hooks/sms", "/hooks/sms/", "/hooks/sms/inbound", "/hooks/sms/status",
                   "/hooks/sms//inbound"):
        assert get(house, target + "?" + inbound())[0] == 401, target
    assert stored(house) == before and count(house, "refused") == 5
    assert lives(house)


def test_what_is_no_hook_is_not_found(open_house):
    house = open_house
    before = stored(house)
    for target in ("/hooks/other/" + SECRET + "/inbound", "/hooks/", "/hooks", "/",
                   f"/hooks/sms/{SECRET}/other", f"/hooks/sms/{SECRET}/inbound/more",
                   "/hooks/" + "x" * 300, "/api/v1/status", "/hooks/%00",
                   "/hooks/sms/../../etc/passwd", "/HOOKS/sms/" + SECRET):
        assert get(house, target + "?" + inbound())[0] in (401, 404), target
    assert stored(house) == before
    assert lives(house)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE",
                                    "BREW"])
def test_only_the_methods_of_the_adapter_have_an_effect(open_house, method):
    house = open_house
    before = stored(house)
    head = f"{method} {path(query=inbound())} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert raw(house, head.encode())[0] == 405
    assert stored(house) == before
    assert lives(house)


# -- what is no form ----------------------------------------------------------------------

NONSENSE = {
    "no_query": "",
    "no_sender": "id=1&message=STOP",
    "empty_sender": "id=1&sender=&message=STOP",
    "blank_sender": "id=1&sender=+&message=STOP",
    "broken_escape": "sender=%2B62812&message=%ZZ",
    "cut_escape": "sender=%2B62812&message=STOP%4",
    "nul_byte": "sender=%2B62812&message=ST%00OP",
    "many_fields": "&".join("f%d=1" % i for i in range(200)),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_query_that_is_no_form_gets_a_sentence(open_house, name):
    house = open_house
    before = stored(house)
    status, text = get(house, path(query=NONSENSE[name]))
    assert status == 400 and len(text) > 20
    assert stored(house) == before and count(house, "unreadable") == 1
    assert lives(house)


@pytest.mark.parametrize("query", [
    "", "ref=x", "type=1", "type=1&ref=", "type=1&ref=a%20b", "type=1&ref=" + "x" * 300,
    "type=1&ref=%22%3B--", "ref=1-1-abc&type=%FF%FE"[:12]])
def test_a_report_that_is_none_gets_a_sentence(open_house, query):
    house = open_house
    before = stored(house)
    status, text = get(house, path("status", query=query))
    assert status == 400 and len(text) > 20
    assert stored(house) == before
    assert lives(house)


def post(house, body, headers, target=None):
    head = f"POST {target or path()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}"
    return raw(house, head.encode() + b"Content-Length: %d\r\n\r\n" % len(body), body)


@pytest.mark.parametrize("headers", ["", "Content-Type: application/json\r\n",
                                     "Content-Type: \r\n", "Content-Type: text/xml\r\n",
                                     "Content-Type: multipart/form-data; boundary=x\r\n"])
def test_a_body_that_is_no_form_gets_a_sentence(open_house, headers):
    house = open_house
    before = stored(house)
    for body in (inbound().encode(), b"{}", b"", b"\x00\xff" * 500):
        status, text = post(house, body, headers)
        assert status == 400 and "form" in text
    assert stored(house) == before
    assert lives(house)


def test_a_form_is_read_from_a_post_too(open_house):
    house = open_house
    kind = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
    assert post(house, inbound("STOP", key="p1").encode(), kind)[0] == 200
    assert [row["intent"] for row in house.rows("SELECT intent FROM inbound")] == ["out"]
    assert post(house, b"sender=%2B62812&message=%0", kind)[0] == 400
    assert post(house, b"sender=1&message=\x00", kind)[0] == 400
    assert lives(house)


# -- too much -----------------------------------------------------------------------------

MEGABYTE = b"x" * (1 << 20)


def test_a_body_of_50_mb_is_refused_by_its_length(open_house):
    house = open_house
    before = stored(house)
    head = f"POST {path()} HTTP/1.1\r\nHost: x\r\nContent-Length: {50 << 20}\r\n\r\n"
    assert raw(house, head.encode(), *[MEGABYTE] * 50)[0] == 413
    # One that asks first is told before it sends.
    asks = head[:-2] + "Expect: 100-continue\r\n\r\n"
    assert raw(house, asks.encode())[0] == 413
    # One that promises more than anybody reads is told at once.
    endless = head.replace(str(50 << 20), "9" * 18)
    assert raw(house, endless.encode())[0] == 413
    assert stored(house) == before
    assert lives(house)


def test_a_body_of_50_mb_in_chunks_is_refused(open_house):
    house = open_house
    head = f"POST {path()} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + MEGABYTE + b"\r\n"
    assert raw(house, head.encode(), *[chunk] * 50, b"0\r\n\r\n")[0] == 413
    assert lives(house)


@pytest.mark.parametrize("length", ["-1", "1x", "99999999999999999999999", "0x10", ""])
def test_a_length_that_is_none_stops_nobody(open_house, length):
    house = open_house
    head = f"POST {path()} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n" \
        "Connection: close\r\n\r\n"
    assert raw(house, head.encode())[0] in (0, 400, 413)
    assert lives(house)


def test_an_overlong_url_is_refused(open_house):
    house = open_house
    before = stored(house)
    for size in (16 << 10, 1 << 20):
        status = get(house, path(query="sender=1&message=" + "x" * size))[0]
        assert status in (0, 200, 400, 414, 431), status
        assert lives(house)
    assert get(house, path(query=inbound()), "X: " + "y" * (1 << 20) + "\r\n")[0] \
        in (0, 413, 431)
    assert stored(house)["suppression"] == before["suppression"]
    # More fields than the library has room for: cut off, and nobody else notices.
    assert get(house, path(query="&".join("f%d=1" % i for i in range(2000))))[0] in (0, 400)
    assert lives(house)


# -- texts --------------------------------------------------------------------------------

TEXTS = {
    "invalid_utf8": "message=%FF%FE%80Halo%C3",
    "surrogate": "message=%ED%A0%80",
    "emoji": "message=" + urllib.parse.quote("👧🏽 tolong 🙏"),
    "long": "message=" + urllib.parse.quote("Aku mau cerita. " * 100),
    "long_emoji": "message=" + urllib.parse.quote("😀" * 800),
    "empty": "message=",
    "none": "",
    "blanks": "message=+++%0A%0A",
    "control": "message=%01%02%1B%5B31m%7F",
    "sql": "message=" + urllib.parse.quote("'); DROP TABLE inbound; --"),
    "format": "message=%25s%25n%25s",
    "right_to_left": "message=%E2%80%AE" + urllib.parse.quote("سلام"),
    "unknown_charset": "message=%E9&charset=EBCDIC",
    "latin": "message=caf%E9&charset=ISO-8859-1",
}


@pytest.mark.parametrize("name", TEXTS)
def test_any_text_is_stored_and_answered(open_house, name):
    house = open_house
    assert get(house, path(query=f"id=7&sender=%2B{ME[1:]}&{TEXTS[name]}"))[0] == 200
    row, = house.rows("SELECT i.*, t.form FROM inbound i LEFT JOIN text t ON t.id=i.text_id")
    # Free text of anybody is sealed; a text of nothing has nothing to seal.
    assert row["form"] == (None if name in ("empty", "none") else "sealed")
    assert row["state"] == "waiting"
    shown = house.json("message", "in-%d" % row["id"])
    assert shown["text"] in (None, "[pesan dilindungi]")
    assert json.loads(house.cegah("messages", "--json").stdout)
    assert lives(house)


# -- senders ------------------------------------------------------------------------------

@pytest.mark.parametrize("sender", [ME, ME[1:], " " + ME[1:], "0" + ME[3:], "00" + ME[1:],
                                    ME[:3] + " " + ME[3:6] + "-" + ME[6:]])
def test_a_number_is_known_however_the_gateway_writes_it(open_house, sender):
    house = open_house
    assert get(house, path(query=inbound("STOP", sender)))[0] == 200
    row, = house.rows("SELECT a.value FROM suppression s JOIN address a ON a.id=s.address_id")
    assert row["value"] == ME


def test_a_plus_that_was_not_escaped_is_a_plus(open_house):
    house = open_house
    assert get(house, path(query="id=1&message=STOP&sender=" + ME))[0] == 200
    row, = house.rows("SELECT a.value FROM suppression s JOIN address a ON a.id=s.address_id")
    assert row["value"] == ME


@pytest.mark.parametrize("sender", ["TELKOMSEL", "21512", "+", "abc%FF", "Café", "x" * 5000,
                                    "Telkomsé", "…", "+62812000000109999999",
                                    "6281200000010x", "'; --", "%0A%0D", "💌"])
def test_a_sender_that_is_no_number_is_kept_and_stops_nobody(open_house, sender):
    house = open_house
    query = "id=9&message=Promo&sender=" + urllib.parse.quote(sender, safe="%")
    assert get(house, path(query=query))[0] in (200, 400)
    listed = house.json("messages")
    assert all(isinstance(each, dict) for each in listed)
    for each in house.rows("SELECT id FROM inbound"):
        house.json("message", "in-%d" % each["id"])
        house.cegah("message", "in-%d" % each["id"])
    house.cegah("messages")
    # Nobody is opted in or out by it.
    assert stored(house)["suppression"] == 0
    assert lives(house)


# -- again, and about nothing -------------------------------------------------------------

def test_a_repeated_call_changes_nothing(open_house):
    house = open_house
    assert get(house, path(query=inbound("Halo", key="77")))[0] == 200
    before = stored(house)
    for _ in range(5):
        assert get(house, path(query=inbound("Halo", key="77")))[0] == 200
    # The key counts, whatever else the repeat says.
    assert get(house, path(query=inbound("STOP", key="77")))[0] == 200
    assert stored(house) == before
    assert count(house, "repeated") == 6
    # Without a key, the same words at the same time are the same message.
    for _ in range(3):
        query = urllib.parse.urlencode({"sender": ANOTHER, "message": "Hai", "ts": "1767600000"})
        assert get(house, path(query=query))[0] == 200
    assert stored(house)["inbound"] == before["inbound"] + 1
    assert lives(house)


REPORTS = ["1-1-abcdefghijk", "x", "1-999999-AAAAAAAAAAAAAAAAAAAAAA", "9" * 60, "-", "1--",
           "99999999999999999999-1-x", "1-99999999999999999999-x", "1-1-" + "A" * 22 + "_2"]


@pytest.mark.parametrize("reference", REPORTS)
def test_a_report_about_an_unknown_message_is_parked(open_house, reference):
    house = open_house
    query = urllib.parse.urlencode({"type": "1", "ref": reference, "fid": "abc",
                                    "ts": "1767600000"})
    for _ in range(3):
        assert get(house, path("status", query=query))[0] == 200
    assert len(house.rows("SELECT * FROM parked_report")) == 1
    assert count(house, "unknown_message") == 3
    assert lives(house)


@pytest.mark.parametrize("more", [
    {"type": "99"}, {"type": ""}, {"type": "1x"}, {"type": "-1"}, {"ts": "soon"},
    {"ts": "-5"}, {"ts": "9" * 30}, {"reply": "x" * 8000}, {"reply": "stat:" + "Y" * 500},
    {"reply": "NACK/0x"}, {"reply": "\x01\x02stat: err:"}, {"fid": "f" * 5000}])
def test_a_strange_report_of_a_message_of_ours_stops_nobody(busy_house, more):
    house = busy_house
    before = house.messages()
    ref = house.ledger()["requests"][0]["ref"]
    query = urllib.parse.urlencode({"type": "2", "ref": ref, "ts": "1767600000", **more})
    for _ in range(2):
        assert get(house, path("status", query=query))[0] == 200
    # What was delivered stays so, whatever is told later.
    assert house.messages() == before
    for each in house.json("messages"):
        house.json("message", each["id"])
    assert lives(house)


# -- many, and slow -----------------------------------------------------------------------

def test_silent_and_slow_peers_keep_nobody_waiting(open_house):
    house = open_house
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(socket.create_connection(("127.0.0.1", house.port)))
                 for _ in range(200)]
        for i, peer in enumerate(peers):
            if i % 4 == 1:
                peer.sendall(b"GET /hooks/sms")
            elif i % 4 == 2:
                peer.sendall(f"POST {path()} HTTP/1.1\r\nHost: x\r\n"
                             "Content-Length: 1000\r\n\r\nsender=".encode())
            elif i % 4 == 3:
                peer.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        for n in range(20):
            assert house.say(ME, "Halo", key="s%d" % n) == 200
        assert lives(house)
    assert lives(house)
    assert stored(house)["inbound"] == 20


def test_200_calls_at_once_are_all_stored_and_answered(open_house):
    house = open_house
    answers = []
    ready = threading.Barrier(200)

    def call(n):
        ready.wait(PATIENCE)
        answers.append(house.say(phone(1000 + n), "Halo", key="c%d" % n))

    threads = [threading.Thread(target=call, args=(n,)) for n in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert answers == [200] * 200
    assert stored(house)["inbound"] == 200
    assert lives(house)


def test_calls_that_hang_up_stop_nobody(open_house):
    house = open_house
    for n in range(100):
        with socket.create_connection(("127.0.0.1", house.port)) as peer:
            peer.sendall(f"GET {path(query=inbound('Halo', key='h%d' % n))} HTTP/1.1\r\n"
                         "Host: x\r\n\r\n".encode())
    house.wait(lambda: stored(house)["inbound"] == 100, "what was sent to be stored")
    assert lives(house)


def test_many_calls_on_one_connection_are_answered_in_order(open_house):
    house = open_house
    with socket.create_connection(("127.0.0.1", house.port), PATIENCE) as peer:
        peer.sendall(b"".join(f"GET {path(query=inbound('Halo', key='k%d' % n))} HTTP/1.1\r\n"
                              "Host: x\r\n\r\n".encode() for n in range(50))
                     + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        text = b""
        while chunk := peer.recv(65536):
            text += chunk
    assert text.count(b"HTTP/1.1 200") == 51
    assert text.endswith(b"ok\n")
    assert stored(house)["inbound"] == 50


# -- what is said of it -------------------------------------------------------------------

def test_the_log_holds_no_number_text_or_secret(busy_house):
    house = busy_house
    get(house, path(query=inbound("rahasia besarku", key="1")))
    get(house, path(query=inbound("STOP", key="2")))
    get(house, path(query=inbound("YA", ANOTHER, key="3")))
    get(house, path(query="sender=%2B62812&message=%ZZ"))
    get(house, path(secret="salah-salah-salah-12", query=inbound("besarku")))
    get(house, path("status", query="type=2&ref=x&fid=" + ME[1:] + "&reply=stat%3AUNDELIV"))
    get(house, path(query=inbound("besarku", ME + "x", key="4")))
    assert house.stop() == 0
    log = house.log.read_text()
    assert "inbound" in log and "hook_refused" in log
    for word in (ME[1:], ME[3:], ANOTHER[3:], "besarku", "Selamat datang", SECRET, PASSWORD,
                 "salah-salah"):
        assert word not in log, word


def test_readyz_and_healthz_answer_whoever_asks(house):
    house.write_config(virtual=False, base_url=NOBODY)
    house.start_daemon()
    base = f"http://127.0.0.1:{house.port}"
    assert house.call(base + "/healthz") == (200, "ok\n")
    assert house.call(base + "/readyz") == (200, "ready\n")
    assert house.call(base + "/nothing")[0] == 404
    assert house.call(base + "/api/v1/status", "POST", b"{}")[0] == 404
    assert house.stop() == 0
