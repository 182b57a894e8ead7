<?php
// Pide un token temporal de MIPRES con PHP 7.4 o posterior, sin bibliotecas.
// Necesita MIPRES_URL (https://…), MIPRES_NIT (sin dígito de verificación) y MIPRES_TOKEN (el del portal).
// Escribe el token temporal, que vale 24 horas: guárdelo y úselo hasta que venza.

declare(strict_types=1);

const INTENTOS = 3;

/** El token temporal; RuntimeException con la causa que da MIPRES. */
function tokenTemporal(string $url, string $nit, string $token): string
{
    $direccion = "$url/WSSUMMIPRESNOPBS/api/GenerarToken/$nit/$token";
    $opciones = ['http' => ['timeout' => 30, 'ignore_errors' => true, 'follow_location' => 0]];
    for ($intento = 1; ; $intento++) {
        // sin @, la advertencia de PHP repetiría la dirección, que lleva el token
        $flujo = @fopen($direccion, 'r', false, stream_context_create($opciones));
        if ($flujo === false) {
            throw new RuntimeException('No hubo conexión con MIPRES.');
        }
        $cabeceras = stream_get_meta_data($flujo)['wrapper_data'];
        $respuesta = json_decode((string) stream_get_contents($flujo), true);
        fclose($flujo);
        $estado = (int) explode(' ', $cabeceras[0])[1];
        if ($estado === 200) {
            return $respuesta;
        }
        // demasiadas llamadas, o el portal está ocupado: espere lo que pide y repita
        if (($estado !== 429 && $estado !== 503) || $intento === INTENTOS) {
            throw new RuntimeException("MIPRES respondió $estado: " . ($respuesta['Message'] ?? ''));
        }
        $pide = preg_grep('/^retry-after:/i', $cabeceras);
        sleep($pide ? (int) explode(':', end($pide))[1] : 10);
    }
}

try {
    echo tokenTemporal(getenv('MIPRES_URL'), getenv('MIPRES_NIT'), getenv('MIPRES_TOKEN')), "\n";
} catch (RuntimeException $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(1);
}
