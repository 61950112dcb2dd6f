// Saves while people type, and shows what the answers bring up. Without it the page works by its buttons.
// The server judges and merges; this file keeps what is not saved yet on this machine until it is.

const WAIT = 800; // ms after the last key
const RETRY = [3000, 6000, 15000, 30000];
const MOST = 1000; // questions in one save; the server takes 2,000
const byId = (id) => document.getElementById(id);

byId("problems")?.focus();
byId("removed")?.focus();

const once = byId("send");
once?.addEventListener("submit", (event) => {
  if (once.dataset.sent) event.preventDefault();
  once.dataset.sent = "yes";
});
addEventListener("pageshow", () => once && delete once.dataset.sent);

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

const form = byId("fill");
if (form) start();

// 1142 -> 1.142 as one types; what is typed with dots or commas of its own is left alone until it reads as a number.
function figure(input) {
  const whole = /^-?(\d+|\d{1,3}([. ]\d{3})+)$/;
  let ours = false;
  function group(event) {
    const typed = input.value;
    const bare = typed.replace(/[. ]/g, "");
    const byDigit = ours && /^-?\d*$/.test(bare) && !/\D/.test(event.data ?? "") && !/Paste|Drop/.test(event.inputType);
    ours = whole.test(typed) || byDigit;
    if (!ours || event.isComposing) return;
    const year = input.dataset.grouped === "years" && /^(19|20|21)\d\d$/.test(bare);
    const text = year ? bare : bare.replace(/\B(?=(\d{3})+$)/g, ".");
    let right = typed.slice(input.selectionEnd ?? typed.length).replace(/\D/g, "").length;
    if (text !== typed) input.value = text;
    if (document.activeElement !== input) return;
    let place = text.length;
    while (right) if (/\d/.test(text[--place])) right -= 1;
    if (text[place - 1] === "." && event.inputType !== "deleteContentForward") place -= 1;
    input.setSelectionRange(place, place);
  }
  input.dataset.ready = "yes";
  for (const name of ["input", "filled"]) input.addEventListener(name, group);
  group({ inputType: "" });
}

