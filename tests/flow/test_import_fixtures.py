"""Every refusal of a contact list: one list that earns it, and one that does not."""

import csv
import json

import pytest

from house import ROOT, House

FOLDER = ROOT / "tests" / "fixtures" / "contacts"


def expectations():
    with open(FOLDER / "expected.tsv", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A house whose campaign is loaded; no daemon is needed to judge a list."""
    made = House(tmp_path_factory.mktemp("desk"))
    made.write_config(base_url="http://127.0.0.1:9", virtual=False)
    made.cegah("load", str(made.write_campaign()))
    yield made
    made.close()


def judge(desk, name):
    """Returns (exit status, account or None, what stood on stderr)."""
    done = desk.cegah("contacts", "import", str(FOLDER / name), "--dry-run", "--json",
                      check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


@pytest.mark.parametrize("case", expectations(), ids=lambda case: case["name"])
def test_a_fault_is_refused_where_it_stands_and_nothing_else_is(desk, case):
    status, account, said = judge(desk, case["name"] + ".bad.csv")
    if case["row"] == "0":
        assert (status, account) == (1, None)
        assert case["reason"] in said
    else:
        refusals = [d for d in account["rows_detail"] if d["outcome"] == "refused"]
        assert {d["row"] for d in refusals} == {int(case["row"])}, refusals
        assert any(d["column"] == case["column"] and case["reason"] in d["reason"]
                   for d in refusals), refusals
    status, account, said = judge(desk, case["name"] + ".good.csv")
    assert status == 0 and account["refused"] == 0 and account["taken"] > 0, (account, said)


def test_there_is_a_pair_for_each_expectation_and_no_file_without_one():
    names = {case["name"] for case in expectations()}
    files = {path.name for path in FOLDER.glob("*.csv")}
    assert files == {f"{name}.{kind}.csv" for name in names for kind in ("bad", "good")}
    assert len(names) >= 40
