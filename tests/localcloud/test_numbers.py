"""Clouds side by side on one host: none takes what another has, though that one does not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud import control
from localcloud.home import Home
from localcloud.machines import network


def test_clouds_that_do_not_run_keep_their_port_and_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "CLAIMS", tmp_path / "claims")
    monkeypatch.delenv("BLDR_PORT", raising=False)
    homes = [Home(tmp_path / name) for name in ("one", "two", "three")]
    for home in homes:
        home.make()
    chosen = [control._choose(home) for home in homes]
    assert len({numbers.port for numbers in chosen}) == len({numbers.network for numbers in chosen}) == 3
    assert [home.numbers() for home in homes] == chosen
