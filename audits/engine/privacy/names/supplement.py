"""Words that no source has or that sources get wrong. Written by hand."""

from ..vocabulary import words

#: Short forms of given names, by the locale whose rules decline them.
DIMINUTIVES: dict[str, frozenset[str]] = {
    "ru_RU": words(
        "Саша Лена Маша Катя Настя Оля Таня Наташа Дима Серёжа Миша Коля Вова Женя Аня Юля Ира Света Паша Лёша Алёша "
        "Костя Ваня Петя Вася Гриша Толя Володя Даша Ксюша Надя Галя Люда Зина Нина Рита Соня Поля Тёма Егор Данила "
        "Артём Матвей Кирилл Тимур Руслан Рустам Айгуль Алина Алия Динара Гульнара Ильдар Камиль Арина Полина Ульяна "
        "Виолетта Снежана Элина Эльвира Карина Яна Инна Елизавета Дмитрий Сергей Наталья Наталия Татьяна Ольга Юлия"
    ),
    "pl_PL": words(
        "Anna Maria Olga Kamila Klaudia Dominika Patrycja Alicja Maja Lena Marzena Urszula Łucja Róża Bogumiła "
        "Mirosława Lidia Kasia Basia Gosia Ania Tomek Bartek Krzysiek Wojtek Marek Jurek Jacek Leszek Staszek Zosia "
        "Małgosia Magda Monika Agnieszka Katarzyna Małgorzata Joanna Barbara Ewa Elżbieta Beata Dorota Iwona Grażyna "
        "Halina Danuta Jadwiga Renata Bożena Teresa Krystyna Zofia Marta Aneta Izabela Sylwia Edyta Paulina Karolina "
        "Natalia Justyna Weronika Wiktoria Oliwia Aleksandra Hanna Julia Zuzanna Kinga Wanda Irena Janina Helena "
        "Stanisława Wiesława Jan Piotr Krzysztof Andrzej Tomasz Paweł Michał Marcin Jakub Stanisław Łukasz Mariusz "
        "Dariusz Zbigniew Jerzy Mateusz Grzegorz Wojciech Przemysław Rafał Tadeusz Adam Kamil Dawid Janusz Henryk "
        "Ryszard Kazimierz Maciej Sławomir Jarosław Mirosław Robert Zdzisław Bogdan Bartosz Artur Sebastian Damian "
        "Patryk Władysław Szymon Filip Antoni Franciszek Mikołaj Hubert Konrad Oskar Igor Norbert Przemek Grzesiek "
        "Maciek Radosław Radek"
    ),
    "es_ES": words(
        "Pepe Paco Lola Nacho Chema Javi Quique Charo Maite Concha Conchi Loli Toñi Inma Begoña Itziar Iker Aitor "
        "Ainhoa Nerea Jordi Montse Núria Xavi Oriol Chus Merche Nico Fran Toni Juanma Joaquín Andrés"
    ),
    "de_DE": words(
        "Uli Heiner Heinz Jürgen Günther Günter Jörg Björn Ute Elke Heike Silke Antje Wiebke Torsten Uwe"
    ),
    "fr_FR": words(
        "Jean-Pierre Jean-Paul Jean-Luc Jean-Claude Marie-Claire Anne-Marie Maëlle Théo Léo Chloé Zoé Inès"
    ),
    "en": words(
        "Liz Meg Josh Jake Zach Abby Zoe Liam Aiden Jayden Ethan Noah Mia Chloe Aisha Priya Raj Mei Yusuf Fatima "
        "Mohamed Muhammad Mohammed Ahmed Omar Aarav Anya Isla Olivia Imran Amir Hassan Ivan Daiki Yara Ava"
    ),
}  # fmt: skip

#: Words that at the head of a sentence are a person more often than what the dictionary says.
NAMES_FIRST = words(
    "raj sara manuel marina anna lena emma nina john jack frank peter carol jimmy jenny nick ray terry molly polly "
    "johnny harry tony tommy willy louis louise charlie jerry henry martin tom bob barbie valentine vincent richard "
    "juan maria jose marie pierre jean jan anne marta natalia julia laura paula luca andrea marco paolo giovanni "
    "giuseppe michel paul jacques philippe ana ali carolina ernst isa иван анна мария злата"
)

