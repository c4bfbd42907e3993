"""Two gateways, WhatsApp before SMS, and a series of two steps that has templates."""

from house import ADULT, ASSENT, CAMPAIGN_YAML, phone

MINUTE, HOUR = 60000, 3600000
SERIES = """
series: remaja
title: Remaja
for: {role: champion}
steps:
  - id: C1
    at: {week: 1, day: wed, time: "15:05"}
    say: "Halo, selamat datang!"
    whatsapp: {template: salam}
  - id: C4
    at: {week: 2, day: wed, time: "15:05"}
    ask:
      kind: quiz
      text: "Berapa? A) 16 B) 19. Balas A atau B."
      closes: 72h
      answers:
        - {value: B, spellings: [b, "19"], right: true}
        - {value: A, spellings: [a, "16"]}
      right: {text: "Betul!", discreet: "Terima kasih!"}
      wrong: {text: "Belum tepat.", discreet: "Terima kasih!"}
    whatsapp: {template: kuis}
"""
WITHOUT_TEMPLATES = "".join(
    line for line in SERIES.splitlines(True) if "whatsapp:" not in line)
GATEWAY = """  wa:
    adapter: whatsapp
    base_url: "%s"
    phone_number_id: "1055"
    token: %s
    app_secret: contoh
    verify_token: contoh
    price: 600
    price_service: 0
%s
"""
PROFILE = """
report_after: 2s
report_spread: 0s
whatsapp:
  phone_number_id: "1055"
  token: contoh
  app_secret: contoh
  hook: http://127.0.0.1:%d/hooks/wa
%s
"""


def people(*numbers):
    return [{**ADULT, **ASSENT, "phone": phone(n), "name": f"Orang {n}"} for n in numbers]


def begin(house, numbers=(10,), routes="[wa, sms]", give_up="2h", token="contoh",
          profile="", series=SERIES, campaign=CAMPAIGN_YAML, faults=(), sms="price: 350",
          wa="", go=True):
    """The people have agreed; the first step is due on Wednesday."""
    house.start_simulator(PROFILE % (house.port, profile))
    own = f"    give_up: {give_up}\n" + "".join(f"    {line}\n" for line in wa.split("; ") if line)
    house.write_config(
        f"    {sms}\n" + GATEWAY % (house.sim_url, token, own), f"routes: {routes}")
    house.start_daemon()
    house.cegah("load", str(house.write_campaign(campaign, series)))
    house.import_rows(people(*numbers))
    if faults:
        house.sim("/sim/faults", list(faults))
    if go:
        house.cegah("start", "uji")
    return house


def way(house, number=None):
    """The gateways that were asked to carry something for the number, with the answers."""
    return [(row["gateway"], row["form"], row["answer"]) for row in house.ledger()["requests"]
            if number is None or row["to"] == number]


def step(house, name="C1", number=phone(10)):
    (message,) = [row for row in house.messages(number) if row["step"] == name]
    return message


def where(message):
    return message["gateway"], message["state"]


def gateway(house, name):
    (found,) = [row for row in house.status()["gateways"] if row["gateway"] == name]
    return found
