// The text for a chat group: copied with one press, and its length told while it is edited.
for (const box of document.querySelectorAll("[data-counted]")) {
  const shown = document.getElementById(box.dataset.counted);
  box.addEventListener("input", () => {
    shown.textContent = [...box.value].length.toLocaleString("vi-VN");
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const box = document.getElementById(button.dataset.copy);
  const told = document.getElementById("copied");
  button.hidden = false;
  button.addEventListener("click", async () => {
    let done = false;
    try {
      await navigator.clipboard.writeText(box.value);
      done = true;
    } catch {
      // An address without https has no clipboard; the older way works there.
      box.select();
      done = document.execCommand("copy");
    }
    told.textContent = done ? button.dataset.done : button.dataset.failed;
  });
}
