// Sends a file in parts, so that a line that breaks, or a page that is left, costs one part. Loaded where a page asks
// for a file; without it the button beside the field posts the whole. The server says where to go on.

const PART = 128 * 1024;
const MOST = 20 * 1024 * 1024;
const RETRY = [2000, 5000, 15000, 30000];
const form = document.getElementById("fill");
const home = form?.dataset.save.replace(/\/save$/, "");
const hidden = (name) => form.querySelector(`input[type=hidden][name=${name}]`).value;
const field = (element) => element.closest?.('.field[data-what="file"]');
const note = (key) => `file:${form.dataset.store}:${key}`; // not one of the keys that fill.js goes through
const size = (count) => (count < 1e6 ? `${Math.ceil(count / 1000)} KB` : `${(count / 1e6).toFixed(1).replace(".", ",")} MB`);
const news = (text) => (document.getElementById("news").textContent = text);
const turns = new Map(); // key -> the latest file chosen, until it has gone; an earlier one stops
let next = null; // the button pressed meanwhile: it is pressed again when all files have gone
let pressed = 0; // when, in ms
let leaving = false; // the page is left on purpose

function keep(key, name) {
  try {
    if (name) localStorage.setItem(note(key), name);
    else localStorage.removeItem(note(key));
  } catch {
    // private mode: the server still has what came
  }
}

function say(key, code, file, done = 0) {
  const place = document.getElementById(`w-${key}`)?.querySelector(".sending");
  if (!place) return "";
  const said = { name: file.name, done: size(done), all: size(file.size ?? 0) };
  const text = place.dataset[code]?.replace(/\{(\w+)\}/g, (_all, name) => said[name]) ?? code;
  place.hidden = false;
  place.querySelector("progress").hidden = !["going", "held", "waiting"].includes(code);
  place.querySelector("progress").value = file.size ? done / file.size : 0;
  place.querySelector("span").textContent = text;
  return text;
}

function unmark(key) {
  document.getElementById(`w-${key}`)?.classList.remove("bad");
  const line = document.getElementById(`e-${key}`);
  if (line) line.hidden = true;
}

// Beside the field, where the server would say it too.
function refuse(key, message, file) {
  const text = message || say(key, "failed", file);
  const place = document.getElementById(`w-${key}`);
  const line = document.getElementById(`e-${key}`);
  if (!place || !line) return text;
  place.querySelector(".sending").hidden = true;
  place.classList.add("bad");
  line.hidden = false;
  return (line.textContent = text);
}

// Names the file for the server: the same file goes on where it stopped, another one of that name begins anew.
async function mark(file) {
  let sum = 5381;
  for (const byte of new Uint8Array(await file.slice(0, 65536).arrayBuffer())) sum = (sum * 33 + byte) >>> 0;
  return `${sum}-${file.lastModified}-${file.name}`.slice(0, 300);
}

async function ask(address, options) {
  const answer = await fetch(address, options);
  const found = await answer.json();
  if (answer.ok) return found;
  const refused = new Error(found.error?.message ?? "");
  // The server may be away for a moment; what it refuses it refuses again.
  refused.final = answer.status < 500 && answer.status !== 429;
  throw refused;
}

const rest = (wait) =>
  new Promise((go) => {
    const timer = setTimeout(go, wait);
    addEventListener("online", () => (clearTimeout(timer), go()), { once: true });
  });

async function send(key, file) {
  const turn = { file, done: 0 };
  turns.set(key, turn);
  const whole = await carry(key, turn);
  if (turns.get(key) !== turn) return;
  turns.delete(key);
  if (!whole) next = null; // the page is to be read first
  if (!next || turns.size) return;
  if (next.isConnected) next.click();
  next = null;
}

// Whether all of it arrived.
async function carry(key, turn) {
  const { file } = turn;
  if (file.size > MOST) {
    news(say(key, "large", file));
    return false;
  }
  let [offset, failures] = [0, 0];
  let id;
  keep(key, file.name);
  unmark(key);
  say(key, "going", file);
  while (turns.get(key) === turn) {
    try {
      id ??= await mark(file);
      const about = { key, id, name: file.name, size: file.size, form: hidden("form"), tab: hidden("tab"), version: hidden("version") };
      const address = (more) => `${home}/upload?${new URLSearchParams({ ...about, ...more })}`;
      const headers = { Accept: "application/json", "X-CSRF-Token": hidden("csrf"), "Content-Type": "application/octet-stream" };
      let found = await ask(address({}), { headers });
      offset = found.offset;
      while (!found.whole && turns.get(key) === turn) {
        turn.done = offset;
        say(key, next ? "held" : "going", file, offset);
        const body = file.slice(offset, offset + PART);
        found = await ask(address({ offset }), { method: "POST", headers, body });
        if (!found.whole && found.offset <= offset) throw new Error("no progress"); // asked again after a rest
        offset = found.offset;
        failures = 0;
      }
      if (found.whole) await show(key, file);
      return found.whole;
    } catch (error) {
      if (error.final || error.name === "NotReadableError") {
        keep(key);
        news(refuse(key, error.message, file));
        return false;
      }
      news(say(key, "waiting", file, offset));
      await rest(RETRY[Math.min(failures++, RETRY.length - 1)]);
    }
  }
  return false;
}

// The field as the server draws it now, with the file's name, size and a way to remove it.
async function show(key, file) {
  keep(key);
  const text = say(key, "done", file, file.size);
  const page = new DOMParser().parseFromString(await (await fetch(form.action)).text(), "text/html");
  const [place, fresh] = [document.getElementById(`w-${key}`), page.getElementById(`w-${key}`)];
  if (place && fresh) place.replaceWith(fresh);
  news(text);
}

function left(root) {
  for (const place of root.querySelectorAll('.field[data-what="file"]')) {
    const { key } = place.dataset;
    let name;
    try {
      name = localStorage.getItem(note(key));
    } catch {
      return;
    }
    if (name) say(key, "again", { name });
  }
}

// Before fill.js, which posts the whole page for a file.
function choose(event) {
  const place = event.target.type === "file" && field(event.target);
  const file = place && event.target.files[0];
  if (!file) return;
  event.stopImmediatePropagation();
  if (event.type === "input") return; // "change" follows
  event.target.value = ""; // it is on its way: no button of the page need post it once more
  send(place.dataset.key, file);
}

for (const name of ["input", "change"]) form?.addEventListener(name, choose, true);
for (const name of ["dragover", "dragleave", "drop"]) {
  form?.addEventListener(name, (event) => {
    const place = field(event.target);
    if (!place || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    place.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) send(place.dataset.key, event.dataTransfer.files[0]);
  });
}

// A button pressed while files are on their way waits for them; pressed once more it goes without them.
function stay(event) {
  const again = next && event.timeStamp - pressed > 1000; // a double click is one press
  if (!turns.size || again) {
    leaving = true;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  next = event.submitter ?? form.querySelector("button");
  pressed = event.timeStamp;
  for (const [key, { file, done }] of turns) news(say(key, "held", file, done));
  document.querySelector(".sending:not([hidden])")?.scrollIntoView({ block: "center" });
}

form?.addEventListener("submit", stay, true);
addEventListener("beforeunload", (event) => {
  if (!turns.size || leaving) return;
  event.preventDefault();
  event.returnValue = true; // browsers of before 2024
});
addEventListener("pageshow", () => (leaving = false));
if (form) left(form);
