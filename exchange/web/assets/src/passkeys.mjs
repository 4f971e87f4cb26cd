// Shows the passkey buttons where the browser knows passkeys, and carries what it is asked and
// answers. Without a script they stay hidden, and there is another way to sign in.
export function startPasskeys() {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  for (const box of document.querySelectorAll("[data-passkey]")) {
    box.hidden = false;
    box.querySelector("[data-passkey-go]").addEventListener("click", () => go(box));
  }
}

async function go(box) {
  const button = box.querySelector("[data-passkey-go]");
  const status = box.querySelector("[data-passkey-status]");
  button.disabled = true;
  status.textContent = "Follow what your device asks for.";
  try {
    const asked = await (await send(box, box.dataset.options, "{}")).json();
    const create = box.dataset.passkey === "create";
    const made = create ? await createKey(asked) : await useKey(asked);
    const name = box.querySelector("[data-passkey-name]")?.value ?? "";
    const body = JSON.stringify(create ? { name, response: made } : made);
    const { next } = await (await send(box, box.dataset.finish, body)).json();
    window.location.assign(next);
  } catch (error) {
    status.textContent = error instanceof Told ? error.message : WORDS;
    button.disabled = false;
    button.focus();
  }
}

const WORDS = "That did not work. Try again, or use another way.";

class Told extends Error {}

async function send(box, address, body) {
  const answer = await fetch(address, {
    method: "POST",
    body,
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": box.dataset.token,
      Accept: "application/json",
    },
    credentials: "same-origin",
  });
  if (answer.ok && !answer.redirected) return answer;
  let text = WORDS;
  try {
    text = (await answer.json()).text || WORDS;
  } catch {
    // not an answer of ours: the general words will do
  }
  throw new Told(text);
}

async function createKey(asked) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: (asked.excludeCredentials ?? []).map(known),
    },
  });
  return {
    ...common(made),
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

async function useKey(asked) {
  const made = await navigator.credentials.get({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      allowCredentials: (asked.allowCredentials ?? []).map(known),
    },
  });
  return {
    ...common(made),
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      authenticatorData: text(made.response.authenticatorData),
      signature: text(made.response.signature),
      userHandle: made.response.userHandle ? text(made.response.userHandle) : null,
    },
  };
}

function common(made) {
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    clientExtensionResults: made.getClientExtensionResults(),
  };
}

function known(one) {
  return { ...one, id: bytes(one.id) };
}

function bytes(encoded) {
  const plain = atob(encoded.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
