// Measures a page from outside the product: what it says is made here, what it hears and sees is timed here.
(() => {
  if (window.__ear) return;
  const ear = (window.__ear = { beeps: [], onsets: [], frames: [], samples: [] });
  const now = () => performance.timeOrigin + performance.now();
  const local = new Set();
  const { connections } = window.__line;

  // A voice that never pauses, for a silence that is not sent can't be missed, and over it a beep every so often, each of four higher than the one before.
  const processors = `
    const pitches = [600, 900, 1300, 1800], loud = 0.15;
    registerProcessor("voice", class extends AudioWorkletProcessor {
      at = 0; next = sampleRate; count = 0; phase = 0; beep = 0;
      process(_, [[out]]) {
        for (let i = 0; i < out.length; i++, this.at++) {
          const s = this.at / sampleRate;
          this.phase += (170 + 40 * Math.sin(2.1 * s)) / sampleRate;
          let hum = 0;
          for (let k = 1; k <= 5; k++) hum += Math.sin(2 * Math.PI * k * this.phase) / k;
          out[i] = 0.03 * hum * (0.7 + 0.3 * Math.sin(2 * Math.PI * 3 * s));
          if (this.at < this.next) continue;
          const t = this.at - this.next;
          if (t === 0) this.port.postMessage({ n: this.count, hz: pitches[this.count % 4], t: Date.now() + (i * 1000) / sampleRate });
          out[i] += 0.5 * Math.sin((2 * Math.PI * pitches[this.count % 4] * t) / sampleRate);
          if (t > 0.08 * sampleRate) { this.count++; this.next = this.at + 0.7 * sampleRate; }
        }
        return true;
      }
    });
    registerProcessor("onset", class extends AudioWorkletProcessor {
      quiet = 0; left = 0; turns = 0; was = 0; t = 0;
      process([[heard]]) {
        if (!heard) return true;
        for (let i = 0; i < heard.length; i++) {
          const x = heard[i];
          if (this.left > 0) {
            if (x > 0.05 && this.was <= 0) { this.turns++; this.was = 1; }
            else if (x < -0.05) this.was = -1;
            if (--this.left === 0) this.port.postMessage({ hz: this.turns / 0.03, t: this.t });
          }
          if (Math.abs(x) < loud) this.quiet++;
          else {
            if (this.quiet > 0.25 * sampleRate) { this.left = 0.03 * sampleRate | 0; this.turns = 0; this.was = -1; this.t = Date.now() + (i * 1000) / sampleRate; }
            this.quiet = 0;
          }
        }
        return true;
      }
    });`;

  let opening = null;
  const opened = () => (opening ??= (async () => {
    const context = new AudioContext({ latencyHint: "interactive", sampleRate: 48000 });
    await context.resume();
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([processors], { type: "text/javascript" })));
    return context;
  })());

  let voice = null;
  const speak = () => (voice ??= (async () => {
    const context = await opened();
    const node = new AudioWorkletNode(context, "voice", { numberOfInputs: 0, outputChannelCount: [1] });
    node.port.onmessage = ({ data }) => ear.beeps.push(data);
    const to = context.createMediaStreamDestination();
    to.channelCount = 1;
    node.connect(to);
    return to.stream.getAudioTracks()[0];
  })());

  // A picture with detail that moves, for the browser's own is so plain that it fits through anything.
  function picture() {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 }), draw = canvas.getContext("2d", { alpha: false });
    const grain = Object.assign(document.createElement("canvas"), { width: 320, height: 180 }), dots = grain.getContext("2d").createImageData(320, 180);
    for (let i = 0; i < dots.data.length; i++) dots.data[i] = i % 4 === 3 ? 255 : Math.random() * 256;
    grain.getContext("2d").putImageData(dots, 0, 0);
    let turn = 0;
    setInterval(() => {
      turn++;
      draw.fillStyle = "#356";
      draw.fillRect(0, 0, 640, 360);
      for (let i = 0; i < 12; i++) {
        draw.fillStyle = `hsl(${i * 30} 60% 50%)`;
        draw.fillRect(320 + 260 * Math.sin(turn / (9 + i)), 160 + 150 * Math.cos(turn / (7 + i)), 60, 40);
      }
      draw.globalAlpha = 0.4;
      draw.drawImage(grain, 160 + 30 * Math.sin(turn / 5) + 4 * Math.random(), 90 + 4 * Math.random());
      draw.globalAlpha = 1;
    }, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  }

  const media = navigator.mediaDevices;
  if (media)
    media.getUserMedia = async (wanted) => {
      const stream = new MediaStream();
      if (wanted.video) stream.addTrack(picture());
      if (wanted.audio) stream.addTrack(await speak());
      for (const track of stream.getTracks()) local.add(track.id);
      return stream;
    };

  async function listen(track) {
    const context = await opened();
    const node = new AudioWorkletNode(context, "onset", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => ear.onsets.push(data);
    const from = context.createMediaStreamSource(new MediaStream([track]));
    from.connect(node);
    (ear.kept ??= []).push(from, node);
  }

  function watch(element) {
    if (element.__watched) return;
    element.__watched = true;
    const seen = () => {
      const shown = element.srcObject?.getVideoTracks()[0];
      if (shown && !local.has(shown.id)) ear.frames.push(now());
      element.requestVideoFrameCallback(seen);
    };
    element.requestVideoFrameCallback(seen);
  }

  // What the page really plays and shows.
  const heard = new Set();
  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
    configurable: true,
    enumerable: true,
    get: source.get,
    set(stream) {
      source.set.call(this, stream);
      for (const track of stream?.getTracks() ?? []) {
        if (local.has(track.id) || heard.has(track)) continue;
        heard.add(track);
        if (track.kind === "audio") listen(track);
        else watch(this);
      }
    },
  });

  const sums = ["concealedSamples", "silentConcealedSamples", "totalSamplesReceived", "jitterBufferDelay", "jitterBufferEmittedCount", "fecPacketsReceived"];
  async function sample() {
    const one = { t: now(), state: document.documentElement.dataset.joinState ?? "", audioPackets: 0, audioLost: 0, frames: 0, freezes: 0, frozen: 0, videoBytes: 0, height: 0, sentBytes: 0, nacks: 0, starved: 0 };
    for (const name of sums) one[name] = 0;
    for (const connection of connections) {
      if (connection.connectionState === "closed") continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type === "inbound-rtp" && report.kind === "audio") {
          one.audioPackets += report.packetsReceived;
          one.audioLost += report.packetsLost;
          if (report.packetsReceived > 0) for (const name of sums) one[name] += report[name] ?? 0;
        } else if (report.type === "inbound-rtp" && report.packetsReceived > 0) {
          one.frames += report.framesDecoded ?? 0;
          one.freezes += report.freezeCount ?? 0;
          one.frozen += report.totalFreezesDuration ?? 0;
          one.videoBytes += report.bytesReceived;
          one.nacks += report.nackCount ?? 0;
          one.height = Math.max(one.height, report.frameHeight ?? 0);
        } else if (report.type === "outbound-rtp" && report.kind === "video" && report.bytesSent > 0) {
          one.sentBytes += report.bytesSent;
          one.starved += report.qualityLimitationDurations?.cpu ?? 0;
        }
      }
    }
    ear.samples.push(one);
  }
  (async () => {
    for (;;) {
      await sample().catch(() => {});
      await new Promise((next) => setTimeout(next, 200));
    }
  })();

  ear.take = () => JSON.stringify({ beeps: ear.beeps, onsets: ear.onsets, frames: ear.frames, samples: ear.samples, reopened: connections.length - 1 });
})();
