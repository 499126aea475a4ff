// The three transports of the event log. Each opens at a cursor, passes frames on, and says once when it is over.
import { barredStatus, fetchWithin, type Ear, type OpenWay } from "./wire";

const openingLimit = 4000;
const silenceLimit = 25_000; // the server writes a comment every 10 s

export const byWebSocket: OpenWay = (ear, pass, cursor) => {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/signal/ws`);
  const tooSlow = setTimeout(() => socket.close(), openingLimit);
  socket.onopen = () => {
    clearTimeout(tooSlow);
    socket.send(JSON.stringify({ hello: { pass, cursor } }));
    ear.live();
  };
  socket.onmessage = (message) => ear.frame(JSON.parse(message.data));
  socket.onclose = (event) => {
    clearTimeout(tooSlow);
    ear.down(event.code === 4401);
  };
  return { send: (send) => socket.send(JSON.stringify(send)), close: () => socket.close() };
};

const headersOf = (pass: string, cursor: string | null): Record<string, string> =>
  cursor ? { Authorization: `Bearer ${pass}`, "Last-Event-ID": cursor } : { Authorization: `Bearer ${pass}` };

// Runs `read` once and turns however it ends into `down`.
function reading(ear: Ear, read: (abort: AbortController) => Promise<number>) {
  const abort = new AbortController();
  read(abort).then((status) => ear.down(barredStatus(status)), () => ear.down());
  return { close: () => abort.abort() };
}

export const byServerEvents: OpenWay = (ear, pass, cursor) =>
  reading(ear, async (abort) => {
    const response = await fetchWithin(openingLimit, "/signal/events", { headers: headersOf(pass, cursor) }, abort);
    if (!response.ok || !response.body) return response.status;
    ear.live();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const silent = setTimeout(() => abort.abort(), silenceLimit);
      const { done, value } = await reader.read();
      clearTimeout(silent);
      if (done) return 200;
      const lines = (rest + value).split("\n");
      rest = lines.pop()!;
      // The event carries its own cursor, so the id lines say nothing new.
      for (const line of lines) if (line.startsWith("data:")) ear.frame(JSON.parse(line.slice(5)));
    }
  });

export const byLongPoll: OpenWay = (ear, pass, cursor) =>
  reading(ear, async (abort) => {
    // A poll with nothing to tell is held for 25 s: one that is not turned away at once is live.
    const assumed = setTimeout(() => ear.live(), 200);
    try {
      for (;;) {
        const response = await fetchWithin(30_000, "/signal/poll", { headers: headersOf(pass, cursor) }, abort);
        if (!response.ok) return response.status;
        ear.live();
        for (const event of (await response.json()).events) {
          cursor = event.c ?? cursor;
          ear.frame(event);
        }
      }
    } finally {
      clearTimeout(assumed);
    }
  });
