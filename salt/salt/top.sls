# Which states make which machine. Every glob that matches a machine's name (`<project>-<instance id>`) adds its
# states, in this order.
base:
  '*':
    - base
    - base.daily-system-updates
