"""Words that speak of a person, of a firm, or of a place, in several languages."""

from ..vocabulary import words

TITLES = words(
    "mr mrs ms miss mx dr prof professor sir madam lady lord señor señora señorita sr sra srta don doña dra herr "
    "herrn frau fräulein monsieur madame mademoiselle mme mlle pan pani pana panu panem panią панa г-н г-жа господин "
    "госпожа господину господина доктор signor signora signorina sig dhr mevrouw mevr meneer senhor senhora captain "
    "sayın bay bayan paní pane κύριος κύριε κυρία κύριο пані fru hr "
    "sergeant officer inspector judge senator president uncle aunt brother sister father"
)
GREETINGS = words(
    "hi hello hey dear thanks thank hola gracias hallo liebe lieber danke bonjour merci cher chère cześć drogi droga "
    "привет здравствуйте спасибо ciao grazie caro cara beste olá obrigado obrigada estimado estimada yes no ok sorry "
    "sure goodbye bye well and but"
)
ARTICLES = words(
    "the a an this that every each el la los las un una le les une der die das den dem ein eine il lo het een o os as "
    "um"
)
#: In front of a surname, with nothing but a space between.
CUES_BEFORE = words(
    "by said says tell told ask asked named called dijo sagte dit powiedział powiedziała сказал сказала disse zei "
    "dentist doctor therapist stylist actor actress director producer singer artist author writer engineer colleague "
    "friend wife husband son daughter brother sister mother father mom dad uncle aunt partner kid child passenger "
    "patient neighbor neighbour cousin nephew niece player novel him her am starring ex-husband ex-wife paciente "
    "médico doctora esposo esposa marido mujer hijo hija hermano hermana amigo amiga mann sohn tochter bruder "
    "schwester mutter vater freund freundin kollege kollegin patientin mari fils fille frère sœur mère père ami amie "
    "collègue mąż męża żona żony syn syna córka córki brat brata siostra муж мужа жена жены сын сына дочь дочери мать "
    "отец брат брата сестра сестры друг друга подруга пациент marito moglie figlio figlia fratello sorella madre "
    "padre amico amica man vrouw zoon dochter filho filha irmão irmã"
)
#: Behind a name: what persons do.
CUES_AFTER = words(
    "said says told asked wrote writes thinks wants wanted needs lives lived calls shouted began spent listed "
    "explained works worked moved died married born influenced flew dijo dice vive quiere sagte sagt wohnt möchte dit "
    "veut habite powiedział powiedziała mieszka chce сказал сказала живёт живет хочет просит disse vuole abita zei "
    "woont wil quer mora"
)
#: Endings of street names that are written in one word.
STREET_ENDINGS = (
    "straße", "strasse", "gasse", "weg", "platz", "allee", "straat", "laan", "plein", "gracht", "gade", "vej", "gatan",
    "vägen", "katu", "tie", "gata", "braut",
)  # fmt: skip
_THINGS = words(
    "street st avenue ave road rd drive dr lane ln blvd boulevard court ct square sq place pl way park parkway plaza "
    "airport station hotel hotels inn inns suites resort lodge motel hostel guesthouse house restaurant cafe café bar "
    "grill kitchen diner bistro pizzeria pub tavern bakery museum theatre theater cinema church cathedral college "
    "university school academy library hospital clinic centre center mall market store shop gallery stadium arena "
    "club beach lake river island islands mountain mount hill hills valley creek bridge tower palace castle garden "
    "gardens county city town village district state states north south east west inc ltd llc corp co company gmbh ag "
    "group bank holdings sons brothers bros partners associates foundation institute orchestra band records airlines "
    "airways international national general motors fargo stanley song album film movie novel show game series cup "
    "award prize day eve week month year morning afternoon evening night express line tour tours rental cars calle "
    "avenida avda paseo restaurante iglesia museo parque colegio universidad straße strasse str platz weg allee gasse "
    "bahnhof flughafen kirche schule krankenhaus rue gare église musée lycée hôpital ulica ul aleja plac szpital "
    "szkoła dworzec lotnisko hotelu улица ул проспект площадь гостиница отель ресторан ресторана кафе отеля отеле "
    "гостинице гостиницы гостиницу колледж колледжа колледже пансион пансионат святого святой улице улицы церкви "
    "музее музея парке театр театра вокзала больнице школе дорогой музей церковь парк больница школа вокзал аэропорт "
    "via piazza viale corso ospedale ristorante chiesa straat laan plein ziekenhuis kerk rua praça igreja syndrome "
    "disease test scale score síndrome enfermedad signo maniobra escala índice prueba técnica método clasificación "
    "criterios syndrom krankheit maladie zespół choroba болезнь синдром"
)
BLOCKS_AFTER = _THINGS - words("st dr co eve general")
BLOCKS_BEFORE = (_THINGS - words("dr co eve general day morning night evening week year song show and")) | words(
    "san santa santo são saint st. fort port mount mt lake los las el new great río rio cape de la sint sankt"
)
