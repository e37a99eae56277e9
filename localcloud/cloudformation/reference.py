"""What docs/resource-types.md shows of the classes themselves: a table of all types, and one as the example.

python -m localcloud.cloudformation.reference docs/resource-types.md    # after each new type or property
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

from localcloud.cloudformation.resources import every, kms
from localcloud.cloudformation.resources.kind import Kind, Names

BLOCK = re.compile(r"(<!-- (types|example) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(page: str) -> str:
    """The page with its blocks, from `<!-- types -->` or `<!-- example -->` to `<!-- end -->`, made anew."""
    parts = {"types": types(), "example": example()}
    return BLOCK.sub(lambda match: f"{match[1]}{parts[match[2]]}\n{match[3]}", page)


def types() -> str:
    """A table of every type."""
    head = ["| type | in place | replaces | Fn::GetAtt | |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_row(name, kind) for name, kind in every().items())])


def example() -> str:
    """A whole type."""
    source = f"{inspect.getsource(kms.Alias)}\n\n{inspect.getsource(kms._aliases)}".rstrip()
    return f"```python\n{source}\n```"


def _row(name: str, kind: Kind) -> str:
    notes = [
        "`CAPABILITY_IAM`" if kind.iam else "",
        f"`DeletionPolicy` {kind.deletion_policy} by default" if kind.deletion_policy != "Delete" else "",
        "can be kept as a snapshot" if kind.snapshots else "",
    ]
    listed = [_listed(kind.in_place, kind.required), _listed(kind.replaced, kind.required), _listed(kind.attributes)]
    return f"| `{name}` | {' | '.join(listed)} | {'; '.join(note for note in notes if note)} |"


def _listed(properties: Names, required: Names = frozenset()) -> str:
    return ", ".join(f"{each} \\*" if each in required else each for each in sorted(properties))


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text()))
