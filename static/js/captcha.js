"use strict";

// Without this file "Actualizar imagen" sends the form and the page comes back with another image; with it, only the
// image and its sound change, and what was typed stays.

for (const captcha of document.querySelectorAll("[data-captcha]")) {
  const button = captcha.querySelector("[name=actualizar]");
  const sound = captcha.querySelector("audio");
  const status = captcha.querySelector("[role=status]");

  // A problem is for everybody to see; that the image changed is seen anyway.
  const say = (text, { problem }) => {
    status.classList.toggle("visually-hidden", !problem);
    status.textContent = text;
  };

  const show = ({ token, image, audio }) => {
    captcha.querySelector("img").src = image;
    sound.src = audio;
    captcha.querySelector("[type=hidden]").value = token;
    say("La imagen y el sonido cambiaron. Ingrese el código nuevo.", { problem: false });
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
      if (response.status === 429) return say(await response.text(), { problem: true });
      if (!response.ok) throw new Error(response.statusText);
      show(await response.json());
    } catch {
      // Submit the form as without this file; the page then explains the problem.
      button.removeEventListener("click", refresh);
      button.click();
    }
  };

  button.addEventListener("click", refresh);
  sound.addEventListener("error", () =>
    say("No se pudo reproducir el código. Espere un minuto y use «Actualizar imagen».", { problem: true }),
  );
}
