"""Postal addresses in the order of each language, and towns where they are somebody's."""

import pytest

from tests.engine_privacy.found import found

ADDRESSES = [
    ("Calle del pez, 28, 2º B", ["Calle del pez, 28, 2º B"]),
    ("Vivo en la calle Mayor 5, 28013 Madrid.", ["calle Mayor 5, 28013 Madrid"]),
    ("Avda. de Elvas s/n. 06080 Badajoz", ["Avda. de Elvas s/n"]),
    ("C/ Irunlarrea, 3", ["C/ Irunlarrea, 3"]),
    ("J'habite 12 rue de la Paix, 75002 Paris.", ["12 rue de la Paix, 75002 Paris"]),
    ("12 bis avenue Victor Hugo", ["12 bis avenue Victor Hugo"]),
    ("Hauptstraße 12a, 50667 Köln", ["Hauptstraße 12a, 50667 Köln"]),
    ("Unter den Linden, Berliner Allee 5", ["Berliner Allee 5"]),
    ("ul. Długa 15/3, 00-238 Warszawa", ["ul. Długa 15/3, 00-238 Warszawa"]),
    ("г. Москва, ул. Ленина, д. 10, кв. 5", ["г. Москва, ул. Ленина, д. 10, кв. 5"]),
    ("на улице Тринити, 6", ["улице Тринити, 6"]),
    ("Via Roma 15, 20121 Milano", ["Via Roma 15, 20121 Milano"]),
    ("Keizersgracht 123, Amsterdam", ["Keizersgracht 123, Amsterdam"]),
    ("Rua das Flores, 25", ["Rua das Flores, 25"]),
    ("445 Maple Drive, not 450", ["445 Maple Drive"]),
    ("plaza para 2 personas", []),
    ("a table at a place for 4", []),
    ("una dosis c/12 h, et al. 1993", []),
    ("a lo largo de más de 2 semanas", []),
]
LOCATIONS = [
    ("I live in San Francisco now", ["San Francisco"]),
    ("Hauptstraße 12, 50667 Köln", []),
    ("50667 Köln", ["50667", "Köln"]),
    ("Clínica Aurora. Calle Mayor 5, 28013 Madrid", ["28013", "Madrid"]),
    ("Clínica Aurora. Calle Mayor 5, 28999 Xanadia", ["28999", "Xanadia"]),
    ("I paid in 2019, 28013 Points", []),
    ("CP: 28016.\nLocalidad/ Provincia: Madrid.", ["28016", "Madrid"]),
    ("Miasto: Kraków", ["Kraków"]),
    ("Город: Санкт-Петербург", ["Санкт-Петербург"]),
    ("I want to fly from Paris to Rome.", []),
    ("Заказал билет в Москву", []),
    ("I paid 28013 Points", []),
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_addresses_are_found(text: str, expected: list[str]) -> None:
    assert found(text, "ADDRESS") == expected


@pytest.mark.parametrize(("text", "expected"), LOCATIONS)
def test_towns_are_found_where_they_are_somebodys(text: str, expected: list[str]) -> None:
    assert found(text, "LOCATION") == expected
