elife_bot:
  log_level: INFO
  # How many of each run on a machine. The journal's own bot of 2016 had 3, 5, 3 and 5.
  processes:
    decider: 1
    worker: 2
    queue_worker: 1
    queue_workflow_starter: 1
