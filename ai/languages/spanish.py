"""Spanish: the claims that unsigned words may never make, number words, and everyday words.

Patterns are written without accents, which people leave out. They find plain cases only.
"""

from ai.languages.language import Language, any_phrase

MEETING = any_phrase(
    r"(?:te|os) (?:vi|vimos|veo|veremos|conoci\w*|recuerdo|recordamos|reconoc\w*|abrace|salude|he visto|hemos visto)",
    r"(?:me|nos) (?:acuerdo|acordamos) de (?:ti|cuando|como|tu)|recuerdo (?:cuando|como|tu|aquel\w*)",
    r"(?:nos|te) (?:vemos|veremos|veo) (?:en|el|la|al?|pronto|luego|manana|alli|esta)",
    r"nos (?:conoci\w*|conocemos|vimos|encontramos|cruzamos|abrazamos|saludamos|hicimos una foto)",
    r"conocerte|verte|saludarte|abrazarte|encontrarte|(?:hablar|charlar|bailar|cantar|reir) contigo",
    r"(?:primera|segunda|ultima) fila|camerino|bastidores|entre el publico|concierto\w*|anoche|ayer|backstage",
    r"(?:la otra|aquella|esa) noche|el otro dia|el dia que nos",
    r"tus? (?:\w+ )?(?:cartas?|mensajes?|notas?|cara|rostro|sonrisa|voz|mirada|ojos|fotos?|dibujos?|regalos?"
    r"|casa|ciudad"
    r"|calle|barrio|trabajo|cumpleanos|boda|familia|perfume|amigos|pelo|coche|flores)",
    r"\w+(?:ibiste|daste|viaste|jiste|taste|diste|laste|raste|niste|peraste|caste|guntaste|galaste|jaste|vaste|jiste)",
    r"me hiciste (?:reir|llorar|sentir)|(?:la carta|el dibujo|las flores|la foto|el mensaje) que",
    r"(?:escrib\w*|compus\w*|hice|hicimos|grab\w*|cant\w*|dedi\w*) (?:\w+ ){0,3}(?:para|por|sobre|a) ti",
    r"(?:pensando|pienso|pensamos|pense|sueno|sonando) (?:\w+ )?(?:en ti|contigo)|(?:habla|trata) de ti",
    r"(?:solo|especialmente|personalmente|unicamente) (?:para|por) ti|nunca (?:te )?olvid\w*|inolvidable",
    r"nuestr[oa] (?:noche|charla|encuentro|historia|cita|conversacion)|feliz cumpleanos|(?:felicidades"
    r"|enhorabuena) por tu",
)

ROMANCE = any_phrase(
    r"(?:te|os) (?:amo|amamos|adoro|deseo|necesito|extrano|extranamos|anoro|beso)|te echo (?:mucho )?de menos",
    r"(?:te|os) (?:quiero|queremos)(?! (?:dar|decir|agradecer|contar))|amor mio|vida mia|carino mio|mi (?:\w+ )?amor",
    r"mi (?:vida|cielo|reina|rey|corazon|alma|angel|nena|nene|princesa|tesoro)(?=[,.!?]|$)|mi corazon (?:es|te|late)",
    r"enamor\w*|bes(?:os?|itos?|arte|ar|ame)|caricias?|acarici\w*|abrazarte|guap[oa]s?|bombon|sexy|sexo|sexual\w*",
    r"desnud\w*|cama|dormitorio|labios|piel|cuerpos?|curvas|casate|casarnos|casarme|novi[oa]s?|amante|media naranja",
    r"alma gemela|(?:hombre|mujer|chic[oa]|amor) de mis? (?:vida|suenos)|(?:noche|dormir|despertar|vivir"
    r"|cena\w*) contigo",
    r"(?:siempre )?(?:estare )?a tu lado|loc[oa] por ti|me muero por|sueno contigo|tuy[oa] para siempre|soy tuy[oa]",
)

MONEY = any_phrase(
    r"entradas?|boletos?|gratis|descuentos?|rebaj\w*|ofertas?|premios?|sorteos?|rifas?|gan(?:ar|ado|aste|a|adora?)",
    r"compr(?:a|ar|alo|ala|ad|en|e)|pag(?:a|ar|o|os|as|ue)|precios?|dinero|euros?|dolares?|pesos|paypal|bancos?",
    r"transferencia|tarjetas?|contrasenas?|cripto\w*|bitcoin|inver\w*|inviert\w*|don(?:a|ar|acion|aciones|ativos?)",
    r"camisetas?|sudaderas?|merch\w*|tienda|preventa|cupon\w*|codigos?|promocion\w*|suscri\w*|patrocin\w*|propinas?",
    r"edicion limitada|subasta|prestamos?|cuenta bancaria|te sale|por solo|vinilo firmado|\S*[$€£¥]\S*",
)

