// What goes over the wire between a page and signaling: docs/signaling.md.

export type LogEvent = { c: string; t: string; at: number; p: any };
export type Send = { id: string; t: string; p: object };
export type Refusal = { code: string; title: string };
export type Frame = Partial<LogEvent> & { ack?: string; refused?: Refusal & { id: string } };

/** What a transport tells about itself. After `down` it says nothing more. */
export type Ear = {
  live(): void;
  frame(frame: Frame): void;
  /** `barred` when the pass was turned away: another transport would not help. */
  down(barred?: boolean): void;
};

/** A running transport. One that carries sends itself has `send`; the others leave them to POST. */
export type Way = { send?(send: Send): void; close(): void };
export type OpenWay = (ear: Ear, pass: string, cursor: string | null) => Way;

export const barredStatus = (status: number) => status === 401;

/** Fetch with a deadline until the response's headers. */
export async function fetchWithin(ms: number, url: string, init: RequestInit, abort = new AbortController()): Promise<Response> {
  const timer = setTimeout(() => abort.abort(), ms);
  try {
    return await fetch(url, { ...init, signal: abort.signal, cache: "no-store" });
  } finally {
    clearTimeout(timer);
  }
}
