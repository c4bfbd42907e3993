"""`cegah check -c CONFIG FOLDER`: could the config's routes carry the campaign's steps?"""

import pytest
from house import CAMPAIGN_YAML, FOCAL_KEY, PASSWORD, SECRET

SMS = f"""  sms:
    adapter: kannel
    base_url: http://127.0.0.1:1
    username: cegah
    password: {PASSWORD}
    hook_secret: {SECRET}
"""
WHATSAPP = """  wa:
    adapter: whatsapp
    base_url: http://127.0.0.1:1
    phone_number_id: "1055"
    token: contoh
    app_secret: contoh
    verify_token: contoh
"""
STEPS = """series: remaja
title: Remaja
for: {role: champion}
steps:
  - id: A
    at: {week: 1, day: wed, time: "16:15"}
    say: Halo
    whatsapp: {template: salam}
  - id: B
    at: {week: 2, day: wed, time: "16:15"}
    say: {text: "Halo {nama}", discreet: Halo}
"""
WITH_TEMPLATE = STEPS + "    whatsapp: {template: salam_b, parameters: [\"{nama}\"]%s}\n"


def check(house, gateways, series=STEPS, campaign=CAMPAIGN_YAML):
    house.config.write_text(
        f"database: cegah.db\nlisten: 127.0.0.1:{house.port}\ngateways:\n{gateways}"
        f'focal_keys: ["{FOCAL_KEY}"]\n'
    )
    house.write_campaign(campaign, series)
    return house.cegah("check", "uji", check=False)


def test_a_step_without_a_template_falls_to_sms(house):
    done = check(house, WHATSAPP + SMS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "0 errors, 0 warnings"


def test_a_step_without_a_template_is_refused_where_no_other_route_carries_it(house):
    done = check(house, WHATSAPP)
    assert done.returncode == 1
    assert 'uji/series.yaml:9:5: error: the step "B" has no template' in done.stderr
    assert '"A"' not in done.stderr
    assert "  - id: B" in done.stderr  # the line itself
    assert "add a gateway for SMS" in done.stderr


def test_a_route_may_say_that_a_step_without_a_template_is_refused(house):
    done = check(house, WHATSAPP + "    no_template: refuse\n" + SMS)
    assert done.returncode == 1 and 'the step "B" has no template' in done.stderr
    assert "no_template: next" in done.stderr


@pytest.mark.parametrize("discreet", ["", ", discreet: {template: salam_bs}"])
def test_a_discreet_text_needs_a_discreet_template(house, discreet):
    done = check(house, WHATSAPP, WITH_TEMPLATE % discreet)
    assert done.returncode == (0 if discreet else 1)
    assert ("for discreet readers" in done.stderr) == (not discreet)


def test_an_invitation_needs_a_route_for_sms(house):
    series = STEPS.replace("steps:", 'invitation: {id: C0, text: "Halo. Balas YA."}\nsteps:')
    series += "    whatsapp: {template: b, discreet: {template: bs}}\n"
    done = check(house, WHATSAPP, series)
    assert done.returncode == 1 and 'the invitation "C0" goes by SMS' in done.stderr


def test_a_campaigns_channels_need_a_route(house):
    done = check(house, SMS, campaign=CAMPAIGN_YAML + "channels: [whatsapp]\n")
    assert done.returncode == 1
    assert "no route of the config carries a channel of this campaign" in done.stderr


def test_without_a_config_only_the_folder_is_looked_at(house):
    check(house, WHATSAPP)
    done = house.cegah("check", str(house.folder / "uji"), config=False)
    assert done.stdout.splitlines()[-1] == "0 errors, 0 warnings"


def test_a_load_is_refused_for_the_same_reasons(house):
    check(house, WHATSAPP)
    done = house.cegah("load", "uji", check=False)
    assert done.returncode == 1 and 'the step "B" has no template' in done.stderr
