// Camera and microphone: asked for once, both together; what fails is tried apart, and without either one can still listen and type.

export type Got = { mic: MediaStreamTrack | null; cam: MediaStreamTrack | null; trouble: Trouble | null };
export type Trouble = "unsupported" | "blocked" | "dismissed" | "busy" | "missing";

const wanted = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const chosen: { mic?: string; cam?: string } = {};

// A device that is gone must not fail the call: always `ideal`, never `exact`.
const audioOf = () => ({ ...sound, ...(chosen.mic && { deviceId: { ideal: chosen.mic } }) });
const videoOf = () => ({ ...wanted, ...(chosen.cam ? { deviceId: { ideal: chosen.cam } } : { facingMode: "user" }) });

const ask = (audio: boolean, video: boolean) =>
  navigator.mediaDevices.getUserMedia({ audio: audio && audioOf(), video: video && videoOf() });

function troubleOf(error: DOMException, took: number): Trouble {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return took < 300 ? "blocked" : "dismissed";
  return error.name === "NotFoundError" ? "missing" : "busy";
}

export async function getDevices(): Promise<Got> {
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) return { mic: null, cam: null, trouble: "unsupported" };
  const from = performance.now();
  try {
    return tracksOf(await ask(true, true), null);
  } catch (error) {
    const trouble = troubleOf(error as DOMException, performance.now() - from);
    const sound = await ask(true, false).catch(() => null);
    if (sound) return tracksOf(sound, trouble);
    const picture = await ask(false, true).catch(() => null);
    return tracksOf(picture ?? new MediaStream(), trouble);
  }
}

const tracksOf = (stream: MediaStream, trouble: Trouble | null): Got =>
  ({ mic: stream.getAudioTracks()[0] ?? null, cam: stream.getVideoTracks()[0] ?? null, trouble });

/** Takes another device of one kind. */
export async function changeDevice(kind: "mic" | "cam", id?: string): Promise<MediaStreamTrack | null> {
  if (id) chosen[kind] = id;
  const stream = await ask(kind === "mic", kind === "cam").catch(() => null);
  return stream?.getTracks()[0] ?? null;
}

export const listDevices = async (kind: "mic" | "cam") =>
  (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === (kind === "mic" ? "audioinput" : "videoinput"));

export const getScreen = async () =>
  (await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15 } } }).catch(() => null))?.getVideoTracks()[0] ?? null;

/** Calls back ten times a second with how loud the microphone is, 0–1. */
export function meter(context: AudioContext, track: MediaStreamTrack, loud: (level: number) => void): () => void {
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    loud(Math.min(1, Math.sqrt(sum / samples.length) * 6));
  }, 100);
  return () => clearInterval(timer);
}

/** Two soft tones: it is your turn, or someone waits. */
export function ring(context: AudioContext, loudness = 0.12) {
  [659, 880].forEach((pitch, i) => {
    const tone = context.createOscillator(), gain = context.createGain(), at = context.currentTime + i * 0.22;
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(loudness, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.7);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.7);
  });
}
