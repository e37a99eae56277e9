elife_bot:
  log_level: INFO
  # Preview or automatic, where an instance differs from bot/publication_settings.yaml (which says what may stand here):
  # publication: {default: true, override: {hold: {doi: ['eLife\.00353$']}}}
  # How many of each run on a machine. The journal's own bot of 2016 had 3, 5, 3 and 5.
  processes:
    decider: 1
    worker: 2
    queue_worker: 1
    queue_workflow_starter: 1
  # Above `high` a process is slowed down, at `most` it is ended. A worker holds a figure of 200 megapixels in memory.
  memory:
    worker: {high: 900M, most: 1200M}
    other: {high: 200M, most: 300M}
