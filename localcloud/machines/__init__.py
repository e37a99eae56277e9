"""Machines: what EC2's instances and RDS's databases are on this computer.

`image.py` builds the disk they start from, `network.py` the bridge they share, `container.py` is one machine by LXC,
`instances.py` and `databases.py` keep what runs equal to what the API says, `metadata.py` tells a machine who it is,
`names.py` lets it find the others.
"""
