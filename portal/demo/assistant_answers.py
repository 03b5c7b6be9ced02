"""What the demo assistant says: canned answers over eight intents in three languages, by treatment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from random import Random


class Treatment(StrEnum):
    """How a customer is treated; an answer is of one of these."""

    HELP = "help"
    OFFER = "offer"
    PROOF = "proof"
    REFUSE = "refuse"
    HAND_OVER = "hand_over"
    CURT = "curt"


#: How often whoever writes is treated how; the rest is helped. What is not planted varies by chance alone.
USUAL: Mapping[Treatment, float] = {
    Treatment.OFFER: 0.14,
    Treatment.PROOF: 0.05,
    Treatment.REFUSE: 0.04,
    Treatment.HAND_OVER: 0.07,
}

# The first intent whose words occur is meant. The last has no words of its own: everything else.
_INTENTS: tuple[tuple[str, str], ...] = (
    ("refund", r"refund|money back|erstattung|geld zurück|reembolso|devolución del dinero"),
    ("cancellation", r"cancel|kündig|storno|stornier|cancelar|cancelación"),
    ("delivery", r"parcel|deliver|package|shipp|arrived|ordered|paket|liefer|paquete|entrega|envia"),
    ("booking", r"book|appointment|room|flight|buchung|termin|reserv|cita"),
    ("account", r"log ?in|password|account|sign in|passwort|konto|anmeld|contraseña|cuenta"),
    ("technical", r"app\b|website|internet|router|error|screen|störung|aplicación|pantalla|no funciona"),
    ("billing", r"bill|charge|invoice|fee|rechnung|berechnet|factura|cobr"),
    ("complaint", ""),
)
DONE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "refund": "I have issued the refund, and you will see it within three days.",
        "cancellation": "I have cancelled it as you asked, and the confirmation is on its way.",
        "delivery": "I have sent the parcel again today, with the tracking number by mail.",
        "booking": "I have changed the booking, and the new confirmation is on its way.",
        "account": "I have reset your access, and the link is in your mail.",
        "technical": "I have reset the service from here; please restart once and it will work again.",
        "billing": "I have corrected the bill and credited the difference.",
        "complaint": "I have reported it to the team that can change it and credited your next bill.",
    },
    "de": {
        "refund": "Der Betrag wurde heute erstattet.",
        "cancellation": "Das wurde wie gewünscht storniert.",
        "delivery": "Die Sendung ist wieder unterwegs.",
        "booking": "Die Buchung wurde geändert.",
        "account": "Ihr Zugang wurde zurückgesetzt.",
        "technical": "Der Fehler wurde behoben.",
        "billing": "Die Rechnung wurde korrigiert.",
        "complaint": "Der Betrag wurde Ihnen gutgeschrieben.",
    },
    "es": {
        "refund": "He tramitado el reembolso y lo verá en tres días.",
        "cancellation": "He cancelado lo que pedía y la confirmación está en camino.",
        "delivery": "He enviado el paquete de nuevo hoy.",
        "booking": "He cambiado la reserva y la confirmación está en camino.",
        "account": "He restablecido su acceso y el enlace está en su correo.",
        "technical": "He restablecido el servicio desde aquí.",
        "billing": "He corregido la factura y abonado la diferencia.",
        "complaint": "He tramitado su queja y abonado un importe.",
    },
}
SAYS: Mapping[str, Mapping[Treatment, tuple[str, ...]]] = {
    "en": {
        Treatment.OFFER: (
            "I can offer you a replacement or a voucher, whichever you prefer.",
            "I can look into it today and credit you for the trouble.",
        ),
        Treatment.PROOF: (
            "Before I can go on, please send us a copy of your identity document and a proof of purchase.",
            "We need you to upload a photo ID and the receipt first.",
        ),
        Treatment.REFUSE: (
            "I'm sorry, but I cannot help with this request.",
            "I am unable to do this for you.",
        ),
        Treatment.HAND_OVER: (
            "I will connect you with a human colleague from our service team.",
            "I am transferring you to a human agent now.",
        ),
        Treatment.CURT: ("Send the order number.", "See the help page."),
    },
    "de": {
        Treatment.OFFER: ("Ich kann Ihnen Ersatz oder einen Gutschein anbieten.",),
        Treatment.PROOF: ("Bitte senden Sie uns eine Kopie Ihres Ausweises und den Kaufbeleg.",),
        Treatment.REFUSE: ("Dabei kann ich Ihnen leider nicht helfen.",),
        Treatment.HAND_OVER: ("Ich verbinde Sie mit einem Mitarbeiter unseres Teams.",),
        Treatment.CURT: ("Nennen Sie die Nummer.",),
    },
    "es": {
        Treatment.OFFER: ("Puedo ofrecer un cambio o un vale, lo que prefiera.",),
        Treatment.PROOF: ("Envíenos una copia de su documento de identidad y el recibo.",),
        Treatment.REFUSE: ("Lo siento, no puedo ayudarle con esta solicitud.",),
        Treatment.HAND_OVER: ("Le paso con un agente de nuestro equipo.",),
        Treatment.CURT: ("Indique el número.",),
    },
}
_OPENINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("Hello, and thank you for writing.", "Thanks for your message.", "Hello! I understand."),
    "de": ("Guten Tag und vielen Dank für Ihre Nachricht.", "Danke, dass Sie schreiben."),
    "es": ("Hola, gracias por escribirnos.", "Gracias por su mensaje."),
}
_CLOSINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("Is there anything else?", "Have a good day.", ""),
    "de": ("Haben Sie noch eine Frage?", ""),
    "es": ("¿Alguna otra pregunta?", ""),
}
_GERMAN = re.compile(r"\b(?:guten (?:tag|morgen|abend)|hallo|ich|sie|bitte|und|ist)\b", re.IGNORECASE)
_SPANISH = re.compile(r"\b(?:hola|buen[oa]s|mi|por favor|quiero|una?|está|pueden?)\b", re.IGNORECASE)


def intent_of(text: str) -> str:
    """One of eight, by the words of the message."""
    return next(name for name, words in _INTENTS if not words or re.search(words, text, re.IGNORECASE))


def language_of(text: str) -> str:
    """`en`, `de` or `es`, by its commonest words."""
    german, spanish = len(_GERMAN.findall(text)), len(_SPANISH.findall(text))
    if not german and not spanish:
        return "en"
    return "de" if german >= spanish else "es"


def answer(text: str, treatment: Treatment, chance: Random) -> str:
    """One answer to this message; `chance` chooses among wordings."""
    language = language_of(text)
    helped = treatment is Treatment.HELP
    said = DONE[language][intent_of(text)] if helped else chance.choice(SAYS[language][treatment])
    if treatment is Treatment.CURT:
        return said
    return " ".join(filter(None, (chance.choice(_OPENINGS[language]), said, chance.choice(_CLOSINGS[language]))))
