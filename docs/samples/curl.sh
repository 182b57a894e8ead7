#!/bin/sh
# Pide un token temporal de MIPRES con curl 7.84 o posterior.
# Necesita MIPRES_URL (https://…), MIPRES_NIT (sin dígito de verificación) y MIPRES_TOKEN (el del portal).
# Escribe el token temporal, que vale 24 horas: guárdelo y úselo hasta que venza.
set -eu

intento=1
while :; do
    # la dirección lleva el token: va por la entrada de curl, para que no se vea en la lista de procesos
    respuesta=$(printf 'url = "%s/WSSUMMIPRESNOPBS/api/GenerarToken/%s/%s"\n' "$MIPRES_URL" "$MIPRES_NIT" "$MIPRES_TOKEN" |
        curl --silent --show-error --max-time 30 --config - --write-out '\n%{http_code} %header{retry-after}')
    estado=$(printf '%s\n' "$respuesta" | tail -n 1)
    cuerpo=$(printf '%s\n' "$respuesta" | sed '$d')
    case $estado in
    200*)
        printf '%s\n' "$cuerpo" | tr -d '"' # una cadena JSON: "…44 caracteres…"
        exit 0
        ;;
    429* | 503*) # demasiadas llamadas, o el portal está ocupado: espere lo que pide y repita
        [ "$intento" -lt 3 ] || break
        intento=$((intento + 1))
        espera=${estado#* }
        sleep "${espera:-10}"
        ;;
    *) break ;; # los demás errores no se arreglan repitiendo: el campo Message dice la causa
    esac
done
printf 'MIPRES respondió %s: %s\n' "${estado%% *}" "$cuerpo" >&2
exit 1
