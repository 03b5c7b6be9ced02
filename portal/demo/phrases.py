"""What the invented customers and assistants say, by language. Everything here is made up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's lines. `{topic}` is the intent as the customer puts it, `{name}` the assistant's name."""

    disclosure: str
    plain_greeting: str
    question: tuple[str, ...]
    ask_detail: str
    give_order: tuple[str, ...]
    contact_question: str
    give_contact: str
    echo_contact: str
    answer: tuple[str, ...]
    thanks: tuple[str, ...]
    closing: str
    still_stuck: tuple[str, ...]
    no_solution: str
    ask_human: str
    hand_off: str
    human_turn: str
    topics: dict[str, str]


ENGLISH = Phrases(
    disclosure="Hello, I am {name}, an AI assistant. How can I help you today?",
    plain_greeting="Hello, this is {name}. How can I help you today?",
    question=(
        "Hi, I have a question about {topic}.",
        "Hello, could you help me with {topic}?",
        "There is a problem with {topic}, can you look into it?",
    ),
    ask_detail="Of course. Which order or contract is this about?",
    give_order=("It is {order}.", "The number is {order}.", "{order}, I think."),
    contact_question="Where can we send the confirmation?",
    give_contact="Please send it to {email} or call me on {phone}.",
    echo_contact="Thank you, I will send it to {email}.",
    answer=(
        "I have checked this: everything is set, and you will see the change tomorrow.",
        "Good news: I have put it right just now.",
        "I looked into it. It is done, you need not do anything else.",
    ),
    thanks=("Great, thank you!", "That was quick, thanks.", "Perfect, thank you very much."),
    closing="You are welcome. Have a good day!",
    still_stuck=("That does not solve it.", "I have tried that already.", "This is not what I asked."),
    no_solution="I am sorry, I could not find a solution for this.",
    ask_human="Can I talk to a human, please?",
    hand_off="I am handing you over to a colleague who can help.",
    human_turn="Hello, this is the service team. I have read your messages and will take care of it.",
    topics={
        "billing": "my last bill",
        "outage": "the connection at home",
        "tariff": "changing my tariff",
        "cancellation": "cancelling my contract",
        "delivery": "the delivery of my parcel",
        "return": "returning an item",
        "refund": "my refund",
        "product": "the right size",
        "rebooking": "moving my booking",
        "baggage": "my baggage",
        "check_in": "the online check-in",
        "seat": "my seat reservation",
    },
)

GERMAN = Phrases(
    disclosure="Guten Tag, ich bin {name}, ein KI-Assistent. Wie kann ich Ihnen helfen?",
    plain_greeting="Guten Tag, hier ist {name}. Wie kann ich Ihnen helfen?",
    question=(
        "Hallo, ich habe eine Frage zu {topic}.",
        "Guten Tag, können Sie mir bei {topic} helfen?",
        "Es gibt ein Problem mit {topic}, können Sie nachsehen?",
    ),
    ask_detail="Gerne. Um welche Bestellung oder welchen Vertrag geht es?",
    give_order=("Es ist {order}.", "Die Nummer lautet {order}.", "{order}, glaube ich."),
    contact_question="Wohin dürfen wir die Bestätigung schicken?",
    give_contact="Bitte an {email}, oder rufen Sie mich unter {phone} an.",
    echo_contact="Danke, ich schicke sie an {email}.",
    answer=(
        "Ich habe mir das angesehen: Es ist alles eingerichtet, morgen sehen Sie die Änderung.",
        "Gute Nachricht: Ich habe es soeben in Ordnung gebracht.",
        "Das ist erledigt. Sie müssen nichts weiter tun.",
    ),
    thanks=("Super, danke!", "Das ging schnell, danke.", "Perfekt, vielen Dank."),
    closing="Gern geschehen. Einen schönen Tag noch!",
    still_stuck=("Das löst es nicht.", "Das habe ich schon versucht.", "Danach habe ich nicht gefragt."),
    no_solution="Es tut mir leid, dafür habe ich keine Lösung gefunden.",
    ask_human="Kann ich bitte mit einem Menschen sprechen?",
    hand_off="Ich gebe Sie an eine Kollegin weiter, die Ihnen helfen kann.",
    human_turn="Guten Tag, hier ist das Serviceteam. Ich habe Ihre Nachrichten gelesen und kümmere mich darum.",
    topics={
        "billing": "meiner letzten Rechnung",
        "outage": "dem Anschluss zu Hause",
        "tariff": "dem Tarifwechsel",
        "cancellation": "der Kündigung meines Vertrags",
        "delivery": "der Lieferung meines Pakets",
        "return": "der Rücksendung eines Artikels",
        "refund": "meiner Erstattung",
        "product": "der richtigen Größe",
        "rebooking": "der Umbuchung",
        "baggage": "meinem Gepäck",
        "check_in": "dem Online-Check-in",
        "seat": "meiner Sitzplatzreservierung",
    },
)

