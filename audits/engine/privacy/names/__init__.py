"""Names of persons by what they are, not only by what announces them: gazetteer, shapes and surroundings."""

from .cued import has_known_name, is_clear_surname, name_at_head
from .evidence import Person
from .people import (
    GIVEN_NAME,
    GIVEN_NAME_IN_LOWER_CASE,
    IN_CAPITALS,
    NAME_SHAPE,
    NAMES_VERSION,
    is_place,
    person_at,
    person_in_capitals,
    persons,
    persons_in_lower_case,
)

__all__ = [
    "GIVEN_NAME",
    "GIVEN_NAME_IN_LOWER_CASE",
    "IN_CAPITALS",
    "NAMES_VERSION",
    "NAME_SHAPE",
    "Person",
    "has_known_name",
    "is_clear_surname",
    "is_place",
    "name_at_head",
    "person_at",
    "person_in_capitals",
    "persons",
    "persons_in_lower_case",
]
