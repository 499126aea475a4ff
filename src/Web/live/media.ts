// The one PeerConnection of a page. The server offers, this answers (docs/signaling.md, "The offer"). An offer of a higher generation means that the
// node is gone or the way to it is: a second connection is built beside the first with the same tracks and takes over when it is connected. Under a higher
// placementEpoch it goes to another node, where the others may not be yet: then this page sends to both, and each slot is played from the old one until
// something comes in it from the new one, so that a call that moves is heard all the time.

export type Offer = { generation: number; placementEpoch: number; sdp: string; iceServers?: RTCIceServer[] };
export type SendSlot = "mic" | "cam" | "scr";

export type MediaOptions = {
  send: (type: string, body?: object) => Promise<void>;
  /** Connected, lost, taken over, or a first packet arrived: look again. */
  changed: () => void;
};

export type Media = {
  /** Asks the server for an offer, now or for a better one. */
  ask(): void;
  offer(offer: Offer): void;
  /** Puts a track into a slot, or takes it out. Nothing is sent before `go`. */
  put(slot: SendSlot, track: MediaStreamTrack | null): void;
  /** From admission on local tracks are attached: for so many others. −1 takes them off. */
  go(others: number): void;
  connected(): boolean;
  /** The track of a receiving slot, by mid: a0–a4, v0–v4, s0. */
  track(mid: string): MediaStreamTrack | undefined;
  /** Lets go of the connection; `ask` begins a new one. */
  drop(): void;
  close(): void;
};

type Line = { pc: RTCPeerConnection; epoch: number; tracks: Map<string, MediaStreamTrack>; bytes: number; silent: number };

const lostAfter = 3000;
// Longer than signaling lets a node carry on a call that has moved away from it.
const leavingFor = 12000;
const burst = 30;
const cameraBits = 1_500_000;
const screenBits = 2_500_000;

