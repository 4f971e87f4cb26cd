// Asks how far a piece of work has come, moves its bar, and goes on to the result when it is done.
// Without a script the page offers "Check again" instead.
const PAUSE = 1000;
const LONGEST_PAUSE = 10000;

export function startProgress() {
  for (const box of document.querySelectorAll("[data-progress]")) {
    ask(box, PAUSE);
  }
}

async function ask(box, pause) {
  let next = pause;
  try {
    const answer = await fetch(box.dataset.progress, {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    });
    if (answer.redirected || answer.status === 401 || answer.status === 403) {
      window.location.reload();
      return;
    }
    if (!answer.ok) throw new Error("no answer");
    const state = await answer.json();
    show(box, state);
    if (state.ended) {
      window.location.assign(state.next || window.location.href);
      return;
    }
    next = PAUSE;
  } catch {
    next = Math.min(pause * 2, LONGEST_PAUSE);
  }
  window.setTimeout(() => ask(box, next), next);
}

function show(box, state) {
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-progress-text]");
  if (bar && Number.isFinite(state.done) && Number.isFinite(state.total)) {
    bar.max = Math.max(state.total, 1);
    bar.value = state.done;
  }
  // Said only when it changed: a screen reader would read every repetition aloud.
  if (text && state.text && text.textContent !== state.text) text.textContent = state.text;
}
