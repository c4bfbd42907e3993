"""`cegah preview`: a series in the terminal, played by the engine itself."""

import fcntl
import os
import pty
import re
import select
import subprocess
import termios

import pytest

from house import CAMPAIGN_YAML, CEGAH, PATIENCE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REAL = os.path.join(ROOT, "campaigns", "cegah-kawin-anak", "champions")
START = "2026-11-16"

CAMPAIGN = CAMPAIGN_YAML.replace("language: id", "languages: [id, bug]") + """
price: {part: 350, currency: IDR}
"""
# Each step says in one word which way it was reached.
SERIES = """
series: remaja
title: Remaja
for: {role: champion}
invitation: {id: C0, text: "Halo, ini {lembaga}. Balas YA atau TIDAK. Berhenti: STOP."}
steps:
  - id: S1
    at: {week: 1, day: mon, time: "16:15"}
    say:
      text: "Selamat datang, {nama}!"
      discreet: "Selamat datang!"
      in: {bug: {text: "Salama, {nama}!", discreet: "Salama!"}}
  - id: S2
    at: {week: 1, day: wed, time: "16:15"}
    ask:
      kind: quiz
      text: "Pilih A atau B."
      answers:
        - {value: A, right: true, score: 3}
        - {value: B}
      right: {text: "Betul!", discreet: "Terima kasih! Jawabannya A."}
      wrong: {text: "Belum tepat.", discreet: "Terima kasih! Jawabannya A."}
    branch:
      - {if: {answer: {S2: [B]}}, go: S4}
  - id: S3
    at: {week: 1, day: sat, time: "16:15"}
    say: "Kabar untuk yang betul."
  - id: S4
    at: {week: 2, day: mon, time: "16:15"}
    say: "Kabar untuk semua."
"""


@pytest.fixture
def play(tmp_path):
    """Plays lines as a script; what it leaves behind in its TMPDIR fails the test."""
    private = tmp_path / "private"
    private.mkdir()

    def run(series, lines, *options, status=0, stdin=False):
        script = tmp_path / "script.txt"
        script.write_text("\n".join(lines) + "\n")
        where = [] if stdin else ["--script", str(script)]
        done = subprocess.run(
            [CEGAH, "preview", str(series), "--start", START, *where, *options],
            capture_output=True, text=True, timeout=PATIENCE, cwd=tmp_path,
            input=script.read_text() if stdin else None,
            stdin=None if stdin else subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(private)})
        assert done.returncode == status, done
        assert os.listdir(private) == []
        assert sorted(os.listdir(tmp_path)) == sorted(
            {"private", "script.txt", *[n for n in ("uji", "cegah.yaml")
                                        if (tmp_path / n).exists()]})
        assert "\033" not in done.stdout
        return done
    return run


