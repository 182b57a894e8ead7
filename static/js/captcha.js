"use strict";

// Without this file "Actualizar imagen" sends the form and the page comes back with another image; with it, only the
// image and its sound change, and what was typed stays.

for (const captcha of document.querySelectorAll("[data-captcha]")) {
  const button = captcha.querySelector("[name=actualizar]");

  const show = ({ token, image, audio }) => {
    captcha.querySelector("img").src = image;
    captcha.querySelector("audio").src = audio;
    captcha.querySelector("[type=hidden]").value = token;
    captcha.querySelector("[role=status]").textContent = "La imagen y el sonido cambiaron. Ingrese el código nuevo.";
    const answer = captcha.querySelector("[type=text]");
    answer.value = "";
    answer.focus();
  };

  const refresh = async (event) => {
    event.preventDefault();
    const body = new FormData();
    body.append("csrfmiddlewaretoken", button.form.elements.csrfmiddlewaretoken.value);
    try {
      const response = await fetch(captcha.dataset.url, { method: "POST", body });
      if (!response.ok) throw new Error(response.statusText);
      show(await response.json());
    } catch {
      // Submit the form as without this file; the page then explains the problem.
      button.removeEventListener("click", refresh);
      button.click();
    }
  };

  button.addEventListener("click", refresh);
}
