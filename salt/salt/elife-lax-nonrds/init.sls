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
    # Not as the machine's language has it, which may know no letters but English ones.
    - encoding: UTF8
    - lc_collate: C.UTF-8
    - lc_ctype: C.UTF-8
    - template: template0
    - require:
      - postgres_user: elife-lax-database
    - require_in:
      - elife: migrations