export function openMedia(options: MediaOptions): Media {
  const local: Record<SendSlot, MediaStreamTrack | null> = { mic: null, cam: null, scr: null };
  let current: Line | null = null, next: Line | null = null, leaving: Line | null = null;
  let newest: Offer | null = null, taking = 0, on = false, crowd = false, asking = 0, wants = false, closed = false;

  const alive = (line: Line | null) => line?.pc.connectionState === "connected";

  function ask() {
    wants = true;
    if (closed || asking) return;
    asking = setTimeout(() => {
      asking = 0;
      if (!alive(next ?? current)) ask();
    }, 4000) as unknown as number;
    options.send("connect").catch(() => {});
  }

  // A replayed log can hold offers of long ago: only the newest of a burst is taken, and none before this page asked for one.
  function offer(offered: Offer) {
    if (newest && offered.generation <= newest.generation) return;
    newest = offered;
    clearTimeout(taking);
    if (wants) taking = setTimeout(() => void take(offered), burst) as unknown as number;
  }

  async function take(offered: Offer) {
    if (closed) return;
    // The node's relay can be had at the page's own door as well, under the name that has reached it.
    const door = `turns:${location.hostname}:${location.port || 443}?transport=tcp`;
    const iceServers = (offered.iceServers ?? []).map((server) => ({ ...server, urls: [...server.urls, door] }));
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers });
    const line: Line = { pc, epoch: offered.placementEpoch, tracks: new Map(), bytes: 0, silent: 0 };
    pc.ontrack = ({ track, transceiver }) => {
      line.tracks.set(transceiver.mid!, track);
      track.onunmute = track.onmute = options.changed;
    };
    pc.onconnectionstatechange = () => stateOf(line);
    next?.pc.close();
    next = line;
    try {
      await pc.setRemoteDescription({ type: "offer", sdp: offered.sdp });
      for (const transceiver of pc.getTransceivers()) if (transceiver.mid! in local) transceiver.direction = "sendonly";
      attach(line);
      await pc.setLocalDescription();
      // ICE-lite: our candidates reach the node with our checks, so the answer does not wait for them.
      await options.send("answer", { generation: offered.generation, sdp: pc.localDescription!.sdp });
    } catch (why) {
      // Overtaken by a newer offer: that one is on its way or here.
      if (line === next && (why as { code?: string })?.code !== "generation-stale") ask();
    }
  }

  function drop() {
    for (const line of [current, next, leaving]) line?.pc.close();
    current = next = leaving = null;
  }

  function attach(line: Line) {
    for (const { mid, sender } of line.pc.getTransceivers()) {
      if (!mid || !(mid in local)) continue;
      const track = on ? local[mid as SendSlot] : null;
      if (sender.track !== track) sender.replaceTrack(track).catch(() => {});
      if (track && mid !== "mic") shape(sender, track, mid === "cam" ? cameraBits : screenBits);
    }
  }

  // One size that follows the path for one other; several to choose from for more: three from 960 × 540 on, two from 480 × 270 on. More Chromium drops, from the top.
  function shape(sender: RTCRtpSender, track: MediaStreamTrack, bits: number, again = true) {
    const parameters = sender.getParameters(), encodings = parameters.encodings ?? [], last = encodings.length - 1;
    const { width, height } = track.getSettings(), pixels = width! * height!, before = JSON.stringify(encodings);
    const many = crowd && pixels >= 129600, top = many ? Math.min(last, pixels < 518400 ? 1 : 2) : last;
    encodings.forEach((encoding, size) => {
      const smaller = many ? Math.max(0, top - size) : 0;
      encoding.active = many ? size <= top : size === last;
      encoding.scaleResolutionDownBy = 1 << smaller;
      encoding.maxBitrate = bits >> (2 * smaller);
    });
    // Once more behind it: what else changed meanwhile was refused.
    if (JSON.stringify(encodings) !== before) sender.setParameters(parameters).then(() => again && shape(sender, track, bits, false), () => {});
  }

  function attachAll() {
    for (const line of [current, next, leaving]) if (line) attach(line);
  }

  function stateOf(line: Line) {
    const state = line.pc.connectionState;
    if (state === "connected" && line === next) {
      leave(leaving);
      const before = (leaving = current);
      current = line;
      next = null;
      attach(line); // its encodings exist only now
      setTimeout(() => leave(before), alive(before) && before!.epoch < line.epoch ? leavingFor : 0);
    } else if (state === "failed" && (line === next || line === current)) ask();
    else if (state === "disconnected") setTimeout(() => line === current && !alive(line) && ask(), lostAfter);
    options.changed();
  }

  function leave(line: Line | null) {
    line?.pc.close();
    if (line !== leaving) return;
    leaving = null;
    options.changed();
  }

  // A node that died says nothing, and ICE takes its time to notice. Three seconds without a byte, where even an idle node
  // answers connectivity checks, is enough to ask again.
  const watch = setInterval(async () => {
    const line = current;
    if (!line || closed || !alive(line)) return;
    let bytes = 0;
    for (const report of (await line.pc.getStats()).values()) if (report.type === "transport") bytes = report.bytesReceived;
    line.silent = bytes === line.bytes ? line.silent + 1 : 0;
    line.bytes = bytes;
    if (on && line.silent >= 3) ask();
  }, 1000);

  const online = () => {
    if (current) ask();
  };
  addEventListener("online", online);

  return {
    ask,
    offer,
    put(slot, track) {
      local[slot] = track;
      attachAll();
    },
    go(others) {
      on = others >= 0;
      crowd = others > 1;
      attachAll();
    },
    connected: () => alive(current) && !(on && current!.silent >= 3),
    track(mid) {
      const fresh = current?.tracks.get(mid);
      return (fresh?.muted !== false && leaving?.tracks.get(mid)) || fresh;
    },
    close() {
      closed = true;
      clearInterval(watch);
      clearTimeout(asking);
      removeEventListener("online", online);
      drop();
    },
    drop,
  };
}
