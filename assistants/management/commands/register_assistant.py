"""Registering an assistant from the command line, so that conversations can be imported at once."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from assistants.models import Assistant, Release
from assistants.services.registry import (
    assistant_change,
    assistant_move,
    assistant_register,
    audited_attribute_declare,
    release_register,
)
from assistants.states import AssistantState
from consent.models import Purpose
from portal.accounts.models import Team
from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.errors import ProbityError
from portal.core.management.arguments import by_name

_TO_LIVE = {
    AssistantState.PROPOSED: AssistantState.IN_REVIEW,
    AssistantState.IN_REVIEW: AssistantState.APPROVED,
    AssistantState.APPROVED: AssistantState.LIVE,
    AssistantState.RESTRICTED: AssistantState.LIVE,
}


class Command(BaseCommand):
    help = "Register an assistant, or add to one that is there. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--team", metavar="SLUG", required=True, help="the team that owns it")
        parser.add_argument("--create-team", action="store_true", help="create the team if there is none")
        parser.add_argument("--name", metavar="TEXT", help="its name for people (the slug, unless given)")
        parser.add_argument(
            "--attribute",
            metavar="NAME",
            nargs="+",
            action="extend",
            default=[],
            help="declare customer attributes for auditing; all others are sealed and never counted",
        )
        parser.add_argument(
            "--purpose",
            metavar="CODE",
            nargs="+",
            action="extend",
            default=[],
            help="check every conversation against the consent for these purposes of the team",
        )
        parser.add_argument("--release", metavar="V", help="register this release; needs --model and --algorithm")
        parser.add_argument("--model", metavar="M", default="", help="the model behind the release")
        parser.add_argument("--provider", metavar="P", default="", help="who provides the model")
        parser.add_argument("--algorithm", metavar="TEXT", default="", help="how it decides, in plain words")
        parser.add_argument("--live", action="store_true", help="approve it and set it live")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            assistant = self._registered(options)
            for name in options["attribute"]:
                audited_attribute_declare(assistant_id=assistant.pk, name=name, actor=SYSTEM)
            if options["release"]:
                self._release(assistant, options)
            if options["live"]:
                assistant = _set_live(assistant)
        except ProbityError as error:
            where = f"{error.field}: " if error.field else ""
            raise CommandError(f"{where}{error.message}", returncode=2) from error
        self.stdout.write(f"{assistant.slug} ({assistant.name}) is {assistant.get_state_display().lower()}.")

    def _registered(self, options: dict[str, Any]) -> Assistant:
        team = _team(options["team"], create=options["create_team"])
        assistant = Assistant.objects.filter(slug=options["slug"]).first()
        if assistant is not None and assistant.team_id != team.pk:
            raise CommandError(f"{assistant.slug} belongs to another team.", returncode=2)
        purposes = _purposes(team, options["purpose"])
        if assistant is None:
            name = options["name"] or options["slug"]
            return assistant_register(team=team, slug=options["slug"], name=name, purposes=purposes, actor=SYSTEM)
        return assistant_change(
            assistant_id=assistant.pk,
            name=options["name"] or assistant.name,
            purposes=[*assistant.purposes.all(), *purposes],
            actor=SYSTEM,
        )

    def _release(self, assistant: Assistant, options: dict[str, Any]) -> None:
        stated = {name: options[name] for name in ("model", "provider", "algorithm")}
        known = Release.objects.filter(assistant=assistant, version=options["release"]).values(*stated).first()
        if known is None:
            release_register(
                assistant_id=assistant.pk,
                version=options["release"],
                released_at=timezone.now(),
                actor=SYSTEM,
                **stated,
            )
        elif differing := [f"--{name}" for name, value in stated.items() if value and value != known[name]]:
            raise CommandError(
                f"Release {options['release']} is registered with another {', '.join(differing)}; a release is final.",
                returncode=2,
            )


def _team(slug: str, *, create: bool) -> Team:
    if not create or Team.objects.filter(slug=slug).exists():
        return by_name(
            Team.objects.all(), "slug", slug, f"--team: there is no team {slug}", hint="--create-team adds it."
        )
    team = Team(slug=slug, name=slug)
    team.full_clean()
    team.save()
    ledger.append(action="team.changed", actor=SYSTEM, obj=team, team_id=team.pk, data={"fields": ["name", "slug"]})
    return team


def _purposes(team: Team, codes: Sequence[str]) -> list[Purpose]:
    found = {purpose.code: purpose for purpose in Purpose.objects.filter(team=team)}
    if missing := [code for code in codes if code not in found]:
        known = ", ".join(sorted(found)) or "none"
        raise CommandError(f"--purpose: {team.slug} has no {', '.join(missing)}; known: {known}.", returncode=2)
    return [found[code] for code in codes]


def _set_live(assistant: Assistant) -> Assistant:
    while assistant.state != AssistantState.LIVE:
        following = _TO_LIVE.get(AssistantState(assistant.state))
        if following is None:
            raise CommandError(f"{assistant.slug} is {assistant.state} and cannot be set live.", returncode=2)
        assistant = assistant_move(assistant_id=assistant.pk, state=following, actor=SYSTEM)
    return assistant
