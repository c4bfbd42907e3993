"""A house with both gateways of the simulator, Kannel's and WhatsApp's, and people whose
preference is one or the other."""

from house import COLUMNS, House, csv_text

PHONE_NUMBER_ID = "106540352242922"
TOKEN, APP_SECRET, VERIFY = "rahasia-token", "rahasia-app", "rahasia-verify"
BOTH_COLUMNS = COLUMNS + ["channel"]


class BothHouse(House):
    templates = ""  # of the account, as YAML; without: each is approved

    def write_config(self, gateway="", extra="", **options):
        """gateway: lines for each of the two."""
        super().write_config(gateway + f"""
  whatsapp:
    adapter: whatsapp
    base_url: "{self.sim_url}"
    phone_number_id: "{PHONE_NUMBER_ID}"
    token: "{TOKEN}"
    app_secret: "{APP_SECRET}"
    verify_token: "{VERIFY}"
{gateway}
routes: [whatsapp, sms]
""", extra, **options)

    def start_simulator(self, profile="", *options):
        hook = f"http://127.0.0.1:{self.port}/hooks/whatsapp"
        return super().start_simulator(
            f'whatsapp: {{phone_number_id: "{PHONE_NUMBER_ID}", token: {TOKEN},'
            f" app_secret: {APP_SECRET}, hook: {hook!r}{self.templates}}}\n{profile}",
            *options)

    def import_rows(self, rows, *options, name="contacts.csv"):
        path = self.folder / name
        path.write_text(csv_text(rows, BOTH_COLUMNS))
        return self.json("contacts", "import", str(path), *options)

