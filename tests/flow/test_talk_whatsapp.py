"""WhatsApp and SMS as one conversation: buttons, ids without a number, stops at the gateway."""

import hashlib
import hmac
import json
import signal

import pytest

from house import (ADULT, ASSENT, CAMPAIGN_YAML, FOCAL_KEY, PASSWORD, PATIENCE, SECRET,
                   phone)
from travel import MONDAY, inbound, settled

ME = phone(10)
MEMBER = {**ADULT, **ASSENT, "phone": ME, "name": "Rahma", "language": "id"}
SERIES = """
series: remaja
title: Remaja
for: {role: champion}
steps:
  - id: C1
    at: {week: 1, day: wed, time: "16:15"}
    whatsapp:
      template: uji_c1
      parameters: ["{nama}"]
      discreet: {template: uji_c1s}
    say: {text: "Selamat datang, {nama}!", discreet: "Selamat datang!"}
    media: {url: "https://contoh.example/peta.jpg", type: image/jpeg}
  - id: C4
    at: {week: 2, day: sat, time: "16:15"}
    whatsapp:
      template: uji_c4
      buttons: [A, B, C]
      discreet: {template: uji_c4s, buttons: [A, B, C]}
    ask:
      kind: quiz
      text: {text: "Berapa? A) 16 B) 18 C) 19.", discreet: "Kuis. Balas A, B atau C."}
      answers:
        - {value: C, label: 19 tahun, spellings: [c, "19"], right: true}
        - {value: A, spellings: [a, "16"]}
        - {value: B, spellings: [b, "18"]}
      right: {text: "Betul! 19 tahun.", discreet: "Terima kasih! Jawabannya C."}
      wrong: {text: "Belum tepat. Jawabannya C.", discreet: "Terima kasih! Jawabannya C."}
"""
QUIZ = """
series: remaja
title: Remaja
for: {role: champion}
steps:
  - id: C2
    at: {week: 1, day: wed, time: "16:15"}
    whatsapp: {template: uji_c2, buttons: [MULAI, NANTI]}
    ask:
      kind: quiz
      text: "Kuis. Balas MULAI atau NANTI."
      start: [MULAI]
      later: [NANTI]
      questions:
        - {id: Q1, text: "1/2 Pilih A atau B.", answers: [{value: A, right: true}, {value: B}]}
        - {id: Q2, text: "2/2 Pilih A atau B.", answers: [{value: A}, {value: B, right: true}]}
      done: "Terima kasih!"
"""


def simulator(house, start, clock="run"):
    profile = f"""report_after: 20ms
report_spread: 0s
whatsapp:
  phone_number_id: "1055"
  token: rahasia
  app_secret: rahasia-app
  hook: http://127.0.0.1:{house.port}/hooks/wa
"""
    house.start_simulator(profile, clock, start)
    house.config.write_text(f"""database: cegah.db
listen: 127.0.0.1:{house.port}
timezone: Asia/Makassar
gateways:
  wa:
    adapter: whatsapp
    base_url: "{house.sim_url}"
    phone_number_id: "1055"
    token: rahasia
    app_secret: rahasia-app
    verify_token: contoh
  sms:
    adapter: kannel
    base_url: "{house.sim_url}"
    username: cegah
    password: "{PASSWORD}"
    hook_secret: "{SECRET}"
routes: [wa, sms]
focal_keys: ["{FOCAL_KEY}"]
clock: {{simulator: "{house.sim_url}"}}
""")
    house.start_daemon()


def begun(house, series=SERIES, rows=(MEMBER,)):
    simulator(house, MONDAY)
    house.cegah("load", str(house.write_campaign(CAMPAIGN_YAML, series)))
    if rows:
        house.import_rows(list(rows))
    house.cegah("start", "uji")
    return settled(house)


def go(house, to):
    assert house.stop() == 0
    house.simulator.send_signal(signal.SIGTERM)
    house.simulator.wait(PATIENCE)
    house.simulator.stdout.close()
    simulator(house, f"2026-{to}+08:00")
    return settled(house)


def said(house):
    """Waits until what phones wrote has come in."""
    house.wait(lambda: not house.sim("/sim")["pending"], "the callbacks")
    settled(house)


def says(house, text, number=ME, **more):
    house.sim("/sim/say", {"from": number, "channel": "whatsapp", "text": text, **more})
    said(house)


