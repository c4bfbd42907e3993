"""A config, a port or a database that is wrong: a sentence that helps, and the right exit."""

import contextlib
import http.server
import json
import os
import re
import socket
import sqlite3
import stat
import subprocess
import threading

import pytest
from house import CEGAH, FOCAL_KEY, PASSWORD, PATIENCE, SECRET, free_port

REFUSED, UNABLE = 1, 3
NOBODY = "http://127.0.0.1:1"


def write(house, old="", new="", more=""):
    """The usual config without virtual time, with one place changed or lines added."""
    house.write_config(virtual=False, base_url=NOBODY)
    text = house.config.read_text()
    assert old in text
    house.config.write_text(text.replace(old, new, 1) + more)


def serve(house):
    return subprocess.run([CEGAH, "serve", "-c", str(house.config)], capture_output=True,
                          text=True, timeout=PATIENCE, cwd=house.folder, env=house.env)


def hides_secrets(text):
    return PASSWORD not in text and SECRET not in text


@contextlib.contextmanager
def web_server(body):
    """Answers every GET with this body."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield "http://127.0.0.1:%d" % server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# What is changed in the config; the line and column that the error must name, and words.
WRONG = {
    "unknown_key": ("timezone:", "timezon:", 3, 1, ['"timezon"', "Did you mean timezone?"]),
    "unknown_key_of_a_gateway": (
        "username:", "usernam:", 8, 5, ['"usernam"', "Did you mean username?"]),
    "unknown_key_far_from_all": ("timezone:", "colour:", 3, 1, ['unknown key "colour"']),
    "list_for_a_value": ("Asia/Makassar", "[a]", 3, 11, ["timezone must be a single value"]),
    "value_for_a_list": ('["%s"]' % FOCAL_KEY, '"%s"' % FOCAL_KEY, 13, 13,
                         ["focal_keys must be a list"]),
    "word_for_a_number": ("adapter: kannel", "adapter: kannel\n    connections: many", 7, 18,
                          ["connections must be a whole number"]),
    "number_out_of_range": ("adapter: kannel", "adapter: kannel\n    connections: 0", 7, 18,
                            ["between 1 and 1024"]),
    "wrong_duration": ("adapter: kannel", "adapter: kannel\n    timeout: soon", 7, 14,
                       ["timeout must be a length of time"]),
    "gateways_as_a_list": ("gateways:", "routes: []\ngateways: [1]\nx:", 5, 11,
                           ["gateways must be a mapping"]),
    "missing_environment": ('"%s"' % PASSWORD, "!env CEGAH_NO_SUCH", 9, 20,
                            ["CEGAH_NO_SUCH is not set", "!file"]),
    "missing_secret_file": ('"%s"' % PASSWORD, "!file no-such-file", 9, 21,
                            ["no-such-file", "No such file"]),
    "unknown_adapter": ("kannel", "kanel", 6, 14, ['"kanel"', "Did you mean kannel?"]),
    "unknown_route": ("timezone:", "routes: [smss]\ntimezone:", 3, 10,
                      ["smss is no gateway"]),
    "route_that_stands_twice": ("timezone:", "routes: [sms, sms]\ntimezone:", 3, 15,
                                ["sms stands twice"]),
    "duplicate_key": ("timezone:", "listen: 127.0.0.1:2\ntimezone:", 3, 1,
                      ['"listen" stands twice']),
    "duplicate_gateway": ("gateways:", "gateways:\n  sms: {}", 6, 3, ['"sms" stands twice']),
    "unknown_zone": ("Asia/Makassar", "Asia/Macassar", 3, 11, ['"Asia/Macassar"']),
    "no_host_and_port": ("timezone:", "public_url: cegah.example.org\ntimezone:", 3, 13,
                         ["http:// or https://"]),
    "short_hook_secret": (SECRET, "rahasia", 10, 5, ["at least 16 characters"]),
    "no_hook_secret": ("hook_secret:", "# hook_secret:", 5, 3, ["needs a hook_secret"]),
    "wrong_focal_key": (FOCAL_KEY, "abc", 13, 14, ["44 characters", "cegah init"]),
    "wrong_test_phone": ("+6281200000001", "+62812", 12, 15, ["test_phones"]),
    "clock_without_its_gateway": (
        "timezone:", 'clock: {simulator: "http://127.0.0.1:2"}\ntimezone:', 3, 8,
        ["gateway sms is not at the simulator"]),
    "syntax": ("username: cegah", 'username: "cegah', 8, 15, ["scalar"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_config_has_its_place_and_advice(house, name):
    old, new, line, column, words = WRONG[name]
    write(house, old, new)
    done = serve(house)
    assert done.returncode == REFUSED, done.stderr
    # Where: path, line and column, then the line itself and a caret below that column.
    lines = done.stderr.splitlines()
    place = f"{house.config}:{line}:{column}: error: "
    at = next((i for i, each in enumerate(lines) if each.startswith(place)), None)
    assert at is not None, done.stderr
    assert lines[at + 2] == " " * (4 + column - 1) + "^", done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert hides_secrets(done.stderr)
    assert not house.database.exists()
    # `cegah check` says the same, and counts.
    checked = house.cegah("check", check=False)
    assert checked.returncode == REFUSED
    assert place in checked.stderr
    assert re.fullmatch(r"[1-9]\d* errors, \d+ warnings", checked.stdout.splitlines()[-1])


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n", "\x01\x02", "a: b: c\n"])
def test_a_file_that_is_no_config_is_refused(house, text):
    house.config.write_text(text)
    done = serve(house)
    assert done.returncode == REFUSED
    assert str(house.config) in done.stderr and "error: " in done.stderr


@pytest.mark.parametrize("command", ["messages", "load uji", "start uji", "contacts list",
                                     "report delivery", "serve", "check"])
def test_every_command_refuses_a_wrong_config_alike(house, command):
    write(house, "timezone:", "timezon:")
    done = house.cegah(*command.split(), check=False)
    assert done.returncode == REFUSED
    assert f'{house.config}:3:1: error: unknown key "timezon"' in done.stderr


def test_a_config_that_is_not_there_is_named(house):
    for command in ["serve", "messages", "check"]:
        done = house.cegah(command, check=False)
        assert done.returncode == REFUSED
        assert str(house.config) in done.stderr and "No such file" in done.stderr
    done = house.cegah("messages", check=False, config=False)
    assert done.returncode == UNABLE
    assert "./cegah.yaml" in done.stderr and "cegah init" in done.stderr


def test_a_secret_is_never_quoted_not_even_beside_an_error(house):
    for new in ['password: "rahasia', "password: [rahasia]", "{password: rahasia",
                "pasword: rahasia", "password: rahasia: x", 'password: "rahasia" x']:
        write(house, f'password: "{PASSWORD}"', new)
        done = serve(house)
        assert done.returncode == REFUSED, new
        assert hides_secrets(done.stderr), done.stderr


def test_secrets_come_from_the_environment_or_a_file(house):
    (house.folder / "secret.txt").write_text(SECRET + "\n")
    write(house, '"%s"' % SECRET, "!file secret.txt")
    text = house.config.read_text()
    house.config.write_text(text.replace('"%s"' % PASSWORD, "!env CEGAH_TEST_PASSWORD"))
    house.env["CEGAH_TEST_PASSWORD"] = PASSWORD
    house.start_daemon()
    assert house.say("+6281200000001", "STOP") == 200
    assert house.stop() == 0


def test_serve_refuses_to_run_without_a_focal_key(house):
    for new in ["focal_keys: []", "# focal_keys"]:
        write(house, 'focal_keys: ["%s"]' % FOCAL_KEY, new)
        done = serve(house)
        assert done.returncode == REFUSED
        assert "focal_keys is empty" in done.stderr and "cegah init" in done.stderr


def test_serve_refuses_to_run_without_a_gateway(house):
    house.config.write_text(f'focal_keys: ["{FOCAL_KEY}"]\n')
    done = serve(house)
    assert done.returncode == REFUSED
    assert "gateway" in done.stderr


def at_clock(house, url):
    house.write_config(virtual=False, base_url=url)
    house.config.write_text(house.config.read_text() + 'clock: {simulator: "%s"}\n' % url)
    return serve(house)


@pytest.mark.parametrize("body", [b"hello", b"{}", b'{"simulator": "other"}', b"[1]",
                                  json.dumps({"now": 1, "clock": "jump"}).encode(), b""])
def test_virtual_time_is_refused_from_what_is_no_simulator(house, body):
    with web_server(body) as url:
        done = at_clock(house, url)
        assert done.returncode == REFUSED
        assert url in done.stderr and "no cegah simulator" in done.stderr


def test_a_simulator_that_is_not_there_is_named(house):
    url = "http://127.0.0.1:%d" % free_port()
    done = at_clock(house, url)
    assert done.returncode == UNABLE
    assert url in done.stderr and "cegah simulator" in done.stderr


def test_a_busy_port_is_named_with_what_to_do(house):
    with socket.socket() as other:
        other.bind(("127.0.0.1", house.port))
        other.listen()
        write(house)
        done = serve(house)
    assert done.returncode == UNABLE
    assert str(house.port) in done.stderr
    assert "in use" in done.stderr and "another port" in done.stderr


def test_a_second_daemon_on_the_same_database_is_refused(house):
    write(house)
    house.start_daemon()
    first = house.config.read_text()
    house.config.write_text(first.replace(str(house.port), str(free_port())))
    done = serve(house)
    assert done.returncode == UNABLE
    assert str(house.database) in done.stderr and "another cegah" in done.stderr
    # The first has not noticed.
    assert house.status()["queued"] == 0
    assert house.stop() == 0


def test_a_database_from_a_newer_version_is_left_alone(house):
    write(house)
    house.cegah("load", str(house.write_campaign()))
    with contextlib.closing(sqlite3.connect(house.database)) as connection:
        connection.execute("PRAGMA user_version=999")
    before = house.database.read_bytes()
    for command in (["serve"], ["messages"], ["load", str(house.folder / "uji")]):
        done = house.cegah(*command, check=False)
        assert done.returncode == UNABLE
        assert "newer cegah" in done.stderr and "999" in done.stderr
    assert house.database.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all, but long enough to look at\n" * 99,
                                     b"short", b"SQLite format 3\0" + b"\xff" * 2000])
def test_a_file_that_is_no_database_is_left_alone(house, content):
    write(house)
    house.database.write_bytes(content)
    for command in ("serve", "messages"):
        done = house.cegah(command, check=False)
        assert done.returncode == UNABLE
        assert str(house.database) in done.stderr
    assert house.database.read_bytes() == content


def test_a_database_of_another_program_is_left_alone(house):
    write(house)
    with contextlib.closing(sqlite3.connect(house.database)) as connection:
        connection.execute("CREATE TABLE message (id INTEGER)")
        connection.commit()
    before = house.database.read_bytes()
    for command in ("serve", "messages"):
        done = house.cegah(command, check=False)
        assert done.returncode == UNABLE
        assert "another program" in done.stderr
    assert house.database.read_bytes() == before


@pytest.mark.parametrize("path", [".", "no/such/folder/cegah.db", "/proc/cegah.db"])
def test_a_database_that_cannot_be_written_says_so(house, path):
    write(house, "database: cegah.db", "database: " + path)
    done = serve(house)
    assert done.returncode == UNABLE
    assert path in done.stderr and "`database`" in done.stderr


def test_reading_needs_a_database_and_says_how_to_get_one(house):
    write(house)
    for command in (["messages"], ["contacts", "list"], ["report", "delivery"],
                    ["message", "in-1"]):
        done = house.cegah(*command, check=False)
        assert done.returncode == UNABLE
        assert "no database yet" in done.stderr and "cegah load" in done.stderr
    assert not house.database.exists()


def test_what_holds_peoples_data_is_for_its_owner_only(house):
    write(house)
    house.start_daemon()
    house.say("+6281200000001", "STOP")
    for name in ("cegah.db", "cegah.db-wal", "cegah.db-shm", "cegah.db.sock",
                 "cegah.db.lock"):
        mode = stat.S_IMODE(os.stat(house.folder / name).st_mode)
        assert mode == 0o600, (name, oct(mode))


def test_the_socket_of_a_killed_daemon_is_replaced(house):
    write(house)
    house.start_daemon().kill()
    stale = house.folder / "cegah.db.sock"
    assert stat.S_ISSOCK(stale.stat().st_mode)
    # Nobody holds the lock, so a command does the work itself …
    house.cegah("load", str(house.write_campaign()))
    # … and the next daemon takes the socket's place, and takes it along when it ends.
    house.start_daemon()
    assert house.status()["queued"] == 0
    assert house.stop() == 0
    assert not stale.exists()
