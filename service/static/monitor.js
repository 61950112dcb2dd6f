// Enhancements of the staff's pages. Everything works without this file.

// The dashboard draws itself anew, unless somebody has the focus on a control in it, has ticked units or is selecting
// text. A heading that was jumped to keeps the focus.
const live = document.querySelector("#live[data-refresh]");
if (live) {
  let shown = live.innerHTML;
  const busy = () =>
    !getSelection().isCollapsed ||
    live.querySelector("input[type=checkbox]:checked") ||
    (live.contains(document.activeElement) && document.activeElement.matches("a, button, input, select, summary, .scroll"));
  const refresh = async () => {
    if (document.hidden || busy()) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#live");
      if (!fresh || fresh.innerHTML === shown || busy()) return;
      if (!fresh.dataset.refresh) clearInterval(timer); // what was waited for has come
      shown = fresh.innerHTML;
      const open = new Set([...live.querySelectorAll("details[open][id]")].map((one) => one.id));
      const places = [...live.querySelectorAll(".scroll")].map((one) => [one.scrollLeft, one.scrollTop]);
      const at = live.contains(document.activeElement) ? document.activeElement.id : "";
      live.replaceChildren(...fresh.childNodes);
      if (at) document.getElementById(at)?.focus({ preventScroll: true });
      for (const id of open) live.querySelector("#" + id)?.setAttribute("open", "");
      live.querySelectorAll(".scroll").forEach((one, i) => {
        if (places[i]) [one.scrollLeft, one.scrollTop] = places[i];
      });
      document.title = page.title;
    } catch {
      // Away for a moment: the page stays as it is, the next round tries again.
    }
  };
  const timer = setInterval(refresh, Number(live.dataset.refresh) * 1000);
  document.addEventListener("visibilitychange", refresh);
}

// A summary of errors takes the focus.
document.querySelector("[data-focus]")?.focus();

// Parts of a form that belong to one of several choices show with it only.
for (const choice of document.querySelectorAll("[data-choice]")) {
  const draw = () => {
    const chosen = choice.querySelector(`input[name="${choice.dataset.choice}"]:checked`)?.value;
    for (const part of choice.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== chosen;
  };
  choice.addEventListener("change", draw);
  draw();
}

// Filter a list of checkboxes by name, with or without accents, and count what is ticked.
const fold = (text) =>
  text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/\p{Mn}/gu, "").replace(/\s+/g, " ").trim();
for (const box of document.querySelectorAll("[data-filter]")) {
  const list = document.getElementById(box.dataset.filter);
  const count = document.querySelector(`[data-count="${box.dataset.filter}"]`);
  box.closest("[hidden]")?.removeAttribute("hidden");
  const tell = () => {
    count.hidden = false;
    count.querySelector("strong").textContent = list.querySelectorAll("input:checked").length;
  };
  box.addEventListener("input", () => {
    const wanted = fold(box.value);
    for (const group of list.querySelectorAll("fieldset")) {
      let any = false;
      for (const line of group.querySelectorAll("[data-text]")) {
        line.hidden = !line.dataset.text.includes(wanted);
        any = any || !line.hidden;
      }
      group.hidden = !any;
    }
  });
  box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  list.addEventListener("change", tell);
  tell();
}

// Copy a link that is shown once.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
  });
}

// The due time is reckoned anew while its parts are typed.
const deadline = document.querySelector("[data-deadline]");
if (deadline) {
  const form = deadline.closest("form");
  let wait, last;
  const draw = async () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (/^(due|opens|closes|period)_/.test(name)) query.append(name, value);
    }
    const asked = (last = `${deadline.dataset.deadline}?${query}`);
    try {
      const answer = await fetch(asked);
      if (answer.ok && !answer.redirected && asked === last) deadline.innerHTML = await answer.text();
    } catch {
      // Away for a moment: the review tells it.
    }
  };
  form.addEventListener("input", (event) => {
    if (!/^(due|opens|closes|period)_/.test(event.target.name)) return;
    clearTimeout(wait);
    wait = setTimeout(draw, 300);
  });
}
