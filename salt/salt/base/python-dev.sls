# What a virtualenv needs. Wheels go into it, so no compiler.
python-dev:
  pkg.installed:
    - pkgs:
      - python3-venv
      - git
    - install_recommends: false