def taps(house, choice, title="Pilihan", number=ME):
    says(house, title, number, type="interactive", choice=choice)


def forms(house, number=ME):
    """What each message was beside its text, by its step."""
    rows = house.rows("SELECT m.step,t.form_json FROM message m JOIN text t ON t.id=m.text_id"
                      " JOIN address a ON a.id=m.address_id WHERE a.value=? ORDER BY m.id",
                      number)
    return {row["step"]: json.loads(row["form_json"] or "{}") for row in rows}


def intents(house, number=ME):
    return [row["intent"] for row in inbound(house, number)]


def answers(house):
    return [(row["step"], row["value"], row["late"])
            for row in house.rows("SELECT * FROM answer ORDER BY id")]


# -- what a step is beside its text --------------------------------------------------------


def test_a_question_has_its_choices_and_its_template(house):
    begun(house)
    go(house, "01-14T16:15:00")
    go(house, "01-24T16:15:00")
    found = forms(house)
    assert found["C1"] == {"template": "uji_c1", "language": "id", "parameters": ["Rahma"],
                           "media": "https://contoh.example/peta.jpg",
                           "media_type": "image/jpeg"}
    assert found["C4"]["template"] == "uji_c4"
    assert found["C4"]["buttons"] == ["C4=A", "C4=B", "C4=C"]
    assert found["C4"]["choices"] == [["C4=C", "19 tahun"], ["C4=A", "A"], ["C4=B", "B"]]


def test_R11_a_discreet_reader_gets_no_open_template_no_picture_and_no_label(house):
    begun(house, rows=[MEMBER, {**MEMBER, "name": "Sitti"}])  # two on one phone
    go(house, "01-14T16:15:00")
    go(house, "01-24T16:15:00")
    found = forms(house)
    assert found["C1"] == {"template": "uji_c1s", "language": "id"}
    assert found["C4"]["template"] == "uji_c4s"
    assert found["C4"]["choices"] == [["C4=C", "C"], ["C4=A", "A"], ["C4=B", "B"]]


# -- buttons -----------------------------------------------------------------------------


def test_a_button_answers_its_own_question_whatever_is_newer(house):
    second = SERIES[SERIES.index("  - id: C4"):].replace("C4", "C5").replace(
        "day: sat", "day: sun").replace("value: C, label: 19 tahun", "value: C")
    begun(house, SERIES + second)
    go(house, "01-24T16:15:00")
    go(house, "01-25T16:15:00")
    taps(house, "C4=C", "19 tahun")
    assert answers(house) == [("C4", "C", 0)]
    says(house, "C")  # what is typed goes to the newest
    assert answers(house) == [("C4", "C", 0), ("C5", "C", 0)]
    assert intents(house) == ["answer", "answer"]


def test_a_button_tapped_again_answers_nothing_else(house):
    second = SERIES[SERIES.index("  - id: C4"):].replace("C4", "C5").replace(
        "day: sat", "day: sun")
    begun(house, SERIES + second)
    go(house, "01-24T16:15:00")
    go(house, "01-25T16:15:00")
    for _ in range(2):
        taps(house, "C4=C", "C")
    assert answers(house) == [("C4", "C", 0)]
    assert [row["state"] for row in inbound(house, ME)] == ["done", "done"]


def test_a_button_of_a_closed_question_is_a_late_answer(house):
    begun(house)
    go(house, "01-24T16:15:00")
    go(house, "01-28T16:15:00")
    taps(house, "C4=C", "19 tahun")
    assert answers(house) == [("C4", "C", 1)] and intents(house) == ["late"]
    assert house.steps(ME)[-1] == "C4+"


@pytest.mark.parametrize("choice, title, intent", [
    ("lama-1", "C", "answer"),      # unknown: its title counts
    ("C9=X", "C", "answer"), ("C4=X", "C", "answer"),
    ("STOP", "Berhenti dulu ya", "out")])  # it stands for a keyword
def test_a_button_that_is_none_of_ours_is_what_it_says(house, choice, title, intent):
    begun(house)
    go(house, "01-24T16:15:00")
    taps(house, choice, title)
    assert intents(house) == [intent]


