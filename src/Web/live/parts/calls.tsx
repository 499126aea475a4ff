// The middle pane: the person, and the controls under them.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Call } from "../call";
import type { Act } from "../clinician";
import { listDevices } from "../devices";
import { patient, say } from "./words";

type Given = { at: number; call: Call; act: Act; setRoom: (room: HTMLElement | null) => void; notice: string; blocked: boolean; unlock: () => void };

export function Calls({ at, call, act, setRoom, notice, blocked, unlock }: Given) {
  const [leaving, setLeaving] = useState(false);
  const over = patient.over !== "";
  const gone = over || ["left", "ended", "removed", "barred"].includes(call.state);
  const started = call.local.mic !== null || call.local.cam !== null;
  return (
    <section class="pane person" aria-label={patient.name}>
      <header class="ids" data-test="identifiers"><b dir="auto">{patient.name}</b> <span>{say("work.born").replace("{0}", patient.born)}</span></header>
      <p class="state" role="status" data-state={call.state}>{say(`work.state.${over ? "ended" : call.state}`)}</p>
      <Recording at={at} call={call} act={act} gone={gone} />
      {notice && <p class="note" role="alert">{notice}</p>}
      <div class="stagebox">
        <div id="room" ref={setRoom} data-empty={gone ? "" : say("work.empty").replace("{0}", patient.name)} />
        <Self at={at} call={call} />
        {blocked && <button class="main unlock" type="button" onClick={unlock}>{say("work.unlock")}</button>}
      </div>
      {call.trouble && <div class="note row" role="alert"><span>{say(`trouble.${call.trouble}`)}</span><button class="small" type="button" onClick={() => void call.devices()}>{say("try-again-short")}</button></div>}
      {gone ? !over && call.state !== "ended" && <button class="main" type="button" data-test="again" onClick={act.again}>{say("work.again")}</button>
        : leaving ? (
          <div class="row controls" role="group" aria-label={say("work.leave-ask")}>
            <b>{say("work.leave-ask")}</b>
            <button class="small harm" type="button" data-test="leave-confirm" onClick={() => { setLeaving(false); act.leave(); }}>{say("work.leave-yes")}</button>
            <button class="small" type="button" autoFocus onClick={() => setLeaving(false)}>{say("work.leave-no")}</button>
          </div>
        ) : (
          <div class="row controls" role="group" aria-label={say("work.controls")}>
            {!started && <button class="main" type="button" data-test="join" onClick={act.start}>{say("work.start")}</button>}
            {started && <button type="button" data-test="mute" class={call.on.audio ? "" : "off"} aria-keyshortcuts="Alt+M" onClick={() => call.mute("audio")}>{say(call.on.audio ? "mute" : "unmute")}</button>}
            {started && <button type="button" data-test="camera" class={call.on.video ? "" : "off"} aria-keyshortcuts="Alt+V" onClick={() => call.mute("video")}>{say(call.on.video ? "stop-camera" : "start-camera")}</button>}
            <button type="button" data-test="screen" class={call.on.screen ? "off" : ""} aria-keyshortcuts="Alt+S" onClick={() => void call.share()}>{say(call.on.screen ? "screen-off" : "screen-on")}</button>
            {call.people.seat >= 0 && !records(call) && <button type="button" data-test="record" onClick={() => act.record()}>{say("work.record")}</button>}
            {started && <Devices at={at} call={call} />}
            <button class="harm" type="button" data-test="hang-up" onClick={() => setLeaving(true)}>{say("work.leave")}</button>
          </div>
        )}
      <p class="keys soft">{say("work.keys")}</p>
    </section>
  );
}

// Asked for, running or at rest: whoever is in the call sees it all the time.
const records = ({ people: { recording } }: Call) => (recording && recording.state !== "stopped" ? recording : null);

function Recording({ call, act, gone }: { at: number; call: Call; act: Act; gone: boolean }) {
  const on = records(call), asks = on?.asked.includes(call.people.me), last = call.people.recording;
  const text = gone ? "" : on ? say(`rec.${asks ? "ask" : on.state}`) : last ? say(`work.rec-${last.reason}`) : "";
  return (
    <div class={`rec row ${on && !gone ? on.state : ""}`}>
      <p role="status" data-test="recording">{text}</p>
      {on && !gone && asks && <button class="small" type="button" data-test="record-yes" onClick={() => act.answerRecording(on.recording, true)}>{say("work.rec-yes")}</button>}
      {on && !gone && asks && <button class="small" type="button" data-test="record-no" onClick={() => act.answerRecording(on.recording, false)}>{say("rec.no")}</button>}
      {on && !gone && !asks && <button class="small" type="button" data-test="record-stop" onClick={() => act.stopRecording(on.recording)}>{say("rec.stop")}</button>}
    </div>
  );
}

function Self({ call }: { at: number; call: Call }) {
  const own = useRef<HTMLVideoElement>(null);
  const { cam } = call.local;
  useEffect(() => {
    if (own.current) own.current.srcObject = cam && new MediaStream([cam]);
  }, [cam]);
  return <figure class="self" hidden={!call.on.video} data-test="self-view"><video ref={own} autoplay muted playsInline aria-label={say("work.your-picture")} /></figure>;
}

function Devices({ call }: { at: number; call: Call }) {
  const [lists, setLists] = useState<Record<"mic" | "cam", MediaDeviceInfo[]> | null>(null);
  const open = async (event: Event) => {
    if ((event.currentTarget as HTMLDetailsElement).open) setLists({ mic: await listDevices("mic"), cam: await listDevices("cam") });
  };
  return (
    <details class="devices" onToggle={open}>
      <summary>{say("work.devices")}</summary>
      <div class="stack">
        {lists && (["mic", "cam"] as const).map((kind) => (
          <label key={kind}>{say(`work.${kind}`)}
            <select value={call.local[kind]?.getSettings().deviceId ?? ""} onChange={(event) => void call.use(kind, event.currentTarget.value)}>
              {lists[kind].map(({ deviceId, label }) => <option value={deviceId} key={deviceId}>{label}</option>)}
            </select>
          </label>
        ))}
      </div>
    </details>
  );
}
