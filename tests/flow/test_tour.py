"""The README shows what the demo really prints: a tour that cannot grow stale."""

import subprocess
import sys

from house import CEGAH, ROOT

sys.path.insert(0, str(ROOT / "tests"))
import tour  # noqa: E402


def test_the_readme_shows_what_the_demo_prints(tmp_path):
    done = subprocess.run(
        [CEGAH, "demo", "--dir", tmp_path / "demo"],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    config = str(tmp_path / "demo" / "cegah.yaml")
    output = done.stdout.replace(config, tour.CONFIG)
    pairs = tour.blocks(tour.Demo(CEGAH, output, config))
    assert len(pairs) >= 5
    for shown, real in pairs:
        assert tour.masked(shown) == tour.masked(real), "run `make tour`"
