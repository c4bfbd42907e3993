"""What is written about the keys of content files is what the compiler reads by."""

import json
import re

from house import ROOT

README = (ROOT / "campaigns" / "README.md").read_text()
TABLE = re.compile(r"^### Keys of (.+)\n\n\|.*\n\|.*\n((?:\|.*\n)+)", re.M)


def printed(house, flag):
    return house.cegah("check", flag, config=False).stdout


def documented(text):
    """By the name of the mapping: its keys, and those that are required."""
    tables = {}
    for heading, rows in TABLE.findall(text):
        name = re.sub(r"^an? ", "", heading).strip("`").replace(" ", "-").replace(".", "")
        keys = re.findall(r"^\| `([^`]+)` \|.*?\| (\*\*required\*\*)?", rows, re.M)
        cells = [row.split(" | ") for row in rows.splitlines()]
        tables[name] = ([key for key, _ in keys],
                        [cell[0].strip("|` ") for cell in cells if "**required**" in cell])
    return tables


def references(value):
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "$ref":
                yield each
            else:
                yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_the_readme_holds_every_key_as_the_compiler_has_it(house):
    within = README.split("`make docs` puts it in. -->\n\n")[1].split("<!-- End")[0]
    assert within == printed(house, "--keys")


def test_the_schema_has_the_same_keys_as_the_documentation(house):
    schema = json.loads(printed(house, "--schema"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    tables = documented(printed(house, "--keys"))
    assert len(tables) > 20 and set(tables) == set(schema["$defs"])
    for name, (keys, required) in tables.items():
        definition = schema["$defs"][name]
        assert list(definition["properties"]) == keys, name
        assert definition["required"] == required, name
        assert definition["additionalProperties"] is False
    for reference in references(schema):
        assert reference.removeprefix("#/$defs/") in schema["$defs"]


def test_the_series_in_the_readme_is_right(house):
    folder = house.write_campaign()
    (folder / "series.yaml").write_text(re.search(r"```yaml\n(.*?)```", README, re.S)[1])
    done = house.cegah("check", str(folder), config=False)
    assert done.stdout.splitlines()[-1] == "0 errors, 0 warnings", done.stderr


def test_every_link_of_the_readme_leads_to_a_heading():
    headings = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-")
                for each in re.findall(r"^#+ (.+)$", README, re.M)}
    links = set(re.findall(r"\]\(#([^)]+)\)", README))
    assert links and links <= headings, links - headings
