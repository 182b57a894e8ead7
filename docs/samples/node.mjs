// Pide un token temporal de MIPRES con Node 18 o posterior, sin instalar nada más: node node.mjs
// Necesita MIPRES_URL (https://…), MIPRES_NIT (sin dígito de verificación) y MIPRES_TOKEN (el del portal).
// Escribe el token temporal, que vale 24 horas: guárdelo y úselo hasta que venza.

import { setTimeout as esperar } from 'node:timers/promises';

const INTENTOS = 3;

/** El token temporal; Error con la causa que da MIPRES. */
async function tokenTemporal(url, nit, token) {
  const direccion = `${url}/WSSUMMIPRESNOPBS/api/GenerarToken/${nit}/${token}`;
  for (let intento = 1; ; intento++) {
    const respuesta = await fetch(direccion, { redirect: 'error', signal: AbortSignal.timeout(30_000) }).catch(() => {
      throw new Error('No hubo conexión con MIPRES.');
    });
    const cuerpo = await respuesta.json();
    if (respuesta.ok) {
      return cuerpo;
    }
    // demasiadas llamadas, o el portal está ocupado: espere lo que pide y repita
    if (![429, 503].includes(respuesta.status) || intento === INTENTOS) {
      throw new Error(`MIPRES respondió ${respuesta.status}: ${cuerpo.Message}`);
    }
    await esperar(1000 * Number(respuesta.headers.get('Retry-After') ?? 10));
  }
}

try {
  const { MIPRES_URL, MIPRES_NIT, MIPRES_TOKEN } = process.env;
  console.log(await tokenTemporal(MIPRES_URL, MIPRES_NIT, MIPRES_TOKEN));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
