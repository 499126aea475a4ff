// What a page says is given to it here, and what it hears is kept, both as 16-bit samples at 16 kHz.
(() => {
  if (window.__tape) return;
  const rate = 16000;
  const tape = (window.__tape = { heard: [], from: 0 });
  const local = new Set();

  const processor = `registerProcessor("tape", class extends AudioWorkletProcessor {
    kept = []; length = 0;
    process([[heard]]) {
      if (!heard) return true;
      this.kept.push(heard.slice());
      this.length += heard.length;
      if (this.length < 1600) return true;
      this.port.postMessage({ kept: this.kept, length: this.length });
      [this.kept, this.length] = [[], 0];
      return true;
    }
  });`;

  let opening = null;
  const opened = () => (opening ??= (async () => {
    const context = new AudioContext({ latencyHint: "interactive", sampleRate: rate });
    await context.resume();
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([processor], { type: "text/javascript" })));
    const mouth = context.createMediaStreamDestination();
    mouth.channelCount = 1;
    return { context, mouth };
  })());

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  /** Says it, and tells when that began (ms since 1970). */
  tape.say = async (text) => {
    const { context, mouth } = await opened();
    const samples = new Int16Array(bytes(text).buffer);
    const buffer = context.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(mouth);
    source.start();
    return Date.now();
  };

  const media = navigator.mediaDevices;
  if (media)
    media.getUserMedia = async (wanted) => {
      const stream = new MediaStream();
      if (wanted.video) {
        const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 }), draw = canvas.getContext("2d");
        let turn = 0;
        setInterval(() => {
          draw.fillStyle = `hsl(${turn++ % 360} 50% 50%)`;
          draw.fillRect(turn % 300, turn % 160, 40, 40);
        }, 100);
        stream.addTrack(canvas.captureStream(10).getVideoTracks()[0]);
      }
      if (wanted.audio) stream.addTrack((await opened()).mouth.stream.getAudioTracks()[0].clone());
      for (const track of stream.getTracks()) local.add(track.id);
      return stream;
    };

  const heard = new Set();
  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
    configurable: true,
    enumerable: true,
    get: source.get,
    set(stream) {
      source.set.call(this, stream);
      for (const track of stream?.getAudioTracks() ?? []) {
        if (local.has(track.id) || heard.has(track)) continue;
        heard.add(track);
        listen(track);
      }
    },
  });

  async function listen(track) {
    const { context } = await opened();
    const node = new AudioWorkletNode(context, "tape", { numberOfOutputs: 0 });
    const from = context.createMediaStreamSource(new MediaStream([track]));
    node.port.onmessage = ({ data }) => {
      if (tape.heard.length === 0) tape.from = Date.now() - (data.length * 1000) / rate;
      tape.heard.push(...data.kept);
    };
    from.connect(node);
    (tape.kept ??= []).push(from, node);
  }

  tape.take = async () => {
    const samples = new Int16Array(tape.heard.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of tape.heard) for (const sample of part) samples[at++] = Math.max(-1, Math.min(1, sample)) * 32767;
    let text = "";
    const all = new Uint8Array(samples.buffer);
    for (let from = 0; from < all.length; from += 32768) text += String.fromCharCode(...all.subarray(from, from + 32768));
    return JSON.stringify({ from: tape.from, pcm: btoa(text) });
  };
})();
