"""Packages of the operating system: installed where this is permitted, named in one sentence where it is not."""

import os
import shutil

from running.steps import Stop, quietly, step, succeeds

APT = ("apt-get", "-o", "DPkg::Lock::Timeout=300")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """Return the path of a Chromium, installing one where there is none."""
    if found := _chromium():
        return found
    install("chromium", needed_for="the browser tests")
    if found := _chromium():
        return found
    raise Stop("Chromium was installed, but no program of that name is found.")


def _chromium() -> str | None:
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def install(package: str, *, needed_for: str) -> None:
    """Install a Debian package; raise `Stop` naming it when that is not possible here."""
    become_root = _become_root()
    if become_root is None or shutil.which("apt-get") is None:
        raise Stop(f"The system package {package} is missing ({needed_for}): please install it and start again.")
    apt = (*become_root, "env", "DEBIAN_FRONTEND=noninteractive", *APT)
    command = (*apt, "install", "-y", "--no-install-recommends", package)
    with step(f"System package {package}"):
        if not succeeds(command):
            quietly((*apt, "update"))
            quietly(command)


def _become_root() -> tuple[str, ...] | None:
    """Return what to put before a command so that it runs as root; None when this user may not."""
    if os.geteuid() == 0:
        return ()
    if shutil.which("sudo") and succeeds(("sudo", "-n", "true")):
        return ("sudo", "-n")
    return None
