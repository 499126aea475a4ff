import assert from "node:assert/strict";
import { test } from "node:test";
import { modules } from "./page.mjs";

const { stateOf } = await import(`${modules}/joining.js`);
const { slotOf, learn, nobody } = await import(`${modules}/people.js`);
const { openThread } = await import(`${modules}/thread.js`);

const facts = (given) => ({ wanted: true, server: "lobby", barred: false, away: false, connected: false, company: false, sensed: false, was: "lobby", ...given });

test("the state of joining follows from what is known", () => {
  const cases = [
    ["lobby", { wanted: false }],
    ["lobby", { wanted: false, server: "admitted", connected: true }], // a reload: the log remembers, the person has not pressed Join
    ["connecting", {}],
    ["waiting", { server: "waiting" }],
    ["reconnecting", { server: "waiting", away: true }],
    ["admitted", { server: "admitted" }],
    ["admitted", { server: "admitted", connected: true, company: true }],
    ["admitted", { server: "admitted", connected: true }],
    ["in-call", { server: "admitted", connected: true, company: true, sensed: true }],
    ["in-call", { server: "admitted", connected: true, was: "in-call" }], // the others left
    ["reconnecting", { server: "admitted", connected: false, was: "in-call" }],
    ["in-call", { server: "admitted", connected: true, was: "reconnecting" }],
    ["denied", { server: "denied" }],
    ["removed", { wanted: false, server: "removed" }],
    ["ended", { server: "ended", barred: true }],
    ["barred", { barred: true }],
    ["left", { wanted: false, server: "left", was: "left" }],
  ];
  for (const [state, given] of cases) assert.equal(stateOf(facts(given)), state, JSON.stringify(given));
});

test("every seat finds every other in a slot of its own", () => {
  for (let mine = 0; mine < 6; mine++) {
    const slots = [0, 1, 2, 3, 4, 5].filter((seat) => seat !== mine).map((seat) => slotOf(seat, mine));
    assert.deepEqual(slots, [0, 1, 2, 3, 4]);
  }
});

test("people are learned from the log, without oneself", () => {
  const people = nobody();
  const tell = (t, p) => learn(people, { t, p, at: 1, c: "a:1" });
  tell("welcome", { participant: "me", state: "lobby" });
  tell("waiting", { participant: "pat", role: "patient" });
  tell("admitted", { seat: 1, people: [{ participant: "me", role: "clinician", seat: 1 }, { participant: "int", role: "interpreter", seat: 0, audio: true, video: false, screen: false }] });
  tell("joined", { participant: "me", role: "clinician", seat: 1 });
  tell("joined", { participant: "pat", role: "patient", seat: 2 });
  assert.deepEqual([...people.others.keys()], ["int", "pat"]);
  assert.equal(people.waiting.size, 0);
  assert.equal(people.others.get("pat").video, undefined);
  tell("media", { participant: "pat", audio: true, video: true, screen: false });
  tell("media", { participant: "stranger", audio: true });
  tell("left", { participant: "int", reason: "left" });
  assert.deepEqual([...people.others.values()].map(({ participant, video }) => [participant, video]), [["pat", true]]);
});

test("a message that could not be sent keeps its words and goes again under the same id", async () => {
  const server = messaging();
  const thread = openThread(() => "pass", () => "me", () => {});
  server.up = false;
  thread.say("It hurts here");
  await soon();
  assert.deepEqual(thread.list().map(({ text, state }) => [text, state]), [["It hurts here", "failed"]]);
  server.up = true;
  thread.again(thread.list()[0].id);
  await soon();
  assert.equal(server.posts[0].id, server.posts[1].id);
  thread.fetch();
  await soon();
  assert.deepEqual(thread.list().map(({ text, state }) => [text, state]), [["It hurts here", undefined]]);
});

test("an own message stands there once, whether the log or the answer to its sending comes first", async () => {
  for (const logFirst of [true, false]) {
    const server = messaging();
    const thread = openThread(() => "pass", () => "me", () => {});
    if (logFirst) server.hold();
    thread.say("Yes");
    thread.say("Yes");
    await soon();
    thread.fetch();
    await soon();
    assert.deepEqual(thread.list().map(({ text }) => text), ["Yes", "Yes"], `log first: ${logFirst}`);
    server.release();
    await soon();
    assert.deepEqual(thread.list().map(({ id, state }) => [id, state]), [["msg_1", undefined], ["msg_2", undefined]], `log first: ${logFirst}`);
  }
});

test("who is let in sees what was written before their own last message", async () => {
  const server = messaging();
  const thread = openThread(() => "pass", () => "me", () => {});
  thread.say("May I come in?");
  await soon();
  thread.fetch();
  await soon();
  server.thread.unshift({ id: "msg_0", author: "clinician", role: "clinician", at: 0, text: "Earlier" });
  thread.fetch();
  await soon();
  assert.equal(thread.list().length, 1);
  thread.fetch(true);
  await soon();
  assert.deepEqual(thread.list().map(({ text }) => text), ["Earlier", "May I come in?"]);
});

// Messaging's door: it names a message itself, whatever the page called it.
function messaging() {
  const server = { up: true, posts: [], hold: () => (held = new Promise((then) => (server.release = then))), release: () => {} };
  const thread = (server.thread = []);
  let held = Promise.resolve();
  globalThis.fetch = async (url, init) => {
    if (init.method !== "POST") return answer({ messages: thread.slice(1 + thread.findIndex(({ id }) => url.endsWith(`after=${id}`))) });
    const { id, text } = JSON.parse(init.body);
    server.posts.push({ id, text });
    if (!server.up) throw new TypeError("offline");
    const made = { id: `msg_${thread.length + 1}`, author: "me", role: "patient", at: thread.length + 1, text };
    thread.push(made);
    await held;
    return answer({ id: made.id, at: made.at });
  };
  return server;
}

const answer = (body) => ({ ok: true, json: async () => body });
const soon = () => new Promise((then) => setTimeout(then, 5));
