"""What the commands of ./bldr do: projects, names, stacks, machines, highstate, deploy. fabfile.py calls in here."""
