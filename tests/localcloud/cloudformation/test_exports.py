"""What one stack exports and others import: who uses it, and that it stays while somebody does."""

from __future__ import annotations

from tests.localcloud.cloudformation.cloud import Cloud, Template
from tests.localcloud.cloudformation.small_stacks import HANDLE


def exporting(**values: str) -> Template:
    return {**HANDLE, "Outputs": {name: {"Value": value, "Export": {"Name": name}} for name, value in values.items()}}


IMPORTING: Template = {**HANDLE, "Outputs": {"Seen": {"Value": {"Fn::ImportValue": "Colour"}}}}


def test_an_export_in_use_stays_as_it_is(cloud: Cloud) -> None:
    cloud.create("base", exporting(Colour="red", Size="big"))
    cloud.create("web", IMPORTING)
    cloud.create("bot", IMPORTING)
    for wanted, verb in ((exporting(Colour="blue", Size="big"), "updated"), (exporting(Size="big"), "deleted")):
        assert cloud.update("base", wanted) == "UPDATE_ROLLBACK_COMPLETE", cloud.told("base")
        told = f"Export Colour cannot be {verb} as it is in use by bot and web"
        assert ("base", "UPDATE_ROLLBACK_IN_PROGRESS", told) in cloud.story("base")
    assert cloud.outputs("base") == {"Colour": "red", "Size": "big"}
    assert cloud.update("base", exporting(Colour="red", Size="small")) == "UPDATE_COMPLETE"  # nobody uses the size
    assert cloud.update("web", HANDLE | {"Outputs": {"Seen": {"Value": "mine"}}}) == "UPDATE_COMPLETE"
    assert cloud.delete("bot") == "DELETE_COMPLETE"
    assert cloud.delete("base") == "DELETE_COMPLETE"


def test_who_imports_and_what_is_exported_in_pages(cloud: Cloud) -> None:
    cloud.create("base", exporting(**{f"Value{number:03}": "x" for number in range(150)}, Colour="red"))
    cloud.create("web", IMPORTING)
    exports = [each for page in cloud.cfn.get_paginator("list_exports").paginate() for each in page["Exports"]]
    assert len({each["Name"] for each in exports}) == 151
    first = cloud.cfn.list_exports()
    assert (len(first["Exports"]), "NextToken" in first) == (100, True)
    pages = cloud.cfn.get_paginator("list_imports").paginate(ExportName="Colour")
    assert [name for page in pages for name in page["Imports"]] == ["web"]
