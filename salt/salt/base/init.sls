# What every machine has.
include:
  - base.users
  - base.ssh
  - base.time
  - base.logging
