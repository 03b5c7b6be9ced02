from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from portal.core.access import TeamScoped
from portal.core.roles import Role, Scope


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What they may do comes from their memberships; `is_staff` opens the admin site."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("full name", max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may open the admin site", default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    time_zone = models.CharField(max_length=60, default="UTC")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def actor_ref(self) -> str:
        return f"user:{self.pk}"

    def grants_in(self, team_id: int) -> frozenset[str]:
        return self._grants.get(team_id, frozenset())

    def team_ids(self) -> frozenset[int]:
        return frozenset(self._grants)

    @cached_property
    def _grants(self) -> dict[int, frozenset[str]]:
        grants: dict[int, set[str]] = {}
        if self.is_active:
            for team_id, role in self.memberships.values_list("team_id", "role"):
                grants.setdefault(team_id, set()).add(role)
        return {team_id: frozenset(roles) for team_id, roles in grants.items()}


class Team(models.Model):
    """Who owns assistants, their conversations and their customers' consents. Teams see nothing of each other."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    # The controller in the sense of the GDPR, as consent receipts name it.
    controller = models.CharField(max_length=200, blank=True)
    # Generated demo data; every page of such a team says so.
    synthetic = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(TeamScoped):
    """One role of one person in one team."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "team", "role"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} is {self.get_role_display()} in {self.team}"


class ApiKey(TeamScoped):
    """A credential of another system: `prefix` finds it, only a hash of the secret is kept."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=40, choices=Scope.choices), default=list)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    # An API key is what DRF calls request.user; it is always somebody.
    is_authenticated = True
    is_active = True

    @property
    def actor_ref(self) -> str:
        return f"key:{self.pk}"

    def grants_in(self, team_id: int) -> frozenset[str]:
        return frozenset(self.scopes) if team_id == self.team_id and self.usable else frozenset()

    def team_ids(self) -> frozenset[int]:
        return frozenset([self.team_id])
