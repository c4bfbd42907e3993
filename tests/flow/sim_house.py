"""A simulator of its own, with a webhook receiver in the daemon's place."""

import http.server
import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

CEGAH = os.path.abspath(os.environ.get("CEGAH", "./cegah"))
START = "2026-01-05T08:00:00Z"
START_MS = 1767600000000
PATIENCE = 30  # seconds; a limit on waiting, never a measurement

PROFILE = """
seed: 7
username: cegah
password: rahasia
inbound: http://127.0.0.1:PORT/inbound
report_after: 2s
report_spread: 0s
behaviours:
  eager:
    replies:
      - {when: kawin, say: YA, after: 3m}
  away: {power: off, on_after: 10h}
handsets:
  - {phone: "+6281200000001", is: eager}
  - {phone: "+6281200000002", is: away}
"""


class Hooks:
    """Receives callbacks: GETs in `calls`, POSTs (headers, raw body) in `posts`. `answers`
    holds statuses to give first; 0 cuts the connection."""

    def __init__(self):
        hooks = self
        self.calls, self.posts, self.answers = [], [], []
        self.gate = threading.Event()
        self.gate.set()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                hooks.calls.append((url.path, dict(urllib.parse.parse_qsl(url.query))))
                self.answer()

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                hooks.posts.append((self.headers, raw))
                self.answer()

            def answer(self):
                hooks.gate.wait(PATIENCE)
                status = hooks.answers.pop(0) if hooks.answers else 200
                self.close_connection = not status
                if status:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()


class Simulator:
    def __init__(self, hooks, folder, *options, text=PROFILE):
        profile = folder / "profile.yaml"
        profile.write_text(text.replace("PORT", str(hooks.port)))
        self.hooks = hooks
        self.process = subprocess.Popen(
            [CEGAH, "simulator", "--listen", "127.0.0.1:0", "--profile", str(profile),
             *options], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("simulator: listening on http://127.0.0.1:"), line
        self.base = line.split()[-1]

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                return reply.status, reply.read().decode(), reply.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def post(self, path, body, token):
        """A request in WhatsApp's dialect. Returns status and decoded body."""
        request = urllib.request.Request(
            self.base + path, data=body if isinstance(body, bytes) else
            json.dumps(body).encode(), headers={"Authorization": f"Bearer {token}",
                                                "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                status, headers, text = reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as error:
            status, headers, text = error.code, error.headers, error.read()
        self.headers = headers
        return status, json.loads(text) if text else None

    def json(self, path, body=None):
        return json.loads(self.call(path, body)[1])

    def send(self, phone, ref="m-1_1", text="Halo", password="rahasia"):
        dlr = f"http://127.0.0.1:{self.hooks.port}/status?ref={ref}&type=%d&reply=%A&ts=%T"
        return self.call("/cgi-bin/sendsms?" + urllib.parse.urlencode(
            {"username": "cegah", "password": password, "to": phone, "text": text,
             "dlr-mask": 31, "dlr-url": dlr}))

    def until(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.01)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0
