// Keeps what is typed or chosen, a moment after it was, and says so. Every form that carries the
// hidden field "_form" takes part. The server seals it for this account alone; the browser keeps nothing.
const QUIET = 1200;
const NEVER = new Set(["csrf_token", "submit"]);
const CHOSEN = "textarea, select, input:not([type=hidden], [type=submit], [type=button], [type=file], [type=password])";

export function startDrafts() {
  for (const mark of document.querySelectorAll('form[method="post"] input[name="_form"]')) {
    const form = mark.form;
    const here = new URL(form.action || window.location.href, window.location.href);
    if (form.querySelector(CHOSEN) && here.pathname === window.location.pathname) {
      watch(form);
    }
  }
}

function watch(form) {
  const status = statusOf(form);
  const address = `/drafts${window.location.pathname}`;
  let timer = 0;
  let saved = fingerprint(form);
  let over = false;

  const save = async () => {
    window.clearTimeout(timer);
    const now = fingerprint(form);
    if (now === saved || over) return;
    try {
      const answer = await fetch(address, {
        method: "POST",
        body: now,
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          "X-CSRFToken": form.querySelector("[name=csrf_token]")?.value ?? "",
          Accept: "application/json",
        },
        credentials: "same-origin",
        keepalive: now.length < 60000,
      });
      if (answer.status === 404 || answer.status === 403) {
        over = true; // this page keeps no drafts
        return;
      }
      if (!answer.ok || answer.redirected) throw new Error("not kept");
      saved = now;
      say(status, "Draft kept. It is not saved yet.");
    } catch {
      say(status, "What you typed could not be kept. Save it now, or keep this page open.");
    }
  };

  const soon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, QUIET);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => {
    over = true;
    window.clearTimeout(timer);
  });
  window.addEventListener("pagehide", save);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) over = false;
  });
}

function statusOf(form) {
  const given = form.querySelector("[data-draft-status]");
  if (given) return given;
  const made = document.createElement("p");
  made.className = "sx-draft";
  made.setAttribute("role", "status");
  form.append(made);
  return made;
}

function fingerprint(form) {
  const kept = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const field = form.elements.namedItem(name);
    const secret = field instanceof HTMLInputElement && field.type === "password";
    if (typeof value === "string" && !NEVER.has(name) && !secret) kept.append(name, value);
  }
  return kept.toString();
}

function say(status, text) {
  if (status.textContent !== text) status.textContent = text;
}
