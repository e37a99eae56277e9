"""Converges the machine it runs on: newest tree, one highstate, and a history of what it had to put right.

`machine` asks AWS who this machine is, `tree` fetches what salt/ says, `highstate` runs it, `outcome` reads what Salt
did, `history` keeps it; `__main__` is the order of these five. Installed and run by `bootstrap`.
"""
