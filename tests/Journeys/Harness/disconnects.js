// The shipped signal module alone in a page: what it saw, and when its line was live.
import { openSignal } from "/journey/signal.js";
// A network that lets no WebSocket through.
window.barSockets = () => { window.WebSocket = class { constructor() { setTimeout(() => this.onclose?.({ code: 1006 }), 5); } send() {} close() {} }; };
const now = () => performance.timeOrigin + performance.now();
window.seen = [];
window.lives = [];
window.resets = 0;
window.sent = { asked: 0, done: 0, refused: [] };
window.start = (pass) => {
  window.signal = openSignal({
    pass: () => pass,
    event: (event) => seen.push({ c: event.c, t: event.t, at: now() }),
    reset: () => resets++,
    status: (status, step) => lives.push({ status, step, at: now() }),
  });
  let on = false;
  window.speaking = setInterval(() => {
    sent.asked++;
    signal.send("media", { audio: (on = !on), video: true, screen: false }).then(() => sent.done++, (why) => sent.refused.push(why));
  }, 150);
};
