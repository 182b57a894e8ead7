"use strict";

// Passkeys are made and used by the browser: this asks it, puts the answer into the form and sends the form.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const known = (list) => (list ?? []).map((credential) => ({ ...credential, id: bytes(credential.id) }));

const create = async (options) => {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    },
  });
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
};

const prove = async (options) => {
  const proof = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    },
  });
  return {
    id: proof.id,
    rawId: text(proof.rawId),
    type: proof.type,
    response: {
      clientDataJSON: text(proof.response.clientDataJSON),
      authenticatorData: text(proof.response.authenticatorData),
      signature: text(proof.response.signature),
      userHandle: proof.response.userHandle ? text(proof.response.userHandle) : null,
    },
  };
};

const WORDS = {
  InvalidStateError: "Este equipo ya tiene una llave de acceso de su cuenta. Use otra llave u otro equipo.",
  NotSupportedError: "Este equipo no puede crear llaves de acceso. Use una aplicación de autenticación.",
};
const CANCELLED = "No se usó ninguna llave: se canceló o pasó demasiado tiempo. Oprima otra vez el botón.";

for (const form of document.querySelectorAll("[data-passkey]")) {
  const answer = form.querySelector("[data-passkey-answer]");
  const status = form.querySelector("[role=status]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential) {
      status.textContent = "Este navegador no admite llaves de acceso. Use otro navegador o un código.";
      return;
    }
    status.textContent = "Siga los pasos que muestra su navegador.";
    try {
      const ask = form.dataset.passkey === "create" ? create : prove;
      answer.value = JSON.stringify(await ask(JSON.parse(form.dataset.options)));
      // Not requestSubmit(): portal.js may still hold the first press for a double one.
      form.submit();
    } catch (error) {
      status.textContent = WORDS[error.name] ?? CANCELLED;
    }
  });
}