PROMISE = any_phrase(
    r"promet\w*|promesa|(?:te )?lo juro|juramos|garantiz\w*|gira|de gira|vip|sorpresas?|exclusiv\w*|adelanto"
    r"|muy pronto",
    r"nuev[oa] (?:disco|album|sencillo|single|gira|concierto|video)|proxim[oa] (?:\w+ )?(?:disco|album|sencillo|cancion"
    r"|tema|gira|concierto|video|vez)|(?:disco|album|sencillo|single|gira) (?:\w+ )?nuev[oa]",
    r"(?:disco|album|sencillo|single|tema|gira|cancion|video) (?:\w+ )?(?:sale|saldra|llega|llegara|estara)",
    r"pronto (?:habra|saldra|tocar\w*|ir\w*|estar\w*|volver\w*|llega\w*|nos|vendra|sabras)|proximamente"
    r"|te va a encantar",
    r"(?:te|os) (?:lo |la )?\w{2,}(?:are|ere|ire|dre|aremos|eremos|iremos|dremos)|cantare|tocare(?:mos)?|estare",
    r"invit(?:o|a|ar|aremos|acion|ado|ada)|lista de invitados|vamos a (?:anunciar|tocar|sacar|lanzar|publicar)",
    r"(?:sale|saldra|llega|llegara) (?:en|el|este|manana)|(?:tocamos|iremos|vamos|vendremos) (?:en|a) tu|para siempre",
    r"tu nombre (?:en|estara|sonara)",
)

HATE = any_phrase(
    r"odi(?:o|as|a|amos|an|ar|es|oso)|mat(?:ar|arte|ate|ad)|muer(?:e|an|ete|te)|mierda|idiotas?|imbecil\w*|estupid\w*",
    r"tont[oa]s?|inutil\w*|asco|asqueros\w*|basura|escoria|put[oa]s?|zorras?|maric\w*|sudacas?|gilipollas|cabron\w*",
    r"joder|jodete|hij[oa] de|(?:la )?gente como tu|(?:los|las|gente) de tu \w+|tu (?:raza|gente|calana)|vete a"
    r"|callate",
    r"(?:las mujeres|los hombres|ellas|ellos) (?:no )?(?:deber|tendr)\w*|verguenza|nadie te (?:quiere|echaria"
    r"|extranaria)",
    r"suicid\w*|cortate|ahorc\w*|pegar\w*|golpear\w*|viola(?:r|cion)|nazis?|hitler|terroris\w*|desaparec\w*"
    r"|extranjeros",
)

POLITICS = any_phrase(
    r"vot(?:a|ar|as|e|en|o|os|ad|acion)|eleccion\w*|president\w*|gobiern\w*|politic\w*|parlamento|congreso|senad\w*",
    r"ministr\w*|alcald\w*|partidos?|la (?:izquierda|derecha)|socialis\w*|comunis\w*|fascis\w*|capitalis\w*|inmigra\w*",
    r"refugiad\w*|fronteras?|aborto|patrias?|nacion(?:al\w*|es)?|banderas?|guerras?|ejercito|soldad\w*|militar\w*",
    r"huelgas?|sindicat\w*|manifesta\w*|protest\w*|revolucion|independent\w*|policia\w*|impuestos?|monarqu\w*"
    r"|republica\w*",
    r"trump|putin|biden|otan|israel\w*|palestin\w*|ucrani\w*|rus[oa]s?|religi\w*|dios|jesus|cristian\w*|musulman\w*",
    r"judi[oa]s?|iglesias?",
)

MINORS = any_phrase(
    r"nin[oa]s?|nen[ea]s?|cri[oa]s?|chiquill\w*|chaval\w*|adolescent\w*|menor(?:es)?|colegio|cole|escuela|instituto",
    r"deberes|profesor\w*|profe|maestr[oa]s?|tus? (?:madre|padres?|mama|papa|edad|hij[oa]s?)|\d+ anos|anos tienes",
    r"nuestro (?:pequeno )?secreto|no se lo (?:digas|cuentes)|no se enteren?|seas mayor|juguetes?|recreo|pupitre",
)

