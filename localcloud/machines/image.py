"""The disk a machine starts from: Debian 12 with Salt in /opt/salt, built once and kept by the hash of its recipe."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localcloud import host
from localcloud.machines.recipe import CA_FOLDER, FILES, REQUIREMENTS, SUITE, Recipe, known, note, stamp_of_this_host

Say = Callable[[str], None]

PACKAGES = [
    "systemd",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "sudo",
    "ca-certificates",
    "curl",
    "git",
    "iproute2",
    "iputils-ping",
    "cron",
    "logrotate",
    "python3-venv",
    "procps",
    "less",
    "vim-tiny",
    "tzdata",
    "netbase",
]
# Debian's image on AWS has these off or without effect; a machine here has neither a clock nor hardware of its own
MASKED = [
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "systemd-ask-password-console.path",
    "systemd-ask-password-wall.path",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sys-kernel-config.mount",
    "systemd-udevd.service",
    "systemd-udev-trigger.service",
    "console-getty.service",
    "getty@tty1.service",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
]


@dataclass(frozen=True)
class Image:
    """Layers of a machine's disk, topmost first; they are never changed once a machine stands on them."""

    layers: tuple[Path, ...]

    @property
    def name(self) -> str:
        return self.layers[0].parent.name

    @property
    def ami(self) -> str:
        """Its id in EC2: the same recipe, the same id."""
        return "ami-" + hashlib.sha256(self.name.encode()).hexdigest()[:17]


def base_image(cache: Path, say: Say) -> Image:
    """The base image; built now (some minutes at the most) where the cache has none for this recipe.

    Raises CloudError where it can't be built; nothing half-built is left to be taken for whole.
    """
    stamp = stamp_of_this_host()
    if layer := known(cache, stamp):
        return Image((layer,))
    written = Recipe.of_this_host()

    def build(part: Path) -> None:
        host.require_room(cache)
        _build(written, part, say)

    layer = built_once(cache / "images" / f"debian-12-{written.digest[:16]}", build)
    note(cache, stamp, layer)
    return Image((layer,))


def cached_images(cache: Path) -> Iterator[Image]:
    """Every base image that the cache holds."""
    return (Image((rootfs,)) for rootfs in sorted((cache / "images").glob("debian-*/rootfs")))


def built_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """The layer in a folder of the cache; `build(part)` makes it where it is not there yet, one builder at a time."""
    layer = folder / "rootfs"
    if layer.is_dir():
        return layer
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not layer.is_dir():  # somebody else may have built it while we waited
            part = folder / "part"
            shutil.rmtree(part, ignore_errors=True)
            try:
                build(part)
                part.rename(layer)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
    return layer


def _build(recipe: Recipe, root: Path, say: Say) -> None:
    say("Debian 12 from its packages")
    with _written(root.parent / "apt-options", recipe.options) as options:
        host.run(
            # in a mount namespace of its own: killed, it leaves no /proc mounted where the next try cleans up
            "unshare",
            "--mount",
            "mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(PACKAGES)}",
            f"--aptopt={options}", "--skip=cleanup/apt/lists",
            '--dpkgopt=path-exclude="/usr/share/man/*"', '--dpkgopt=path-exclude="/usr/share/doc/*"',
            '--dpkgopt=path-exclude="/usr/share/locale/*"',
            SUITE, root, "-", stdin=recipe.sources, timeout=1800,
        )  # fmt: skip
    say("settings of this host that machines need")
    _furnish(recipe, root)
    say("Salt in /opt/salt")
    _install_salt(root)
    say("owners shifted: root on a machine is nobody here")
    shift_owners(root)


def _furnish(recipe: Recipe, root: Path) -> None:
    (root / "etc/pip.conf").write_text(recipe.pip)
    for authority in recipe.authorities:
        shutil.copy(authority, root / str(CA_FOLDER)[1:])
    host.run("chroot", root, "update-ca-certificates")
    host.run("chroot", root, "useradd", "-m", "-s", "/bin/bash", "admin")
    (root / "etc/sudoers.d/90-admin").write_text("admin ALL=(ALL) NOPASSWD:ALL\n")
    (root / "etc/sudoers.d/90-admin").chmod(0o440)
    (root / "etc/ssh/sshd_config.d/10-keys-only.conf").write_text("PasswordAuthentication no\nUseDNS no\n")
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    for name in ("first-boot-keys.service", "first-boot-data.service"):
        shutil.copyfile(FILES / name, root / "etc/systemd/system" / name)
    shutil.copyfile(FILES / "first-boot", root / "usr/local/sbin/first-boot")
    (root / "usr/local/sbin/first-boot").chmod(0o755)
    journal = root / "etc/systemd/journald.conf.d"
    journal.mkdir()
    (journal / "size.conf").write_text("[Journal]\nStorage=persistent\nSystemMaxUse=64M\n")
    host.run("systemctl", f"--root={root}", "enable", "first-boot-keys.service", "first-boot-data.service")
    host.run("systemctl", f"--root={root}", "mask", *MASKED)


def _install_salt(root: Path) -> None:
    shutil.copyfile(REQUIREMENTS, root / "opt/salt-requirements.txt")
    resolver = root / "etc/resolv.conf"
    shutil.copyfile("/etc/resolv.conf", resolver)
    host.run("chroot", root, "/usr/bin/python3", "-m", "venv", "/opt/salt")
    host.run(
        "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
        *[f"{name}={value}" for name, value in os.environ.items() if name.lower().endswith("_proxy")],
        "chroot", root, "/opt/salt/bin/pip", "install", "-q", "--no-cache-dir", "--require-hashes",
        "-r", "/opt/salt-requirements.txt", timeout=1800,
    )  # fmt: skip
    resolver.unlink()
    (root / "opt/salt-requirements.txt").unlink()


def shift_owners(root: Path) -> None:
    """Move every owner in a tree up by SHIFT; what chown takes from a file's mode is given back."""
    for folder, folders, files in os.walk(root, followlinks=False):
        for name in (*folders, *files):
            _shift_owner(os.path.join(folder, name))  # noqa: PTH118 - a Path each would double the time
    _shift_owner(str(root))


def _shift_owner(path: str) -> None:
    was = os.lstat(path)
    if was.st_uid >= host.SHIFT:
        return
    os.lchown(path, was.st_uid + host.SHIFT, was.st_gid + host.SHIFT)
    if was.st_mode & (stat.S_ISUID | stat.S_ISGID) and not stat.S_ISLNK(was.st_mode):
        os.chmod(path, stat.S_IMODE(was.st_mode))  # noqa: PTH101


@contextmanager
def _written(file: Path, text: str) -> Iterator[Path]:
    file.write_text(text)
    try:
        yield file
    finally:
        file.unlink()
