"""Which words does a guesser in Colombia try first? zxcvbn brings the English ones; these are the others.

Written for this portal: its own words, the health system's, places, and what Spanish lists of common passwords have in
common. Without accents and in lower case, as passwords are compared. Words of sentences are left out: a phrase of
several of them is what the portal recommends.
"""

PORTAL = """
mipres minsalud minsaludcol ministerio minproteccion sispro adres reps rethus ruaf mesadeayuda delegado delegada
admips admeps admepss admprov admet admppn prescriptor prescripcion suministro suministros facturacion token modulo
administrador administradora admin usuario usuaria usuarios contrasena contrasenia clave claves password passw0rd
seguridad seguro segura acceso ingreso ingresar entrar sistema sistemas portal temporal cambiame cambiar cambio
prueba pruebas soporte demostracion demo ejemplo nueva nuevo secreta secreto bienvenido bienvenida bienvenidos
"""
HEALTH = """
salud hospital hospitales clinica clinicas ips eps epss ese proveedor proveedores medico medica medicos medicina doctor
doctora enfermera enfermero enfermeria farmacia drogueria paciente pacientes odontologia nutricion bacteriologia
consultorio laboratorio urgencias supersalud sura sanitas compensar famisanar coosalud nuevaeps saludtotal mutualser
cajacopi capital cafesalud coomeva aliansalud capresoca emssanar asmetsalud dusakawi
"""
PLACES = """
colombia colombiano colombiana bogota medellin cali barranquilla cartagena cucuta bucaramanga pereira manizales armenia
ibague neiva villavicencio pasto monteria sincelejo valledupar riohacha santamarta popayan tunja florencia yopal quibdo
leticia mocoa arauca mitu inirida antioquia atlantico bolivar boyaca caldas caqueta casanare cauca cesar choco cordoba
cundinamarca guainia guajira guaviare huila magdalena meta narino putumayo quindio risaralda santander sucre tolima
valle vaupes vichada amazonas sanandres soacha bello envigado itagui palmira soledad
"""
TIME = """
enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre lunes martes
miercoles jueves viernes sabado domingo primavera verano otono invierno navidad semana
"""
COMMON = """
teamo teamomucho tequiero tequieromucho amor amorcito mivida micorazon corazon princesa principe hermosa hermoso bonita
bonito mariposa estrella estrellita angel angelito bebe bebito chiquita chiquito linda lindo loquito loquita flaca
flaco gordita gordito papito mamita mama papa familia mifamilia hijo hija hijos mihijo mihija abuela abuelo hermano
hermana amigo amiga amigos amistad felicidad alegria libertad esperanza dios diosito diosmio diosesamor jesus jesucristo
jesusteamo cristo cristovive virgen maria santisima bendicion bendiciones nacional millonarios santafe junior america
deportivo atleticonacional futbol messi ronaldo barcelona realmadrid tigre leon perro gato conejo caballo pelota
chocolate caramelo fresa cereza naranja limon manzana rojo azul verde amarillo negro blanco rosado morado carlos jose
juan luis jorge andres camilo camila sebastian santiago daniel daniela valentina alejandro alejandra felipe diego david
miguel fernando ricardo oscar paola andrea carolina natalia laura diana sandra martha claudia patricia gloria adriana
catalina isabella sofia mariana juliana gabriela esteban nicolas mateo samuel tomas emiliano rodriguez gomez gonzalez
martinez garcia lopez hernandez sanchez ramirez perez diaz munoz rojas moreno jimenez gutierrez torres vargas
uno dos tres cuatro cinco seis siete ocho nueve diez unodostres unodostrescuatro abcd abcdef abcdefg qwerty qwertyuiop
asdfgh asdfghjkl asdfghjklñ zxcvbn zxcvbnm hola holahola holamundo computador computadora internet celular nokia samsung
"""
WORDS = tuple(dict.fromkeys(f"{PORTAL}{HEALTH}{PLACES}{TIME}{COMMON}".replace("ñ", "n").split()))
