// The browser's part of passkeys: asks the clinic what to ask, lets the device answer, and sends the answer as the form that is on the page.
type Asked = { ceremony: string; options: PublicKeyCredentialRequestOptionsJSON & PublicKeyCredentialCreationOptionsJSON };

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) continue; // the form stays hidden
  form.hidden = false;
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const status = form.querySelector<HTMLElement>("[role=alert]")!;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.hidden = true;
    try {
      const response = await fetch(form.dataset.begin!, { method: "POST", headers: { accept: "application/json" }, body: new FormData(form) });
      if (!response.ok) throw new Error(String(response.status));
      const asked = (await response.json()) as Asked;
      const credential = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked.options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.options) });
      field("ceremony").value = asked.ceremony;
      field("credential").value = JSON.stringify(credential);
      form.submit();
    } catch {
      status.hidden = false; // put away, timed out, or no passkey for this clinic
    }
  });
}
