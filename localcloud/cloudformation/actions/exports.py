"""Actions about values that one stack exports and others import."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.actions import Asked, action
from localcloud.cloudformation.actions.pages import page
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.service import CloudFormation


@action
def list_exports(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    shown, more = page(service.store.exports(), asked.get("NextToken"))
    return {
        "Exports": [{"ExportingStackId": owner, "Name": name, "Value": value} for name, owner, value in shown],
        **more,
    }


@action
def list_imports(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    name = asked["ExportName"]
    users = service.store.importers(name)
    if not users:
        raise ValidationError(f"Export '{name}' is not imported by any stack.")
    shown, more = page(users, asked.get("NextToken"))
    return {"Imports": list(shown), **more}
