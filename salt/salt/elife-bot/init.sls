# The publishing bot: code and virtualenv in /opt/elife-bot, its processes as systemd units, its cron lines.
{% from 'base/application.jinja' import code with context %}
{% set processes = pillar.elife_bot.processes %}
{% set memory = pillar.elife_bot.memory %}
{% set publication = pillar.elife_bot.get('publication') %}

{{ code('/opt/elife-bot', owner='elife') }}

settings:
  file.managed:
    - name: /opt/elife-bot/settings.py
    - source: salt://elife-bot/config/opt-elife-bot-settings.py
    - template: jinja
    - mode: '0644'
    - require:
      - elife: code

{% if publication %}
# What is published at once, where the pillar says other than the code's publication_settings.yaml.
publication-settings:
  file.serialize:
    - name: /etc/elife-bot/publication_settings.yaml
    - dataset_pillar: elife_bot:publication
    - serializer: yaml
    - makedirs: true
    - mode: '0644'
{% endif %}

# Domain, workflow and activity types in SWF. Done again when the code or the settings are others, or if it failed.
register:
  elife.ran:
    - name: venv/bin/python register.py
    - cwd: /opt/elife-bot
    - files:
      - .code.json
      - settings.py
    - require:
      - elife: virtualenv
      - file: settings

/etc/systemd/system/elife-bot.target:
  file.managed:
    - source: salt://elife-bot/config/elife-bot.target

elife-bot.target:
  service.running:
    - enable: true
    - require:
      - file: /etc/systemd/system/elife-bot.target

{% for process in processes %}
{% set unit = 'elife-bot-' ~ process | replace('_', '-') %}
/etc/systemd/system/{{ unit }}@.service:
  file.managed:
    - source: salt://elife-bot/config/elife-bot-process.service
    - template: jinja
    - context:
        process: {{ process }}
        memory_high: {{ memory.get(process, memory.other).high }}
        memory_most: {{ memory.get(process, memory.other).most }}

{{ unit }}:
  elife.instances:
    - count: {{ processes[process] }}
    - require:
      - elife: register
      - service: elife-bot.target
    - watch:
      - elife: code
      - elife: virtualenv
      - file: settings
      - file: /etc/systemd/system/{{ unit }}@.service
{%- if publication %}
      - file: publication-settings
{%- endif %}
{% endfor %}

cron:
  pkg.installed: []
  service.running:
    - enable: true
    - require:
      - pkg: cron

# cron.py starts workflows: its log is where people look for what was started.
/opt/elife-bot/cron.log:
  file.managed:
    - user: elife
    - group: elife
    - replace: false
    - require:
      - file: /opt/elife-bot

/opt/elife-bot/starter.log:
  file.symlink:
    - target: cron.log
    - user: elife
    - group: elife
    - require:
      - file: /opt/elife-bot

# The workflows that run periodically.
elife-bot-cron:
  cron.present:
    - name: cd /opt/elife-bot && ./scripts/run_cron_env.sh 2>&1 | logger -t elife-bot-cron
    - identifier: elife-bot-cron
    - user: elife
    - minute: '*/5'
    - require:
      - pkg: cron
      - elife: code

# Fresh processes every hour; each finishes what it is doing first.
elife-bot-restart:
  cron.present:
    - name: cd /opt/elife-bot && ./scripts/run_env.sh 2>&1 | logger -t elife-bot-restart
    - identifier: elife-bot-restart
    - user: elife
    - minute: '27'
    - require:
      - pkg: cron
      - elife: code

/etc/logrotate.d/elife-bot:
  file.managed:
    - source: salt://elife-bot/config/etc-logrotate.d-elife-bot
