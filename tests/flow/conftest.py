import sys
import pathlib

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from house import House  # noqa: E402


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()
