"""The converge program and Salt's own modules of the tree, importable as they are on a machine."""

import io
import sys
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2] / "salt"
sys.path.insert(0, str(TREE / "machine"))


@pytest.fixture
def pack() -> Callable[[Mapping[str, bytes]], bytes]:
    """Makes a .tar.gz of these names and contents, as the builder does."""

    def packed(content: Mapping[str, bytes]) -> bytes:
        whole = io.BytesIO()
        with tarfile.open(fileobj=whole, mode="w:gz") as out:
            for name, data in content.items():
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(data), 0o755 if name.endswith("bootstrap") else 0o644
                out.addfile(member, io.BytesIO(data))
        return whole.getvalue()

    return packed
