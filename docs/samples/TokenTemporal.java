// Pide un token temporal de MIPRES con Java 11 o posterior, sin bibliotecas: java TokenTemporal.java
// Necesita MIPRES_URL (https://…), MIPRES_NIT (sin dígito de verificación) y MIPRES_TOKEN (el del portal).
// Escribe el token temporal, que vale 24 horas: guárdelo y úselo hasta que venza.

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class TokenTemporal {
    private static final int INTENTOS = 3;
    private static final Pattern MENSAJE = Pattern.compile("\"Message\"\\s*:\\s*\"((?:\\\\.|[^\"\\\\])*)\"");
    private static final Pattern UNICODE = Pattern.compile("\\\\u([0-9a-fA-F]{4})");

    /** El token temporal; IOException con la causa que da MIPRES. */
    static String pedir(String url, String nit, String token) throws IOException, InterruptedException {
        HttpClient cliente = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();
        URI direccion = URI.create(url + "/WSSUMMIPRESNOPBS/api/GenerarToken/" + nit + "/" + token);
        HttpRequest peticion = HttpRequest.newBuilder(direccion).timeout(Duration.ofSeconds(30)).GET().build();
        for (int intento = 1; ; intento++) {
            HttpResponse<String> respuesta = cliente.send(peticion, HttpResponse.BodyHandlers.ofString());
            int estado = respuesta.statusCode();
            String cuerpo = respuesta.body();
            if (estado == 200) {
                return cuerpo.substring(1, cuerpo.length() - 1); // una cadena JSON: "…44 caracteres…"
            }
            // demasiadas llamadas, o el portal está ocupado: espere lo que pide y repita
            if ((estado != 429 && estado != 503) || intento == INTENTOS) {
                throw new IOException("MIPRES respondió " + estado + ": " + mensaje(cuerpo));
            }
            Thread.sleep(1000 * Long.parseLong(respuesta.headers().firstValue("Retry-After").orElse("10")));
        }
    }

    /** El campo Message de un error; con una biblioteca de JSON es más corto. */
    private static String mensaje(String json) {
        Matcher campo = MENSAJE.matcher(json);
        String texto = campo.find() ? campo.group(1) : json;
        return UNICODE.matcher(texto)
                .replaceAll(letra -> Matcher.quoteReplacement("" + (char) Integer.parseInt(letra.group(1), 16)));
    }

    public static void main(String[] args) throws InterruptedException {
        try {
            System.out.println(
                    pedir(System.getenv("MIPRES_URL"), System.getenv("MIPRES_NIT"), System.getenv("MIPRES_TOKEN")));
        } catch (IOException error) {
            System.err.println(error.getMessage() == null ? "No hubo conexión con MIPRES." : error.getMessage());
            System.exit(1);
        }
    }
}
