"""Random histories of consent, withdrawal, household, pause and time: nothing ever left
that the rules forbid. CEGAH_HISTORIES says how many, CEGAH_SEED where they begin; a fault
names its seed, and that seed alone shows it again.
"""

import os
import time

from consent_house import CAMPAIGN
from history import History
from model import Model

SECONDS = 60  # of one run, unless a number of histories is asked for
SERIES = """
series: remaja
title: Remaja
for: {role: champion}
invitation: {id: C0, text: "Halo, ini {lembaga}. Balas YA atau TIDAK. Berhenti: STOP."}
steps:
  - {id: L1, at: {days: 1, time: "16:15"}, say: "Pelajaran 1."}
  - {id: L2, at: {days: 2, time: "15:30"}, say: "Pelajaran 2."}
  - {id: L3, at: {days: 3, time: "17:20"}, say: "Pelajaran 3."}
  - {id: L4, at: {days: 4, time: "16:00"}, say: "Pelajaran 4."}
  - {id: L5, at: {days: 6, time: "17:00"}, say: "Pelajaran 5."}
  - {id: L6, at: {days: 9, time: "15:05"}, say: "Pelajaran 6."}
"""


def test_R1_R2_R3_R5_R8_R29_hold_over_random_histories(tmp_path):
    wanted = int(os.environ.get("CEGAH_HISTORIES", "0"))
    first = int(os.environ.get("CEGAH_SEED", "1"))
    until, seed, kinds = time.monotonic() + SECONDS, first, {}
    while (seed - first < wanted) if wanted else time.monotonic() < until:
        history = History(seed, tmp_path / str(seed))
        history.house.folder.mkdir()
        requests = history.invent().play(CAMPAIGN, SERIES)
        faults = Model().run(history.facts, requests)
        assert not faults, f"CEGAH_SEED={seed} CEGAH_HISTORIES=1\n" + "\n".join(
            faults + ["what happened:"] + [str(fact) for fact in history.facts])
        for row in requests:
            word = row["text"].split()[0]
            kinds[word] = kinds.get(word, 0) + 1
        seed += 1
    # The histories must reach what they are about.
    print(f"{seed - first} histories: {kinds}")
    assert seed - first < 8 or {"Halo,", "Pelajaran", "Yth.", "Baik,"} <= kinds.keys(), kinds
