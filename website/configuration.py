"""What the website is told by its settings, beside where its database is."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Configuration:
    """`api_user` and `api_password` are the bot's; without a password nobody may post.

    `secret_key` signs session cookies: the same in all processes. `cdn_url` is where articles' files are as long as no
    other place is set on the admin page. `site_url` is the site's own address, for links that a command prints.
    """

    api_user: str = ""
    api_password: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    cdn_url: str = ""
    site_url: str = ""
