// The join machine: one state at a time, shown on <html data-join-state>, every step told to insights with the release. Pure but for those two ends.

export type JoinState =
  | "lobby" | "connecting" | "waiting" | "admitted" | "in-call" | "reconnecting"
  | "left" | "denied" | "removed" | "ended" | "barred";

/** What is known at a moment; the state follows from it. */
export type Facts = {
  wanted: boolean;
  server: "lobby" | "waiting" | "admitted" | "denied" | "removed" | "left" | "ended";
  barred: boolean;
  /** Signaling has been away for longer than a blink. */
  away: boolean;
  connected: boolean;
  /** Somebody else is in the call. */
  company: boolean;
  /** Something of theirs has been seen or heard, or they send nothing. */
  sensed: boolean;
  was: JoinState;
};

export function stateOf(facts: Facts): JoinState {
  const { server } = facts;
  if (server === "ended") return "ended";
  if (facts.barred) return "barred";
  if (server === "removed" || (facts.wanted && server === "denied")) return server;
  if (!facts.wanted) return facts.was === "left" ? "left" : "lobby";
  if (facts.away) return "reconnecting";
  if (server === "waiting") return "waiting";
  if (server !== "admitted") return "connecting";
  const under = facts.was === "in-call" || facts.was === "reconnecting";
  if (!facts.connected) return under ? "reconnecting" : "admitted";
  return under || (facts.company && facts.sensed) ? "in-call" : "admitted";
}

export type Steps = { tell(state: string, reason?: string): void };

/** Steps are gathered for a moment and sent in one request that outlives the page. */
export function openSteps(side: string, release: string, pass: () => string): Steps {
  const attempt = crypto.randomUUID();
  let steps: { state: string; reason?: string; ms: number }[] = [], timer = 0;

  function flush() {
    clearTimeout(timer);
    timer = 0;
    if (!steps.length) return;
    const body = JSON.stringify({ attempt, side, release, steps });
    const headers: Record<string, string> = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    if (pass()) headers.Authorization = `Bearer ${pass()}`;
    steps = [];
    fetch("/insights/join", { method: "POST", headers, body, keepalive: true }).catch(() => {});
  }

  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  return {
    tell(state, reason) {
      steps.push({ state, ms: Math.round(performance.now()), ...(reason && { reason }) });
      timer ||= setTimeout(flush, 300) as unknown as number;
    },
  };
}