def test_a_quiz_is_begun_and_answered_by_buttons(house):
    begun(house, QUIZ)
    go(house, "01-14T16:15:00")
    assert forms(house)["C2"]["buttons"] == ["C2=MULAI", "C2=NANTI"]
    assert forms(house)["C2"]["choices"] == [["C2=mulai", "MULAI"], ["C2=nanti", "NANTI"]]
    says(house, "MULAI", type="button", choice="C2=MULAI")
    assert forms(house)["C2.Q1"]["choices"] == [["C2.Q1=A", "A"], ["C2.Q1=B", "B"]]
    taps(house, "C2.Q1=A", "A")
    taps(house, "C2.Q2=B", "B")
    assert answers(house) == [("C2.Q1", "A", 0), ("C2.Q2", "B", 0)]
    assert house.steps(ME) == ["C2", "C2.Q1", "C2.Q2", "C2.done"]


def test_a_question_by_sms_is_answered_on_whatsapp(house):
    begun(house, SERIES[:SERIES.index("    whatsapp:\n      template: uji_c4")]
          + SERIES[SERIES.index("    ask:"):])
    go(house, "01-24T16:15:00")
    assert [row["channel"] for row in house.messages(ME)] == ["sms"]
    says(house, "19")
    assert answers(house) == [("C4", "C", 0)]


# -- who it is -----------------------------------------------------------------------------


def user_id(house):
    (row,) = house.rows("SELECT a.value FROM address_alias x JOIN address a ON a.id=x.address_id")
    return row["value"]


def test_R5_a_stop_without_a_number_holds_for_the_number(house):
    begun(house)
    says(house, "Halo")
    hidden = {"user_id": user_id(house), "channel": "whatsapp"}
    house.sim("/sim/say", {**hidden, "text": "STOP"})
    said(house)
    assert house.enrolment(ME)["reason"] == "opted_out"
    assert intents(house) == ["free", "out"]
    (stopped,) = house.rows("SELECT a.value FROM suppression s JOIN address a"
                            " ON a.id=s.address_id")
    assert stopped["value"] == ME


def hook(house, text, user, number=None):
    """A signed webhook as Meta writes it: from an id, and from a number when it is shown."""
    message = {"id": f"wamid.{text}.{number}", "timestamp": "1767600000", "type": "text",
               "from_user_id": user, "text": {"body": text}}
    contact = {"user_id": user}
    if number is not None:
        message["from"] = contact["wa_id"] = number[1:]
    value = {"messaging_product": "whatsapp", "messages": [message], "contacts": [contact],
             "metadata": {"phone_number_id": "1055", "display_phone_number": "6281200009999"}}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [
        {"id": "1022", "changes": [{"field": "messages", "value": value}]}]}).encode()
    digest = hmac.new(b"rahasia-app", body, hashlib.sha256).hexdigest()
    status, _ = house.call(f"http://127.0.0.1:{house.port}/hooks/wa", "POST", body, {
        "Content-Type": "application/json", "X-Hub-Signature-256": "sha256=" + digest})
    assert status == 200
    settled(house)


def test_R5_a_stop_of_an_unknown_id_passes_on_once_its_number_is_known(house):
    begun(house)
    hook(house, "STOP", "ID.4566")
    assert house.enrolment(ME)["state"] == "active"  # nobody knows yet whose it is
    hook(house, "Halo", "ID.4566", ME)
    assert house.enrolment(ME)["reason"] == "opted_out"
    assert len(house.rows("SELECT * FROM suppression")) == 2
    assert house.messages(ME) == []
    hook(house, "Apa kabar", "ID.4566")
    assert intents(house) == ["free", "free"]  # both came from the number


def test_R5_a_stop_at_the_gateway_is_one_without_a_reply(house):
    begun(house)
    for value, intent in (("stop", "out"), ("resume", "resumed")):
        house.sim("/sim/preference", {"from": ME, "value": value})
        said(house)
        came = inbound(house, ME)[-1]
        assert (came["type"], came["intent"], came["state"]) == ("preference", intent, "done")
    assert house.enrolment(ME)["reason"] == "opted_out"
    assert len(house.rows("SELECT * FROM suppression WHERE lifted_at IS NULL")) == 1
    assert house.messages(ME) == []


def test_a_picture_is_seen_by_a_human_whatever_its_caption(house):
    begun(house)
    go(house, "01-24T16:15:00")
    says(house, "C", type="image")
    (came,) = inbound(house, ME)
    assert (came["intent"], came["state"]) == ("answer", "waiting")
