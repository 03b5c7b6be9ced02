import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.accounts.models import User
from portal.demo.company import DOMAIN, PASSWORD_WORDS, PEOPLE, TEAMS
from portal.demo.seeding import AlreadySeeded, Seeded, seed


class Command(BaseCommand):
    help = "Make the synthetic demo company (once). Its logins are written to demo-logins.txt in the state directory."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PROBITY_ENVIRONMENT == "production":
            raise CommandError("Demo data does not belong into a production database.", returncode=2)
        logins = Path(settings.PROBITY_VAR) / "demo-logins.txt"
        password = _password()
        try:
            made = seed(today=timezone.now().date(), password=password)
        except AlreadySeeded:
            if logins.exists():
                self.stdout.write(f"The demo company is there; {logins} has its logins.")
                return
            self._reset_password(password)
            _write(logins, _sheet(password, api_key=None))
            self.stdout.write("The demo company was there; its people have a new password.")
            return
        _write(logins, _sheet(password, api_key=made.api_key))
        self.stdout.write(_summary(made))

    def _reset_password(self, password: str) -> None:
        for user in User.objects.filter(email__endswith=f"@{DOMAIN}"):
            user.set_password(password)
            user.save(update_fields=["password"])


def _password() -> str:
    return "-".join([*(secrets.choice(PASSWORD_WORDS) for _ in range(3)), f"{secrets.randbelow(9000) + 1000}"])


def _summary(made: Seeded) -> str:
    return f"Made the demo company: {len(made.people)} people, {made.conversations} synthetic conversations."


def _sheet(password: str, *, api_key: str | None) -> str:
    """The logins as `make run` prints them."""
    lines = [f"Demo logins, all with the password {password}", ""]
    for person in PEOPLE:
        roles = {role.label for roles in person.roles.values() for role in roles}
        teams = ", ".join(TEAMS[slug].removeprefix("Brightwater ") for slug in person.roles)
        lines.append(f"  {person.email:22} {', '.join(sorted(roles)):22} {teams}")
    if api_key is not None:
        lines += ["", f"API key of {next(iter(TEAMS.values()))}: {api_key}"]
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    """Atomically, readable by the owner only."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
