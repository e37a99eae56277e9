"""A CloudFormation that makes what a template says, by ordinary API calls on the cloud's own endpoint.

api.py          AWS's Query protocol in, XML out          actions/     what each API action does
template.py     text -> data    validation.py  what is refused    parameters.py  intrinsics.py  evaluation.py
graph.py        who needs whom, and work in parallel      changes.py   what an update would do
engine.py       operations in threads    phases.py  forward, rollback, cleanup    provision.py  one resource
resources/      one small class a resource type           store.py     the memory, records.py what is in it
"""

from localcloud.cloudformation.service import CloudFormation

__all__ = ["CloudFormation"]
