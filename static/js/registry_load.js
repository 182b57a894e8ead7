"use strict";

// Polls the progress of a load, and reloads the page when the worker is done. Without this file the page reloads
// itself every three seconds.

for (const container of document.querySelectorAll("[data-progress]")) {
  const state = container.querySelector("[data-state]").dataset.state;

  const poll = async () => {
    try {
      const response = await fetch(container.dataset.progress, {
        headers: { "X-Requested-With": "fetch" },
        redirect: "manual",
      });
      if (!response.ok) throw new Error(response.statusText);
      const part = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-state]");
      if (part.dataset.busy !== "yes" || part.dataset.state !== state) {
        location.reload();
        return;
      }
      container.replaceChildren(part);
      setTimeout(poll, 1000);
    } catch {
      setTimeout(poll, 5000);
    }
  };

  setTimeout(poll, 1000);
}
