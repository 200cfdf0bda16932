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
  document.addEventListener("htmx:sendError", function () { tell("away"); });
  document.addEventListener("htmx:timeout", function () { tell("away"); });
  focusOn(".faults");
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll(".band details[open]").forEach(function (each) { each.open = false; });
    }
  });
})();
