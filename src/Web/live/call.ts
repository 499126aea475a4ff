// What the patient's page and the clinician's workspace have in common: log, connection, devices, people and the join machine wired together.
import { changeDevice, getDevices, getScreen, type Trouble } from "./devices";
import { openSteps, stateOf, type Facts, type JoinState } from "./joining";
import { openMedia, type Media, type SendSlot } from "./media";
import { learn, nobody, type People } from "./people";
import { openSignal, type Signal } from "./signal";
import type { LogEvent } from "./wire";

export type Entered = { pass: string; identified: boolean; visit: string; participant: string; role: string };
export type Local = Record<SendSlot, MediaStreamTrack | null>;

export type Call = {
  state: JoinState;
  people: People;
  media: Media;
  local: Local;
  trouble: Trouble | null;
  entered: Entered | null;
  on: { audio: boolean; video: boolean; screen: boolean };
  /** Binds, connects, asks for devices; all of it that has not been done. Safe to repeat. */
  warm(devices: boolean): Promise<void>;
  join(devices: boolean): Promise<void>;
  devices(): Promise<void>;
  use(kind: "mic" | "cam", id?: string): Promise<void>;
  mute(kind: "audio" | "video"): void;
  share(): Promise<void>;
  send(type: string, body?: object): Promise<void>;
  leave(): void;
  stop(): void;
  tell(state: string, reason?: string): void;
};

export type CallOptions = {
  side: string;
  release: string;
  enter: () => Promise<Entered>;
  /** Draw: anything may have changed. Called at most once per frame. */
  changed: () => void;
  event?: (event: LogEvent) => void;
};

const blink = 1500;

