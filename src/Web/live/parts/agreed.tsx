// What the patient agreed to, beside whoever is about to let them in: asked again until it is whole. Where it is not known, the clinician asks in words.
import { useEffect, useState } from "preact/hooks";
import type { Act } from "../clinician";
import { say } from "./words";

export type Agreement = { known: boolean; purposes: { purpose: string; state: string; version: number }[] };

const again = 5000;
const whole = (found: Agreement | null) => found?.known && found.purposes.every(({ state }) => state === "given" || state === "in-words");

export function Agreed({ act, onlyMissing }: { act: Act; onlyMissing?: boolean }) {
  const [found, setFound] = useState<Agreement | null>(null);
  useEffect(() => {
    let timer = 0, on = true;
    const look = async () => {
      const now = await act.agreement();
      if (!on) return;
      setFound(now);
      if (!whole(now)) timer = setTimeout(look, again) as unknown as number;
    };
    void look();
    return () => {
      on = false;
      clearTimeout(timer);
    };
  }, []);
  const note = async () => {
    const now = await act.agreedInWords();
    if (now) setFound(now);
  };
  if (!found || (onlyMissing && whole(found))) return null;
  return (
    <div class="agreed" data-test="agreement" data-whole={!!whole(found)}>
      {!found.known ? <p>{say("work.agreed.unknown")}</p> : (
        <dl>
          <dt>{say("work.agreed.title")}</dt>
          {found.purposes.map(({ purpose, state, version }) => (
            <dd key={purpose} data-state={state}>{say(`work.agreed.${state}`).replace("{0}", say(`work.purpose.${purpose}`)).replace("{1}", `${version}`)}</dd>
          ))}
        </dl>
      )}
      {found.known && !whole(found) && <p>{say("work.agreed.ask")}</p>}
      {found.known && !whole(found) && <button class="small" type="button" data-test="agreed-in-words" onClick={note}>{say("work.agreed.do")}</button>}
    </div>
  );
}