HEALTH = any_phrase(
    r"cancer|depresi\w*|deprimid\w*|ansiedad|terapi\w*|terapeut\w*|medic[oa]s?|medicin\w*|medicament\w*|pastillas?",
    r"drogas?|embaraz\w*|enferm\w*|doctor\w*|hospital\w*|dietas?|adelgaz\w*|adict\w*|adiccion\w*|cur(?:a|ar"
    r"|arte|ara|an)",
    r"san(?:a|ar|arte|ara)|autolesi\w*|borrach\w*|alcohol\w*|fum(?:a|ar|as)|cocaina|insomnio|psicolog\w*|psiquiatr\w*",
    r"quimio\w*|panico|migran\w*|dolor de",
)

MACHINE = any_phrase(
    r"(?:como|soy) (?:una? )?(?:modelo|ia|asistente|bot|maquina|programa)|modelo de lenguaje|inteligencia artificial",
    r"aqui (?:esta|tienes|va) (?:el|la|un|una|tu|mi) (?:\w+ )?(?:mensaje|texto|borrador|nota|version|respuesta)",
    r"(?:por supuesto|claro que si|desde luego|entendido)[,!.:]|(?:opcion|version|variante) (?:\d|uno|[a-c]\b)",
    r"instruccion\w*|(?:mis|las|tus|nuevas) (?:\w+ )?reglas|prompt\w*|json|asistente|usuari[oa]s?|(?:sistema"
    r"|nota|mensaje"
    r"|respuesta|texto|asunto):|no puedo (?:ayudar|cumplir)|segun (?:las|mis) |solicitad[oa]|generad[oa]|indicaciones",
)

ELSEWHERE = any_phrase(
    r"instagram|tiktok|facebook|youtube|twitter|twitch|spotify|sigue(?:me|nos)|mis redes|enlaces?|pincha|clic"
    r"|mi perfil",
    r"(?:mi|pagina|nuestra) web|busca(?:me|nos)|boletin|googl\w*|punto (?:com|es|net|org)",
    r"(?:escribe|llama|manda|envia|contacta|contesta|responde)(?:me|nos)|whatsapp|telegram"
    r"|mi (?:telefono|movil"
    r"|correo|numero)|respondes?|contestas?",
)

CLAIMS = {
    "meeting": MEETING,
    "romance": ROMANCE,
    "money": MONEY,
    "promise": PROMISE,
    "hate": HATE,
    "politics": POLITICS,
    "minors": MINORS,
    "health": HEALTH,
    "machine": MACHINE,
    "elsewhere": ELSEWHERE,
}

NUMBER_WORDS = any_phrase(
    r"dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci\w+|veint\w+|treinta"
    r"|cuarenta",
    r"cincuenta|sesenta|setenta|ochenta|noventa|cien|cientos?|\w*cient[oa]s|quinient[oa]s|mil(?! gracias)|miles",
    r"millon(?:es)?|docenas?|decenas?|centenar\w*|doble|triple|mitad|tercer[oa]?",
)

