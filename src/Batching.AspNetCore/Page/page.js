"use strict";

const byId = id => document.getElementById(id);
const form = byId("form");
const texts = byId("texts");
const button = form.querySelector("button");
const loading = "The model is being loaded. Texts are classified as soon as it is ready.";
let isBusy = false;
let state = "";

function headers() {
  const key = byId("key").value;
  return key ? { Authorization: `Bearer ${key}` } : {};
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }

  made.append(...children);
  return made;
}

// Drawn, because the page's policy allows no inline style.
function bar(part) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 100 10");
  svg.setAttribute("preserveAspectRatio", "none");
  const rect = document.createElementNS(namespace, "rect");
  rect.setAttribute("width", String(100 * Math.min(1, Math.max(0, part))));
  rect.setAttribute("height", "10");
  svg.append(rect);
  return element("span", { class: "bar", "aria-hidden": "true" }, svg);
}

function showResults(batch) {
  const head = element("tr", {},
    element("th", { scope: "col" }, "Text"),
    element("th", { scope: "col" }, "Label"),
    element("th", { scope: "col" }, "Score"),
    ...batch.labels.map(label => element("th", { scope: "col" }, `Logit ${label}`)));
  const rows = batch.rows.map(row => element("tr", {},
    element("th", { scope: "row" }, row.text + (row.is_truncated ? " (cut: too long)" : row.windows > 1 ? ` (in ${row.windows} windows; the batch shows the first)` : "")),
    element("td", { class: "label" }, row.label),
    element("td", {}, bar(row.score), row.score.toFixed(4)),
    ...row.logits.map(logit => element("td", {}, logit.toFixed(4)))));
  byId("results").replaceChildren(element("table", {},
    element("caption", {}, "The label of each text, with its score and the logits it was made of"),
    element("thead", {}, head),
    element("tbody", {}, ...rows)));
}

function showBatch(batch) {
  const head = element("tr", {}, element("th", { scope: "col" }, "Row"),
    ...Array.from({ length: batch.columns }, (_, column) => element("th", { scope: "col" }, String(column))));
  const rows = batch.rows.map((row, index) => element("tr", {},
    element("th", { scope: "row" }, `Text ${index + 1}`),
    ...row.tokens.map((token, column) => element("td", row.attention_mask[column] ? {} : { class: "padding" },
      element("span", { class: "token" }, token),
      element("span", { class: "id" }, `id ${row.input_ids[column]}`),
      element("span", { class: "mask" }, `mask ${row.attention_mask[column]}`)))));
  byId("batch").replaceChildren(element("table", {},
    element("caption", {}, `${batch.rows.length} by ${batch.columns}: tokens, their ids and the attention mask`),
    element("thead", {}, head),
    element("tbody", {}, ...rows)));
  byId("batch-section").hidden = false;
}

function say(message, isError = false) {
  const status = byId("message");
  status.textContent = message;
  status.className = isError ? "error" : "";
}

function inspect(inputs) {
  return fetch("inspect", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers() },
    body: JSON.stringify({ inputs }),
  });
}

// Where there is no sense in trying again, no time is given.
function isLoading(response) {
  return response.status === 503 && response.headers.has("Retry-After");
}

async function classify() {
  const inputs = texts.value.split("\n").filter(line => line.trim() !== "");
  if (inputs.length === 0) {
    say("There is no text. Type one, and classify again.", true);
    texts.focus();
    return;
  }

  if (isBusy) {
    return;
  }

  isBusy = true;
  button.setAttribute("aria-disabled", "true");
  try {
    let response = await inspect(inputs);
    if (isLoading(response)) {
      say(loading);
    }

    while (isLoading(response)) {
      await new Promise(done => setTimeout(done, 1000 * Number(response.headers.get("Retry-After"))));
      response = await inspect(inputs);
    }

    const answer = await response.json();
    if (!response.ok) {
      say(answer.error, true);
      return;
    }

    showResults(answer);
    showBatch(answer);
    say(answer.rows.map((row, index) => `${answer.rows.length > 1 ? `Text ${index + 1}: ` : ""}${row.label}, ${(100 * row.score).toFixed(1)} %`).join(". ") + ".");
  } catch (error) {
    say(`The server does not answer: ${error.message}.`, true);
  } finally {
    isBusy = false;
    button.removeAttribute("aria-disabled");
  }
}

// A model that has just been loaded is shown, and whoever waits for it is told.
function showState(next) {
  byId("state").textContent = next.toLowerCase();
  if (next === state) {
    return;
  }

  state = next;
  if (state === "Loading") {
    say(loading);
  } else if (state === "Ready") {
    showModel();
    if (!isBusy && byId("message").textContent === loading) {
      say("The model is ready. Nothing classified yet.");
    }
  }
}

async function showGauges() {
  try {
    const response = await fetch("status", { headers: headers() });
    if (response.ok) {
      const status = await response.json();
      showState(status.state);
      byId("queue-size").textContent = String(status.queue_size);
      byId("tokens-waiting").textContent = status.max_tokens_waiting ? `${status.tokens_waiting} of ${status.max_tokens_waiting}` : "–";
      byId("tokens-meter").value = status.max_tokens_waiting ? status.tokens_waiting / status.max_tokens_waiting : 0;
      byId("tokens-per-second").textContent = status.tokens_per_second === null ? "–" : Math.round(status.tokens_per_second).toLocaleString("en");
      byId("padding").textContent = status.padding_ratio === null ? "–" : `${(100 * status.padding_ratio).toFixed(1)} %`;
    }
  } catch {
    showState("No answer");
    byId("tokens-per-second").textContent = "–";
  }

  setTimeout(showGauges, 1000);
}

async function showModel() {
  try {
    const response = await fetch("info", { headers: headers() });
    if (response.ok) {
      const info = await response.json();
      const dtype = info.model_dtype ? `, ${info.model_dtype}` : "";
      byId("model").textContent = `${info.model_id}${dtype}: text in, one padded batch, one label for each line.`;
    }
  } catch {
    // The gauges show that nobody answers.
  }
}

form.addEventListener("submit", event => {
  event.preventDefault();
  classify();
});
texts.addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    classify();
  }
});
byId("key").addEventListener("change", () => {
  state = "";
});
showGauges();
