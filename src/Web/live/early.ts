// The lobby before its time: counts down and looks again.
const root = document.documentElement;
const line = document.getElementById("countdown")!;
const words = line.textContent!;
const opens = +root.dataset.opensIn!;
const from = performance.now();

function count() {
  const minutes = Math.ceil((opens - (performance.now() - from)) / 60_000);
  if (minutes <= 0) location.reload();
  else line.textContent = words.replace(/\d+/, `${minutes}`);
}

count();
setInterval(count, 1000);
document.addEventListener("visibilitychange", count);

export {};