_EVERYDAY_TEXT = """
    a abajo abierta abierto abrazo abrir acabar acaso acompañar acorde actualidad además adentro afuera agradece
    agradecer agradecimiento ahora ahí aire al alegrar alegre alegría algo alguien alguna algunas alguno algunos algún
    allí alma alto amable ambos amigo ancho andar animar anoche antes apagar aparecer apenas apreciar aprender aquel
    aquella aquí arriba así aunque ayudar azul año aún bailar bajar bajo banda bastante batería bello bien bienvenida
    bienvenido bonito brillar brillo brindar buen bueno buscar cada café calle calma cambiar caminar camino canción
    cansar cantar cante cariño casa casi celebrar cerca cerrar cielo cierto claro cocina coger colar comenzar como
    compartir compañía compensa componer compuse con conmigo conmover conseguir contar contento contigo corazón coro
    cosa crecer cree creer creo cruzar cual cualquier cuando cuanto cuarto cuenta cuentan cuerda cuida cuidado cuidar
    cuidas curiosidad cuyo cuál cuándo cuánto cómo daba dan dar darle darnos darte das de debajo decir dedicar dejar
    del delante demostrar demás dentro derecho desde despacio después detalle detrás di dice dicho difícil digas digo
    dijo diminuto dio dirección disco discutir disfrutar diste distinto donde doy dudar dulce durante dé día dónde e
    echar el ella ellas ellos emocionar emoción empezar en encantar encender encontrar encontré encuentra encuentro
    enero enorme ensayar ensayo enseñar entero entonces entrar entre entregar entusiasmo era eras eres es esa escribir
    escrito escucha escuchar ese eso espacio especial esperanza esperar esta estaba estamos estar este esto estoy
    estrella estribillo estrofa estudio estuvo está estáis están estás esté estén etapa existir explicar extraño
    favorito feliz fiel fiesta fin final fondo forma frase fue fuego fuera fueron fuerte fuerza fuese fui fundir fácil
    ganas generoso gente gesto gigante girar grabamos grabar grabo grabé gracias gran grande gratitud guardar guitarra
    gustado gustan gustar gusto ha haber habitación hablar habremos habría habéis había habían hace hacen hacer
    hacerle hacernos hacerte haces hacia haciendo hago hallar han haría has hasta hay haya hayas he hecho hemos
    hermoso hiciera hilo historia hizo hogar hola hombre hondo honor hora hoy hubiera hueco humilde iba idea igual
    ilusión imaginar importante importar intención intentar interior invierno ir jamás jugar juntar junto la lado
    largo las le leer lejos lenta lento les letra levantar leve libre libro ligero limpio llega llegar llegas llenar
    lleno llevar llover lluvia lo local los luego lugar luna luz línea madera madrugada manera mano mantener mar
    maravilla maravilloso marcar mayor mañana me medio mejor melodía memoria menos mensaje mente merece merecer
    mereció mes meses meter mi micrófono miedo mientras mil minuto mirar mismo mitad modo momento montón motivo mover
    muchas mucho muchos muchísimo mudo mundo muy mágico más mí mía mías mío míos música músico nacer nacida nacido
    nació nada nadie necesitar ni ninguno ningún no noche nombre nos nosotros nota notar noticia nuestro nuevo nunca
    número o ojalá ola olvidar orgullo os oscuro otra otro oye oyen oído oír paciencia palabra papel par para parar
    parecer pared parte partir pasada pasado pasados pasamos pasar paseo paso pausa paz pecho pedir pena pensar
    pequeño perder perfecto permitir pero persona pesar piano pie piensa pienso pieza piso pocas poco pocos poder pon
    pone poner pones por porque posible precioso preguntar premura presente prestar primavera primer primero probar
    proceso pronto propio próximo pudiera pudo puede pueden puedo puente puerta pues puesto pulso punto puse público
    que queda quedan quedar quedas querer quería quien quienes quiere quieres quiero quieto quiso quizá quizás quién
    qué raro rato razón real recibir recién recoger recordar recorrer regalar regalo regresar repetir repite repiten
    reproducción respirar resto reír rincón risa ritmo roto ruido sabe saber sacar sala salir saltar saludo salvo se
    secreto seguir segundo seguro semana sencillo sentar sentido sentir ser serán sería si sido siempre siendo siente
    sientes siento siesta siga siglo significar sigo sigue sigues silencio simple simplemente sin sincero sino sobre
    sois sol soler solo sombra somos son sonando sonar sonido sonreír sonrisa sonríe sonrío sorprender sostener soy
    soñar su suave subir suelo suena suenan suenas suene suerte sueño suficiente sumar supo surgir suyas suyo sé sí
    tal también tampoco tan tantas tanto tantos tarde tarea te tema tener tengo terminar ti tiempo tiene tienes tierno
    tierra tocamos tocando tocar todavía todo tomar tono toque trabajar trabajo traer tranquilo tras tratar través
    tren triste tu tus tuvo tuyo tímido tú un una uno unos usted va valer valioso valor vamos varios vas veces vecino
    vengan venir ventana ver verano verdad verso vez viajar viaje vida vidas viejo viene viento vino visto vivir vivo
    volar volumen volver voy voz vuelta vuelve vuelves vuelvo vuestra vuestro y ya yo zapato ánimo él época éramos
    último único
"""
_ENDINGS = """
    s es o a os as e mente ito ita itos itas ísimo ísima ísimas ísimos azo amos emos imos áis éis ís an en ar er ir
    arlo arla arte arme arnos erlo erla erte irlo irla irte irse arse erse é í ó aste iste ió aron ieron aba abas
    ábamos aban ía ías íamos ían aré aría ará arás arán aremos eré ería erá iré iría irá ado ada ados adas ido ida
    idos idas ando iendo yendo ara aras aran iera ieras ieran iéramos ase iese ándome ándonos
"""
SPANISH = Language(
    code="es",
    claims=CLAIMS,
    number_words=NUMBER_WORDS,
    everyday=frozenset(_EVERYDAY_TEXT.split()),
    suffixes=tuple(_ENDINGS.split()),
    fold=str.maketrans("áéíóúüñ", "aeiouun"),
)