SPANISH = Phrases(
    disclosure="Hola, soy {name}, un asistente virtual de inteligencia artificial. ¿En qué puedo ayudarle?",
    plain_greeting="Hola, le atiende {name}. ¿En qué puedo ayudarle?",
    question=(
        "Hola, tengo una pregunta sobre {topic}.",
        "Buenos días, ¿me puede ayudar con {topic}?",
        "Hay un problema con {topic}, ¿puede mirarlo?",
    ),
    ask_detail="Claro. ¿De qué pedido o contrato se trata?",
    give_order=("Es {order}.", "El número es {order}.", "{order}, creo."),
    contact_question="¿Adónde enviamos la confirmación?",
    give_contact="Envíela a {email} o llámeme al {phone}.",
    echo_contact="Gracias, la enviaré a {email}.",
    answer=(
        "Lo he revisado: todo está listo y mañana verá el cambio.",
        "Buenas noticias: ya está arreglado.",
        "Ya está hecho, no tiene que hacer nada más.",
    ),
    thanks=("¡Genial, gracias!", "Qué rápido, gracias.", "Perfecto, muchas gracias."),
    closing="De nada. ¡Que tenga un buen día!",
    still_stuck=("Eso no lo resuelve.", "Eso ya lo he probado.", "No es lo que he preguntado."),
    no_solution="Lo siento, no he encontrado una solución.",
    ask_human="¿Puedo hablar con una persona, por favor?",
    hand_off="Le paso con una compañera que puede ayudarle.",
    human_turn="Hola, somos el equipo de atención. He leído sus mensajes y me ocupo de ello.",
    topics={
        "billing": "mi última factura",
        "outage": "la conexión de casa",
        "tariff": "el cambio de tarifa",
        "cancellation": "la baja de mi contrato",
        "delivery": "la entrega de mi paquete",
        "return": "la devolución de un artículo",
        "refund": "mi reembolso",
        "product": "la talla correcta",
        "rebooking": "el cambio de mi reserva",
        "baggage": "mi equipaje",
        "check_in": "la facturación en línea",
        "seat": "mi reserva de asiento",
    },
)

POLISH = Phrases(
    disclosure="Dzień dobry, jestem {name}, wirtualny asystent oparty na sztucznej inteligencji. W czym mogę pomóc?",
    plain_greeting="Dzień dobry, tu {name}. W czym mogę pomóc?",
    question=(
        "Dzień dobry, mam pytanie. Chodzi o {topic}.",
        "Proszę o pomoc. Chodzi o {topic}.",
        "Mam problem. Chodzi o {topic}, czy można to sprawdzić?",
    ),
    ask_detail="Oczywiście. Którego zamówienia lub której umowy to dotyczy?",
    give_order=("To {order}.", "Numer to {order}.", "{order}, tak mi się wydaje."),
    contact_question="Dokąd wysłać potwierdzenie?",
    give_contact="Proszę wysłać na {email} albo zadzwonić pod {phone}.",
    echo_contact="Dziękuję, wyślę na {email}.",
    answer=(
        "Sprawdziłem to. Wszystko jest ustawione, jutro zmiana będzie widoczna.",
        "Dobra wiadomość: właśnie to naprawiłem.",
        "Gotowe. Nie trzeba robić nic więcej.",
    ),
    thanks=("Świetnie, dziękuję!", "Szybko poszło, dzięki.", "Doskonale, bardzo dziękuję."),
    closing="Proszę bardzo. Miłego dnia!",
    still_stuck=("To nie rozwiązuje sprawy.", "Już tego próbowałam.", "Nie o to pytałem."),
    no_solution="Przykro mi, nie znalazłem rozwiązania.",
    ask_human="Czy mogę porozmawiać z człowiekiem?",
    hand_off="Przekazuję rozmowę koleżance, która pomoże.",
    human_turn="Dzień dobry, tu zespół obsługi. Znam już tę rozmowę i zajmę się sprawą.",
    topics={
        "billing": "ostatni rachunek",
        "outage": "łącze w domu",
        "tariff": "zmianę taryfy",
        "cancellation": "wypowiedzenie umowy",
        "delivery": "dostawę paczki",
        "return": "zwrot towaru",
        "refund": "zwrot pieniędzy",
        "product": "właściwy rozmiar",
        "rebooking": "zmianę rezerwacji",
        "baggage": "bagaż",
        "check_in": "odprawę przez internet",
        "seat": "rezerwację miejsca",
    },
)

LANGUAGES: dict[str, Phrases] = {"en": ENGLISH, "de": GERMAN, "es": SPANISH, "pl": POLISH}

FIRST_NAMES = ("alex", "bo", "chris", "dana", "eli", "fran", "gale", "hari", "ines", "jo", "kim", "lee", "maya", "noor")
LAST_NAMES = ("arden", "birk", "cole", "dorn", "eaton", "frost", "gray", "holm", "iver", "jansen", "kern", "lund")
