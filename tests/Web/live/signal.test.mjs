import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { event, fakeWay, modules, pageEvent } from "./page.mjs";

const { openSignal } = await import(`${modules}/signal.js`);
let opened, seen, statuses, resets, signal;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_800_000_000_000 });
  mock.method(Math, "random", () => 1);
  [opened, seen, statuses, resets] = [[], [], [], 0];
  signal = openSignal({
    pass: () => "pass",
    event: (one) => seen.push(one.p.message),
    reset: () => resets++,
    status: (status, step) => statuses.push(`${status} ${step}`),
    ways: [fakeWay("socket", opened, true), fakeWay("events", opened, false), fakeWay("poll", opened, false)],
  });
});

const last = () => opened.at(-1);

test("an event that comes twice is seen once, and the next transport opens at the last cursor", () => {
  last().ear.live();
  for (const number of [1, 3, 3, 2, 7]) last().ear.frame(event(number));
  last().ear.down();
  mock.timers.tick(50);
  assert.equal(opened.length, 2);
  assert.equal(last().cursor, "a:7");
  last().ear.live();
  for (const number of [3, 7, 8]) last().ear.frame(event(number));
  assert.deepEqual(seen, [1, 3, 7, 8]);
});

test("a reset forgets the cursor and the log is told anew", () => {
  last().ear.live();
  last().ear.frame(event(9));
  last().ear.frame({ t: "reset" });
  last().ear.frame(event(1, "b"));
  last().ear.frame(event(2, "b"));
  assert.equal(resets, 1);
  assert.deepEqual(seen, [9, 1, 2]);
  last().ear.down();
  mock.timers.tick(50);
  assert.equal(last().cursor, "b:2");
});

test("the first reconnect is at once and later ones back off to at most ten seconds", () => {
  last().ear.live();
  last().ear.frame(event(1));
  last().ear.down();
  const waits = [];
  for (let i = 0; i < 10; i++) {
    let waited = 0;
    const before = opened.length;
    while (opened.length === before) {
      mock.timers.tick(10);
      waited += 10;
    }
    waits.push(waited);
    last().ear.down();
  }
  assert.ok(waits[0] <= 50 && waits[1] <= 50, `${waits}`);
  for (let i = 3; i < 10; i++) assert.ok(waits[i] >= waits[i - 1], `${waits}`);
  assert.equal(Math.max(...waits), 10_000);
});

test("two failures in a row step down, a success does not, and after thirty seconds the socket is tried beside what runs", () => {
  last().ear.down();
  mock.timers.tick(50);
  assert.equal(last().name, "socket");
  last().ear.down();
  mock.timers.tick(600);
  assert.equal(last().name, "events");
  last().ear.live();
  last().ear.frame(event(1));
  last().ear.down();
  mock.timers.tick(50);
  assert.equal(last().name, "events");
  last().ear.live();
  last().ear.frame(event(2));
  const events = last();

  mock.timers.tick(30_000);
  const probe = last();
  assert.equal(probe.name, "socket");
  assert.equal(events.closed, false);
  probe.ear.down(); // not yet
  events.ear.frame(event(3));
  mock.timers.tick(30_000);
  last().ear.live();
  assert.equal(last().name, "socket");
  assert.equal(last().cursor, "a:3");
  assert.equal(events.closed, true);
  events.ear.frame(event(4)); // a transport that was closed says nothing more
  last().ear.frame(event(4));
  assert.deepEqual(seen, [1, 2, 3, 4]);
  assert.equal(statuses.at(-1), "live 0");
});

test("a send without an answer goes again with the same id on the next transport, and is done once", async () => {
  last().ear.live();
  const done = signal.send("join");
  const [first] = last().sent;
  last().ear.down();
  mock.timers.tick(50);
  assert.equal(last().sent.length, 0);
  last().ear.live();
  assert.deepEqual(last().sent, [first]);
  last().ear.frame({ ack: first.id });
  await done;
  last().ear.down();
  mock.timers.tick(50);
  last().ear.live();
  assert.deepEqual(last().sent, []);
});

test("a refusal is told to the sender, but 'not now' is tried again", async () => {
  last().ear.live();
  const refused = signal.send("admit", { participant: "x" });
  last().ear.frame({ refused: { id: last().sent[0].id, code: "not-allowed", title: "No." } });
  await assert.rejects(refused, { code: "not-allowed" });

  const later = signal.send("join");
  const { id } = last().sent[1];
  last().ear.frame({ refused: { id, code: "unavailable", title: "Later." } });
  mock.timers.tick(1500);
  assert.equal(last().sent[2].id, id);
  last().ear.frame({ ack: id });
  await later;
});

test("a socket that acknowledges nothing is given up", () => {
  last().ear.live();
  last().ear.frame(event(1));
  signal.send("join").catch(() => {});
  const dead = last();
  mock.timers.tick(5000);
  mock.timers.tick(50);
  assert.equal(dead.closed, true);
  assert.equal(opened.length, 2);
});

test("a silent socket is asked whether anyone is there", () => {
  last().ear.live();
  last().ear.frame(event(1));
  mock.timers.tick(24_000);
  assert.equal(last().sent[0].t, "ping");
});

test("a pass that is turned away ends it, and another network begins anew at once", () => {
  last().ear.live();
  last().ear.frame(event(5));
  pageEvent("online");
  assert.equal(opened.length, 2);
  assert.equal(opened[0].closed, true);
  assert.equal(last().cursor, "a:5");
  last().ear.down(true);
  mock.timers.tick(60_000);
  assert.equal(opened.length, 2);
  assert.equal(statuses.at(-1), "barred 0");
});

test("on a lower step sends go by POST, in order, until they are answered", async () => {
  const posts = [];
  let answer = { ok: false, status: 503 };
  mock.method(globalThis, "fetch", async (url, { body, headers }) => {
    posts.push({ url, ...JSON.parse(body), bearer: headers.Authorization });
    return answer;
  });
  for (let i = 0; i < 2; i++) {
    last().ear.down();
    mock.timers.tick(1000);
  }
  last().ear.live();
  const done = Promise.all([signal.send("connect"), signal.send("join")]);
  await settled();
  assert.deepEqual(posts.map(({ t }) => t), ["connect"]);
  answer = { ok: true, status: 200 };
  mock.timers.tick(700);
  await done;
  assert.deepEqual(posts.map(({ t }) => t), ["connect", "connect", "join"]);
  assert.equal(posts[0].id, posts[1].id);
  assert.equal(posts[0].bearer, "Bearer pass");
});

const settled = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
