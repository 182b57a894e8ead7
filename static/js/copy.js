"use strict";

// "Copiar": shown only where the browser can do it; without it the person selects the text, which is all selected at once.

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const said = document.getElementById(button.dataset.copySaid);
  if (!navigator.clipboard || !source) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      said.textContent = "Copiado. Péguelo ya en el sistema que lo va a usar.";
    } catch {
      said.textContent = "El navegador no dejó copiar: seleccione el texto y cópielo con el teclado.";
    }
  });
}
