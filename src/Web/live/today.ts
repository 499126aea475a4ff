// The list of today's visits: asks every few seconds who waits, changes words in place, and rings.
import { ring } from "./devices";

type Presence = { visit: string; shows: string; since?: number };

const words: Record<string, string> = JSON.parse(document.getElementById("words")!.textContent!);
const rows = new Map([...document.querySelectorAll<HTMLElement>("[data-visit]")].map((row) => [row.dataset.visit!, row]));
const title = document.title;
const every = 3000;
let sound: AudioContext | null = null, ringAt = 0, rings = 0;

addEventListener("pointerdown", () => (sound ??= new AudioContext()));
addEventListener("keydown", () => (sound ??= new AudioContext()));

function show({ visit, shows, since }: Presence) {
  const row = rows.get(visit);
  if (!row) return false;
  const minutes = since ? Math.floor((Date.now() - since / 1000) / 60_000) : 0;
  const label = row.querySelector(".shows")!;
  const text = shows === "waiting" && minutes > 0 ? words["waiting-for"]!.replace("{0}", `${minutes}`) : words[shows]!;
  if (label.textContent !== text) label.textContent = text;
  if (row.dataset.shows === shows) return true;
  const over = shows === "ended" || shows === "no-show";
  if (shows === "waiting") document.getElementById("status")!.textContent = words["someone-waits"]!;
  row.dataset.shows = shows;
  if (over) row.querySelector(".acts")?.remove();
  return true;
}

// Softly at first, then not softly: every ten seconds, a little louder each time.
function ringFor(waiting: number) {
  document.title = waiting ? `(${waiting}) ${title}` : title;
  if (!waiting) {
    rings = 0;
    ringAt = 0;
  } else if (sound && Date.now() > ringAt) {
    ring(sound, Math.min(0.5, 0.08 * 1.4 ** rings++));
    ringAt = Date.now() + 10_000;
  }
}

async function look() {
  let fresh = false;
  try {
    const response = await fetch("/clinic/presence", { headers: { Accept: "application/json" } });
    if (response.status === 401) return location.reload();
    if (response.ok) {
      const all: Presence[] = await response.json();
      fresh = true;
      ringFor(all.filter(({ shows }) => shows === "waiting").length);
      // A visit that this page does not know needs its name, which comes only with the page; not while somebody types.
      if (all.map(show).includes(false) && !typing()) location.reload();
    }
  } catch {
    // said below
  }
  document.getElementById("offline")!.hidden = fresh;
  setTimeout(look, every);
}

const typing = () => [...document.querySelectorAll<HTMLInputElement>("#new-form input")].some((input) =>
  input.type !== "hidden" && input.type !== "radio" && input.value !== input.defaultValue) || document.querySelector(".made") !== null;

// Sent by script where there is one: a browser keeps the body of a form that it sends itself, with name and birth date, to be able to restore the page.
function attend() {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]"))
    button.onclick = async () => {
      await navigator.clipboard.writeText((document.getElementById(button.dataset.copy!) as HTMLInputElement).value);
      button.textContent = words.copied!;
    };
  const form = document.getElementById("new-form") as HTMLFormElement;
  form.onsubmit = (submitted) => {
    submitted.preventDefault();
    void send(form);
  };
}

async function send(form: HTMLFormElement) {
  const button = form.querySelector("button")!;
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", headers: { Accept: "text/html" }, body: new URLSearchParams(new FormData(form) as unknown as Record<string, string>) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const main = page.querySelector("main.today");
    if (!main) return location.assign("/clinic"); // signed out, or something is away: the page says so itself
    document.querySelector("main")!.replaceWith(main);
    rows.clear();
    for (const row of main.querySelectorAll<HTMLElement>("[data-visit]")) rows.set(row.dataset.visit!, row);
    attend();
    main.querySelector<HTMLElement>(".made input, .wrong a")?.focus();
  } catch {
    document.getElementById("offline")!.hidden = false;
    button.disabled = false; // the form's key makes sending it twice one visit
  }
}

attend();
setTimeout(look, every);