def take_terminal():
    """The pseudo terminal is the child's own, so that Ctrl-C there reaches it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def read_until(descriptor, *wanted):
    """Reads until each word was shown, in that order."""
    shown, at = "", 0
    for word in wanted:
        while word not in shown[at:]:
            assert select.select([descriptor], [], [], PATIENCE)[0], shown
            shown += os.read(descriptor, 4096).decode(errors="replace")
        at = shown.index(word, at) + len(word)
    return shown


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "uji"
    folder.mkdir()
    (folder / "campaign.yaml").write_text(CAMPAIGN)
    (folder / "series.yaml").write_text(SERIES)
    return folder / "remaja"


def test_a_minor_plays_the_real_series_to_its_end(play):
    done = play(REAL, [
        "# a minor may be written to after school only",
        ":expect quiet_hours", ":expect Balas YA atau TIDAK", ":expect 1 SMS, 149/160",
        ":expect 350 IDR",
        "YA", ":expect taken for: YA", ":expect Siap, sudah kami catat",
        ":to C2", ":expect Selamat datang!", ":expect (MULAI NANTI)",
        "MULAI", ":expect 1/8", ":expect (A B C)",
        "19", ":expect answer C to C2.Q1, right, 1 point", ":expect 2/8",
        "a", ":expect answer A to C2.Q2, wrong, 0 points",
        ":to C4",
        "B", ":expect answer B to C4, wrong", ":expect Belum tepat",
        ":to C6",
        "benar", ":expect answer benar to C6, right", ":expect Kamu berhak didengar",
        "aku mau cerita", ":expect own words: a human reads it",
        "+1w", ":expect C7",
        ":to C19", ":expect Terima kasih Ani, 8 minggu selesai!",
        ":expect completed. The series came to its end."])
    assert "replies 7, answers 4, right 2, points 2" in done.stdout
    assert done.stdout.rstrip().endswith("The series came to its end.")


def test_an_adult_is_invited_in_the_morning_and_a_stop_ends_it(play):
    done = play(REAL, [
        "YA", ":to C1", ":expect Wed 2026-11-25 16:15",
        "STOP", ":expect taken for: STOP", ":expect ack opt_out", ":expect ended, opted_out",
        "", ":expect nothing more will happen",
        "DAFTAR"], "--as", "name=Budi,age=30")
    assert "quiet_hours" not in done.stdout
    assert re.search(r"^Mon 2026-11-16 08:00  invitation C0 ", done.stdout, re.M)


def test_a_minor_without_paper_waits_until_the_guardian_agrees(play):
    done = play(REAL, [
        "YA", ":expect reply waiting_guardian", ":expect to the guardian",
        ":expect waiting_guardian, guardian",
        ":guardian SETUJU KODE", ":expect taken for: guardian's answer",
        ":expect champions: active",
        ":to C1", ":expect Selamat datang!"], "--as", "guardian=phone")
    assert "SETUJU KODE" not in [line.strip("│ ") for line in done.stdout.splitlines()]
    play(REAL, ["YA", ":expect waiting_guardian", "+2w", ":state", ":expect never"],
         "--as", "guardian=none")
    play(REAL, [":guardian YA"], status=1)


def test_right_and_wrong_answers_lead_different_ways(play, small):
    play(small, ["YA", ":to S2", "A", ":expect answer A to S2, right, 3 points",
                 ":expect Betul!", ":to S3", ":expect Kabar untuk yang betul."])
    play(small, ["YA", ":to S2", "B", ":expect Belum tepat.", ":to S4",
                 ":expect S3 skipped (branch): An answer led past this step",
                 ":expect Kabar untuk semua."])


def test_discreet_and_language_variants_are_switched_in_play(play, small):
    play(small, ["YA", ":to S1", ":expect Selamat datang, Ani!"])
    play(small, ["YA", ":discreet on", ":to S1", ":expect Selamat datang!"])
    play(small, ["YA", ":language bug", ":to S1", ":expect Salama, Ani!"])
    play(small, ["YA", ":as shared_phone=on", ":to S1", ":expect Salama!"],
         "--as", "language=bug", "--as", "name=Sitti")
    play(small, ["YA", ":discreet on", ":discreet off", ":to S1",
                 ":expect Selamat datang, Ani!"])


def test_time_passes_in_the_persons_own_zone(play, small):
    play(small, ["YA", "+1d", ":expect Tue 2026-11-17", "+1w", ":expect Mon 2026-11-23 16:15",
                 "+20m", "+3h", ":state", ":expect in Asia/Jayapura"],
         "--as", "district=ambon")


def test_on_whatsapp_a_template_opens_and_free_text_answers(play):
    play(REAL, ["YA", ":expect WhatsApp, free text",
                ":to C2", ":expect WhatsApp, template cegah_c2", ":expect [MULAI] [NANTI]",
                "MULAI", ":expect WhatsApp, free text", ":expect [A] [B] [C]",
                ":channel sms", ":to C3", ":expect 1 SMS, "],
         "--as", "channel=whatsapp,age=20")


def test_with_consent_no_invitation_is_needed(play, small):
    done = play(small, ["", ":expect S1", ":state"], "--as", "consent=yes")
    assert "C0" not in done.stdout
    (small.parent / "series.yaml").write_text(
        re.sub("invitation:.*\n", "", SERIES))
    done = play(small, ["", ":expect S1"])


def test_an_expectation_that_fails_says_where_and_what_was_shown(play, small):
    done = play(small, ["YA", "# one", ":expect Maaf", ":expect Siap", "+1d", ":expect Siap"],
                status=1)
    said = done.stderr.splitlines()
    assert re.fullmatch(r".*/script\.txt:3: error: expected \"Maaf\", but since the last "
                        r"input there was:", said[0])
    assert "Siap, sudah kami catat. Terima kasih." in said
    assert sum(": error: " in line for line in said) == 2  # line 6: said before the last input
    assert "replies 1" in done.stdout, "it plays on"


@pytest.mark.parametrize("line, sentence", [
    ("+1x", "write +20m, +3h, +1d or +2w"),
    ("+9999w", "two years at most"),
    (":frob", "no command \":frob\"; :help lists them"),
    (":to", ":to needs a word behind it"),
    (":to S9", "series remaja has no step \"S9\""),
    (":to C0", "step C0 is over already"),
    (":language jv", "the campaign has no language \"jv\"; it has id, bug"),
    (":discreet maybe", "discreet is off or on or no or yes"),
    (":channel fax", "channel is sms or whatsapp"),
    (":as frob=1", "a person has no \"frob\"; write one of name, role"),
    (":as district=bone", "no district \"bone\"; it has maros, surabaya, ambon"),
    (":as consent=yes", "begin again with --as consent=yes"),
    (":guardian YA", "begin with --as guardian=phone"),
])
def test_a_wrong_line_is_told_in_a_sentence(play, small, line, sentence):
    done = play(small, ["YA", line], status=1)
    assert "script.txt:2: error: " in done.stderr and sentence in done.stderr
    assert "replies 1," in done.stdout


def test_it_ends_after_two_years_and_two_thousand_messages(play, small):
    done = play(small, ["+700d", "+700d"], status=1)
    assert "script.txt:2: error: two years have passed" in done.stderr
    done = play(small, ["halo"] * 2100, status=1)
    assert "2000 messages went to and fro" in done.stderr


def test_what_comes_by_a_pipe_is_a_script_too(play, small):
    done = play(small, ["YA", ":expect Siap", ":expect Maaf", ":quit", "STOP"], stdin=True,
                status=1)
    assert "stdin:3: error: expected \"Maaf\"" in done.stderr
    assert "replies 1" in done.stdout, "what stands behind :quit is not played"


def test_on_a_terminal_one_types_and_ctrl_c_clears_everything_away(small, tmp_path):
    ours, theirs = pty.openpty()
    private = tmp_path / "private"
    private.mkdir()
    child = subprocess.Popen(
        [CEGAH, "preview", str(small), "--start", START], stdin=theirs, stdout=theirs,
        stderr=theirs, preexec_fn=take_terminal, start_new_session=True,
        env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"},
             "TMPDIR": str(private)})
    os.close(theirs)
    try:
        read_until(ours, "> ")
        os.write(ours, b"YA\n")
        shown = read_until(ours, "active", "> ")
        assert "\033[90m" in shown
        assert len(os.listdir(private)) == 1
        assert os.stat(private / os.listdir(private)[0]).st_mode & 0o077 == 0
        os.write(ours, b"\x03")
        read_until(ours, "replies 1")
        assert child.wait(PATIENCE) == 0
        assert os.listdir(private) == []
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def test_help_state_and_escapes(play, small):
    done = play(small, [":help", ":expect :to STEP", ":state", ":expect next: ",
                        "\\+1d", ":expect own words", "# nothing"])
    assert "│ +1d │" in done.stdout


def test_all_prints_each_text_in_its_variants_with_its_size(play, small):
    done = play(small, [], "--all")
    for text in ("C0  1 SMS, at most 60/160  350 IDR", "S1 discreet", "S1 in bug discreet",
                 "Salama, {nama}!", "(A* B)", "S2 right", "S2 wrong discreet", "opt_out",
                 "S2 ask, quiz Wed 2026-11-25 16:15"):
        assert text in done.stdout, text
    assert done.stdout.rstrip().endswith("6 texts, 6 SMS parts, 2100 IDR")


def test_what_cannot_be_played_is_refused(play, small, tmp_path):
    assert "campaign uji has no series \"frob\"; it has remaja" in play(
        small.parent / "frob", [], status=1).stderr
    assert "--as sex=x: sex is female or male" in play(
        small, [], "--as", "sex=x", status=1).stderr
    assert "for the role champion" in play(small, [], "--as", "role=parent", status=1).stderr
    assert "--start takes a day" in play(small, [], "--start", "noon", status=2).stderr
    assert "nowhere.txt" in play(small, [], "--script", "nowhere.txt", status=3).stderr
    (small.parent / "series.yaml").write_text(SERIES.replace("{nama}", "{nma}"))
    said = play(small, [], status=1).stderr
    assert re.search(r"series\.yaml:\d+:\d+: error: unknown placeholder \{nma\}", said)


def test_a_configs_prices_count_and_its_database_is_left_alone(play, small, tmp_path):
    (tmp_path / "cegah.yaml").write_text("""database: mine.db
currency: USD
gateways:
  maros: {adapter: kannel, base_url: "http://127.0.0.1:9", username: a, password: b,
          hook_secret: abcdefghijklmnopqrst, price: 0.02}
""")
    (small.parent / "campaign.yaml").write_text(CAMPAIGN.replace("price:", "# price:"))
    done = play(small, ["YA", ":expect 0.02 USD"], "-c", "cegah.yaml")
    assert "2 messages, 2 SMS parts, 0.04 USD" in done.stdout


def test_a_campaign_without_a_series_behind_it_is_told_to_name_one(play, small):
    done = play(small.parent, ["YA"], status=2)
    assert "name one of its series behind it" in done.stderr
