// The patient's page: lobby, waiting room and call in one document. What is shown where is CSS on <html data-join-state>; this fills in words and wires taps.
import { openCall, type Entered } from "./call";
import { listDevices, meter, ring } from "./devices";
import { openPictures } from "./picture";
import { longestText, openThread } from "./thread";
import { openStage } from "./stage";

const root = document.documentElement;
const by = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T;
const words: Record<string, string> = JSON.parse(by("words").textContent!);
const say = (key: string) => words[key] ?? "";
const here = location.pathname;

let sound: AudioContext | null = null, quiet: (() => void) | null = null, metered: MediaStreamTrack | null = null;
let unread = 0, said = "", heardAt = 0, identified = true, wasState = "lobby", recorded = "", lock: WakeLockSentinel | null = null;

async function post(path: string, body: object): Promise<Entered> {
  const response = await fetch(here + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": by<HTMLInputElement>("key").value },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw (await response.json().catch(() => ({}))).code ?? "unavailable";
  return response.json();
}

const call = openCall({
  side: "patient",
  release: root.dataset.release!,
  async enter() {
    const entered = await post("/enter", {});
    identified = entered.identified;
    return entered;
  },
  changed: draw,
  event({ t, p }) {
    if (t === "admitted" && sound) ring(sound);
    if (t === "admitted") thread.fetch(true);
    if (t === "chat") {
      thread.fetch();
      if (by("chat").hidden) unread++;
    }
    if (t === "joined" && p.participant !== call.people.me) status(say("joined").replace("{0}", say(`role.${p.role}`)));
  },
});

const stage = openStage(
  by("room"),
  (person) => say(`role.${person.role}`),
  (person) => (person.audio === false ? say("is-muted") : ""),
  (yes) => (by("unlock").hidden = !yes),
);

const thread = openThread(() => call.entered!.pass, () => call.people.me, drawThread, by("kinds").textContent!);
const picture = openPictures(thread, by("attach").textContent!);

function status(text: string) {
  if (text !== said) by("status").textContent = said = text;
}

function draw() {
  const { state, people, local, on, trouble } = call;
  stage.draw(people, call.media);
  // In the call the question about the birth date moves to where its answer shows something.
  const live = root.classList.contains("live");
  if (live && !by("chat").contains(by("birth"))) by("log").before(by("birth"));
  if (state !== "reconnecting") root.classList.toggle("live", state === "admitted" || state === "in-call");
  const own = by<HTMLVideoElement>("me");
  if ((own.srcObject as MediaStream | null)?.getTracks()[0] !== (local.cam ?? undefined)) own.srcObject = local.cam && new MediaStream([local.cam]);
  by("self").classList.toggle("off", !on.video);
  if (state !== wasState) {
    if (state === "in-call") void keepAwake();
    wasState = state;
    by("headline").textContent = say(`h.${state}`) || by("headline").textContent;
    by("detail").textContent = say(`p.${state}`);
    document.title = say(`h.${state}`);
    status(say(`h.${state}`));
    if (state === "ended" || state === "left" || state === "removed") scrollTo(0, 0);
  }
  label("mute", !on.audio, say(on.audio ? "mute" : "unmute"));
  label("camera", !on.video, say(on.video ? "stop-camera" : "start-camera"));
  label("screen", on.screen, say(on.screen ? "screen-off" : "screen-on"));
  by("alone").hidden = state !== "in-call" || people.others.size > 0;
  by("trouble").hidden = !trouble || root.dataset.media === "asking";
  if (trouble) by("trouble-text").textContent = say(`trouble.${trouble}`) + (local.mic ? ` ${say("trouble.can-talk")}` : "");
  by("copy").hidden = trouble !== "unsupported";
  by("retry").hidden = trouble === "unsupported";
  // What it says, and what may be said to it.
  const rec = people.recording, told = rec?.asked.includes(people.me) ? "ask" : rec?.state ?? "stopped";
  by("rec").hidden = told === "stopped";
  if (rec && told !== recorded) status((by("rec-text").textContent = say(`rec.${told}`)));
  recorded = told;
  by("rec-yes").hidden = told !== "ask";
  by("rec-no").textContent = say(told === "ask" ? "rec.no" : "rec.stop");
  by("birth").hidden = identified || state === "lobby";
  by("unread").textContent = unread ? `${unread}` : "";
  listen(local.mic);
}

// A button says what it does next; its look says how things are.
function label(id: string, off: boolean, text: string) {
  const button = document.getElementById(id);
  if (!button) return;
  button.classList.toggle("off", off);
  button.querySelector("span")!.textContent = text;
}

function listen(mic: MediaStreamTrack | null) {
  if (!sound || metered === mic) return;
  quiet?.();
  metered = mic;
  heardAt = Date.now();
  quiet = mic && meter(sound, mic, (level) => {
    if (level > 0.04) heardAt = Date.now();
    by("level").style.transform = `scaleX(${level})`;
    by("heard").textContent = say(level > 0.04 || Date.now() - heardAt < 2000 ? "we-hear-you" : Date.now() - heardAt > 5000 ? "cannot-hear" : "say-something");
  });
}

async function keepAwake() {
  lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? lock;
}

function drawThread() {
  const log = by("log");
  log.replaceChildren(...thread.list().map((message) => {
    const line = document.createElement("p"), who = document.createElement("b"), text = document.createElement("span");
    const mine = message.author === call.people.me;
    line.className = mine ? "mine" : "";
    who.textContent = mine ? say("you") : say(`role.${message.role}`);
    text.textContent = message.text;
    text.dir = "auto";
    line.append(who, text);
    if (message.file && !by("chat").hidden) line.append(picture(message.file.id));
    if (message.state) {
      const state = document.createElement(message.state === "failed" && !message.why ? "button" : "i");
      state.textContent = message.why ?? say(message.state);
      state.onclick = () => thread.again(message.id);
      line.append(state);
    }
    return line;
  }));
  log.scrollTop = log.scrollHeight;
}

// Inside a tap: from here on the page may make sound.
function unlock() {
  sound ??= new AudioContext();
  void sound.resume();
  stage.unlock();
  by("unlock").hidden = true;
}

const tap = (id: string, then: () => unknown) => (by(id).onclick = then);

function failed(code: string) {
  if (code === "link-not-valid" || code === "link-early") location.reload();
  else status(say("try-again"));
  by("detail").textContent = say("try-again");
}

tap("check", () => {
  unlock();
  call.warm(true).catch(failed);
});
// Told beside joining, which waits for nothing. Until it is heard the clinician asks in words.
const agree = async () => {
  const heard = await fetch(`${here}/agree`, { method: "POST", body: new FormData(by<HTMLFormElement>("go")) }).then((r) => r.status < 500, () => false);
  if (!heard) setTimeout(agree, 5000);
};
by("go").onsubmit = (event) => {
  event.preventDefault();
  unlock();
  void agree();
  call.join(true).catch(failed);
};
for (const yes of [true, false]) tap(yes ? "rec-yes" : "rec-no", () => call.send("record-answer", { recording: call.people.recording!.recording, yes }));
tap("retry", () => {
  unlock();
  call.devices().catch(() => {});
});
tap("copy", async () => {
  await navigator.clipboard.writeText(location.href);
  by("copy").textContent = say("copied");
});
tap("unlock", unlock);
tap("again", () => by<HTMLFormElement>("go").requestSubmit());
tap("mute", () => call.mute("audio"));
tap("camera", () => call.mute("video"));
tap("screen", () => call.share());
tap("chat-open", () => toggle("chat"));
tap("chat-close", () => toggle("chat"));
tap("more-open", () => toggle("more"));
tap("hang-up", () => toggle("leave"));
tap("stay", () => toggle("leave"));
tap("leave-confirm", () => {
  by("leave").hidden = true;
  void lock?.release();
  call.leave();
});
tap("self", () => {
  const to = (+(root.dataset.corner ?? 0) + 1) % 4;
  root.dataset.corner = `${to}`;
});
if (!navigator.mediaDevices?.getDisplayMedia) by("screen").remove();

async function toggle(id: "chat" | "more" | "leave") {
  const panel = by(id), opener = by(id === "leave" ? "hang-up" : `${id}-open`);
  panel.hidden = !panel.hidden;
  opener.setAttribute("aria-expanded", `${!panel.hidden}`);
  if (panel.hidden) return opener.focus();
  panel.querySelector<HTMLElement>("textarea, select, button")!.focus();
  if (id === "chat") {
    unread = 0;
    thread.fetch();
    draw();
  }
  if (id === "more")
    for (const kind of ["mic", "cam"] as const) {
      const select = by<HTMLSelectElement>(`pick-${kind}`), now = call.local[kind]?.getSettings().deviceId;
      select.replaceChildren(...(await listDevices(kind)).map(({ label, deviceId }) => new Option(label, deviceId, false, deviceId === now)));
      select.onchange = () => call.use(kind, select.value);
    }
}

onkeydown = (event) => {
  if (event.key === "Escape") for (const id of ["chat", "more", "leave"] as const) if (!by(id).hidden) void toggle(id);
};

const input = by<HTMLTextAreaElement>("text");
input.maxLength = longestText;
by("compose").onsubmit = (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (text) thread.say(text);
  input.value = "";
};
input.onkeydown = (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  by<HTMLFormElement>("compose").requestSubmit();
};

const file = by<HTMLInputElement>("file");
tap("attach", () => file.click());
file.onchange = () => {
  for (const one of file.files!) thread.attach(one);
  file.value = "";
};

by("birth").onsubmit = async (event) => {
  event.preventDefault();
  try {
    call.entered = await post("/birth-date", { birthDate: by<HTMLInputElement>("birth-date").value });
    identified = call.entered.identified;
    thread.fetch(true);
    draw();
    status(say("birth-thanks"));
  } catch (code) {
    by("birth-error").textContent = say(code === "birth-date-wrong" || code === "too-many-tries" ? `${code}` : "try-again");
  }
};

// The page closes or goes to the background with a visit running: say so when it comes back, the log does the rest.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && call.state === "in-call") void keepAwake();
});

call.tell(root.dataset.joinState = "lobby");
