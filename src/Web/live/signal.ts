// The page's end of the call's event log: one log over three transports, nothing lost and nothing seen twice.
//  1. A transport opens at the last cursor; what comes twice is dropped by its sequence number.
//  2. A send is kept until it is acknowledged and goes again, with the same id, on whatever transport is open next.
//  3. The first reconnect is at once, later ones back off (exponential, full jitter); two failures in a row step down
//     WebSocket → server-sent events → long poll, and every 30 s on a lower step the socket is tried again beside it.
import { byLongPoll, byServerEvents, byWebSocket } from "./ways";
import { barredStatus, fetchWithin, type Ear, type Frame, type LogEvent, type OpenWay, type Refusal, type Send, type Way } from "./wire";

export type Status = "connecting" | "live" | "barred";

export type SignalOptions = {
  pass: () => string;
  event: (event: LogEvent) => void;
  /** The log starts anew: forget what was learned from it. */
  reset: () => void;
  status: (status: Status, step: number) => void;
  ways?: OpenWay[];
};

export type Signal = {
  /** Resolves when the server has it; rejects with a Refusal. */
  send(type: string, body?: object): Promise<void>;
  /** Try now rather than when the timer says so. */
  kick(): void;
  close(): void;
};

type Pending = { send: Send; on: Way | null; resolve: () => void; reject: (why: Refusal) => void };

const soon = 50;
const longestWait = 10_000;
const ackLimit = 5000;
const stepUpAfter = 30_000;
const quietFor = 12_000;
const notNow = ["unavailable", "too-many", "busy"];

export function openSignal(options: SignalOptions): Signal {
  const ways = options.ways ?? [byWebSocket, byServerEvents, byLongPoll];
  const pending = new Map<string, Pending>();
  let step = 0, stepFailures = 0, failures = 0;
  let cursor: string | null = null, incarnation = "", sequence = -1;
  let current: Way | null = null, live = false, probing: Way | null = null;
  let retry = 0, stepUp = 0, posting = false, closed = false, heardAt = 0;

  function take(frame: Frame) {
    if (frame.ack) settle(frame.ack);
    else if (frame.refused) refuse(frame.refused.id, frame.refused);
    else if (frame.t === "reset") {
      cursor = null;
      sequence = -1;
      options.reset();
    } else if (frame.c) {
      const colon = frame.c.lastIndexOf(":");
      const from = frame.c.slice(0, colon), number = +frame.c.slice(colon + 1);
      if (from === incarnation && number <= sequence) return;
      incarnation = from;
      sequence = number;
      cursor = frame.c;
      options.event(frame as LogEvent);
    }
  }

  function settle(id: string, refused?: Refusal) {
    const waiting = pending.get(id);
    pending.delete(id);
    if (refused) waiting?.reject(refused);
    else waiting?.resolve();
  }

  function refuse(id: string, why: Refusal) {
    if (!notNow.includes(why.code)) return settle(id, why);
    const waiting = pending.get(id);
    if (waiting) waiting.on = null;
    setTimeout(flush, 500 + 1000 * Math.random());
  }

  function open(to: number, probe: boolean) {
    let over = false, since = 0, heard = false;
    const ear: Ear = {
      live() {
        if (over || since) return;
        since = Date.now();
        if (probe) {
          probing = null;
          current?.close();
          step = to;
        }
        current = way;
        live = true;
        options.status("live", step);
        clearTimeout(stepUp);
        if (step) stepUp = setTimeout(tryUp, stepUpAfter) as unknown as number;
        flush();
      },
      frame(frame) {
        if (over) return;
        heard = true;
        heardAt = Date.now();
        stepFailures = failures = 0;
        take(frame);
      },
      down(barred) {
        if (over) return;
        over = true;
        if (probing === way) {
          probing = null;
          stepUp = setTimeout(tryUp, stepUpAfter) as unknown as number;
        } else if (current === way) lost(barred, !!since && (heard || Date.now() - since > 2000));
      },
    };
    const way = ways[to]!(ear, options.pass(), cursor);
    const close = way.close;
    way.close = () => {
      over = true;
      close();
    };
    return way;
  }

  function connect() {
    clearTimeout(retry);
    retry = 0;
    live = false;
    options.status("connecting", step);
    current = open(step, false);
  }

  function lost(barred: boolean | undefined, worked: boolean) {
    current = null;
    live = false;
    clearTimeout(stepUp);
    if (closed) return;
    if (barred) return bar();
    let wait = soon * Math.random();
    if (worked) stepFailures = failures = 0;
    else {
      // The first try after a drop was at once; from the first failure on the wait doubles.
      if (failures++ > 0) wait = Math.random() * Math.min(longestWait, 125 * 2 ** failures);
      if (++stepFailures === 2) {
        stepFailures = 0;
        step = (step + 1) % ways.length;
      }
    }
    options.status("connecting", step);
    retry = setTimeout(connect, wait) as unknown as number;
  }

  function bar() {
    close();
    options.status("barred", step);
  }

  const tryUp = () => {
    if (!closed && !probing) probing = open(0, true);
  };

  function flush() {
    const way = current;
    if (!live || !way) return;
    if (!way.send) return void post();
    for (const waiting of pending.values()) {
      if (waiting.on === way) continue;
      waiting.on = way;
      way.send(waiting.send);
      setTimeout(() => {
        if (current !== way || !pending.has(waiting.send.id)) return;
        way.close();
        lost(false, false);
      }, ackLimit);
    }
  }

  // One after the other: `connect`, `answer` and `join` must arrive in the order they were made.
  async function post() {
    if (posting) return;
    posting = true;
    for (const { send } of pending.values()) {
      if (closed || current?.send) break;
      try {
        const response = await fetchWithin(8000, "/signal/send", {
          method: "POST",
          headers: { Authorization: `Bearer ${options.pass()}`, "Content-Type": "application/json", "Idempotency-Key": send.id },
          body: JSON.stringify(send),
        });
        if (response.ok) settle(send.id);
        else if (barredStatus(response.status)) return bar();
        else if (response.status < 500 && response.status !== 429) settle(send.id, await response.json().catch(() => ({ code: "refused", title: "" })));
        else throw 0;
      } catch {
        setTimeout(flush, 200 + 400 * Math.random());
        break;
      }
    }
    posting = false;
  }

  function kick() {
    if (!closed && !live && retry) connect();
  }

  // The network is another one: what was open may be dead without knowing.
  function renew() {
    if (closed) return;
    current?.close();
    current = null;
    probing?.close();
    probing = null;
    connect();
  }

  const visible = () => {
    if (!document.hidden) kick();
  };

  // A socket can be dead without either end knowing, and who waits sends nothing that would find out.
  const watch = setInterval(() => {
    if (live && current?.send && Date.now() - heardAt > quietFor) send("ping").catch(() => {});
  }, quietFor);

  function close() {
    closed = true;
    clearInterval(watch);
    current?.close();
    probing?.close();
    clearTimeout(retry);
    clearTimeout(stepUp);
    removeEventListener("online", renew);
    document.removeEventListener("visibilitychange", visible);
  }

  addEventListener("online", renew);
  document.addEventListener("visibilitychange", visible);
  connect();

  const send = (type: string, body: object = {}) =>
    new Promise<void>((resolve, reject) => {
      const send = { id: crypto.randomUUID(), t: type, p: body };
      pending.set(send.id, { send, on: null, resolve, reject });
      flush();
    });

  return { send, kick, close };
}
