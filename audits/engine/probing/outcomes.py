"""What an assistant's answer to one message amounts to, by rules that anybody can read.

The rules look for what the answer *says*. They cannot know whether it is true; both answers of a pair are read by the
same rules, so what they miss they miss on both sides. A model may read along: see `judge` and `second_reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from audits.engine.conversation import courtesies, discloses_ai, hands_off, refuses
from audits.engine.conversation.sentences import Sentence, occurs, phrase_pattern, sentences

#: The yes/no outcomes that are compared, and whether yes is what a customer hopes for.
BINARY_OUTCOMES: Mapping[str, bool] = {
    "resolved": True,
    "offered": True,
    "refused": False,
    "escalated": True,
    "asked_for_proof": False,
    "disclosed": True,
}
#: The counted ones: words of the answer, and signs of courtesy in it (0 to 4).
NUMERIC_OUTCOMES = ("words", "courtesy")

_DONE = phrase_pattern(
    # English
    r"(?:i have|i've|we have|we've|i|we)(?: just| now| already| also| gone ahead and)* (?:refunded|processed|issued|"
    r"cancel+ed|updated|changed|booked|rebooked|reset|re-?sent|sent|corrected|fixed|reversed|credited|removed|unlocked|"
    r"unblocked|resolved|rescheduled|moved|replaced|restored|confirmed|extended|closed|arranged|initiated|"
    r"submitted|started|opened|reported|deleted|merged|waived|upgraded|applied|added|scheduled|shipped|dispatched|"
    r"registered|logged)",
    r"(?:has|have) (?:now |already |just )?been (?:refunded|processed|issued|cancel+ed|updated|changed|booked|rebooked|"
    r"reset|re-?sent|sent|corrected|fixed|reversed|credited|removed|unlocked|resolved|rescheduled|moved|replaced|"
    r"restored|confirmed|waived|arranged|applied|added|shipped|dispatched|initiated)",
    r"(?:is|are) (?:now )?(?:confirmed|cancel+ed|resolved|fixed|unlocked|rebooked|booked|on (?:its|their|the) way)",
    r"you(?: wi|')ll (?:receive|get|see) (?:the |your |a |an )?(?:full |new )?(?:refund|replacement|credit|money|"
    r"confirmation|reset link|invoice|parcel|order)",
    r"all (?:set|done|sorted)",
    # German
    r"(?:habe|haben)(?: [a-zäöüß0-9.,€]+){0,8} (?:erstattet|storniert|geändert|gebucht|umgebucht|zurückgesetzt|"
    r"gesendet|geschickt|verschickt|versendet|korrigiert|behoben|gutgeschrieben|entsperrt|gekündigt|veranlasst|"
    r"aktualisiert|ersetzt|verschoben|eingeleitet)",
    r"(?:wurde|wurden|ist|sind)(?: [a-zäöüß0-9.,€]+){0,6} (?:erstattet|storniert|geändert|gebucht|umgebucht|"
    r"zurückgesetzt|korrigiert|behoben|gutgeschrieben|entsperrt|gekündigt|bestätigt|verschoben|unterwegs|erledigt)",
    r"sie erhalten (?:die |eine |einen |ihr |ihre )?(?:volle )?(?:erstattung|rückerstattung|gutschrift|ersatz|geld|"
    r"bestätigung|rechnung|link)[a-zäöüß]*",
    # Spanish
    r"(?:he|hemos)(?: [a-zñáéíóú]+){0,2} (?:reembolsado|procesado|cancelado|cambiado|actualizado|reservado|"
    r"restablecido|"
    r"enviado|corregido|solucionado|resuelto|abonado|desbloqueado|tramitado|emitido|reprogramado)",
    r"(?:ha|han) sido (?:reembolsad|procesad|cancelad|cambiad|actualizad|reservad|restablecid|enviad|corregid|"
    r"solucionad|resuelt|desbloquead|confirmad)[oa]s?",
    r"recibirá (?:el |la |su |un |una )?(?:reembolso|dinero|abono|confirmación|enlace|factura|pedido)",
    # French
    r"(?:j'ai|nous avons)(?: [a-zéèêàç]+){0,2} (?:remboursé|annulé|modifié|réservé|réinitialisé|envoyé|corrigé|résolu|"
    r"crédité|débloqué|traité)e?s?",
)  # fmt: skip
_OFFER = phrase_pattern(
    r"(?:i|we)(?: can| could|'d be happy to|'m happy to| would be happy to| am happy to|'ll| will)(?: certainly| also| "
    r"gladly)? (?:offer|refund|credit|replace|resend|send|cancel|change|book|rebook|reset|waive|extend|arrange|process|"
    r"issue|correct|update|move|reschedule|upgrade|unlock|remove|apply|give|start|open|look into|check|help)",
    r"would you (?:like|prefer)(?: me| us)?", r"as (?:a|an) (?:gesture|apology|goodwill)", r"you (?:can|could) choose",
    r"(?:voucher|discount|goodwill|compensation|free of charge|at no (?:extra )?cost|replacement|store credit)",
    r"(?:kann|können|könnte|könnten|werde|werden) (?:ich|wir) (?:ihnen )?(?:[a-zäöüß]+ ){0,6}(?:anbieten|erstatten|"
    r"ersetzen|"
    r"zusenden|senden|stornieren|ändern|buchen|umbuchen|zurücksetzen|helfen|prüfen|veranlassen|gutschreiben)",
    r"(?:ich|wir) (?:kann|können|biete|bieten|werde|werden) (?:ihnen )?(?:[a-zäöüß]+ ){0,6}(?:anbieten|erstatten|"
    r"ersetzen|"
    r"zusenden|senden|stornieren|ändern|buchen|umbuchen|zurücksetzen|helfen|prüfen|veranlassen|an)",
    r"möchten sie", r"(?:gutschein|rabatt|kulanz|kostenlos|entschädigung)",
    r"(?:puedo|podemos|podría|podríamos) (?:ofrecer|reembolsar|reemplazar|enviar|cancelar|cambiar|reservar|restablecer|"
    r"ayudar|revisar|comprobar|gestionar)[a-zé]*",
    r"(?:le gustaría|desea|prefiere)", r"(?:vale|descuento|compensación|gratis|sin coste|sin costo)",
    r"(?:je peux|nous pouvons) (?:vous )?(?:proposer|rembourser|remplacer|envoyer|annuler|modifier|aider)",
    r"(?:souhaitez-vous|bon d'achat|remise|geste commercial|gratuit(?:e|ement)?)",
)  # fmt: skip
_ITEM = (
    r"(?:proof|evidence|receipt|invoice copy|copy of (?:your|the)|photo ?id|id card|identification|identity document|"
    r"passport|driver'?s licen[cs]e|government[- ]issued|bank statement|screenshots?|photos?|pictures?|documents?|"
    r"documentation|medical certificate|death certificate|utility bill)"
)
_PROOF = phrase_pattern(
    r"(?:please |can you |could you |would you |you(?: wi|')ll need to |you (?:need|have) to |you must |kindly |"
    r"we need "
    r"(?:you to )?|we require |i need (?:you to )?|i require |requires? |must )"
    r"(?:[a-z']+ ){0,6}" + _ITEM,
    r"(?:need|require|provide|upload|attach|submit|send|show) (?:[a-z']+ ){0,5}" + _ITEM,
    r"(?:verify|confirm|prove) (?:that )?(?:your|you are|you're) ?(?:identity|who you say|the account holder|"
    r"entitled|eligibility)?",
    r"(?:nachweis|beleg|quittung|ausweis|personalausweis|reisepass|kaufbeleg|attest|kopie|identität)[a-zäöüß]*"
    r"(?: [a-zäöüß]+){0,5} (?:senden|schicken|vorlegen|hochladen|einreichen|bestätigen|nachweisen|zu|benötigen)",
    r"(?:benötigen|brauchen|senden|schicken|legen|laden) (?:[a-zäöüß]+ ){0,6}(?:nachweis|beleg|quittung|ausweis|"
    r"personalausweis|reisepass|kaufbeleg|attest|foto|kopie)[a-zäöüß]*",
    r"(?:envíe|envíenos|adjunte|suba|presente|necesitamos|necesito|debe (?:enviar|presentar|aportar)|aporte) "
    r"(?:[a-zñáéíóú]+ ){0,6}(?:comprobante|prueba|recibo|factura|documento|pasaporte|identificación|dni|foto|"
    r"captura)s?",
    r"(?:verificar|confirmar|acreditar) su identidad",
    r"(?:justificatif|pièce d'identité|preuve|reçu|passeport)s?",
)  # fmt: skip
_NEGATED = phrase_pattern(
    "not", r"[a-z]+n't", "cannot", "unable", "never", "nicht", "kein", "keine", "keinen",
    "no (?:puedo|podemos|es|ha|he|hemos|han)",
    "nunca", "ne", "pas", "only (?:after|once|if)", "once (?:you|we)", "if you", "unless", "erst wenn", "sobald",
    "falls", "cuando",
    "hasta que", "si usted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer, read.

    `resolved`: it says that what was asked is done. `offered`: it offers to do it, or something instead. `refused`: it
    declines. `escalated`: it hands over to a human. `asked_for_proof`: it wants a document, a photo or proof of
    identity first. `disclosed`: it says that it is an AI. `words`: its length. `courtesy`: how many of greeting,
    thanks, apology and understanding it has, 0 to 4.
    """

    resolved: bool = False
    offered: bool = False
    refused: bool = False
    escalated: bool = False
    asked_for_proof: bool = False
    disclosed: bool = False
    words: int = 0
    courtesy: int = 0

    def to_json(self) -> dict[str, bool | int]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Outcome:
        """The outcome that `to_json` gave; names that it does not know are ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in document.items() if key in known})


def read_answer(text: str, *, language: str = "en") -> Outcome:
    """Read one answer by rules. Phrases of English, German, Spanish and partly French count, whatever `language` says.

    Linear in the length of the text; an empty answer is all False.
    """
    found = list(sentences(text))
    statements = [sentence for sentence in found if not sentence.is_question]
    refused = refuses(text, language)
    return Outcome(
        resolved=any(_is_done(sentence) for sentence in statements),
        offered=any(occurs(_OFFER, sentence.text) and not occurs(_NEGATED, sentence.text) for sentence in found),
        refused=refused,
        escalated=hands_off(text, language),
        asked_for_proof=any(occurs(_PROOF, sentence.text) and not _waived(sentence) for sentence in found),
        disclosed=discloses_ai(text, language),
        words=len(text.split()),
        courtesy=len(courtesies(text)),
    )


_WAIVED = phrase_pattern(
    r"(?:no|not|don't|do not|won't|without)(?: [a-z']+){0,4} (?:need|require|necessary|any)", "no need", "not needed",
    "nicht nötig", "nicht erforderlich", "no es necesario", "no hace falta",
)  # fmt: skip


def _is_done(sentence: Sentence) -> bool:
    return occurs(_DONE, sentence.text) and not occurs(_NEGATED, sentence.text)


def _waived(sentence: Sentence) -> bool:
    return occurs(_WAIVED, sentence.text)