function start() {
  const hidden = (name) => form.querySelector(`input[type=hidden][name=${name}]`);
  const saving = byId("saving");
  const inputs = new Map(); // key -> its inputs
  const base = new Map(); // key -> the value that the server has
  form.dataset.live = "saved"; // "waiting" while something typed is kept on this machine only
  scan();
  const touched = new Set([...form.querySelectorAll(".bad")].map((element) => element.dataset.key));
  let pending = {}; // key -> value not saved yet
  let chosen = {};
  let version = Number(hidden("version").value);
  let tab = hidden("tab").value;
  const drawn = Number(hidden("form").value); // the form version that this page asks
  let timer = 0;
  let flying = false;
  let again = false;
  let halted = false;
  let failures = 0;
  let store = true; // this machine keeps what is not saved yet
  const prefix = form.dataset.store.slice(0, form.dataset.store.lastIndexOf(":") + 1); // of all pages of this unit
  let own = `${form.dataset.store}:${tab}`; // where this page alone keeps it
  let calm = true; // nobody has done anything here yet
  let letGo = () => {};
  const counted = {}; // repeat -> its rows, as the server told last

  function scan() {
    const before = new Set(inputs.keys());
    inputs.clear();
    for (const element of form.elements) {
      if (!element.name.startsWith("v:") || element.type === "file") continue;
      const key = element.name.slice(2);
      inputs.set(key, [...(inputs.get(key) || []), element]);
    }
    for (const [key, [one]] of inputs) {
      if ("grouped" in one.dataset && !one.dataset.ready) figure(one);
      if (one.options) one.listed ??= names(one); // searching narrows what it holds
      if (!before.has(key)) base.set(key, read(key));
    }
  }

  function names(select) {
    return [...select.options].slice(1).map((one) => one.value);
  }

  function what(key) {
    return byId(`w-${key}`)?.dataset.what;
  }

  function plain({ dataset, value }) {
    return "grouped" in dataset && /^-?\d{1,3}(\.\d{3})+$/.test(value) ? value.replaceAll(".", "") : value;
  }

  function read(key) {
    const all = inputs.get(key);
    const first = all[0];
    if (what(key) === "rank") {
      const places = all.map((one) => one.value).filter(Boolean);
      return places.sort((one, other) => parseInt(one, 10) - parseInt(other, 10)).map((one) => one.slice(one.indexOf(" ") + 1));
    }
    if (first.type === "radio") return all.find((one) => one.checked)?.value ?? "";
    if (first.type !== "checkbox") return plain(first);
    const ticked = all.filter((one) => one.checked).map((one) => one.value);
    return what(key) === "tick" ? ticked[0] ?? "" : ticked;
  }

  function write(key, value) {
    const all = inputs.get(key);
    if (!all) return;
    all[0].dispatchEvent(new Event("filling"));
    const values = [].concat(value);
    const ranked = what(key) === "rank";
    for (const one of all) {
      const name = one.closest("li")?.dataset.choice;
      if (one.type === "radio" || one.type === "checkbox") one.checked = values.includes(one.value);
      else if (ranked) one.value = values.includes(name) ? `${values.indexOf(name) + 1} ${name}` : "";
      else one.value = values[0] ?? "";
    }
    all[0].dispatchEvent(new Event("filled"));
  }

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const slice = (values, from) => Object.fromEntries(Object.entries(values).slice(from, from + MOST));

  function note(key) {
    const value = read(key);
    touched.add(key);
    if (same(value, base.get(key)) && !flying) delete pending[key];
    else pending[key] = value;
    remember();
  }

  function remember() {
    const waiting = Object.keys(pending).length > 0;
    form.dataset.live = waiting ? "waiting" : "saved";
    try {
      if (waiting) localStorage.setItem(own, JSON.stringify({ version, tab, pending }));
      else localStorage.removeItem(own);
      store = true;
    } catch {
      store = false; // private mode or a full disk: the server still has what was saved
    }
  }

  // While a page is open it holds the lock of what it keeps, so that no other takes that for left behind. Without
  // locks (plain http) what an open page keeps may be sent for it: in its own name, so that it is no other's text.
  const held = () => new Promise((go) => (letGo = go));
  const lock = (key, then) => navigator.locks?.request(key, then) ?? then();

  function rescue() {
    if (navigator.locks) lock(own, held).catch(() => {});
    const others = Object.keys(localStorage).filter((key) => key.startsWith(prefix) && key !== own);
    for (const key of others) lock(key, () => take(key)).catch(() => {}); // no line: again with the next page
  }

  // What a page that is gone could not send. Typed into this version of the form it is shown here, and this page goes
  // on in the name of that one; else it goes to the draft by question.
  async function take(key) {
    const text = localStorage.getItem(key);
    if (text === null) return null;
    const kept = parsed(text);
    const asked = parseInt(key.slice(prefix.length), 10) || 0;
    if (navigator.locks && calm && kept?.pending && asked === drawn) return goOn(key, kept);
    const count = Object.keys(kept?.pending ?? {}).length;
    for (let from = 0; from < count; from += MOST) {
      const body = { version: kept.version, tab: kept.tab, form: asked, changes: slice(kept.pending, from) };
      if (!(await post(JSON.stringify(body))).ok) return null;
    }
    if (localStorage.getItem(key) === text) localStorage.removeItem(key);
    if (!count) return null;
    return calm ? location.reload() : send(true);
  }

  function goOn(key, kept) {
    letGo();
    [own, tab, pending, calm] = [key, kept.tab, kept.pending, false];
    version = Math.min(version, kept.version);
    for (const [name, value] of Object.entries(pending)) {
      write(name, value);
      if (inputs.has(name)) touched.add(name);
    }
    remember();
    marks();
    later(0);
    return held();
  }

  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null; // cut off, or not ours
    }
  }

  function post(body) {
    return fetch(form.dataset.save, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": hidden("csrf").value },
      body,
      keepalive: body.length < 20000,
    });
  }

  function marks() {
    hidden("version").value = version;
    hidden("tab").value = tab;
  }

  function say(text, warn) {
    saving.textContent = text;
    saving.classList.toggle("warn", Boolean(warn));
    if (warn) byId("news").textContent = text;
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(send, wait);
  }

  async function send(force) {
    clearTimeout(timer);
    const idle = !Object.keys(pending).length && !Object.keys(chosen).length;
    if (halted || (idle && force !== true)) return;
    if (flying) {
      again = true;
      return;
    }
    flying = true;
    const changes = slice(pending, 0);
    const picks = chosen;
    chosen = {};
    const body = JSON.stringify({ version, tab, form: drawn, page: form.dataset.page, changes, chosen: picks, touched: [...touched] });
    say(form.dataset.saving);
    let answer;
    try {
      answer = await post(body);
      const found = await answer.json();
      flying = false;
      if (answer.ok) {
        failures = 0;
        apply(found, changes);
        if (again || Object.keys(pending).length) later(WAIT);
        again = false;
        return;
      }
      chosen = { ...picks, ...chosen };
      halted = [401, 403, 404, 409].includes(answer.status);
      say(`${found.error?.message ?? ""} ${store ? form.dataset.lost : form.dataset.unkept}`, true);
    } catch {
      flying = false;
      chosen = { ...picks, ...chosen };
      const offline = navigator.onLine === false || !answer;
      say(!store ? form.dataset.unkept : offline ? form.dataset.offline : form.dataset.lost, true);
    }
    if (!halted) later(RETRY[Math.min(failures++, RETRY.length - 1)]);
  }

  function apply(found, sent) {
    for (const [key, value] of Object.entries(sent)) {
      base.set(key, value);
      if (!inputs.has(key) || same(read(key), value)) delete pending[key];
    }
    let held = false;
    let merged = false;
    for (const [key, value] of Object.entries(found.values ?? {})) {
      if (key in pending) held = true;
      else if (inputs.has(key) && !same(read(key), value)) {
        write(key, value);
        merged = true;
      }
      if (!(key in pending)) base.set(key, value);
    }
    for (const [key, value] of Object.entries(found.computed ?? {})) {
      if (key in pending || !inputs.has(key)) continue;
      if (!same(read(key), value)) write(key, value);
      base.set(key, value);
    }
    // A value typed meanwhile over one that somebody else changed keeps its old version, so that both are kept.
    if (!held) version = found.version;
    marks();
    remember();
    const fresh = reveal(found.show ?? {});
    words(found.texts ?? {});
    for (const what of ["sums", "since"]) {
      for (const [key, text] of Object.entries(found[what] ?? {})) {
        const place = byId(`${what}-${key}`);
        if (place && place.textContent !== text) place.textContent = text;
      }
    }
    options(found.options ?? {});
    problems(found.problems ?? {});
    rivals(found.rivals ?? {});
    rows(found.rows ?? {});
    const news = [`${form.dataset.saved} ${found.at}`, merged && form.dataset.merged].filter(Boolean).join(", ");
    say(found.moved ?? news, found.moved);
    if (fresh) byId("news").textContent = form.dataset.fresh;
    form.dispatchEvent(new CustomEvent("phieu:saved", { detail: found }));
  }

  function reveal(show) {
    let fresh = false;
    for (const [key, shown] of Object.entries(show)) {
      const place = byId(`w-${key}`);
      if (!place || place.hidden === !shown) continue;
      place.hidden = !shown;
      place.classList.toggle("fresh", shown);
      fresh ||= shown;
    }
    return fresh;
  }

  function words(texts) {
    for (const [key, [label, hint, shown, guidance]] of Object.entries(texts)) {
      const place = byId(`l-${key}`);
      const text = place?.querySelector("span:not(.optional)")?.firstChild ?? place?.firstChild;
      if (text && text.data !== label) text.data = label;
      const below = byId(`h-${key}`);
      if (below) below.textContent = hint;
      const more = byId(`g-${key}`);
      if (more) more.textContent = guidance;
      if (what(key) === "locked") byId(`q-${key}`).textContent = shown || "–";
    }
  }

  function options(lists) {
    for (const [key, list] of Object.entries(lists)) {
      const all = inputs.get(key);
      if (!all) continue;
      const offered = list.map(([name]) => name);
      if (all[0].tagName !== "SELECT") {
        for (const one of all) one.closest("label").hidden = !offered.includes(one.value) && !one.checked;
        continue;
      }
      if (what(key) === "rank") {
        for (const one of all) one.closest("li").hidden = !offered.includes(one.closest("li").dataset.choice) && !one.value;
        continue;
      }
      const select = all[0];
      const had = select.value;
      if (same(select.listed, offered)) continue;
      select.listed = offered;
      select.replaceChildren(new Option(form.dataset.choose, ""), ...list.map(([name, label]) => new Option(label, name)));
      select.value = offered.includes(had) ? had : "";
      select.dispatchEvent(new Event("filled"));
      if (select.value !== had) {
        note(key);
        later(WAIT);
      }
    }
  }

  function problems(found) {
    for (const [key, [code, sentence]] of Object.entries(found)) {
      const place = byId(`w-${key}`);
      const line = byId(`e-${key}`);
      if (!place || !line) continue;
      // What is merely not answered yet is told only where it was told before.
      const told = Boolean(sentence) && (code !== "required" || place.classList.contains("bad"));
      place.classList.toggle("bad", told);
      line.hidden = !told;
      line.textContent = told ? sentence : "";
      const marked = place.querySelector("[aria-describedby]");
      if (told) marked?.setAttribute("aria-invalid", "true");
      else marked?.removeAttribute("aria-invalid");
    }
  }

  function rivals(found) {
    for (const place of form.querySelectorAll(".rival-place")) {
      const html = found[place.parentElement.dataset.key];
      if (!html) place.replaceChildren();
      else if (!place.children.length) place.innerHTML = html; // drawn and escaped by our own template
    }
  }

  // How many rows there are follows from an answer: those that are there stay as they are, with what is being typed.
  async function rows(found) {
    Object.assign(counted, found);
    const places = Object.keys(found).filter((key) => (byId(`w-${key}`)?.dataset.rows ?? found[key]) !== found[key]);
    if (!places.length) return;
    try {
      const answer = await fetch(form.action);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const asked = page.querySelector("#fill [name=form]")?.value;
      if (!answer.ok || Number(asked) !== drawn) return; // to log in, to read only, of another version
      for (const key of places) {
        const [place, fresh] = [byId(`w-${key}`), page.getElementById(`w-${key}`)];
        // An answer that came meanwhile asks for its own rows.
        if (place && fresh?.dataset.rows === counted[key]) regrow(place, fresh);
      }
      const keys = new Set(`${hidden("keys").value} ${page.querySelector("#fill [name=keys]").value}`.split(" "));
      hidden("keys").value = [...keys].filter((key) => byId(`w-${key}`)).join(" ");
      scan();
      for (const [key, value] of Object.entries(pending)) if (inputs.has(key) && !same(read(key), value)) write(key, value);
    } catch {
      // the line is dead: the rows come with the next page
    }
  }

  function regrow(place, fresh) {
    const ids = new Set([...fresh.children].map((one) => one.id));
    for (const one of [...place.children]) if (!one.id || !ids.has(one.id)) one.remove();
    for (const one of [...fresh.children]) {
      if (one.id && byId(one.id)) continue;
      place.append(one);
      one.dispatchEvent(new Event("drawn", { bubbles: true }));
    }
    place.dataset.rows = fresh.dataset.rows;
  }

  function changed(event, wait) {
    const name = event.target.name ?? "";
    if (name.startsWith("v:") && event.target.type !== "file") {
      note(name.slice(2));
      later(wait);
    } else if (name.startsWith("c:")) {
      const key = name.slice(2);
      chosen[key] = event.target.value;
      delete pending[key];
      remember();
      later(0);
    } else if (event.target.type === "file" && event.target.value) {
      event.target.parentElement.querySelector("button").click();
    }
  }

  // Last period's answer, taken over without a way to the server and back.
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keep]");
    const key = button?.closest(".field").dataset.key;
    if (!inputs.has(key)) return;
    event.preventDefault();
    write(key, JSON.parse(button.dataset.keep));
    note(key);
    later(100);
  });
  form.addEventListener("input", (event) => changed(event, WAIT));
  form.addEventListener("change", (event) => changed(event, 100));
  form.addEventListener("formdata", ({ formData }) => {
    for (const [key, [one]] of inputs) if ("grouped" in one.dataset) formData.set(`v:${key}`, plain(one));
  });
  form.addEventListener("submit", (event) => {
    if (navigator.onLine === false) {
      event.preventDefault(); // the browser would leave the page for one of its own
      say(form.dataset.stay, true);
      return;
    }
    clearTimeout(timer);
    halted = true; // the form carries everything itself
  });
  for (const name of ["input", "change", "drop"]) addEventListener(name, () => (calm = false), true);
  addEventListener("pagehide", () => {
    send();
    letGo();
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
  addEventListener("online", () => later(0));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    halted = false;
    lock(own, held);
    send(true);
  });
  try {
    rescue();
  } catch {
    // nothing is kept on this machine
  }
}
