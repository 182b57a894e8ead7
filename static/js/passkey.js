"use strict";

// Passes the WebAuthn options to the browser, puts its response into the form and submits the form. The options are in
// the page or, where somebody logs in, at an address. A form that other ways can replace is hidden without this file.

const ceremonies = {
  create: (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

const ERROR_MESSAGES = {
  InvalidStateError: "Este equipo ya tiene una llave de acceso de su cuenta. Use otra llave u otro equipo.",
  NetworkError: "El portal no respondió. Recargue la página e intente de nuevo.",
  NotSupportedError: "Este equipo no puede crear llaves de acceso. Use una aplicación de autenticación.",
};
const CANCELLED = "No se usó ninguna llave: se canceló o pasó demasiado tiempo. Oprima otra vez el botón.";

const isSupported = Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON);

const optionsFor = async ({ dataset }, body) => {
  if (dataset.options) return JSON.parse(dataset.options);
  const response = await fetch(dataset.optionsUrl, { method: "POST", body }).catch(() => undefined);
  if (!response?.ok) throw new DOMException("", "NetworkError");
  return response.json();
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  const answer = form.querySelector("[data-passkey-answer]");
  const status = form.querySelector("[role=status]");

  if (isSupported) form.hidden = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!isSupported) {
      status.textContent = "Este navegador no admite llaves de acceso. Use otro navegador o un código.";
      return;
    }
    status.textContent = "Siga los pasos que muestra su navegador.";
    try {
      const options = await optionsFor(form, new FormData(form));
      const credential = await ceremonies[form.dataset.passkey](options);
      answer.value = JSON.stringify(credential);
      // Not requestSubmit(): portal.js may still hold the first press for a double one.
      form.submit();
    } catch (error) {
      status.textContent = ERROR_MESSAGES[error.name] ?? CANCELLED;
    }
  });
}
