// Watches a page from outside the product: its connections, what it plays, what it was sent.
(() => {
  if (window.__probe) return;
  const probe = (window.__probe = { connections: [], played: new Set(), received: [], sockets: [], tracks: [] });

  const Native = window.RTCPeerConnection;
  // Where a test says so, a page goes by its relay and nothing else, and reaches that by one protocol; or has none.
  const relays = { udp: /^turn:.*udp$/, tcp: /^turn:.*tcp$/, tls: /^turns:/ };
  const relayOnly = (wanted) => window.__relay === "none" ? { ...wanted, iceServers: [] } : ({
    ...wanted, iceTransportPolicy: "relay",
    iceServers: (wanted?.iceServers ?? []).map((server) => ({ ...server, urls: [server.urls].flat().filter((url) => relays[window.__relay].test(url)) })),
  });
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...(window.__relay ? [relayOnly(given[0])] : given));
      probe.connections.push(this);
      const begun = performance.now();
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState === "connected") this.__took ??= performance.now() - begun;
      });
    }
  };

  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
    configurable: true,
    enumerable: true,
    get: source.get,
    set(stream) {
      if (stream) probe.played.add(this);
      source.set.call(this, stream);
    },
  });

  // Every text that signaling and the other doors send, however it comes.
  const NativeSocket = window.WebSocket;
  window.WebSocket = class extends NativeSocket {
    constructor(...given) {
      super(...given);
      probe.sockets.push(this);
      this.addEventListener("message", (message) => probe.received.push(String(message.data)));
    }
  };
  const fetch = window.fetch;
  window.fetch = async (...given) => {
    const response = await fetch(...given);
    if (response.body && ![204, 205, 304].includes(response.status)) {
      const [ours, theirs] = response.body.tee();
      (async () => {
        const reader = ours.pipeThrough(new TextDecoderStream()).getReader();
        for (;;) {
          const { value, done } = await reader.read();
          if (done) return;
          probe.received.push(value);
        }
      })().catch(() => {});
      const copy = new Response(theirs, response);
      Object.defineProperty(copy, "url", { value: response.url });
      return copy;
    }
    return response;
  };

  // Small pictures, where a test asks for them before the page loads.
  const small = window.__small;
  const capture = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (capture && small)
    navigator.mediaDevices.getUserMedia = (wanted) => capture(wanted.video ? { ...wanted, video: { width: small.width, height: small.height, frameRate: small.rate } } : wanted);

  probe.stats = async () => {
    const all = [];
    for (const connection of probe.connections) {
      if (connection.connectionState === "closed") continue;
      for (const one of (await connection.getStats()).values())
        if (one.type === "inbound-rtp" || one.type === "outbound-rtp")
          all.push({
            direction: one.type === "inbound-rtp" ? "in" : "out", kind: one.kind, mid: one.mid ?? "", packets: (one.packetsReceived ?? one.packetsSent ?? 0),
            bytes: (one.bytesReceived ?? one.bytesSent ?? 0), frames: one.framesDecoded ?? one.framesEncoded ?? 0, width: one.frameWidth ?? 0, height: one.frameHeight ?? 0,
            energy: one.totalAudioEnergy ?? 0, codec: "", lost: one.packetsLost ?? 0, rid: one.rid ?? "", rate: one.framesPerSecond ?? 0,
          });
    }
    return all;
  };

  // How each connection goes: the chosen pair's protocols, those of all that this browser has itself to offer, how it reaches its relay where it goes by one, and the time from its making to its being connected.
  probe.paths = async () => {
    const all = [];
    for (const connection of probe.connections) {
      if (connection.connectionState !== "connected") continue;
      const stats = [...(await connection.getStats()).values()];
      const by = (id) => stats.find((one) => one.id === id);
      const pair = by(stats.find((one) => one.type === "transport")?.selectedCandidatePairId);
      all.push({
        local: by(pair?.localCandidateId)?.protocol ?? "", remote: by(pair?.remoteCandidateId)?.protocol ?? "", took: connection.__took ?? -1,
        relay: by(pair?.localCandidateId)?.relayProtocol ?? "",
        own: [...new Set(stats.filter((one) => one.type === "local-candidate" && one.candidateType !== "relay").map((one) => one.protocol))],
      });
    }
    return all;
  };

  // Listens at every track that is really audible here and says which of the tones it carries: level in dB per tone, loudest moment of the time given.
  probe.hear = async (tones, milliseconds) => {
    const context = (probe.audio ??= new AudioContext());
    await context.resume();
    const ears = [];
    for (const element of probe.played) {
      if (!element.srcObject || element.muted || element.paused || element.volume === 0) continue;
      for (const track of element.srcObject.getAudioTracks()) {
        if (track.readyState !== "live") continue;
        const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
        const from = context.createMediaStreamSource(new MediaStream([track]));
        from.connect(analyser);
        ears.push({ analyser, from, track: track.id, levels: tones.map(() => -200), bins: new Float32Array(analyser.frequencyBinCount) });
      }
    }
    const until = performance.now() + milliseconds;
    while (performance.now() < until) {
      await new Promise((next) => setTimeout(next, 60));
      for (const ear of ears) {
        ear.analyser.getFloatFrequencyData(ear.bins);
        tones.forEach((tone, at) => {
          const bin = Math.round((tone * 4096) / context.sampleRate);
          for (let near = bin - 1; near <= bin + 1; near++) ear.levels[at] = Math.max(ear.levels[at], ear.bins[near]);
        });
      }
    }
    for (const ear of ears) ear.from.disconnect();
    return ears.map((ear) => ({ track: ear.track, levels: ear.levels.map((level) => (Number.isFinite(level) ? level : -200)) }));
  };
})();
