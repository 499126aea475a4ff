// As much of a page as the shipped modules touch, and a network that the test holds in its hands.
globalThis.location = { origin: "https://clinic.example", pathname: "/j/x" };
const pageListeners = new Map();
globalThis.addEventListener = (type, then) => pageListeners.set(type, then);
globalThis.removeEventListener = (type) => pageListeners.delete(type);
globalThis.document = { hidden: false, addEventListener: () => {}, removeEventListener: () => {}, documentElement: { dataset: {} } };

export const pageEvent = (type) => pageListeners.get(type)?.();
export const modules = `${process.env.LIVE}/modules`;

/** A transport of which the test sees every opening. */
export function fakeWay(name, opened, carries) {
  return (ear, pass, cursor) => {
    const way = { name, ear, pass, cursor, sent: [], closed: false };
    way.handle = { close: () => (way.closed = true), ...(carries && { send: (send) => way.sent.push(send) }) };
    opened.push(way);
    return way.handle;
  };
}

export const event = (number, incarnation = "a") => ({ c: `${incarnation}:${number}`, t: "chat", at: number, p: { message: number } });
