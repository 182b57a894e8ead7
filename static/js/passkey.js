"use strict";

// Passes the WebAuthn options to the browser, puts its response into the form and submits the form.

const ceremonies = {
  create: (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

const ERROR_MESSAGES = {
  InvalidStateError: "Este equipo ya tiene una llave de acceso de su cuenta. Use otra llave u otro equipo.",
  NotSupportedError: "Este equipo no puede crear llaves de acceso. Use una aplicación de autenticación.",
};
const CANCELLED = "No se usó ninguna llave: se canceló o pasó demasiado tiempo. Oprima otra vez el botón.";

for (const form of document.querySelectorAll("[data-passkey]")) {
  const answer = form.querySelector("[data-passkey-answer]");
  const status = form.querySelector("[role=status]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
      status.textContent = "Este navegador no admite llaves de acceso. Use otro navegador o un código.";
      return;
    }
    status.textContent = "Siga los pasos que muestra su navegador.";
    try {
      const credential = await ceremonies[form.dataset.passkey](JSON.parse(form.dataset.options));
      answer.value = JSON.stringify(credential);
      // Not requestSubmit(): portal.js may still hold the first press for a double one.
      form.submit();
    } catch (error) {
      status.textContent = ERROR_MESSAGES[error.name] ?? CANCELLED;
    }
  });
}
