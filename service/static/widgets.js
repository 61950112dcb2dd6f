// What makes some controls handier: sliders, ranking, searching in lists, this machine's place.
// Each is built on an input that posts without it. fill.js tells an input that it was filled by a "filled" event.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const tell = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));
const news = (text) => (document.getElementById("news").textContent = text);
const fold = (text) =>
  text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "").trim();

function enhance(root) {
  all(".slider", root).forEach(slider);
  all(".rank", root).forEach(rank);
  all(".finder", root).forEach(finder);
  all(".locate", root).forEach(locate);
}

function slider(place) {
  const bar = place.querySelector("input");
  const box = place.parentElement.querySelector("input[type=text]");
  function follow() {
    const value = box.value.trim().replace(",", ".");
    const set = value !== "" && !Number.isNaN(Number(value));
    if (set) bar.value = value;
    bar.classList.toggle("unset", !set);
    bar.setAttribute("aria-valuetext", set ? box.value : bar.dataset.unset);
  }
  function pick() {
    const value = bar.value.replace(".", ",");
    if (box.value === value) return;
    box.value = value;
    follow();
    tell(box);
  }
  place.hidden = false;
  for (const name of ["input", "click"]) bar.addEventListener(name, pick);
  bar.addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && (event.preventDefault(), pick()));
  for (const name of ["input", "filled"]) box.addEventListener(name, follow);
  follow();
}

function rank(list) {
  const items = () => all("li", list);
  const select = (item) => item.querySelector("select");
  const label = (item) => item.querySelector(".rank-label").textContent;
  const placeOf = (item) => parseInt(select(item).value, 10) || 0;
  const ranked = () => items().filter(placeOf).sort((one, other) => placeOf(one) - placeOf(other));
  function draw(order) {
    const rest = items().filter((item) => !order.includes(item));
    const focused = document.activeElement;
    [...order, ...rest].forEach((item, index) => {
      list.append(item);
      select(item).value = order.includes(item) ? `${index + 1} ${item.dataset.choice}` : "";
      const [up, down] = all("button", item);
      up.disabled = index === 0 && order.length > 0;
      down.disabled = !order.includes(item) || index === order.length - 1;
    });
    if (list.contains(focused)) (focused.disabled ? select(focused.closest("li")) : focused).focus();
  }
  function put(item, place) {
    const order = ranked().filter((other) => other !== item);
    if (place > 0) order.splice(place - 1, 0, item);
    draw(order);
    const said = { label: label(item), place: placeOf(item) || "–", all: items().filter((one) => !one.hidden).length };
    news(list.dataset.placed.replace(/\{(\w+)\}/g, (_all, name) => said[name]));
    tell(select(item));
  }
  for (const item of items()) {
    item.querySelector(".moves").hidden = false;
    select(item).addEventListener("change", (event) => {
      event.stopPropagation();
      put(item, placeOf(item));
    });
    for (const button of all("button", item)) {
      const step = Number(button.dataset.step);
      button.addEventListener("click", () => put(item, placeOf(item) ? placeOf(item) + step : ranked().length + 1));
    }
  }
  list.addEventListener("filled", () => draw(ranked()), true);
  draw(ranked());
}

function finder(place) {
  const search = place.querySelector("input");
  const said = place.querySelector("[role=status]");
  const select = place.parentElement.querySelector("select");
  const boxes = all(".choices-box label", place.parentElement);
  let options = select ? [...select.options] : [];
  function narrow() {
    const wanted = fold(search.value);
    const fits = (text) => fold(text).includes(wanted);
    let count;
    if (select) {
      const kept = options.filter((one) => !one.value || one.selected || fits(one.text));
      select.replaceChildren(...kept);
      count = kept.filter((one) => one.value && fits(one.text)).length;
      select.size = wanted && count ? Math.min(count + 1, 8) : 1;
    } else {
      for (const one of boxes) one.classList.toggle("left-out", !fits(one.textContent) && !one.control.checked);
      count = boxes.filter((one) => !one.hidden && fits(one.textContent)).length;
    }
    said.textContent = !wanted ? "" : count ? `${count} ${search.dataset.found}` : search.dataset.none;
  }
  function settle() {
    if (!search.value) return;
    search.value = "";
    narrow();
  }
  place.hidden = false;
  search.addEventListener("input", narrow);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
    const fitting = select && search.value ? [...select.options].filter((one) => one.value && !one.selected) : [];
    if (event.key === "Enter" && fitting.length === 1) {
      select.value = fitting[0].value;
      tell(select);
      settle();
      select.focus();
    } else if (select && event.key === "ArrowDown") {
      event.preventDefault();
      select.focus();
    }
  });
  // A list gone through with the arrow keys stays open until it is left.
  let arrows = false;
  select?.addEventListener("keydown", (event) => (arrows = event.key !== "Enter") || settle());
  select?.addEventListener("pointerdown", () => (arrows = false));
  select?.addEventListener("change", () => arrows || settle());
  select?.addEventListener("blur", settle);
  select?.addEventListener("filling", settle); // what is chosen may be one that was left out
  select?.addEventListener("filled", () => {
    options = [...select.options];
    settle();
  });
}

function locate(button) {
  if (!navigator.geolocation || !isSecureContext) return;
  const box = button.parentElement.querySelector("input");
  const said = button.parentElement.querySelector("[role=status]");
  const text = (number, digits) => number.toFixed(digits).replace(".", ",");
  button.hidden = false;
  button.addEventListener("click", () => {
    said.textContent = button.dataset.wait;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const measured = [text(coords.altitude ?? 0, 1), text(coords.accuracy, 1)];
        box.value = [text(coords.latitude, 6), text(coords.longitude, 6), ...measured].join(" ");
        said.textContent = button.dataset.found.replace("{accuracy}", Math.round(coords.accuracy));
        tell(box);
      },
      (error) => (said.textContent = error.code === 1 ? button.dataset.refused : button.dataset.failed),
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  });
}

const form = document.getElementById("fill");
if (form) enhance(form);
document.addEventListener("drawn", (event) => enhance(event.target));
