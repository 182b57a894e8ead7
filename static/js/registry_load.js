"use strict";

// The progress of a load is asked for again and again; when the worker is done the page is opened anew. Without this
// file the page opens itself anew every three seconds.

for (const place of document.querySelectorAll("[data-progress]")) {
  const state = place.querySelector("[data-state]").dataset.state;

  const ask = async () => {
    try {
      const response = await fetch(place.dataset.progress, {
        headers: { "X-Requested-With": "fetch" },
        redirect: "manual",
      });
      if (!response.ok) throw new Error(response.statusText);
      const part = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-state]");
      if (part.dataset.busy !== "yes" || part.dataset.state !== state) {
        location.reload();
        return;
      }
      place.replaceChildren(part);
      setTimeout(ask, 1000);
    } catch {
      setTimeout(ask, 5000);
    }
  };

  setTimeout(ask, 1000);
}
