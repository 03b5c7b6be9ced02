"""All detectors. Adding one: a declaration in this package, a line here, a table test."""

from ..detector import Detector
from .address import ADDRESS_NUMBER_FIRST, ADDRESS_STREET_FIRST, LOCATION
from .credential import PASSWORD, PIN, TOKEN
from .credit_card import CARD_ANSWER, CARD_FRAGMENT, CREDIT_CARD
from .dates_and_documents import ACCOUNT_NUMBER, DATE_OF_BIRTH, PASSPORT
from .email_address import EMAIL_ADDRESS
from .iban import IBAN_CODE
from .national_ids import (
    BR_CPF,
    BR_CPF_BARE,
    DE_TAX_ID,
    ES_NIF,
    FR_NIR,
    IN_AADHAAR,
    IT_FISCAL_CODE,
    NL_BSN,
    PL_NIP,
    PL_PESEL,
    PL_REGON,
    UK_NHS,
    UK_NINO,
)
from .network import CRYPTO, IP_ADDRESS, MAC_ADDRESS
from .person import (
    PERSON_BY_ADDRESS,
    PERSON_BY_FIELD,
    PERSON_BY_NAME,
    PERSON_BY_PHRASE,
    PERSON_BY_SHAPE,
    PERSON_BY_TITLE,
    PERSON_BY_TITLE_IN_LOWER_CASE,
    PERSON_IN_CAPITALS,
    PERSON_IN_EAST_ASIAN,
    PERSON_IN_LOWER_CASE,
)
from .phone_number import PHONE_NUMBER
from .url import URL
from .us_ssn import SSN_ANSWER, SSN_FRAGMENT, US_SSN

DETECTORS: tuple[Detector, ...] = (
    EMAIL_ADDRESS,
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
    UK_NHS,
    UK_NINO,
    DE_TAX_ID,
    FR_NIR,
    ES_NIF,
    IT_FISCAL_CODE,
    PL_PESEL,
    PL_NIP,
    PL_REGON,
    NL_BSN,
    BR_CPF,
    BR_CPF_BARE,
    IN_AADHAAR,
    DATE_OF_BIRTH,
    PASSPORT,
    ACCOUNT_NUMBER,
    ADDRESS_NUMBER_FIRST,
    ADDRESS_STREET_FIRST,
    PERSON_BY_FIELD,
    PERSON_BY_PHRASE,
    PERSON_BY_TITLE,
    PERSON_BY_ADDRESS,
    PERSON_BY_NAME,
    PERSON_BY_SHAPE,
    PERSON_IN_CAPITALS,
    PERSON_IN_LOWER_CASE,
    PERSON_IN_EAST_ASIAN,
    PERSON_BY_TITLE_IN_LOWER_CASE,
    LOCATION,
)

#: Words that announce a number which is not personal data in itself. They keep other detectors off it.
OTHER_NUMBERS: dict[str, tuple[str, ...]] = {
    "en": ("order", "booking", "reservation", "confirmation", "tracking", "invoice", "ticket", "reference", "ref no",
           "ref", "serial", "isbn", "zip", "zipcode", "postal code", "postcode", "driver", "licence", "license",
           "flight", "case number",
           "claim", "model", "version", "transaction", "receipt", "coupon", "voucher", "parcel", "sku", "product"),
    "es": ("pedido", "reserva", "factura", "código postal", "seguimiento", "matrícula", "cp:", "nhc", "nass",
           "historia", "colegiado"),
    "de": ("bestell", "buchung", "rechnung", "auftrag", "sendung", "plz", "postleitzahl", "führerschein", "vorgang"),
    "fr": ("commande", "réservation", "facture", "code postal", "colis", "suivi", "permis"),
    "pl": ("zamówieni", "rezerwacj", "faktur", "kod pocztowy", "przesyłk", "dowód", "dowodu", "krs"),
    "ru": ("заказ", "брон*", "счет-фактур", "индекс", "посылк", "накладн", "огрн", "инн"),
    "it": ("ordine", "prenotazione", "fattura", "cap ", "spedizione", "patente", "partita iva"),
    "nl": ("bestel", "boeking", "factuur", "postcode", "zending", "rijbewijs", "kvk"),
    "pt": ("pedido", "reserva", "fatura", "cep"),
}  # fmt: skip
