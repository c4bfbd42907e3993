"""/join/CODE: a link that leaves the opt-in to the reader's own phone."""

from house import SERIES_YAML, phone

SERIES = SERIES_YAML.replace("for: {role: champion}", "for: {role: champion}\njoin: TIM1")


def test_a_link_opens_the_readers_own_messages_and_sets_nothing(house):
    house.begin(gateway=f'    number: "{phone(99)}"', series=SERIES)
    status, page = house.call(f"http://127.0.0.1:{house.port}/join/tim1")
    assert status == 200
    assert f'href="sms:%2B{phone(99)[1:]}?body=DAFTAR%20TIM1"' in page
    assert "<title>Tim Uji</title>" in page
    assert house.rows("SELECT * FROM person") == []
    # What the link says is what joins.
    assert house.say(phone(10), "DAFTAR TIM1") == 200
    assert len(house.rows("SELECT * FROM person")) == 1


def test_a_code_that_nothing_runs_under_has_no_page(house):
    house.begin(gateway=f'    number: "{phone(99)}"', series=SERIES, go=False)
    for code in ("TIM1", "nothing", "", "a" * 500, "<b>"):
        assert house.call(f"http://127.0.0.1:{house.port}/join/{code}")[0] == 404
