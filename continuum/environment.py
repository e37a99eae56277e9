"""Names of one environment's resources, all made from its prefix."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Environment:
    """An environment's names: `ct` has `ct-incoming-queue` and `Publish.ct`; production has no prefix ('')."""

    prefix: str

    @classmethod
    def of_setting(cls, publishing_buckets_prefix: str) -> Environment:
        """From the setting, which keeps the hyphen: 'ct-' -> Environment('ct')."""
        return cls(publishing_buckets_prefix.removesuffix("-"))

    @property
    def setting(self) -> str:
        """The prefix as settings write it: 'ct-', or '' in production."""
        return f"{self.prefix}-" if self.prefix else ""

    def bucket(self, name: str) -> str:
        return self.setting + name

    def queue(self, name: str) -> str:
        return self.setting + name

    @property
    def swf_domain(self) -> str:
        return f"Publish.{self.prefix}" if self.prefix else "Publish"
