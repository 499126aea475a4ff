// The right pane: the visit's thread.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Call } from "../call";
import { longestText, type Thread } from "../thread";
import { patient, role, say, time } from "./words";

type Props = { at: number; call: Call; thread: Thread; picture: (file: string) => HTMLElement };

// In its place once: what is put there again loses the focus.
const put = (place: HTMLElement | null, what: HTMLElement) => void (place?.firstChild !== what && place?.replaceChildren(what));

export function Messages({ call, thread, picture }: Props) {
  const [text, setText] = useState("");
  const log = useRef<HTMLDivElement>(null), file = useRef<HTMLInputElement>(null);
  const messages = thread.list();
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [messages.length]);
  const send = (event?: Event) => {
    event?.preventDefault();
    if (text.trim()) thread.say(text.trim());
    setText("");
  };
  return (
    <section class="pane thread" aria-labelledby="thread-title">
      <h2 id="thread-title">{say("work.chat")}</h2>
      <div class="log" role="log" tabIndex={0} aria-labelledby="thread-title" ref={log} data-test="chat-log">
        {messages.length === 0 && <p class="soft">{say("work.chat-empty")}</p>}
        {messages.map((message) => {
          const mine = message.author === call.people.me;
          return (
            <div class={mine ? "message mine" : "message"} key={message.id}>
              <b>{mine ? say("you") : message.role === "patient" ? patient.name : role(message.role)}</b> <span class="soft">{time(message.at)}</span>
              {message.text && <p dir="auto">{message.text}</p>}
              {message.file && <div ref={(place) => put(place, picture(message.file!.id))} />}
              {message.state && (message.why || message.state !== "failed") && <i class="soft">{message.why ?? say(message.state)}</i>}
              {message.state === "failed" && !message.why && <button class="small" type="button" onClick={() => thread.again(message.id)}>{say("failed")}</button>}
            </div>
          );
        })}
      </div>
      <form class="row compose" onSubmit={send}>
        <textarea rows={2} dir="auto" autocomplete="off" maxLength={longestText} value={text} aria-label={say("work.write")} placeholder={say("work.write")} data-test="chat-input"
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }} />
        <button class="main" data-test="chat-send">{say("work.send")}</button>
      </form>
      <div class="row compose">
        <span class="soft kinds" id="kinds">{say("work.kinds")}</span>
        <input ref={file} type="file" accept="image/jpeg,image/png,image/webp" multiple hidden
          onChange={(event) => {
            for (const one of event.currentTarget.files!) thread.attach(one);
            event.currentTarget.value = "";
          }} />
        <button class="small" type="button" aria-describedby="kinds" data-test="attach" onClick={() => file.current!.click()}>{say("work.attach")}</button>
      </div>
    </section>
  );
}
