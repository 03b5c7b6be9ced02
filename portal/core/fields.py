"""Strict encrypted text fields over django-encrypted-model-fields.

The package alone loses data (docs/adr/0004 lists how). These subclasses decrypt only what comes from the database,
refuse whatever would be stored unencrypted or silently never match, bind each value to its column and its row, and
read the keys at the moment of use. Plain text of a token: `model.field NUL row-key NUL value`.
"""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.checks import Error
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.models.expressions import Case, Value, When
from django.db.models.functions import Cast
from django.db.models.query_utils import DeferredAttribute
from encrypted_model_fields.fields import EncryptedCharField as _PackageCharField
from encrypted_model_fields.fields import EncryptedTextField as _PackageTextField

_R = TypeVar("_R", bound=models.Model)


class UnreadableValue(Exception):
    """A stored token does not decrypt: a wrong key, an altered value, or one moved from another column or row."""


@lru_cache(maxsize=8)
def _crypter(encoded_keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in encoded_keys])
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEY must hold Fernet keys (32 bytes, url-safe base64).") from error


def crypter() -> MultiFernet:
    """The configured keys; the first one encrypts. Raises ImproperlyConfigured."""
    configured = settings.FIELD_ENCRYPTION_KEY
    return _crypter((configured,) if isinstance(configured, str) else tuple(configured))


class _RowQuerySet(models.QuerySet[Any]):
    """Refuses the one way of writing that would seal values for another row than the one that keeps them."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        """As Django's. Over existing rows, encrypted fields are written with `row_key` and all together, or not."""
        encrypted = {field.name for field in self.model._meta.local_fields if isinstance(field, _Strict)}
        written = set(kwargs.get("update_fields") or ()) | set(args[3] if len(args) > 3 and args[3] else ())
        if written & encrypted and not encrypted | {"row_key"} <= written:
            label = self.model._meta.label
            raise FieldError(f"{label}: name every encrypted field and row_key in update_fields, or none of them.")
        return super().bulk_create(objs, *args, **kwargs)


class EncryptedRows(models.Manager[_R]):
    """The manager of rows with encrypted fields."""

    def get_queryset(self) -> models.QuerySet[_R]:
        return _RowQuerySet(self.model, using=self._db)


class EncryptedRow(models.Model):
    """A row with encrypted fields. `row_key` is what its tokens are bound to; it never changes."""

    row_key = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)

    objects: ClassVar[EncryptedRows[Self]] = EncryptedRows()

    class Meta:
        abstract = True


class _Loaded(str):
    """A decrypted value with the row key that it was sealed for, not yet compared with its row."""

    row_key: str


class _Bound(str):
    """A value as read from an instance, carrying the row key that it will be sealed for."""

    row_key: str


class _BoundAttribute(DeferredAttribute):
    """Reads verify that the value belongs to this row; assignments take plain text."""

    def __get__(self, instance: Any, cls: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        value = instance.__dict__[name] if name in instance.__dict__ else super().__get__(instance, cls)
        if not isinstance(value, str):
            return value
        row_key = str(instance.row_key)
        if isinstance(value, _Loaded) and value.row_key != row_key:
            raise UnreadableValue(f"{self.field.model._meta.label}.{name} holds a value of another row")
        bound = _Bound(value)
        bound.row_key = row_key
        return bound

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = str(value) if isinstance(value, _Bound) else value


class _Strict(models.Field):
    """Mixed into the package's text fields; the module's docstring says what it changes."""

    descriptor_class = _BoundAttribute

    def _refuse(self, why: str) -> FieldError:
        return FieldError(f"{self.model._meta.label}.{self.name} is encrypted: {why}")

    def to_python(self, value: Any) -> Any:
        """Leave input as it is: what a person pastes is never decrypted."""
        return value if value is None or isinstance(value, str) else str(value)

    def from_db_value(self, value: str | None, *args: object) -> str | None:
        if value is None:
            return None
        label = f"{self.model._meta.label}.{self.name}"
        try:
            place, row_key, text = crypter().decrypt(value.encode()).decode().split("\x00", 2)
        except (InvalidToken, ValueError) as error:
            raise UnreadableValue(f"{label} holds a value that does not decrypt") from error
        if place != self._place:
            raise UnreadableValue(f"{label} holds a value of another column")
        loaded = _Loaded(text)
        loaded.row_key = row_key
        return loaded

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if hasattr(value, "resolve_expression"):
            raise self._refuse("it takes plain values, not database expressions.")
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is None:
            return None
        if hasattr(value, "resolve_expression"):
            self._require_values_only(value)
            return value  # its Values come back here one by one, as plain text
        if not isinstance(value, _Bound):
            raise self._refuse("set it on an instance and save that; update() does not know the row.")
        return crypter().encrypt(f"{self._place}\x00{value.row_key}\x00{value}".encode()).decode("ascii")

    @property
    def _place(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def _require_values_only(self, expression: Any) -> None:
        """bulk_update() hands over Case(When(pk=…, then=Value(…))); let that pass and nothing else."""
        if isinstance(expression, Value):
            if expression.value is not None and getattr(expression, "output_field", None) is not self:
                raise self._refuse("it takes plain values, not database expressions.")
            return
        if isinstance(expression, When):
            self._require_values_only(expression.result)
        elif isinstance(expression, Case | Cast):
            for source in expression.get_source_expressions():
                self._require_values_only(source)
        else:
            raise self._refuse("it takes plain values, not database expressions.")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise self._refuse("no look-up but isnull works on it; use a blind index.")

    def get_transform(self, lookup_name: str) -> Any:
        raise self._refuse("it cannot be transformed.")

    def check(self, **kwargs: Any) -> list[Any]:
        errors = super().check(**kwargs)
        if self.unique or self.db_index or self.primary_key:  # type: ignore[attr-defined]  # a plain Field attribute
            errors.append(
                Error(
                    "An encrypted field cannot be unique, indexed or a primary key: equal texts encrypt differently.",
                    hint="Add a BinaryField with portal.core.blind_index beside it.",
                    obj=self,
                    id="probity.E010",
                )
            )
        if not issubclass(self.model, EncryptedRow):
            errors.append(
                Error(
                    "A model with encrypted fields must inherit portal.core.fields.EncryptedRow.",
                    obj=self,
                    id="probity.E011",
                )
            )
        return errors


class EncryptedTextField(_Strict, _PackageTextField):
    """Text of any length, encrypted at rest (Fernet)."""


class EncryptedCharField(_Strict, _PackageCharField):
    """Short text; `max_length` counts the code points of the plain value. Encrypted at rest (Fernet)."""

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["max_length"] = self.max_length
        return name, path, args, kwargs
