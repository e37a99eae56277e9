"""A small AWS on this machine: one endpoint, and real Debian machines behind it.

`python -m localcloud start` brings it up, `daemon.py` is what runs, `endpoint.py` answers the API calls.
`machines/` makes what EC2 and RDS promise real, `cloudformation/` and `swf/` are services of our own; every other
call is answered by moto. Nothing here knows of builder, of projects or of Salt's states.
"""
