// The visit's thread. Text goes to messaging by POST, never through signaling; the log only says that there is something new.
import { fetchWithin } from "./wire";

export type Message = { id: string; author: string; role: string; at: number; text: string; state?: "sending" | "failed" };

export type Thread = {
  /** Oldest first; own messages that are still on their way come last. */
  list(): Message[];
  say(text: string): void;
  again(id: string): void;
  /** What is new; `all`: from the start, where more may be seen than before. */
  fetch(all?: boolean): void;
};

export const longestText = 4000;

export function openThread(pass: () => string, me: () => string, changed: () => void): Thread {
  let kept: Message[] = [], last = "", fetching = false, more = false, anew = false;
  const mine = new Map<string, Message>();

  const headers = (): Record<string, string> => ({ Authorization: `Bearer ${pass()}`, "Content-Type": "application/json" });

  async function post(message: Message) {
    message.state = "sending";
    changed();
    try {
      const response = await fetchWithin(10_000, "/messages", {
        method: "POST",
        headers: { ...headers(), "Idempotency-Key": message.id },
        body: JSON.stringify({ id: message.id, text: message.text }),
      });
      if (!response.ok) throw 0;
      const posted = await response.json();
      mine.delete(message.id);
      if (!kept.some(({ id }) => id === posted.id)) kept.push({ ...message, ...posted, state: undefined });
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
        for (const message of page.messages as Message[]) {
          const at = kept.findIndex(({ id }) => id === message.id);
          if (at >= 0) kept.splice(at, 1);
          // Our own, come back by the log before the answer to its sending, or in place of an answer that was lost.
          else if (message.author === me()) mine.delete([...mine.values()].find(({ text }) => text === message.text)?.id ?? "");
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

  return {
    list: () => [...kept, ...mine.values()],
    say(text) {
      const message: Message = { id: crypto.randomUUID(), author: me(), role: "", at: Date.now() * 1000, text };
      mine.set(message.id, message);
      void post(message);
    },
    again(id) {
      const message = mine.get(id);
      if (message?.state === "failed") void post(message);
    },
    fetch(all = false) {
      anew ||= all;
      void fetchNew();
    },
  };
}
