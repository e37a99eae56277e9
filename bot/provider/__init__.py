"""What the bot talks to: the settings it was given, and the services of others."""
