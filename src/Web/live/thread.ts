// The visit's thread. Text goes to messaging by POST, never through signaling; the log only says that there is something new.
import { fetchWithin } from "./wire";

export type Message = {
  id: string; author: string; role: string; at: number; text: string;
  /** A picture; `send`: one that is still to be sent. */
  file?: { id: string }; send?: File;
  /** Others do not see it; `why`: nor will they. */
  state?: "sending" | "failed" | "checking"; why?: string;
};

export type Thread = {
  /** Oldest first; own messages that are still on their way come last. */
  list(): Message[];
  say(text: string): void;
  attach(file: File): void;
  again(id: string): void;
  /** What is in a picture; each time it is asked for is noted. */
  open(file: string): Promise<Blob>;
  /** What is new; `all`: from the start, where more may be seen than before. */
  fetch(all?: boolean): void;
};

export const longestText = 4000;

export function openThread(pass: () => string, me: () => string, changed: () => void, limits: string): Thread {
  let kept: Message[] = [], last = "", fetching = false, more = false, anew = false;
  let unseen: Message[] = [], sending = Promise.resolve(), look = 0;
  const mine = new Map<string, Message>();

  const headers = (): Record<string, string> => ({ Authorization: `Bearer ${pass()}` });

  async function post(message: Message) {
    const { id, text, send } = message;
    message.state = "sending";
    changed();
    try {
      const response = await fetchWithin(send ? 150_000 : 10_000, send ? "/messages/files" : "/messages", {
        method: "POST",
        headers: { ...headers(), "Idempotency-Key": id, "File-Name": encodeURIComponent(`${send?.name}`) },
        body: send ?? JSON.stringify({ id, text }),
      });
      const posted = await response.json();
      if (response.status === 422) message.why = posted.title; // it will not be taken another time either
      if (!response.ok) throw 0;
      mine.delete(id);
      if (!posted.id) void fetchNew();
      else if (!kept.some((one) => one.id === posted.id)) kept.push({ ...message, ...posted, state: undefined });
    } catch {
      message.state = "failed"; // the words stay; the same id makes trying again safe
    }
    changed();
  }

  async function fetchNew() {
    more = true;
    if (fetching) return;
    fetching = true;
    for (let tries = 0; more && tries < 5;) {
      more = false;
      if (anew) last = "";
      anew = false;
      try {
        const response = await fetchWithin(10_000, `/messages${last && `?after=${last}`}`, { headers: headers() });
        if (response.status >= 500) throw 0;
        if (!response.ok) break;
        const page = await response.json();
        more ||= page.more;
        unseen = page.unseen ?? [];
        clearTimeout(look);
        if (unseen.some(({ state }) => state === "checking")) look = setTimeout(fetchNew, 3000) as unknown as number;
        for (const message of page.messages as Message[]) {
          const at = kept.findIndex(({ id }) => id === message.id);
          if (at >= 0) kept.splice(at, 1);
          // Our own, come back by the log before the answer to its sending, or in place of an answer that was lost.
          else if (message.author === me()) mine.delete([...mine.values()].find((one) => one.text === message.text && !one.send === !message.file)?.id ?? "");
          kept.push(message);
          last = message.id;
        }
        kept.sort((a, b) => a.at - b.at);
      } catch {
        more = true;
        await new Promise((then) => setTimeout(then, 500 * 2 ** tries++));
      }
    }
    fetching = false;
    changed();
  }

  function own(what: Partial<Message> & { text: string }): Message {
    const message = { id: crypto.randomUUID(), author: me(), role: "", at: Date.now() * 1000, ...what };
    mine.set(message.id, message);
    return message;
  }

  return {
    list: () => [...kept, ...unseen, ...mine.values()],
    say: (text) => void post(own({ text })),
    attach(file) {
      const large = file.size > 10 << 20;
      const message = own(large ? { text: "", state: "failed", why: limits } : { text: "", state: "sending", send: file });
      changed();
      // One after the other: a phone's line is narrow.
      if (!large) sending = sending.then(() => post(message));
    },
    again(id) {
      const message = mine.get(id);
      if (message?.state === "failed") void post(message);
    },
    async open(file) {
      const response = await fetchWithin(10_000, `/messages/files/${file}`, { headers: headers() });
      if (!response.ok) throw 0;
      return response.blob();
    },
    fetch(all = false) {
      anew ||= all;
      void fetchNew();
    },
  };
}
