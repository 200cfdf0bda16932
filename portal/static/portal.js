// Enhancements only: every page works without this file.
(function () {
  "use strict";
  function focusOn(selector) {
    var found = document.querySelector(selector);
    if (found) { found.setAttribute("tabindex", "-1"); found.focus(); }
    return found;
  }
  function tell(id) {
    var shown = document.getElementById(id);
    if (shown) { shown.hidden = false; focusOn("#" + id); }
  }
  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.boosted) { focusOn(".faults") || focusOn(".told") || focusOn("h1"); }
  });
  // Only who sent something is told that it did not arrive; what looks again by itself stays as it is, and looks again.
  document.addEventListener("htmx:sendError", function (event) { if (event.detail.boosted) { tell("away"); } });
  document.addEventListener("htmx:timeout", function (event) { if (event.detail.boosted) { tell("away"); } });
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.boosted) { return; }
    if (event.detail.xhr.status >= 400) { event.detail.shouldSwap = false; }
    if (/\/sign-in/.test(event.detail.xhr.responseURL)) { event.detail.shouldSwap = false; location.reload(); }
  });
  focusOn(".faults");
  document.querySelectorAll("[data-print]").forEach(function (each) {
    each.hidden = false;
    each.addEventListener("click", function () { window.print(); });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll(".band details[open]").forEach(function (each) { each.open = false; });
    }
  });
})();
