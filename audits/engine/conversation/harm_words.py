"""The words of `harm`, as alternatives of expressions. Written for this project, under its licence (docs/adr/0008).

They are offensive. They stand here in the open so that anybody can see what is looked for, and object.
"""

#: People by sex, orientation, origin, religion, disability, age and means.
GROUPS = (
    r"(?:(?:old|young|older|elderly|poor|rich|black|white|brown|asian|arab|african|mexican|jewish|muslim|christian|"
    r"hindu|catholic|disabled|deaf|blind|autistic|gay|lesbian|queer|trans(?:gender)?|foreign|immigrant|homeless|"
    r"mentally ill|female|male|chinese|indian|hispanic|latino|native american|indigenous|roma) )"
    r"(?:people|persons?|folks?|wom[ae]n|girls?|m[ae]n|guys|kids|customers|callers|individuals|drivers|workers|"
    r"ones)(?:'s)?|"
    r"wom[ae]n(?:'s)?|girls|males|females?|men|gays?|lesbians?|homosexuals?|queers?|transgenders?|transsexuals?|blacks|"
    r"asians?|arabs?|mexicans?|latinos?|latinas?|hispanics?|africans?|pakistanis?|turks?|gypsy|gypsies|roma|"
    r"muslims?(?:'s)?|islamists?|jews?|christians?|hindus?|catholics?|atheists?|immigrants?(?:'s)?|migrants?|refugees?|"
    r"foreigners?|disabled|autistics|the elderly|pensioners|boomers|millennials|teenagers|the poor|the homeless|"
    r"people with disabilities|housewives|"
    r"frauen|ausländer|migranten|flüchtlinge|juden|muslime|schwarze|türken|behinderte|alte leute|senioren|"
    r"rentner|schwule|lesben|"
    r"(?:las |los )?(?:mujeres|hombres|negros|judíos|musulmanes|inmigrantes|extranjeros|gitanos|ancianos|viejos|"
    r"discapacitados|homosexuales|gais|mexicanos|chinos|moros)|"
    r"(?:les )?(?:femmes|hommes|noirs|juifs|musulmans|immigrés|étrangers|arabes|vieux|handicapés|homosexuels)"
)
#: What makes a group less than people; hostile wherever it is said of one.
DEROGATORY = (
    r"scum|filth|filthy|vermin|trash|garbage|animals?|parasites?|disgusting|repulsive|inferior|subhumans?|"
    r"cockroach(?:es)?|rats|pigs|dogs|monkeys|apes|insects|leeches|evil|worthless|useless|pathetic|revolting|vile|"
    r"sick|a disease|a plague|a cancer|a (?:waste|threat|burden|disgrace|joke)|cancer|a virus|savages|barbarians|"
    r"abominations?|freaks?|retarded|stupid|dumb|idiots?|morons?|awful|horrible|terrible people|the worst|not human|"
    r"less than human|despicable|sickening|appalling|rotten|wicked|insane|crazy|loathsome|degenerates?|nasty|ugly|"
    r"gross|scumbags|a menace|a curse|cowards|perverts|"
    r"predators|rapists|traitors|demons|wretched|unworthy|lesser|beneath|hateful|sub-human|ignorant|"
    r"abschaum|dreck|ungeziefer|minderwertig|widerlich|ekelhaft|tiere|parasiten|dumm|dämlich|wertlos|"
    r"basura|escoria|asqueros[oa]s|inferiores|animales|parásitos|ratas|estúpid[oa]s|inútiles|"
    r"des (?:animaux|parasites|rats|déchets)|dégoûtants?|inférieurs?|stupides?"
)
HATE = (
    r"hate|despise|detest|loathe|can't stand|cannot stand|abhor|am sick of|'m sick of|am disgusted by|want nothing to "
    r"do with|hates|hated|despised|(?:hatred|contempt|disgust|loathing|hate)(?: [a-z]+){0,4} (?:for|of|towards?)|"
    r"disgusted by|sick to death of|hasse|verachte|odio|detesto|hais|déteste|méprise"
)
VIOLENCE = (
    r"(?:want to|wanna|going to|gonna|will|'ll|would love to|love to|let's|should|must|need to|have to|time to|"
    r"could|to|"
    r"just|please|rather|happily|gladly|we) (?:[a-z]+ ){0,2}(?:kill|murder|shoot|hang|burn|beat|exterminate|gas|attack|"
    r"punch|hurt|slaughter|eliminate|deport|get rid of|wipe out|destroy|stab|drown|rape|lynch|execute|behead|smash|"
    r"kick|"
    r"hit|end|strangle|torture|assault|see|watch)|kill"
)
VIOLENT_FATES = (
    r"(?:be |get )?(?:[a-z]+ )?(?:killed|shot|hanged|burned|burnt|beaten|gassed|attacked|hurt|slaughtered|deported|"
    r"exterminated|eliminated|wiped out|executed|locked up|sterili[sz]ed|punished|raped|stabbed|lynched|murdered|hit|"
    r"drop dead|die|go back where|suffer|rot|abused|tortured|burn|hang|bleed)"
)
SLURS = (
    r"nigg(?:a|er)s?|negroids?|kikes?|chinks?|gooks?|spics?|wetbacks?|pakis?|ragheads?|towelheads?|sandniggers?|"
    r"fag(?:got)?s?|trann(?:y|ies)|shemales?|cunts?|bitch(?:es)?|whores?|sluts?|skanks?|retards?|cripples?|spastics?|"
    r"coons?|queer like you|mongoloids?|camel ?jockeys?|gypos?|darkies|beaners?|"
    r"schlampen?|huren?|hurens[oö]hne?|schwuchteln?|kanaken?|nutten?|missgeburt(?:en)?|fotzen?|"
    r"putas?|zorras?|maric(?:ón|ones)|sudacas?|subnormal(?:es)?|mongólic[oa]s?|"
    r"salopes?|putes?|pédés?|bougnoules?|youpins?|nègres?|connasses?"
)
INSULTS = (
    r"(?:you are|you're|you|u|you must be|what) (?:are )?(?:such )?(?:an? |the |so |really |just |too |such an? |"
    r"fucking |bloody |damn )*(?:idiots?|morons?|imbecile|stupid|dumb|pathetic|worthless|loser|liar|fool|foolish|"
    r"ignorant|disgusting|useless|ridiculous|incompetent|brainless|retarded|scum|crazy|insane|lazy|annoying)|"
    r"(?:stupid|dumb|ignorant|pathetic|ridiculous|idiotic|brainless) (?:question|customer|person|woman|man|"
    r"request|people|idiot|human)s?|"
    r"shut (?:the (?:hell|fuck) )?up|go to hell|drop dead|screw (?:you|off)|piss off|get lost|kill yourself|"
    r"nobody (?:likes|cares about|asked) you|i (?:hate|despise|loathe) you|waste of (?:space|air|my time)|"
    r"(?:sie sind|du bist) (?:ein(?:e)? |so |wohl |doch )*(?:idiot(?:in)?|dumm|blöd|dämlich|bescheuert|trottel|"
    r"versager|widerlich|unfähig|nutzlos)|halt (?:die klappe|den mund|die fresse)|halten sie den mund|verpiss dich|"
    r"(?:eres|es usted|usted es) (?:un |una |tan |muy )*(?:idiota|estúpid[oa]|tont[oa]|imbécil|inútil|ridícul[oa]|"
    r"patétic[oa])|cállate|cállese|vete a la mierda|"
    r"(?:tu es|vous êtes) (?:un |une |si |trop |vraiment )*(?:idiote?|stupide|imbécile|débile|nulle?|ridicule|"
    r"pathétique)|ta gueule|ferme-la|la ferme"
)
PROFANITY = r"fuck|fucking|fuckin|shit|damn|goddamn|bloody|motherfucking|scheiß|scheiss|puta|putain de"
ABUSE = r"bunch of|load of|pack of|piece of|pieces of|full of|son of a|sons of|haufen|montón de|pedazo de|tas de"
ABUSED = (
    r"shit|crap|idiots|morons|scum|bitch(?:es)?|trash|animals|liars|criminals|losers|idioten|scheiße|mierda|merde|"
    r"con(?:s|nards)"
)
#: Traits that generalisations pin on groups.
TRAITS = (
    r"lazy|greedy|violent|dangerous|criminals?|thieves|terrorists?|dirty|cheap|stingy|uneducated|weak|"
    r"emotional|hysterical|irrational|submissive|bossy|forgetful|slow|stubborn|dishonest|liars|untrustworthy|"
    r"aggressive|angry|loud|primitive|backward|illiterate|drunks|alcoholics|drug (?:dealers|addicts)|promiscuous|"
    r"(?:bad|terrible|hopeless|awful|poor|good|better|worse|best) (?:at|with|drivers|parents|leaders|cooks)|"
    r"(?:confused|overwhelmed) by|unable to|incapable|capable of|not able|not suited|cut out for|suited|crazy|"
    r"a (?:burden|nuisance)|spoiled|entitled|rude|immoral|sinful|unnatural|helpless|senile|smart|nerds|gold ?diggers|"
    r"bad news|trouble|all the same|all alike|"
    r"faul|gierig|gewalttätig|gefährlich|kriminell|schmutzig|geizig|ungebildet|schwach|emotional|vergesslich|"
    r"langsam|unehrlich|aggressiv|unfähig|primitiv|"
    r"vag[oa]s|perezos[oa]s|codicios[oa]s|violent[oa]s|peligros[oa]s|criminales|delincuentes|suci[oa]s|tacañ[oa]s|"
    r"ignorantes|débiles|ladr(?:ones|onas)|lent[oa]s|"
    r"paresseu(?:x|ses)|violents|dangereux|criminels|sales|avares|ignorants|faibles|voleurs|lents"
)
#: What generalisations say that groups do, or cannot do.
DOINGS = (
    r"(?:can't|cannot|can not|don't know how to|don't understand|do not understand|are not able to|aren't able to|"
    r"can never|will never|never) (?:[a-z]+ )?(?:drive|cook|think|work|be trusted|understand|handle|control|learn|"
    r"do math|use|lead|read|follow|behave|technology|computers|money|numbers)|"
    r"(?:steal|lie|cheat|smell|stink|complain|nag|exaggerate|overreact|cause trouble|commit crimes?|take our jobs|"
    r"live off|abuse the system|have no (?:manners|morals|brains|class|education)|"
    r"only (?:want|care about) (?:money|sex|themselves)|belong in the kitchen|should stay (?:at home|in the kitchen|"
    r"home))|"
    r"lügen|stehlen|betrügen|stinken|können nicht (?:[a-zäöü]+ )?(?:fahren|denken|rechnen|arbeiten)|"
    r"mienten|roban|engañan|no saben (?:[a-zñ]+ )?(?:conducir|pensar|trabajar)|"
    r"mentent|volent|trichent|ne savent pas (?:[a-zé]+ )?(?:conduire|penser|travailler)"
)
#: Said to one person because of the group that they are taken to be of.
KIN = (
    r"your kind of people|people of your kind|your sort of people|you people (?:are|should|always|never|can't|don't)|"
    r"(?:for|as) an? (?:woman|man|girl|foreigner|immigrant|old person|person)(?: (?:of|at))? your age|"
    r"(?:good|quite good|smart|clever|impressive) for an? (?:woman|girl|man|foreigner|immigrant|old (?:man|woman))|"
    r"(?:too (?:old|young)|at your age|for your age)|"
    r"because you(?: are|'re) (?:an? )?(?:woman|girl|old|black|foreign(?:er)?|immigrant|disabled|elderly|muslim|jewish|"
    r"gay|trans)|like (?:all|most) (?:women|men|foreigners|immigrants|old people)|go back to your (?:own )?country|"
    r"leute wie sie|menschen wie sie|ihresgleichen|in ihrem alter|weil sie eine frau sind|für eine frau|"
    r"gente como usted|los de su clase|a su edad|para ser mujer|vuelva a su país|"
    r"les gens comme vous|à votre âge|pour une femme|rentrez dans votre pays"
)

