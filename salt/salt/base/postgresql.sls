# psql, to look into the project's database.
postgresql-client:
  pkg.installed:
    - install_recommends: false
