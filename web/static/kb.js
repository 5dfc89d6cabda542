// Answers while typing, keys, copying. Everything works without it, too.
"use strict";

const field = document.getElementById("q");
const form = document.getElementById("search");
const answer = document.getElementById("answer");
const shelves = document.getElementById("shelves");
const HEAD = 16384, TAIL = 49152; // as much as a look-up reads

const say = document.createElement("p");
say.className = "hidden";
say.setAttribute("role", "status");
document.body.append(say);

// Copying: code as it stands, of a change what is new, of a transcript what is typed.

function codeOf(pre) {
  const lines = { new: ".new code, .kept code", typed: ".typed code" }[pre.dataset.copy];
  const text = lines ? [...pre.querySelectorAll(lines)].map((c) => c.textContent).join("") : pre.textContent;
  return text.replace(/\n$/, "");
}

function addButtons(within) {
  for (const pre of within.querySelectorAll("pre[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    const caption = pre.parentElement.querySelector("figcaption");
    button.setAttribute("aria-label", caption ? `Copy: ${caption.textContent}` : "Copy");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(codeOf(pre));
        button.textContent = "Copied";
        say.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(pre); // no clipboard without https: what is selected can be copied
        button.textContent = "Selected";
        say.textContent = "Selected; copy it with the keys of your system";
      }
      setTimeout(() => { button.textContent = "Copy"; say.textContent = ""; }, 2000);
    });
    (pre.closest("figure") || pre).append(button);
  }
}
addButtons(document);

// Looking up while typing

let waiting, under_way, shown = "";

function read() {
  const text = field.value;
  return text.length <= HEAD + TAIL ? text : `${text.slice(0, HEAD)}\n${text.slice(-TAIL)}`;
}

async function look(asked) {
  clearTimeout(waiting);
  const text = read().trim();
  if (text === shown && !asked) return;
  shown = text;
  under_way?.abort();
  under_way = new AbortController();
  if (!text) {
    answer.replaceChildren();
    shelves.hidden = false;
    history.replaceState(null, "", form.action);
    return;
  }
  const body = new URLSearchParams({ q: text });
  if (asked) body.set("asked", "1");
  try {
    const got = await fetch(form.dataset.answer, { method: "POST", body, signal: under_way.signal });
    const html = await got.text();
    if (!got.ok) throw new Error(got.status === 429 ? "Too many questions at once: wait a moment." : `The server says ${got.status}.`);
    const here = results().indexOf(document.activeElement);
    answer.innerHTML = html;
    addButtons(answer);
    if (here >= 0) (results()[here] || field).focus(); // an answer that came late takes the focus from nobody
    history.replaceState(null, "", got.headers.get("Content-Location"));
  } catch (error) {
    if (error.name === "AbortError") return;
    answer.textContent = error instanceof TypeError ? "The server cannot be reached." : error.message;
    shown = "";
  }
  shelves.hidden = true;
}

if (form) {
  field.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 120, event.inputType === "insertFromPaste");
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await look(true);
    results()[0]?.focus();
  });
  // Going back, the browser fills the field in again, after this has run.
  addEventListener("pageshow", () => {
    shown = answer.childElementCount ? read().trim() : "";
    look(false);
  });
}

// Keys: / to the field, arrows through the answers, Enter opens (a link that has the focus opens by itself)

function results() {
  return answer ? [...answer.querySelectorAll("a.result")] : [];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const at = document.activeElement;
  const links = results();
  const here = links.indexOf(at);
  if (event.key === "/" && !at.closest("input, textarea, select")) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (at === field && event.key === "Enter" && !event.shiftKey && !field.value.includes("\n")) {
    event.preventDefault();
    field.form.requestSubmit();
  } else if (at === field && event.key === "ArrowDown" && !field.value.slice(field.selectionEnd).includes("\n") && links[0]) {
    event.preventDefault();
    links[0].focus();
  } else if (here >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    (event.key === "ArrowDown" ? links[here + 1] : links[here - 1] || field)?.focus();
  } else if (event.key === "Escape" && here >= 0) {
    field.focus();
  }
});
