// Sends files one by one with their progress, and a whole folder so that a broken connection costs
// nothing: the server is told each file's digest first, and answers which ones it does not have.
const AT_ONCE = 2;
const TRIES = 4;
const PAUSE = 2000;

export function startTray() {
  for (const box of document.querySelectorAll("[data-upload]")) startUpload(box);
  for (const box of document.querySelectorAll("[data-folder]")) startFolder(box);
}

// Single files

function startUpload(box) {
  const form = box.querySelector("form");
  const input = box.querySelector("input[type=file]");
  const list = box.querySelector("[data-upload-list]");
  form.addEventListener("submit", async (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    const sender = new Sender(box.dataset.upload, () => form.elements.csrf_token.value);
    const pages = [];
    let failed = 0;
    for (const file of input.files) {
      const line = addLine(list, file.name);
      if (file.size > Number(box.dataset.uploadMost)) {
        failed += 1;
        line.say("It is too large. Save it with smaller pictures, or split it.");
        continue;
      }
      try {
        const answer = await sender.send(file, { pupil: box.dataset.uploadPupil }, line.move);
        pages.push(answer.page);
        line.say("Received");
      } catch (error) {
        failed += 1;
        line.say(error.message);
      }
    }
    button.disabled = false;
    input.value = "";
    if (!failed) window.location.assign(pages.length === 1 ? pages[0] : box.dataset.uploadNext);
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

class Sender {
  constructor(address, token) {
    this.address = address;
    this.token = token;
  }

  // XMLHttpRequest, because fetch does not tell how much of a body was sent.
  send(file, where, move) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("PUT", this.address);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("X-CSRFToken", this.token());
      request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
      if (where.pupil) request.setRequestHeader("X-Pupil", where.pupil);
      if (where.folder) request.setRequestHeader("X-Folder", where.folder);
      if (where.path) request.setRequestHeader("X-File-Path", encodeURIComponent(where.path));
      request.upload.addEventListener("progress", (event) => move(event.loaded / event.total));
      request.addEventListener("load", () => {
        const said = read(request.responseText);
        if (request.status === 200 || request.status === 201) resolve(said);
        else reject(failure(request.status, said));
      });
      request.addEventListener("error", () => reject(failure(0, {})));
      request.send(file);
    });
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function failure(status, said) {
  const texts = {
    0: "The connection broke. Choose the same files again: what arrived is kept.",
    401: "You were signed out. Sign in, then choose the same files again: what arrived is kept.",
  };
  const error = new Error(texts[status] || said.text || "It could not be sent. Try again.");
  error.status = status;
  return error;
}

// Folders

function startFolder(box) {
  box.hidden = false;
  const input = box.querySelector("input[type=file]");
  const folder = new Folder(box);
  input.addEventListener("change", () => {
    const files = [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
    input.value = ""; // so that the same folder can be chosen again
    if (files.length) folder.send(files);
  });
  for (const name of ["dragover", "drop"]) {
    document.addEventListener(name, (event) => event.preventDefault());
  }
  document.addEventListener("drop", async (event) => {
    const files = [];
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    for (const entry of entries) await walk(entry, files);
    if (files.length) folder.send(files);
  });
}

async function walk(entry, files) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    files.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const found = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!found.length) return;
    for (const one of found) await walk(one, files);
  }
}

class Folder {
  constructor(box) {
    this.box = box;
    this.status = box.querySelector("[data-folder-status]");
    this.problems = box.querySelector("[data-folder-problems]");
    this.bar = box.querySelector("progress");
    this.token = box.dataset.folderToken;
    this.busy = false;
  }

  async send(files) {
    if (this.busy) return;
    this.busy = true;
    this.problems.replaceChildren();
    this.box.querySelector("[data-folder-bar]").hidden = false;
    window.addEventListener("beforeunload", stay);
    try {
      await this.sendAll(files);
    } catch (error) {
      this.say(error.message);
    } finally {
      this.busy = false;
      window.removeEventListener("beforeunload", stay);
    }
  }

  async sendAll(files) {
    if (files.length > Number(this.box.dataset.folderCount)) {
      throw new Error(`The most is ${this.box.dataset.folderCount} files. Choose one class at a time.`);
    }
    const most = Number(this.box.dataset.folderMost);
    const sound = files.filter(({ file, path }) => {
      const good = file.size > 0 && file.size <= most;
      if (!good) this.complain(path, file.size ? "It is too large." : "It is empty.");
      return good;
    });
    const listed = [];
    for (const [index, one] of sound.entries()) {
      this.move(index, sound.length, `Looking at file ${index + 1} of ${sound.length}`);
      listed.push([one.path, one.file.size, await digest(one.file)]);
    }
    const name = sound[0]?.path.split("/")[0] ?? "";
    const plan = await this.plan(name, listed);
    const missing = new Set(plan.missing);
    const queue = sound.filter((one) => missing.has(one.path));
    const total = queue.length;
    let done = 0;
    let failed = 0;
    let stopped = null;
    const sender = new Sender(this.box.dataset.folderPut, () => this.token);
    const work = async () => {
      while (queue.length && !stopped) {
        const one = queue.shift();
        try {
          await this.patiently(() => sender.send(one.file, { folder: plan.folder, path: one.path }, () => {}));
        } catch (error) {
          if (error.status === 0 || error.status === 401 || error.status === 403) stopped = error;
          else this.complain(one.path, error.message);
          failed += 1;
        }
        done += 1;
        this.move(done, total, `${done} of ${total} files sent`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (stopped) throw stopped;
    if (!failed) window.location.assign(plan.page);
    else this.finish(plan.page);
  }

  async patiently(step) {
    for (let tried = 1; ; tried += 1) {
      try {
        return await step();
      } catch (error) {
        if (error.status !== 0 || tried === TRIES) throw error;
        await new Promise((resolve) => window.setTimeout(resolve, PAUSE * tried));
      }
    }
  }

  async plan(name, files) {
    const answer = await fetch(this.box.dataset.folder, {
      method: "POST",
      body: JSON.stringify({ name, files }),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
      credentials: "same-origin",
    }).catch(() => {
      throw failure(0, {});
    });
    const said = read(await answer.text());
    if (!answer.ok || answer.redirected) throw failure(answer.status, said);
    this.token = said.token;
    return said;
  }

  finish(page) {
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = page;
    link.textContent = "Go on with the files that arrived";
    this.status.replaceChildren("Some files were not taken. ", link);
  }

  move(done, total, text) {
    this.bar.max = Math.max(total, 1);
    this.bar.value = done;
    this.say(text);
  }

  say(text) {
    this.status.textContent = text;
  }

  complain(path, text) {
    const line = document.createElement("li");
    line.textContent = `${path}: ${text}`;
    this.problems.append(line);
  }
}

async function digest(file) {
  const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function stay(event) {
  event.preventDefault();
}
