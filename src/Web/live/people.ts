// Who is in the call, learned from the log, and which slot of the connection carries whom.
import type { LogEvent } from "./wire";

export type Sent = { audio: boolean; video: boolean; screen: boolean };
/** What somebody sends; unknown until they said so. */
export type Person = Partial<Sent> & { participant: string; role: string; seat: number };

/** The slot of seat `theirs` as seen from seat `mine` (docs/signaling.md). */
export const slotOf = (theirs: number, mine: number) => (theirs < mine ? theirs : theirs - 1);

/** How the recording of the call stands, and who has not answered yet. */
export type Recording = { recording: string; state: "asking" | "running" | "resting" | "stopped"; asked: string[]; reason: string };

export type People = { recording: Recording | null; me: string; seat: number; others: Map<string, Person>; waiting: Map<string, { participant: string; role: string; at: number }> };

export const nobody = (): People => ({ recording: null, me: "", seat: -1, others: new Map(), waiting: new Map() });

/** Applies one event of the log. */
export function learn(people: People, { t, p, at }: LogEvent) {
  const id: string = p?.participant;
  if (t === "welcome") people.me = id;
  else if (t === "admitted") {
    people.seat = p.seat;
    people.recording = null;
    people.others.clear();
    for (const person of p.people) if (person.participant !== people.me) people.others.set(person.participant, { ...person });
  } else if (t === "joined") {
    people.waiting.delete(id);
    if (id !== people.me) people.others.set(id, { ...people.others.get(id), ...p });
  } else if (t === "media") Object.assign(people.others.get(id) ?? {}, p);
  else if (t === "left") people.others.delete(id);
  else if (t === "waiting") people.waiting.set(id, { participant: id, role: p.role, at });
  else if (t === "recording") people.recording = p;
  else if (t === "waiting-left") people.waiting.delete(id);
  else if (t === "ended") {
    people.others.clear();
    people.waiting.clear();
  }
}
