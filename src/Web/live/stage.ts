// The others' pictures and voices. A tile belongs to a person, its tracks to the slot of the person's seat; both change under it without a jump.
import type { Media } from "./media";
import { slotOf, type People, type Person } from "./people";

export type Stage = {
  draw(people: People, media: Media): void;
  /** Inside a tap: lets sound play from now on. */
  unlock(): void;
};

type Tile = { box: HTMLElement; video: HTMLVideoElement; label: HTMLElement };

const slots = [0, 1, 2, 3, 4];

export function openStage(room: HTMLElement, nameOf: (person: Person) => string, note: (person: Person) => string, blocked: (yes: boolean) => void): Stage {
  const tiles = new Map<string, Tile>();
  const voices = slots.map(() => new Audio());
  voices.forEach((voice) => (voice.autoplay = true));

  function show(element: HTMLMediaElement, track: MediaStreamTrack | undefined) {
    const now = (element.srcObject as MediaStream | null)?.getTracks()[0];
    if (now === track) return;
    element.srcObject = track ? new MediaStream([track]) : null;
    if (track) element.play().then(() => blocked(false), (error) => error.name === "NotAllowedError" && blocked(true));
  }

  function tile(key: string, kind: string): Tile {
    const known = tiles.get(key);
    if (known) return known;
    const box = document.createElement("figure"), video = document.createElement("video"), label = document.createElement("figcaption");
    box.className = `tile ${kind}`;
    video.autoplay = video.muted = video.playsInline = true;
    video.dataset.test = kind === "screen" ? "remote-screen" : "remote-video";
    box.append(video, label);
    room.append(box);
    const made = { box, video, label };
    tiles.set(key, made);
    return made;
  }

  function fill({ box, video, label }: Tile, person: Person, track: MediaStreamTrack | undefined, off: boolean, text: string) {
    show(video, track);
    box.classList.toggle("dark", off || !track || track.muted);
    box.dataset.participant = person.participant;
    box.dataset.role = person.role;
    video.setAttribute("aria-label", text);
    if (label.textContent !== text) label.textContent = text;
  }

  return {
    draw(people, media) {
      const shown = new Set<string>(), heard = new Set<number>();
      for (const person of people.others.values()) {
        const slot = slotOf(person.seat, people.seat);
        heard.add(slot);
        shown.add(person.participant);
        const said = note(person);
        fill(tile(person.participant, "person"), person, media.track(`v${slot}`), person.video === false, nameOf(person) + (said && ` · ${said}`));
        if (person.screen) {
          shown.add("screen");
          fill(tile("screen", "screen"), person, media.track("s0"), false, nameOf(person));
        }
      }
      for (const slot of slots) show(voices[slot]!, heard.has(slot) ? media.track(`a${slot}`) : undefined);
      for (const [key, { box }] of tiles)
        if (!shown.has(key)) {
          box.remove();
          tiles.delete(key);
        }
      room.dataset.count = `${people.others.size}`;
      room.classList.toggle("sharing", tiles.has("screen"));
    },
    unlock: () => voices.forEach((voice) => voice.play().catch(() => {})),
  };
}
