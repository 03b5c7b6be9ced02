"""All detectors. Adding one: a declaration in this package, a line here, a table test."""

from ..detector import Detector
from .address import ADDRESS_JOINED, ADDRESS_NUMBER_FIRST, ADDRESS_STREET_FIRST
from .address_by_code import ADDRESS_BY_CODE
from .address_in_lower_case import ADDRESS_IN_LOWER_CASE
from .credential import PASSWORD, PIN, TOKEN
from .credit_card import CARD_ANSWER, CARD_FRAGMENT, CREDIT_CARD
from .dates_and_documents import ACCOUNT_NUMBER, DATE_OF_BIRTH, PASSPORT
from .email_address import EMAIL_ADDRESS
from .email_spelled_out import EMAIL_SPELLED_OUT, EMAIL_WITH_WORD
from .iban import IBAN_CODE
from .location import LOCATION_AFTER_CODE, LOCATION_IN_FIELD, LOCATION_LIVED_IN, POSTAL_CODE
from .national import NATIONAL_IDS
from .network import CRYPTO, IP_ADDRESS, MAC_ADDRESS
from .person import (
    PERSON_BY_ADDRESS,
    PERSON_BY_FIELD,
    PERSON_BY_NAME,
    PERSON_BY_PHRASE,
    PERSON_BY_TITLE,
    PERSON_BY_TITLE_IN_LOWER_CASE,
    PERSON_IN_CAPITALS,
    PERSON_IN_EAST_ASIAN,
    PERSON_IN_LOWER_CASE,
)
from .phone_number import PHONE_NUMBER
from .unnamed_number import UNNAMED_NUMBER as UNNAMED_NUMBER
from .url import URL
from .us_ssn import SSN_ANSWER, SSN_FRAGMENT, US_SSN

DETECTORS: tuple[Detector, ...] = (
    EMAIL_ADDRESS,
    EMAIL_SPELLED_OUT,
    EMAIL_WITH_WORD,
    IBAN_CODE,
    CREDIT_CARD,
    CARD_FRAGMENT,
    CARD_ANSWER,
    US_SSN,
    SSN_FRAGMENT,
    SSN_ANSWER,
    PHONE_NUMBER,
    IP_ADDRESS,
    MAC_ADDRESS,
    CRYPTO,
    URL,
    TOKEN,
    PASSWORD,
    PIN,
    *NATIONAL_IDS,
    DATE_OF_BIRTH,
    PASSPORT,
    ACCOUNT_NUMBER,
    ADDRESS_NUMBER_FIRST,
    ADDRESS_STREET_FIRST,
    ADDRESS_JOINED,
    ADDRESS_BY_CODE,
    ADDRESS_IN_LOWER_CASE,
    PERSON_BY_FIELD,
    PERSON_BY_PHRASE,
    PERSON_BY_TITLE,
    PERSON_BY_ADDRESS,
    PERSON_BY_NAME,
    PERSON_IN_CAPITALS,
    PERSON_IN_LOWER_CASE,
    PERSON_IN_EAST_ASIAN,
    PERSON_BY_TITLE_IN_LOWER_CASE,
    LOCATION_LIVED_IN,
    LOCATION_IN_FIELD,
    LOCATION_AFTER_CODE,
    POSTAL_CODE,
)

#: Words that announce a number which is not personal data in itself. They keep other detectors off it.
OTHER_NUMBERS: dict[str, tuple[str, ...]] = {
    "en": ("order", "booking", "reservation", "confirmation", "tracking", "invoice", "ticket", "reference", "ref no",
           "ref", "serial", "isbn", "zip", "zipcode", "postal code", "postcode", "driver", "licence", "license",
           "flight", "case number",
           "claim", "model", "version", "shipment", "track", "transaction", "receipt", "coupon", "voucher",
           "parcel", "sku", "product"),
    "es": ("pedido", "reserva", "factura", "código postal", "seguimiento", "matrícula", "cp:", "nhc", "nass",
           "historia", "colegiado", "localizador", "envío", "referencia", "expediente"),
    "de": ("bestell", "buchung", "rechnung", "auftrag", "sendung", "plz", "postleitzahl", "führerschein", "vorgang",
           "paket", "referenz", "trackingnummer"),
    "fr": ("commande", "réservation", "facture", "code postal", "colis", "suivi", "permis", "référence", "dossier"),
    "pl": ("zamówieni", "rezerwacj", "faktur", "kod pocztowy", "przesyłk", "krs", "paczk", "referenc"),
    "ru": ("заказ", "брон*", "счет-фактур", "индекс", "посылк", "накладн", "огрн", "трек", "отправлени", "бронь"),
    "it": ("ordine", "prenotazione", "fattura", "cap ", "spedizione", "partita iva", "tracciamento", "riferimento",
           "pacco"),
    "nl": ("bestel", "boeking", "factuur", "postcode", "zending", "rijbewijs", "kvk", "track", "pakket", "referentie"),
    "pt": ("pedido", "reserva", "fatura", "seguimento", "rastreio", "encomenda", "referência"),
    "sv": ("order", "beställ", "bokning", "faktura", "paket", "referens", "postnr"),
    "da": ("ordre", "bestilling", "faktura", "pakke"),
    "cs": ("objednáv", "rezervac", "faktur", "zásilk", "psč"),
    "tr": ("sipariş", "rezervasyon", "fatura", "kargo", "takip"),
    "uk": ("замовлен", "бронюв", "рахунок-фактур", "посилк", "накладн", "індекс"),
}  # fmt: skip
