// The left pane: who waits, who is in the visit, and inviting somebody.
import { useState } from "preact/hooks";
import type { Call } from "../call";
import type { Act } from "../clinician";
import { Agreed } from "./agreed";
import { patient, role, say, time } from "./words";

const guests = ["interpreter", "family", "colleague", "guest"];

export function Waiting({ call, act }: { at: number; call: Call; act: Act }) {
  const { waiting, others } = call.people;
  return (
    <section class="pane who" aria-labelledby="who-title">
      <h2 id="who-title">{say("work.waiting")}</h2>
      <div aria-live="polite" data-test="waiting-list">
        {waiting.size === 0 && <p class="soft">{say("work.nobody")}</p>}
        {[...waiting.values()].map(({ participant, role: kind, at }) => (
          <div class="card turn" key={participant} data-participant={participant}>
            <p><b>{kind === "patient" ? patient.name : role(kind)}</b> <span class="soft">{say("work.since").replace("{0}", time(at))}</span></p>
            {kind === "patient" && <Identifiers />}
            <div class="row">
              <button class="main" type="button" data-test="admit" aria-keyshortcuts="Alt+A" onClick={() => act.admit(participant)}>{say("work.admit")}</button>
              <button class="small" type="button" data-test="deny" onClick={() => act.deny(participant)}>{say("work.deny")}</button>
            </div>
            {/* Below the buttons: it comes later, and must not push them away from under a finger that is on its way. */}
            {(kind === "patient" || kind === "proxy") && <Agreed act={act} />}
          </div>
        ))}
      </div>
      {others.size > 0 && <h2>{say("work.here")}</h2>}
      {[...others.values()].map(({ participant, role: kind, audio, video }) => (
        <div class="card" key={participant}>
          <div class="row">
          <p><b>{kind === "patient" ? patient.name : role(kind)}</b><br /><span class="soft">{say(audio === false ? "is-muted" : "work.sound-on")} · {say(video === false ? "work.camera-off" : "work.camera-on")}</span></p>
          <button class="small quiet" type="button" data-test="remove" onClick={() => act.remove(participant)}>{say("work.remove")}</button>
          </div>
          {kind === "patient" && <Agreed act={act} onlyMissing />}
        </div>
      ))}
      {!patient.over && <InviteSomeone act={act} />}
    </section>
  );
}

const Identifiers = () => (
  <dl class="two">
    <dt>{say("work.check")}</dt>
    <dd dir="auto">{patient.name}</dd>
    <dd>{say("work.born").replace("{0}", patient.born)}</dd>
  </dl>
);

function InviteSomeone({ act }: { act: Act }) {
  const [kind, setKind] = useState(guests[0]!), [link, setLink] = useState<string | null>(null), [said, setSaid] = useState("");
  const make = async (event: Event) => {
    event.preventDefault();
    setSaid("");
    const made = await act.invite(kind);
    setLink(made);
    if (!made) setSaid(say("work.invite-failed"));
  };
  const copy = async () => {
    await navigator.clipboard.writeText(link!).catch(() => {});
    setSaid(say("copied"));
  };
  return (
    <details class="invite">
      <summary data-test="invite">{say("work.invite")}</summary>
      <form onSubmit={make} class="stack">
        <select aria-label={say("work.invite")} value={kind} onChange={(event) => setKind(event.currentTarget.value)} data-test="invite-role">
          {guests.map((guest) => <option value={guest} key={guest}>{say(`role.${guest}`)}</option>)}
        </select>
        <button class="small" data-test="invite-do">{say("work.invite-do")}</button>
        {link && <input readOnly value={link} aria-label={say("work.invite")} data-test="invite-link" />}
        {link && <button class="small" type="button" onClick={copy}>{say("work.copy")}</button>}
        <p role="status" class="soft">{said}</p>
      </form>
    </details>
  );
}
