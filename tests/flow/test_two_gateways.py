"""A gateway that hangs is its own trouble: the other's messages and replies go.

The hanging one is a socket of the test's; routes name the other alone, so that what is to
hang is told so.
"""

import contextlib
import socket
import threading

from house import ADULT, PASSWORD, SECRET, phone

CUTS = 70  # more than dispatch looks at in a turn
HANGING = """
  mati:
    adapter: kannel
    base_url: "http://127.0.0.1:%d"
    username: mati
    password: "%s"
    hook_secret: "%s"
    connections: 2
    timeout: 10m
    report_window: 1s
routes: [sms]
"""


@contextlib.contextmanager
def mute_gateway(cuts=0):
    """Cuts so many requests, then answers none. Yields its port."""
    held = []
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                peer.recv(65536)
                held.append(peer)
                if len(held) <= cuts:
                    peer.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for peer in held:
            peer.close()


def begin(house, port):
    """Both gateways, in real time; nobody has been written to."""
    house.start_simulator("report_after: 100ms\nreport_spread: 0s", clock="real")
    house.write_config("    report_window: 1s", virtual=False)
    text = house.config.read_text()
    house.config.write_text(text.replace(
        "\ntest_phones", HANGING % (port, PASSWORD, SECRET) + "test_phones"))
    house.start_daemon()
    house.cegah("load", str(house.write_campaign()))
    house.import_rows([{**ADULT, "phone": phone(n), "name": f"Orang {n}"}
                       for n in range(1, 12)])


def send(house, gateway, count=1):
    for _ in range(count):
        status, body = house.operation("send", {"to": phone(1), "text": "Halo kak",
                                                "gateway": gateway})
        assert status == 200, body


def of_gateway(house, gateway, state):
    return [row for row in house.messages()
            if row["gateway"] == gateway and row["state"] == state]


def test_messages_and_replies_of_one_gateway_go_while_another_hangs(house):
    with mute_gateway() as port:
        begin(house, port)
        send(house, "mati", 20)
        house.wait(lambda: len(of_gateway(house, "mati", "sending")) == 2, "the hanging")
        send(house, "sms", 20)
        for n in range(2, 12):
            assert house.say(phone(n), "STOP") == 200
        house.wait(lambda: len(of_gateway(house, "sms", "delivered")) == 30, "all the others")
        assert len(of_gateway(house, "mati", "queued")) == 18
        assert len(of_gateway(house, "mati", "sending")) == 2
        house.kill()


def test_what_is_unsure_at_a_gateway_that_hangs_holds_up_no_resend_of_another(house):
    with mute_gateway(CUTS) as port:
        begin(house, port)
        send(house, "mati", CUTS)
        house.wait(lambda: len(of_gateway(house, "mati", "unsure")) >= CUTS - 2 and
                   len(of_gateway(house, "mati", "sending")) == 2, "resends that hang")
        house.sim("/sim/faults", [{"do": "cut_after_read", "next": 1}])
        send(house, "sms")
        house.wait(lambda: of_gateway(house, "sms", "delivered"), "the other's resend")
        assert [row["answer"] for row in house.ledger()["requests"]] == \
            ["cut_after_read", "202"]
        house.kill()