export function openCall(options: CallOptions): Call {
  const root = document.documentElement;
  const facts: Facts = {
    wanted: false, server: "lobby", barred: false, away: false, connected: false, company: false, sensed: false, was: "lobby",
  };
  let signal: Signal | null = null, entering: Promise<void> | null = null, asking: Promise<void> | null = null;
  let joining = 0, going = -1, sensed = false, quietFrom = 0, drawing = false, awayTimer = 0, renewed = false, toldMedia = "";
  const steps = openSteps(options.side, options.release, () => call.entered?.pass ?? "");

  // The log is never told to a dead pass: a new one is fetched once, by the device's own cookie, before giving up.
  async function renew() {
    if (renewed) {
      facts.barred = true;
      return touch();
    }
    renewed = true;
    await enter().catch(() => (facts.barred = true));
    touch();
  }

  async function enter() {
    call.entered = await options.enter();
    people().me = call.entered.participant;
    signal?.close();
    signal = openSignal({
      pass: () => call.entered!.pass,
      event: take,
      reset: forget,
      status: (status) => {
        clearTimeout(awayTimer);
        if (status === "live") {
          renewed = false;
          facts.away = false;
        } else if (status === "barred") return void renew();
        else awayTimer = setTimeout(() => ((facts.away = true), touch()), blink) as unknown as number;
        touch();
      },
    });
    call.media.ask();
    if (facts.wanted) join();
  }

  function join() {
    joining = Infinity;
    const done = () => (joining = Date.now());
    signal?.send("join").then(done, done);
  }

  // Whoever was lost for too long stands in the lobby again: back in by themselves, over a new connection, for the node forgot the old one.
  // A replayed log tells of old lobbies first, so wait for its end.
  function rejoin() {
    setTimeout(() => {
      if (!facts.wanted || facts.server !== "lobby" || Date.now() < joining + 3000) return;
      call.media.drop();
      call.media.ask();
      join();
    }, 300);
  }

  const people = () => call.people;

  function forget() {
    call.people = { ...nobody(), me: call.people.me };
    touch();
  }

  function take(event: LogEvent) {
    const { t, p } = event;
    learn(call.people, event);
    if (t === "welcome") {
      facts.server = p.state;
      if (p.state === "lobby") rejoin();
    } else if (t === "offer") call.media.offer(p);
    else if (t === "admitted") {
      facts.server = "admitted";
      toldMedia = "";
      quietFrom = Date.now() + 3000;
      setTimeout(touch, 3100);
    } else if (t === "denied" || t === "removed" || t === "ended") {
      facts.server = t;
      if (t !== "denied") call.stop();
    }
    options.event?.(event);
    touch();
  }

  // Nothing is sent, and nothing said of it, before this page's person pressed Join: the log may tell of an admission before a reload.
  const inside = () => facts.wanted && facts.server === "admitted";

  function tellMedia() {
    const { on } = call;
    const text = JSON.stringify(on);
    if (!inside() || text === toldMedia) return;
    toldMedia = text;
    signal?.send("media", { ...on }).catch(() => {});
  }

  function touch() {
    if (drawing) return;
    drawing = true;
    // Not requestAnimationFrame: a hidden page still has to ring and to report.
    setTimeout(() => {
      drawing = false;
      facts.connected = call.media.connected();
      const { others } = call.people, heard = inside() ? others.size : -1;
      if (going !== heard) call.media.go((going = heard));
      tellMedia();
      facts.company = others.size > 0;
      const first = !sensed && (sensed = anythingArrives());
      facts.sensed = sensed || (Date.now() > quietFrom && [...others.values()].every(({ audio, video }) => !audio && !video));
      const state = stateOf(facts);
      if (state !== facts.was) {
        facts.was = call.state = root.dataset.joinState = state;
        steps.tell(state);
      }
      if (first) steps.tell("first-media");
      options.changed();
    }, 0);
  }

  // A receiving track is unmuted by its first packet.
  const anythingArrives = () => [0, 1, 2, 3, 4].some((slot) => ["a", "v"].some((kind) => call.media.track(kind + slot)?.muted === false));

  function put(kind: SendSlot, track: MediaStreamTrack | null) {
    const old = call.local[kind];
    if (old && old !== track) {
      old.onended = null;
      old.stop();
    }
    call.local[kind] = track;
    const { on, local } = call;
    if (kind !== "scr" && track) {
      track.enabled = kind === "mic" ? !muted.audio : !muted.video;
      // Unplugged, or taken by a phone call: the device that is there now will do.
      track.onended = () => void call.use(kind);
    } else if (track) track.onended = () => put("scr", null);
    on.audio = !!local.mic?.enabled;
    on.video = !!local.cam?.enabled;
    on.screen = !!local.scr;
    call.media.put(kind, track);
    tellMedia();
    touch();
  }

  const muted = { audio: false, video: false };

  const call: Call = {
    state: "lobby",
    people: nobody(),
    media: openMedia({ send: (type, body) => signal?.send(type, body) ?? Promise.reject(), changed: touch }),
    local: { mic: null, cam: null, scr: null },
    trouble: null,
    entered: null,
    on: { audio: false, video: false, screen: false },
    async warm(devices) {
      const ready = devices ? call.devices() : Promise.resolve();
      entering ??= enter().catch((error) => {
        entering = null;
        throw error;
      });
      await entering;
      await ready;
    },
    async join(devices) {
      facts.wanted = true;
      if (facts.server === "denied" || facts.server === "left") facts.server = "lobby";
      const known = signal;
      touch();
      await call.warm(devices).catch((error) => {
        facts.wanted = false;
        touch();
        throw error;
      });
      // The first entry sends it by itself.
      if (!known) return;
      if (!call.media.connected()) call.media.ask();
      join();
    },
    devices() {
      return (asking ??= (async () => {
        root.dataset.media = "asking";
        steps.tell("media-asking");
        const got = await getDevices();
        call.trouble = got.trouble;
        put("mic", got.mic);
        put("cam", got.cam);
        const media = got.mic && got.cam ? "ready" : got.mic ? "audio" : got.cam ? "video" : "none";
        root.dataset.media = media;
        steps.tell(got.trouble && media === "none" ? "media-denied" : `media-${media}`, got.trouble ?? undefined);
        if (media === "none") asking = null; // a later tap may ask again
        touch();
      })());
    },
    async use(kind, id) {
      put(kind, await changeDevice(kind, id));
    },
    mute(kind) {
      muted[kind] = !muted[kind];
      const track = call.local[kind === "audio" ? "mic" : "cam"];
      if (track) put(kind === "audio" ? "mic" : "cam", track);
      touch();
    },
    async share() {
      put("scr", call.local.scr ? null : await getScreen());
    },
    send: (type, body) => signal?.send(type, body) ?? Promise.reject(),
    leave() {
      facts.wanted = false;
      facts.server = "left";
      facts.was = call.state = root.dataset.joinState = "left";
      steps.tell("left");
      signal?.send("leave").catch(() => {});
      call.stop();
    },
    stop() {
      for (const kind of ["mic", "cam", "scr"] as const) put(kind, null);
      call.media.drop();
      asking = null;
      touch();
    },
    tell: steps.tell,
  };
  return call;
}
