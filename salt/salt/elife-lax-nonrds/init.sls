# lax with its database on the machine: elife-lax-* adds the rest.
include:
  - base.postgresql-server

elife-lax-database:
  postgres_user.present:
    - name: {{ pillar.elife_lax.db.username }}
    - require:
      - service: postgresql-server
  postgres_database.present:
    - name: {{ pillar.elife_lax.db.name }}
    - owner: {{ pillar.elife_lax.db.username }}
    - require:
      - postgres_user: elife-lax-database
    - require_in:
      - service: uwsgi-app
