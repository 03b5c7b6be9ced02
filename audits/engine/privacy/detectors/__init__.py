"""All detectors. Adding one: a declaration in this package, a line here, a table test."""

from ..detector import Detector
from .address import ADDRESS_JOINED, ADDRESS_NUMBER_FIRST, ADDRESS_STREET_FIRST
from .address_by_code import ADDRESS_BY_CODE
from .address_east_asian import ADDRESSES_IN_EAST_ASIAN
from .address_in_field import ADDRESS_IN_FIELD
from .address_in_hungarian import ADDRESS_IN_HUNGARIAN
from .address_in_india import ADDRESS_IN_INDIA
from .address_in_lower_case import ADDRESS_IN_LOWER_CASE
from .address_in_lower_case_abroad import ADDRESS_IN_LOWER_CASE_ABROAD, JOINED_ADDRESS_IN_LOWER_CASE
from .address_in_nordic import ADDRESS_IN_NORDIC
from .address_in_semitic import ADDRESSES_IN_SEMITIC
from .address_in_turkish import ADDRESS_IN_TURKISH
from .credential import PASSWORD, PIN, TOKEN
from .credit_card import CARD_ANSWER, CARD_FRAGMENT, CREDIT_CARD
from .dates_and_documents import ACCOUNT_NUMBER, DATE_OF_BIRTH, PASSPORT
from .email_address import EMAIL_ADDRESS
from .email_spelled_out import EMAIL_SPELLED_OUT, EMAIL_WITH_WORD
from .iban import IBAN_CODE
from .location import LOCATION_AFTER_CODE, LOCATION_BORN_IN, LOCATION_IN_FIELD, LOCATION_LIVED_IN, POSTAL_CODE
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
    PERSON_IN_LOWER_CASE,
)
from .person_east_asian import EAST_ASIAN_NAMES
from .person_without_capitals import NAMES_WITHOUT_CAPITALS
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
    ADDRESS_IN_FIELD,
    ADDRESS_IN_HUNGARIAN,
    ADDRESS_IN_INDIA,
    ADDRESS_IN_LOWER_CASE,
    JOINED_ADDRESS_IN_LOWER_CASE,
    ADDRESS_IN_LOWER_CASE_ABROAD,
    ADDRESS_IN_NORDIC,
    ADDRESS_IN_TURKISH,
    *ADDRESSES_IN_EAST_ASIAN,
    *ADDRESSES_IN_SEMITIC,
    PERSON_BY_FIELD,
    PERSON_BY_PHRASE,
    PERSON_BY_TITLE,
    PERSON_BY_ADDRESS,
    PERSON_BY_NAME,
    PERSON_IN_CAPITALS,
    PERSON_IN_LOWER_CASE,
    PERSON_BY_TITLE_IN_LOWER_CASE,
    *EAST_ASIAN_NAMES,
    *NAMES_WITHOUT_CAPITALS,
    LOCATION_LIVED_IN,
    LOCATION_BORN_IN,
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
           "parcel", "sku", "product", "item no", "item number", "item #", "article"),
    "es": ("pedido", "reserva", "factura", "código postal", "seguimiento", "matrícula", "cp:", "nhc",
           "historia", "colegiado", "localizador", "envío", "referencia", "expediente", "artículo", "guía"),
    "de": ("bestell", "buchung", "rechnung", "auftrag", "sendung", "plz", "postleitzahl", "führerschein", "vorgang",
           "paket", "referenz", "trackingnummer", "artikel"),
    "fr": ("commande", "réservation", "facture", "code postal", "colis", "suivi", "permis", "référence", "dossier",
           "article"),
    "pl": ("zamówieni", "rezerwacj", "faktur", "kod pocztowy", "przesyłk", "krs", "paczk", "referenc", "zgłoszeni",
           "produkt"),
    "ru": ("заказ", "брон*", "счет-фактур", "индекс", "посылк", "накладн", "огрн", "трек", "отправлени", "бронь",
           "артикул", "товар", "заявк"),
    "it": ("ordine", "prenotazione", "fattura", "cap ", "spedizione", "partita iva", "tracciamento", "riferimento",
           "articolo", "pratica",
           "pacco"),
    "nl": ("bestel", "boeking", "factuur", "postcode", "zending", "rijbewijs", "kvk", "track", "pakket",
           "referentie", "artikel"),
    "pt": ("pedido", "reserva", "fatura", "seguimento", "rastreio", "encomenda", "referência", "artigo", "protocolo"),
    "sv": ("order", "beställ", "bokning", "faktura", "paket", "referens", "postnr", "artikel", "kolli"),
    "da": ("ordre", "bestilling", "faktura", "pakke", "varenummer", "vare ", "sporing"),
    "fi": ("tilaus", "tilauks", "lasku", "paketti", "seuranta", "tuote"),
    "ro": ("comand", "factur", "awb", "colet", "produs", "rezervare"),
    "hu": ("rendel", "számla", "csomag", "termék", "foglal"),
    "el": ("παραγγελ", "αποστολ", "τιμολόγ", "κράτηση", "δέμα "),
    "cs": ("objednáv", "rezervac", "faktur", "zásilk", "psč", "balík", "zboží"),
    "tr": ("sipariş", "rezervasyon", "fatura", "kargo", "takip", "ürün"),
    "uk": ("замовлен", "бронюв", "рахунок-фактур", "посилк", "накладн", "індекс", "ттн", "товар"),
    "zh": ("订单*", "訂單*", "快递*", "快遞*", "单号*", "單號*", "运单*", "发票*"),
    "ja": ("注文*", "追跡*", "予約番号*", "伝票*", "請求書*"),
    "ko": ("주문*", "송장*", "운송장*", "예약번호*"),
    "ar": ("الطلب*", "طلبي*", "الشحنة*", "شحنة*", "الفاتورة*", "فاتورة*", "الحجز*"),
    "he": ("הזמנה*", "משלוח*", "חשבונית*"),
    "hi": ("ऑर्डर*", "बुकिंग*"),
}  # fmt: skip
