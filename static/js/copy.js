"use strict";

// "Copiar" is shown only where the browser supports it; otherwise a click selects the whole text.

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const status = document.getElementById(button.dataset.copyStatus);
  if (!navigator.clipboard || !source) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      status.textContent = "Copiado. Péguelo ya en el sistema que lo va a usar.";
    } catch {
      status.textContent = "El navegador no dejó copiar: seleccione el texto y cópielo con el teclado.";
    }
  });
}
