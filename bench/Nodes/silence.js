// When the page plays something that can be heard: the longest times in which it did not, by the machine's clock.
(() => {
  if (window.__silence) return;
  const silence = (window.__silence = { last: 0, gaps: [] });
  const processor = `
    registerProcessor("audible", class extends AudioWorkletProcessor {
      peak = 0; blocks = 0;
      process([[heard]]) {
        if (heard) for (const x of heard) this.peak = Math.max(this.peak, Math.abs(x));
        if (++this.blocks === 4) {
          if (this.peak > 0.003) this.port.postMessage(Date.now());
          this.peak = this.blocks = 0;
        }
        return true;
      }
    });`;
  let opening = null;
  const opened = () => (opening ??= (async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    await context.resume();
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([processor], { type: "text/javascript" })));
    return context;
  })());

  const kept = new Map();
  async function listen(track) {
    const context = await opened();
    const node = new AudioWorkletNode(context, "audible", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => {
      // Only what the page plays now counts.
      if (![...played].some((element) => element.srcObject?.getAudioTracks().includes(track))) return;
      if (silence.last && data - silence.last > 60) silence.gaps.push({ from: silence.last, to: data });
      silence.last = Math.max(silence.last, data);
    };
    const from = context.createMediaStreamSource(new MediaStream([track]));
    from.connect(node);
    kept.set(track, [from, node]);
  }

  const played = new Set();
  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
    configurable: true,
    enumerable: true,
    get: source.get,
    set(stream) {
      source.set.call(this, stream);
      if (this.muted) return;
      played.add(this);
      for (const track of stream?.getAudioTracks() ?? [])
        if (!kept.has(track)) {
          kept.set(track, null);
          listen(track);
        }
    },
  });

  silence.take = () => JSON.stringify({ last: silence.last, gaps: silence.gaps });
})();
