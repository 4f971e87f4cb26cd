// Two things, and the pages work without either: files are sent one by one with their progress,
// and what is typed is kept while it is typed.
(() => {
  "use strict";
  const form = document.querySelector("[data-files]");
  if (form) startFiles(form);
  const typed = document.querySelector("[data-keep]");
  if (typed) startKeeping(typed);

  function startFiles(form) {
    const input = form.querySelector("input[type=file]");
    const list = form.querySelector("[data-progress]");
    form.addEventListener("submit", async (event) => {
      if (!input.files.length) return;
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      let failed = 0;
      for (const file of input.files) {
        const line = addLine(list, file.name);
        if (file.size > Number(form.dataset.most)) {
          failed += 1;
          line.say("It is too large. Save it with smaller pictures, or split it.");
          continue;
        }
        try {
          await send(form, file, line.move);
          line.say("Received");
        } catch (error) {
          failed += 1;
          line.say(error.message);
        }
      }
      button.disabled = false;
      input.value = "";
      if (!failed) window.location.assign(form.dataset.next);
    });
  }

  function addLine(list, name) {
    const line = document.createElement("p");
    line.className = "govuk-body";
    const bar = document.createElement("progress");
    const text = document.createElement("span");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", name);
    text.textContent = ` ${name}`;
    line.append(bar, text);
    list.append(line);
    return {
      move: (share) => {
        bar.value = share;
      },
      say: (what) => {
        bar.value = 1;
        text.textContent = ` ${name}: ${what}`;
      },
    };
  }

  // XMLHttpRequest, because fetch does not tell how much of a body was sent.
  function send(form, file, move) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("PUT", form.dataset.put);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("X-Form-Token", form.elements.form_token.value);
      request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) move(event.loaded / event.total);
      });
      request.addEventListener("load", () => {
        if (request.status === 201) resolve();
        else reject(new Error(words(request)));
      });
      request.addEventListener("error", () => {
        reject(new Error("The connection broke. Add it again."));
      });
      request.send(file);
    });
  }

  function words(request) {
    try {
      return JSON.parse(request.responseText).text;
    } catch {
      return "It could not be taken. Load the page again, then try again.";
    }
  }

  function startKeeping(form) {
    const said = form.querySelector("[data-kept]");
    let wait = 0;
    form.addEventListener("input", () => {
      window.clearTimeout(wait);
      wait = window.setTimeout(keep, 1500);
    });
    async function keep() {
      const body = new URLSearchParams(new FormData(form));
      body.set("then", "quietly");
      try {
        const answer = await fetch(form.action, { method: "POST", body });
        said.textContent = answer.ok ? "What you typed is kept." : form.dataset.lost || "It is not kept. Press Save for later.";
      } catch {
        said.textContent = "The connection broke. What you typed is not kept yet.";
      }
    }
  }
})();
