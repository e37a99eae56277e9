"""How much a template may hold: "Understand CloudFormation quotas"."""

from __future__ import annotations

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.template import Template

MOST = {"Parameters": 200, "Mappings": 200, "Resources": 500, "Outputs": 200}
DESCRIPTION = 1024  # bytes
NAME = 255  # characters of a parameter's, mapping's, resource's or output's name


def check(template: Template) -> None:
    """Raise ValidationError for the first that is over AWS's quota."""
    if len((template.description or "").encode()) > DESCRIPTION:
        raise ValidationError(f"Template format error: 'Description' length is greater than {DESCRIPTION}.")
    for section, most in MOST.items():
        entries = template.data.get(section) or {}
        if len(entries) > most:
            counted = f"Number of {section.lower()}, {len(entries)}, is greater than maximum allowed, {most}"
            raise ValidationError(f"Template format error: {counted}")
        if too_long := [name for name in entries if len(str(name)) > NAME]:
            raise ValidationError(
                f"Template format error: {section} name {too_long[0]} is longer than {NAME} characters"
            )
