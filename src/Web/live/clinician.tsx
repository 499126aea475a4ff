// The clinician's workspace: who waits | the person | the thread. It listens from the start, so that a waiting patient rings;
// camera and microphone start with the first "Let in" or when asked for.
import { signal, type Signal } from "@preact/signals";
import { render } from "preact";
import { openCall, type Entered } from "./call";
import { ring } from "./devices";
import type { Agreement } from "./parts/agreed";
import { Calls } from "./parts/calls";
import { Messages } from "./parts/messages";
import { Waiting } from "./parts/waiting";
import { openPictures } from "./picture";
import { openStage } from "./stage";
import { openThread } from "./thread";
import { patient, role, say } from "./parts/words";

const root = document.getElementById("work")!;
const visit = root.dataset.visit!;
const beat: Signal<number> = signal(0);
const notice = signal("");
const blocked = signal(false);
let sound: AudioContext | null = null, rings = 0, ringing = 0, busy = false;

async function post(path: string, init: RequestInit = {}) {
  const response = await fetch(`/clinic/visits/${visit}${path}`, {
    method: "POST", ...init, headers: { Accept: "application/json", "Idempotency-Key": crypto.randomUUID(), ...init.headers },
  });
  if (!response.ok) throw (await response.json().catch(() => ({}))).title ?? "";
  return response;
}

const call = openCall({
  side: "clinician",
  release: document.documentElement.dataset.release!,
  enter: async () => (await post("/enter")).json() as Promise<Entered>,
  changed() {
    stage?.draw(call.people, call.media);
    ringWhoWaits();
    beat.value++;
  },
  event({ t }) {
    if (t === "chat" || t === "admitted") thread.fetch();
  },
});

const thread = openThread(() => call.entered?.pass ?? "", () => call.people.me, () => beat.value++, say("work.kinds"));
const picture = openPictures(thread, say("work.attach"));
let stage: ReturnType<typeof openStage> | null = null;

const setRoom = (room: HTMLElement | null) => {
  if (room && !stage)
    stage = openStage(room, (person) => (person.role === "patient" ? patient.name : role(person.role)), (person) => (person.audio === false ? say("is-muted") : ""), (yes) => (blocked.value = yes));
};

// Softly, then not softly, until somebody is let in or turned away.
function ringWhoWaits() {
  const some = call.people.waiting.size > 0;
  document.title = some ? `(${call.people.waiting.size}) ${say("work.waiting")}` : say("work.state.in-call");
  if (!some) {
    clearInterval(ringing);
    ringing = rings = 0;
  } else ringing ||= (ringNow(), setInterval(ringNow, 10_000) as unknown as number);
}

function ringNow() {
  if (sound) ring(sound, Math.min(0.5, 0.08 * 1.4 ** rings++));
}

function unlock() {
  sound ??= new AudioContext();
  void sound.resume();
  stage?.unlock();
}
addEventListener("pointerdown", unlock);
addEventListener("keydown", unlock);

const told = (promise: Promise<unknown>) => promise.catch((why) => (notice.value = say("work.refused").replace("{0}", why?.title ?? `${why ?? ""}`)));

const act = {
  start: () => told(call.join(true)),
  async admit(participant: string) {
    if (busy) return;
    busy = true;
    notice.value = "";
    // The device question must not keep the patient waiting.
    void call.devices();
    await told(call.send("admit", { participant }));
    busy = false;
  },
  deny: (participant: string) => told(call.send("deny", { participant })),
  remove: (participant: string) => told(call.send("remove", { participant })),
  again: () => told(call.join(true)),
  leave: () => call.leave(),
  record: () => told(call.send("record")),
  answerRecording: (recording: string, yes: boolean) => told(call.send("record-answer", { recording, yes })),
  stopRecording: (recording: string) => told(call.send("record-stop", { recording })),
  async end() {
    await call.send("end").catch(() => {});
    await told(post("/end"));
    call.stop();
  },
  // Never in the way of letting somebody in: what is not known is said to be so.
  agreement: (): Promise<Agreement> =>
    fetch(`/clinic/visits/${visit}/consent`, { headers: { Accept: "application/json" } }).then((r) => (r.ok ? r.json() : { known: false, purposes: [] }), () => ({ known: false, purposes: [] })),
  agreedInWords: (): Promise<Agreement | void> => told(post("/consent").then((r) => r.json())) as Promise<Agreement | void>,
  async invite(kind: string): Promise<string | null> {
    try {
      return (await (await post("/link", { body: new URLSearchParams({ role: kind, key: crypto.randomUUID() }) })).json()).link;
    } catch {
      return null;
    }
  },
};
export type Act = typeof act;

// The call is one object that changes in place, and a part with hooks is drawn again only when a property differs: the beat is that property.
function Workspace() {
  const at = beat.value;
  return (
    <>
      <Waiting at={at} call={call} act={act} />
      <Calls at={at} call={call} act={act} setRoom={setRoom} notice={notice.value} blocked={blocked.value} unlock={unlock} />
      <Messages at={at} call={call} thread={thread} picture={picture} />
    </>
  );
}

// One key each, with Alt so that typing is never taken for a command.
const keys: Record<string, () => void> = {
  KeyA: () => [...call.people.waiting.keys()].slice(0, 1).forEach(act.admit),
  KeyM: () => call.mute("audio"),
  KeyV: () => call.mute("video"),
  KeyS: () => void call.share(),
  KeyC: () => document.querySelector<HTMLElement>("[data-test=chat-input]")?.focus(),
};
addEventListener("keydown", (event) => {
  const then = event.altKey && !event.ctrlKey && !event.metaKey && keys[event.code];
  if (!then) return;
  event.preventDefault();
  then();
});

// Ending asks once, in place; without script the form posts by itself.
const end = document.getElementById("end-visit") as HTMLFormElement | null;
let sure = 0;
end?.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = end.querySelector("button")!;
  if (Date.now() - sure < 500) return;
  if (!sure) {
    sure = Date.now();
    button.dataset.word = button.textContent!;
    button.textContent = say("work.end-yes");
    setTimeout(() => {
      sure = 0;
      button.textContent = button.dataset.word!;
    }, 6000);
    return;
  }
  void act.end();
  end.hidden = true;
});

render(<Workspace />, root);
call.tell("lobby");
if (!patient.over) void told(call.join(false));
