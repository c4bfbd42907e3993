"""Running a campaign: load, start, pause, resume, stop, new versions, and test messages."""

import json
import re

import pytest

from house import CAMPAIGN_YAML, MINOR, SERIES_YAML, phone
from travel import MONDAY, QUICK, local, moment, outcomes, settled, travel

WEDNESDAY = "2026-01-14T16:15:00+08:00"  # C1, for whoever joined on MONDAY
SATURDAY = "2026-01-24T16:15:00+08:00"   # C4
STEP = '  - id: {id}\n    at: {{week: {week}, day: {day}, time: "16:15"}}\n    say: "{text}"\n'


def texts(*steps):
    """A series of texts; a step is (id, week, day, text)."""
    head = "series: remaja\ntitle: Remaja\nfor: {role: champion}\nsteps:\n"
    return head + "".join(STEP.format(id=key, week=week, day=day, text=text)
                          for key, week, day, text in steps)


THREE = texts(("T1", 1, "wed", "Satu."), ("T2", 2, "wed", "Dua."), ("T3", 3, "wed", "Tiga."))


@pytest.fixture
def joined(house):
    """One person in a series of three texts, who has had the first."""
    house.begin(QUICK, clock="run", start=MONDAY, series=THREE,
                rows=[{**MINOR, "phone": phone(10)}])
    travel(house, WEDNESDAY)
    settled(house)
    assert house.steps(phone(10)) == ["T1"]
    return house


def load(house, *steps, options=()):
    house.write_campaign(series=texts(*steps))
    return json.loads(house.cegah("load", str(house.folder / "uji"), "--json",
                                  *options).stdout)


def received(house, number):
    return [row["text"] for row in
            house.sim("/sim/handset?phone=%2B" + number[1:])["received"]]


def run_on(house, to="2026-01-18T12:00:00+08:00"):
    """The rest of the series in one go; what the phone got then, and when."""
    travel(house, to, clock="jump")
    house.wait_quiet()
    return [(row["text"], local(row["at"], "Asia/Makassar").strftime("%m-%d"))
            for row in house.ledger()["requests"]]


# -- start, pause, resume, stop --------------------------------------------------------


def test_a_campaign_that_is_not_loaded_cannot_be_started(house):
    house.begin(go=False)
    for word in ("start", "pause", "resume", "stop"):
        done = house.cegah(word, "ujii", check=False)
        assert done.returncode == 1
        assert "cegah load" in done.stderr and "ujii" in done.stderr
    done = house.cegah("start", "uji/nihil", check=False)
    assert done.returncode == 1 and "nihil" in done.stderr
    done = house.cegah("pause", "uji", check=False)
    assert done.returncode == 1 and "cegah start uji" in done.stderr