#: Ordinary words of customer service, and words of calendars and politeness, that lists of names claim.
ORDINARY = words(
    "durante varón niña niño mujer hombre acude paciente médico informe doctor remitido servicio historia humphrey "
    "barr grüße grüßen gruß saludo saludos pozdrawiam pozdrowienia уважением cordialement regards bestellung rechnung "
    "konto kunde monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep sept oct "
    "nov dec lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto "
    "septiembre octubre noviembre diciembre montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
    "januar februar märz mai juni juli oktober dezember lundi mardi mercredi jeudi vendredi samedi dimanche janvier "
    "février mars avril juin juillet août septembre octobre novembre décembre poniedziałek wtorek środa czwartek "
    "piątek sobota niedziela styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad "
    "grudzień понедельник вторник среда четверг пятница суббота воскресенье январь февраль март апрель май июнь июль "
    "август сентябрь октябрь ноябрь декабрь мая марта lunedì martedì mercoledì giovedì venerdì sabato domenica "
    "gennaio febbraio maggio giugno luglio settembre ottobre dicembre english spanish french german italian polish "
    "russian chinese japanese korean portuguese dutch indian american british mexican thai turkish greek arabic "
    "hebrew swedish danish norwegian finnish czech european asian african hi hello hey dear thanks thank please yes "
    "no ok okay sure sorry bye welcome great good nice fine well let lets hola gracias por favor sí buenos buenas "
    "estimado estimada hallo danke bitte ja nein guten liebe lieber sehr geehrte geehrter bonjour bonsoir merci oui "
    "non cher chère cześć dzień dobry dziękuję tak nie proszę szanowny szanowna pan pani panie państwo здравствуйте "
    "привет спасибо пожалуйста да нет добрый день вечер утро уважаемый уважаемая ciao grazie prego buongiorno gentile "
    "caro cara beste dank goedemorgen olá obrigado obrigada bom vera paz luz sol ola alba rosa pilar mercedes "
    "consuelo dolores remedios esperanza gloria blanca rocío nieves вера надежда любовь слава роман лев роза лилия "
    "злата майя рая веры вере веру верой надежды надежде надежду надеждой любви любовью славы славе славу романа "
    "роману романе розы розу будет lana kinga róża wonne ernst sommer winter stern sonne engel kaiser könig bauer "
    "wolf china india chad georgia jordan israel kenya brooklyn paris london sydney asia america ireland austin "
    "dallas houston phoenix denver virginia carolina dakota savannah florence verona venice vienna sierra atlanta "
    "washington lincoln france fran angeles jefferson roosevelt columbus astros christ christi salvador indiana latin "
    "irish persian welsh catalan acting pacifica anatolia uber hilton hyatt marriott ritz carlton wells fargo morgan "
    "stanley chase ford toyota honda tesla chevrolet visa mastercard paypal amazon netflix spotify google alexa siri "
    "cortana bixby alipay wi wifi app bot user agent customer assistant chat support name title date email phone "
    "mobile address street city state zip card account number order flight hotel restaurant museum college church "
    "park station road avenue"
)

#: Words of the lists of names that are hardly ever anybody's name in a customer's message.
NOT_NAMES = words(
    "earl alexa siri cortana bixby so an my man see long ha chi sun in on to no the you too le la de do da el al are "
    "can bot i'm i'd i'll i've it's let's that's there's what's don't isn't can't won't vs могу вам ваш ваша ваше нам "
    "нас там тут кит христа христос христу song pier center chai mist honey tone kit mets catalan cotto golden santa "
    "san los las st saint don bro sis mom dad mr mrs ms dr miss sir madam lady lord queen prince princess christmas "
    "easter america internet english android"
)

#: Words that, with a capital inside a sentence, are a person.
HOMONYMS = words(
    "mark bill frank grant drew chuck rob pat gene cliff dean victor sue pam ed al joe max ray roy don glen lee kim "
    "dan ben sam ted tim jim ken ron bob tom amy pedro antonio alexander alex charles george david michael james "
    "robert william thomas daniel peter paul martin simon philip edward elizabeth margaret jack john robin warren "
    "christian kitty heather jasmine rod norm lance miles dale wade carol nick ruby amber"
)

#: Names that customers write in lower case when they speak of something else: as names they need a capital.
ALSO_THINGS = words("esim iban iva puk")

#: Names of two letters that stand for themselves.
SHORT_NAMES = words("al ed jo bo li mo yu vi ty wu xu ng ma ho lu le oh юй ян ия")
