// Pictures of a thread: fetched with the pass, for an address of their own would be one that anybody could open.
import type { Thread } from "./thread";

/** A picture by the id of its file, the same element each time; a tap shows it over everything, another puts it back. */
export function openPictures(thread: Thread, alt: string): (file: string) => HTMLElement {
  const made = new Map<string, HTMLElement>();
  return (file) => {
    const known = made.get(file);
    if (known) return known;
    const button = document.createElement("button"), image = new Image();
    const load = () => thread.open(file).then((blob) => (image.src = URL.createObjectURL(blob)), () => {}); // a tap tries again
    button.type = "button";
    button.className = "pic";
    image.alt = alt;
    image.onload = () => button.scrollIntoView({ block: "nearest" });
    button.append(image);
    button.onclick = () => (image.src ? button.classList.toggle("big") : load());
    made.set(file, button);
    void load();
    return button;
  };
}
