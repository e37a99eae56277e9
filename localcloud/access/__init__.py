"""Who may do what: each call's signature is verified, and its right checked, before any service sees it.

`access.Access` is the gate; it leaves in WSGI's `environ` who calls, as a `caller.Caller`.
"""