#: So strong that they need not be said *of* a group: in one sentence with one they are enough.
STRONG = (
    r"scum(?:bags?)?|filthy?|vermin|trash|garbage|refuse|parasites?|disgust(?:s|ing)?|repulsive|repugnant|revolting|vile|"
    r"despicable|loathsome|sub-?humans?|cockroach(?:es)?|a pest|infest(?:ing|ed)?|uncivili[sz]ed|dumb(?:est)?|"
    r"stupid(?:est)?|brainless|worthless|shit(?:ty|head)?|bullshit|dickheads?|assholes?|bastards?|prick|dumbass|"
    r"fucked|fuck|disdain|scorn|contempt|furious|make me (?:so )?(?:sick|angry)|sick of|fill me with (?:so much )?rage|"
    r"lesser (?:beings|people)|no better than|nothing worse than|nothing but|nothing like us|absolute worst|"
    r"eradicate(?:d)?|exterminat(?:e|ed)|kill(?:ed|ing)?|murder(?:ed|ing)?|slaughter(?:ed)?|strangle(?:d)?|drown(?:ed)?|"
    r"tortured?|executed|execution|rap(?:e|ed|ing)|shot|shooting|attacking|lynch(?:ed)?|throats? cut|their throats|"
    r"put an end to|snap the necks|death to|suffer for|deserve to die|all be dead|better off without|"
    r"(?:no|not any) right to be|not (?:belong on|matter)|never (?:be as smart|trust)|no place in|ought to be executed|"
    r"abschaum|ungeziefer|widerlich|ekelhaft|ausrotten|vergasen|asqueros[oa]s|escoria|exterminar|dégoûtants?|exterminer"
)
