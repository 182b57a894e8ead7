"use strict";

// The page works without this file: the list of municipalities is grouped by department. It filters the list by the
// chosen department, and sets the department of a municipality that is chosen first.

const department = document.querySelector("[data-department]");
const municipality = document.querySelector("[data-municipality]");

if (department && municipality) {
  const groups = [...municipality.querySelectorAll("optgroup")];

  const filterByDepartment = () => {
    const code = department.value;
    const chosen = municipality.value;
    for (const group of groups) {
      if (!code || group.firstElementChild.value.startsWith(code)) municipality.append(group);
      else group.remove();
    }
    municipality.value = chosen.startsWith(code) ? chosen : "";
  };

  department.addEventListener("change", filterByDepartment);
  municipality.addEventListener("change", () => {
    if (!municipality.value || department.value) return;
    department.value = municipality.value.slice(0, 2);
    filterByDepartment();
  });
  // The back button may restore a choice. A wrong pair, which the server explains, stays until it is changed.
  window.addEventListener("pageshow", () => {
    if (!municipality.value || municipality.value.startsWith(department.value)) filterByDepartment();
  });
}