def test_nothing_leaves_while_paused_and_resume_goes_on(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    house.cegah("pause", "uji")
    travel(house, WEDNESDAY)
    settled(house)
    assert house.messages() == []
    assert house.enrolment(phone(10))["reason"] == "paused"
    travel(house, "2026-01-14T17:00:00+08:00")
    assert house.json("resume", "uji")["series"][0]["resumed"] == 1
    settled(house)
    assert house.steps(phone(10)) == ["C1"]
    assert house.messages()[0]["state"] == "delivered"


def test_what_a_pause_made_too_late_is_missed_and_the_rest_goes_on(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    house.cegah("pause", "uji")
    travel(house, WEDNESDAY)
    settled(house)
    travel(house, "2026-01-20T16:00:00+08:00")
    house.cegah("resume", "uji")
    settled(house)
    assert house.messages() == []
    assert outcomes(house, phone(10)) == {"C1": ("missed", "late")}
    travel(house, SATURDAY)
    settled(house)
    assert house.steps(phone(10)) == ["C4"]


def test_a_pause_also_holds_what_is_queued(house):
    rows = [{**MINOR, "phone": phone(n)} for n in (10, 11)]
    house.begin(QUICK, clock="run", start=MONDAY, rows=rows)
    travel(house, WEDNESDAY, gateway="    rate: 6/h")
    house.wait(lambda: len(house.messages()) == 2 and
               {row["state"] for row in house.messages()} == {"queued", "delivered"},
               "one sent and one queued")
    house.cegah("pause", "uji")
    travel(house, "2026-01-14T17:00:00+08:00")
    house.wait(lambda: [row["reason"] for row in house.messages()
                        if row["state"] == "queued"] == ["campaign_paused"], "the gate")
    assert house.ledger()["requests"] == []
    house.cegah("resume", "uji")
    travel(house, "2026-01-14T17:15:00+08:00")
    settled(house)
    assert {row["state"] for row in house.messages()} == {"delivered"}
    assert len(house.ledger()["requests"]) == 1


def test_a_stop_is_acknowledged_while_the_campaign_is_paused(joined):
    joined.cegah("pause", "uji")
    joined.say(phone(10), "STOP")
    settled(joined)
    assert joined.steps(phone(10)) == ["T1", "opt_out"]


def test_a_series_that_was_paused_by_itself_stays_so(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    house.cegah("pause", "uji/remaja")
    house.cegah("pause", "uji")
    house.cegah("resume", "uji")
    travel(house, WEDNESDAY)
    settled(house)
    assert house.messages() == []
    house.cegah("resume", "uji/remaja")
    settled(house)
    assert house.steps(phone(10)) == ["C1"]


def test_stop_ends_everybody_for_good(house):
    rows = [{**MINOR, "phone": phone(n)} for n in (10, 11)]
    rows.append({key: value for key, value in {**MINOR, "phone": phone(12)}.items()
                 if "guardian" not in key and "assent" not in key})
    house.begin(QUICK, clock="run", start=MONDAY, rows=rows)
    settled(house)
    house.say(phone(12), "ya")
    settled(house)
    assert house.enrolment(phone(12))["state"] == "waiting_guardian"
    travel(house, WEDNESDAY, gateway="    rate: 1/h")
    house.wait(lambda: sorted(row["state"] for row in house.messages()
                              if row["kind"] == "step") == ["delivered", "queued"],
               "one step that has left and one that waits")
    assert house.json("stop", "uji")["ended"] == 3
    travel(house, "2026-01-14T17:00:00+08:00")
    settled(house)
    left = [row for row in house.messages() if row["kind"] == "step"]
    assert sorted(row["state"] for row in left) == ["cancelled", "delivered"]
    assert {row["reason"] for row in left if row["state"] == "cancelled"} == {
        "campaign_stopped"}
    states = house.rows("SELECT DISTINCT state,reason FROM enrolment")
    assert states == [{"state": "ended", "reason": "campaign_stopped"}]
    done = house.cegah("start", "uji", check=False)
    assert done.returncode == 1 and "stopped" in done.stderr
    travel(house, SATURDAY)
    settled(house)
    assert house.ledger()["requests"] == []


def test_a_series_that_was_stopped_stays_so(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    assert house.json("stop", "uji/remaja")["ended"] == 1
    for word in ("start", "resume", "pause"):
        done = house.cegah(word, "uji/remaja", check=False)
        assert done.returncode == 1 and "stopped for good" in done.stderr
    house.cegah("start", "uji")
    house.import_rows([{**MINOR, "phone": phone(11)}])
    assert house.rows("SELECT state FROM series") == [{"state": "stopped"}]
    assert house.enrolment(phone(11)) is None


# -- loading ---------------------------------------------------------------------------


def test_a_folder_with_an_error_loads_nothing(joined):
    joined.write_campaign(series=THREE.replace("say: \"Dua.\"", "sya: \"Dua.\""))
    done = joined.cegah("load", "uji", check=False)
    assert done.returncode == 1
    assert re.search(r"uji/series\.yaml:\d+:\d+: error: ", done.stderr)
    assert joined.rows("SELECT version FROM campaign") == [{"version": 1}]
    assert len(joined.rows("SELECT * FROM campaign_version")) == 1
    assert run_on(joined) == [("Dua.", "01-21"), ("Tiga.", "01-28")]


def test_a_dry_run_shows_what_would_change_and_changes_nothing(joined):
    before = joined.enrolment(phone(10))
    shown = load(joined, ("T2", 2, "fri", "Dua."), ("T3", 3, "wed", "Baru."),
                 ("T4", 4, "wed", "Empat."), options=["--dry-run"])
    (series,) = shown["series"]
    assert (series["added"], series["removed"], series["changed"]) == (
        ["T4"], ["T1"], ["T2", "T3"])
    assert shown["dry_run"] is True
    assert joined.rows("SELECT version FROM campaign") == [{"version": 1}]
    assert joined.enrolment(phone(10)) == before


def test_the_same_folder_twice_is_one_version(joined):
    joined.cegah("load", "uji")
    assert joined.rows("SELECT version FROM campaign") == [{"version": 1}]


def test_a_changed_text_reaches_whoever_has_not_had_it(joined):
    load(joined, ("T1", 1, "wed", "Satu baru."), ("T2", 2, "wed", "Dua baru."),
         ("T3", 3, "wed", "Tiga."))
    assert run_on(joined) == [("Dua baru.", "01-21"), ("Tiga.", "01-28")]


def test_a_step_that_is_gone_is_skipped_with_its_reason(joined):
    assert load(joined, ("T1", 1, "wed", "Satu."), ("T3", 3, "wed", "Tiga."))["moved"] == 1
    assert outcomes(joined, phone(10))["T2"] == ("skipped", "removed")
    assert run_on(joined) == [("Tiga.", "01-28")]
    assert joined.enrolment(phone(10))["reason"] == "completed"


def test_a_step_that_moved_is_due_at_its_new_time(joined):
    moved = load(joined, ("T1", 1, "wed", "Satu."), ("T2", 2, "sat", "Dua."),
                 ("T3", 3, "wed", "Tiga."))["moved"]
    assert moved == 1
    assert joined.enrolment(phone(10))["due_at"] == moment(SATURDAY)
    assert run_on(joined) == [("Dua.", "01-24"), ("Tiga.", "01-28")]


def test_a_step_that_moved_behind_another_does_not_take_it_along(joined):
    load(joined, ("T1", 1, "wed", "Satu."), ("T3", 3, "wed", "Tiga."),
         ("T2", 4, "wed", "Dua."))
    assert run_on(joined) == [("Tiga.", "01-28"), ("Dua.", "02-04")]


def test_a_step_that_was_added_ahead_reaches_everybody(joined):
    load(joined, ("T1", 1, "wed", "Satu."), ("T1b", 2, "mon", "Sisipan."),
         ("T2", 2, "wed", "Dua."), ("T3", 3, "wed", "Tiga."))
    assert run_on(joined) == [("Sisipan.", "01-19"), ("Dua.", "01-21"), ("Tiga.", "01-28")]


def test_a_step_that_was_added_at_the_end_reaches_whoever_may_still_answer(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    travel(house, SATURDAY)
    settled(house)
    house.write_campaign(
        series=SERIES_YAML + STEP.format(id="C5", week=3, day="wed", text="Lima."))
    assert house.json("load", "uji")["moved"] == 1
    assert run_on(house, "2026-01-24T17:00:00+08:00") == [("Lima.", "01-28")]
    assert house.enrolment(phone(10))["reason"] == "completed"


def test_a_step_that_was_added_behind_whoever_is_past_it_is_not_sent(joined):
    load(joined, ("T0", 1, "mon", "Nol."), ("T1", 1, "wed", "Satu."),
         ("T2", 2, "wed", "Dua."))
    assert run_on(joined) == [("Dua.", "01-21")]


def test_a_step_moves_while_its_campaign_is_paused(joined):
    joined.cegah("pause", "uji")
    travel(joined, "2026-01-21T16:15:00+08:00")
    settled(joined)
    assert joined.enrolment(phone(10))["reason"] == "paused"
    load(joined, ("T1", 1, "wed", "Satu."), ("T2", 2, "sat", "Dua."),
         ("T3", 3, "wed", "Tiga."))
    travel(joined, "2026-01-22T16:30:00+08:00")
    joined.cegah("resume", "uji")
    assert run_on(joined, "2026-01-22T16:31:00+08:00") == [
        ("Dua.", "01-24"), ("Tiga.", "01-28")]


def test_a_new_version_takes_no_hold_away(joined):
    joined.kill()
    travel(joined, "2026-01-21T23:00:00+08:00")  # T2 is late, and it is night
    settled(joined)
    assert outcomes(joined, phone(10))["T2"] == ("held", "quiet_hours")
    due = joined.enrolment(phone(10))["due_at"]
    # By its new time it would be too late already.
    load(joined, ("T1", 1, "wed", "Satu."), ("T2", 2, "tue", "Dua baru."),
         ("T3", 3, "wed", "Tiga."))
    settled(joined)
    assert joined.enrolment(phone(10))["due_at"] == due
    assert run_on(joined, "2026-01-22T12:00:00+08:00") == [
        ("Dua baru.", "01-22"), ("Tiga.", "01-28")]


def test_a_new_version_takes_nobody_through_the_series_again(joined):
    run_on(joined)
    load(joined, ("T1", 1, "wed", "Satu."), ("T2", 2, "wed", "Dua."),
         ("T3", 3, "wed", "Tiga."), ("T4", 4, "wed", "Empat."))
    joined.cegah("start", "uji")
    joined.wait_quiet()
    assert joined.steps(phone(10)) == ["T1", "T2", "T3"]


def test_a_district_keeps_one_zone_over_all_campaigns(house):
    house.begin(go=False)
    other = CAMPAIGN_YAML.replace("campaign: uji", "campaign: lain").replace(
        "zone: Asia/Jayapura", "zone: Asia/Jakarta")
    house.write_campaign(campaign=other, name="lain")
    done = house.cegah("load", "lain", check=False)
    assert done.returncode == 1 and "ambon" in done.stderr


# -- restarts --------------------------------------------------------------------------


def test_a_restart_in_the_middle_goes_on_where_it_was(house):
    rows = [{**MINOR, "phone": phone(n)} for n in range(10, 30)]
    house.begin("report_after: 2s\nlatency: 20ms", gateway="    connections: 1", rows=rows)
    house.wait(lambda: len(house.ledger()["requests"]) >= 5, "some messages")
    before = house.status()["now"]
    house.kill()
    house.start_daemon()
    assert house.status()["now"] >= before
    house.wait_quiet()
    for row in rows:
        assert house.steps(row["phone"]) == ["C1", "C4"]
        assert house.enrolment(row["phone"])["reason"] == "completed"
    states = {row["state"] for row in house.messages()}
    assert states <= {"delivered", "unsure"}
    stored = house.rows("SELECT value FROM meta WHERE key='clock'")
    assert int(stored[0]["value"]) == house.status()["now"]


# -- cegah send ------------------------------------------------------------------------


def test_send_writes_to_test_phones_only(house):
    house.begin(QUICK, clock="run", start=MONDAY, go=False)
    done = house.cegah("send", "--to", phone(2), "--text", "Coba", check=False)
    assert done.returncode == 1 and "test_phones" in done.stderr
    assert house.messages() == []
    done = house.cegah("send", "--to", "bukan nomor", "--text", "Coba", check=False)
    assert done.returncode == 1


def test_send_follows_its_message_to_the_report(house):
    house.begin(QUICK, clock="run", start="2026-01-05T23:00:00+08:00", go=False)
    done = house.json("send", "--to", "0812-0000-0001", "--text", "Coba")
    assert done["state"] == "delivered"
    assert house.json("message", done["id"])["text"] == "Coba"
    (message,) = house.messages(phone(1))
    assert message["kind"] == "test"
    assert house.rows("SELECT * FROM person") == []


def test_send_says_when_it_failed(house):
    profile = QUICK + "behaviours:\n  gone: {report: failed}\ndefault: gone\n"
    house.begin(profile, clock="run", start=MONDAY, go=False)
    done = house.cegah("send", "--to", phone(1), "--text", "Coba", check=False)
    assert done.returncode == 1 and "failed" in done.stdout


def test_send_without_waiting_prints_the_id(house):
    house.begin(QUICK, clock="run", start=MONDAY, go=False)
    done = house.cegah("send", "--to", phone(1), "--text", "Coba", "--no-wait")
    assert re.fullmatch(r"[A-Za-z0-9_-]+\n", done.stdout)
    settled(house)
    assert house.json("message", done.stdout.strip())["state"] == "delivered"


def test_send_keeps_a_stop(house):
    house.begin(QUICK, clock="run", start=MONDAY, go=False)
    house.say(phone(1), "STOP")
    settled(house)
    done = house.cegah("send", "--to", phone(1), "--text", "Coba", check=False)
    assert done.returncode == 1 and "STOP" in done.stderr
    assert house.steps(phone(1)) == ["opt_out"]


def test_a_series_text_is_the_one_in_the_file(house):
    house.begin("report_after: 2s", series=SERIES_YAML,
                rows=[{**MINOR, "phone": phone(10), "name": "Siti Nurhaliza Binti"}])
    house.wait_quiet()
    # {nama} is cut at its limit of twelve characters.
    assert received(house, phone(10))[0] == "Selamat datang, Siti Nurhali!"
