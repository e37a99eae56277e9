"""The publishing bot: four processes and what they do.

queue_worker.py             S3's notifications -> starter messages, by new_file_workflows.yaml
queue_workflow_starter.py   starter messages -> executions in SWF
decider.py                  decides what an execution does next            (workflow/: what there is to do)
worker.py                   does it                                        (activity/: how each thing is done)
register.py                 registers the domain and all types in SWF      cron.py  starts what runs periodically
settings.py                 one class an environment; on a machine Salt writes it
provider/                   what the bot talks to
eif/                        an article's XML -> the JSON that the website and lax get (python -m bot.eif)
"""
