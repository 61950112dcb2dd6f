// The panel of reasons follows what is typed; what was opened in it stays open.
const panel = document.getElementById("why");

document.getElementById("fill")?.addEventListener("phieu:saved", (event) => {
  const { why } = event.detail;
  if (!why || !panel) return;
  const opened = new Map([...panel.querySelectorAll("details")].map((one) => [one.id, one.open]));
  const states = new Map([...panel.querySelectorAll("details")].map((one) => [one.id, one.querySelector(".tag").textContent]));
  panel.innerHTML = why; // drawn and escaped by our own template
  for (const one of panel.querySelectorAll("details")) {
    if (states.get(one.id) === one.querySelector(".tag").textContent) one.open = opened.get(one.id);
  }
});
