"""Names of persons by what they are, not only by what announces them: gazetteer, shapes and surroundings."""

from .people import GIVEN_NAME, NAMES_VERSION, person_at

__all__ = ["GIVEN_NAME", "NAMES_VERSION", "person_at"]
