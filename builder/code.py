"""A project's code on its way to its machines: one commit of its `repo`, packed, in the builder's bucket.

`repo` is a folder of this repository (taken from this clone, with the `continuum` package that the bundled applications
share beside it), or the URL of any git repository (mirrored under $BLDR_HOME/mirrors) and perhaps a folder in it.
Uncommitted work never travels.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from builder import report, tree
from builder.errors import Failure, UsageError
from builder.home import home
from builder.projects import Repo

ROOT = Path(__file__).resolve().parent.parent
SHARED = "continuum"


@dataclass(frozen=True)
class Branch:
    """A branch at its newest commit: the full hash, when (as git says, `3 days ago`), and the commit's first line."""

    name: str
    revision: str
    age: str
    subject: str


@dataclass(frozen=True)
class Repository:
    """Where a project's code comes from, as its key `repo` says: `url` (None: this repository), the folder `path` in it
    ('' for all of it), and the `default` branch."""

    url: str | None
    path: str
    default: str

    @classmethod
    def of(cls, repo: Repo) -> Repository:
        """The repository that a project's description names."""
        return cls(repo.url, repo.path or "", repo.branch)

    @property
    def is_own(self) -> bool:
        return self.url is None

    @cached_property
    def git_folder(self) -> Path:
        """The git repository on this computer: this clone, or an up-to-date mirror."""
        return _mirror(self.url) if self.url else ROOT

    def branches(self) -> list[Branch]:
        """Its branches, the newest commit first."""
        form = "%(refname:short)%09%(objectname)%09%(committerdate:relative)%09%(contents:subject)"
        lines = _git(self.git_folder, "for-each-ref", "--sort=-committerdate", f"--format={form}", "refs/heads")
        return [Branch(*line.split("\t", 3)) for line in lines.splitlines()]

    def branch(self, name: str | None = None) -> Branch:
        """The branch of that name, else the default one. UsageError when there is none such."""
        found = {branch.name: branch for branch in self.branches()}
        if name is None and self.default not in found and self.is_own:
            return self._checked_out(found)
        wanted = name or self.default
        if wanted not in found:
            known = ", ".join(list(found)[:10]) or "no branch at all"
            raise UsageError(f"{self._where} has no branch {wanted!r}; it has {known}")
        return found[wanted]

    def _checked_out(self, found: dict[str, Branch]) -> Branch:
        """What a clone without the default branch has instead: the branch it is on, or just a commit (HEAD)."""
        name = _git(ROOT, "rev-parse", "--abbrev-ref", "HEAD")
        report.warn(f"this clone has no branch {self.default}: {name} is taken instead")
        said = _git(ROOT, "log", "-1", "--format=%H%x09%cr%x09%s").split("\t", 2)
        return found.get(name) or Branch(name, *said)

    def upload(self, project: str, branch: Branch) -> str:
        """Put the branch's newest commit into the builder's bucket, unless it is there; its key."""
        if self.is_own:
            self._warn_of_uncommitted()
        key = f"code/{project}/{branch.revision}.tar.gz"
        if not tree.has(key):
            tree.put_once(tree.ensure_bucket(), key, self.pack(branch.revision))
        return key

    def pack(self, revision: str) -> bytes:
        """A commit's files as .tar.gz; the same bytes each time."""
        folder = self.path.strip("/")
        parts = [(self._archive(revision, folder), "")]
        if self.is_own and folder and folder != SHARED and self._contains(revision, SHARED):
            parts.append((self._archive(revision, SHARED), f"{SHARED}/"))
        return _packed(parts)

    def _archive(self, revision: str, folder: str) -> bytes:
        if folder and not self._contains(revision, folder):
            raise UsageError(f"{self._where}: commit {revision[:10]} has no folder {folder}/ (was it committed?)")
        return _git_bytes(self.git_folder, "archive", "--format=tar", f"{revision}:{folder}")

    def _contains(self, revision: str, folder: str) -> bool:
        return bool(_git(self.git_folder, "ls-tree", "-d", "--name-only", revision, folder))

    def _warn_of_uncommitted(self) -> None:
        changed = _git(ROOT, "status", "--porcelain", "--", self.path or ".", SHARED).splitlines()
        if changed:
            what = "1 file" if len(changed) == 1 else f"{len(changed)} files"
            report.warn(
                f"{what} with uncommitted work in {self.path or 'this clone'} stay here: machines get commits only"
            )

    @property
    def _where(self) -> str:
        return self.url or "this repository"


def _mirror(url: str) -> Path:
    folder = home() / "mirrors" / hashlib.sha256(url.encode()).hexdigest()[:16]
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _git(folder, "init", "--quiet", "--bare")
        _git(folder, "config", "remote.origin.url", url)
    with report.step(f"fetching {url}"):
        _git(folder, "fetch", "--quiet", "--prune", "--force", "origin", "+refs/heads/*:refs/heads/*")
    (folder / "complete").touch()
    return folder


def _packed(parts: list[tuple[bytes, str]]) -> bytes:
    whole = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=whole, mode="wb", mtime=0, filename="") as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as out,
    ):
        for data, prefix in parts:
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                for member in archive:
                    content = archive.extractfile(member) if member.isreg() else None
                    member.name = prefix + member.name
                    member.mtime = 0  # git gives a tree's archive the time of day
                    member.pax_headers = {}
                    out.addfile(member, content)
    return whole.getvalue()


def _git(folder: Path, *words: str) -> str:
    return _git_bytes(folder, *words).decode(errors="replace").strip()


def _git_bytes(folder: Path, *words: str) -> bytes:
    # safe.directory: with sudo the clone is somebody else's. No question is ever asked, and no helper protocol used.
    command = ["git", "-c", f"safe.directory={folder}", "-C", str(folder), *words]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "LC_ALL": "C.UTF-8",
    }
    environment.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, env=environment, check=False)
    if done.returncode:
        raise Failure(f"git {words[0]} in {folder} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
