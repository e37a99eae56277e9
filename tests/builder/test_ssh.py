"""Which host keys are believed: those between the markers on the machine's console, of its latest boot."""

from __future__ import annotations

from builder.ssh import host_keys

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEVzr33pjlora2Io589gZwNhV5N/Ni3Vh2OVnSxBz3Kj"
ECDSA = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDPMkvLz5f5w="
OLD = "ssh-ed25519 AAAAOLD"


def console(*lines: str) -> str:
    begin, end = "-----BEGIN SSH HOST KEY KEYS-----", "-----END SSH HOST KEY KEYS-----"
    return "\r\n".join(["boot", begin, *lines, end, "login:"])


def test_keys_are_read_without_comments_and_with_whatever_the_console_mixes_in() -> None:
    shown = console(f"{ECDSA} root@ip-10-0-2-237", "[  OK  ] Finished something.", f"[   3.1] ci-info: {ED25519} ")
    assert host_keys(shown) == [ECDSA, ED25519]


def test_the_latest_boot_counts() -> None:
    assert host_keys(console(OLD) + console(ED25519)) == [ED25519]


def test_nothing_is_believed_until_the_block_is_whole() -> None:
    assert host_keys("") == []
    assert host_keys(console(ED25519).replace("-----END", "")) == []
    assert host_keys(f"login: {ED25519}") == []
