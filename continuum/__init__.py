"""What the applications of Continuum share. Imports none of them.

fields         named values -> a frozen dataclass, every mistake named
settings       a settings class or module -> the settings an application works with
environment    names of the buckets, queues and SWF domain of one environment
safe_xml       XML from outside, parsed so that it can neither fetch nor blow up anything
articles       file names of articles: read and made
messages/      what passes through the queues: read and made
eif, shape     what an EIF must look like, and how that is said
logs           where a process logs
service        a long-running process: logs, stops at SIGTERM, rides out a lost connection
clock          the time as AWS has it
aws, queues    clients of AWS; a queue whose messages are taken, answered or set aside
web, database  what every web application here answers: /ping, headers, errors; its PostgreSQL
documents      the JSON that is sent to one, and what of it PostgreSQL can't keep
login          who may write to a web application's API
migrations     its tables, brought up to date by `migrate.py`
"""
