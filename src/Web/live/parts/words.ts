// Texts and the patient's two identifiers, as the server wrote them into the page.
const read = (id: string) => JSON.parse(document.getElementById(id)!.textContent!) as Record<string, string>;
const words = read("words");

export const patient = read("patient") as { name: string; born: string; over: string };
export const say = (key: string) => words[key] ?? "";
export const role = (kind: string) => (kind === "clinician" ? say("role.colleague") : say(`role.${kind}`));
export const time = (microseconds: number) => new Date(microseconds / 1000).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
