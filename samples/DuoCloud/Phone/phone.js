"use strict";

// Names and details come from whoever tries to log in: they are only ever set as text.
const list = document.getElementById("pushes");
const empty = document.getElementById("empty");
const connection = document.getElementById("connection");
const template = document.getElementById("push");
const cards = new Map();

const events = new EventSource("/phone/events");
events.onopen = () => { connection.textContent = "Connected"; connection.className = ""; };
events.onerror = () => { connection.textContent = "Connection lost, trying again…"; connection.className = "lost"; };
events.onmessage = event => show(JSON.parse(event.data));
setInterval(tick, 1000);

function show(pushes) {
  const present = new Set(pushes.map(push => push.id));
  for (const [id, card] of cards) {
    if (!present.has(id)) {
      card.element.remove();
      cards.delete(id);
    }
  }
  for (const push of pushes) {
    if (!cards.has(push.id)) {
      cards.set(push.id, create(push));
    }
  }
  empty.hidden = pushes.length > 0;
  document.title = pushes.length > 0 ? `(${pushes.length}) Phone – DuoCloud simulator` : "Phone – DuoCloud simulator";
  tick();
}

function create(push) {
  const element = template.content.firstElementChild.cloneNode(true);
  element.querySelector(".kind").textContent = push.call ? "Call from" : "Log in to";
  element.querySelector(".application").textContent = push.application;
  const facts = element.querySelector("dl");
  add(facts, "User", push.user);
  add(facts, "From", push.address || "unknown address");
  add(facts, "Time", new Date(push.started).toLocaleTimeString());
  if (push.device) {
    add(facts, "Device", push.device);
  }
  for (const [name, value] of push.details) {
    add(facts, name, value);
  }
  element.querySelector(".approve").addEventListener("click", () => answer(push, element, "approve"));
  element.querySelector(".deny").addEventListener("click", () => answer(push, element, "deny"));
  list.append(element);
  return { element, push };
}

function add(facts, name, value) {
  const term = document.createElement("dt");
  const text = document.createElement("dd");
  term.textContent = name;
  text.textContent = value;
  facts.append(term, text);
}

async function answer(push, element, word) {
  const buttons = element.querySelectorAll("button");
  const note = element.querySelector(".note");
  buttons.forEach(button => { button.disabled = true; });
  try {
    const response = await fetch(`/phone/pushes/${encodeURIComponent(push.id)}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ answer: word }),
    });
    if (!response.ok && response.status !== 410) {
      throw new Error(`the simulator answers ${response.status}`);
    }
  } catch (error) {
    note.textContent = `Not sent: ${error.message}. Please try again.`;
    buttons.forEach(button => { button.disabled = false; });
  }
}

function tick() {
  const now = Date.now();
  for (const { element, push } of cards.values()) {
    const left = Math.max(0, push.expires - now);
    element.querySelector(".bar").style.width = `${Math.min(100, 100 * left / (push.expires - push.started))}%`;
    if (!element.querySelector(".note").textContent.startsWith("Not sent")) {
      element.querySelector(".note").textContent = `Ends by itself in ${Math.ceil(left / 1000)} s`;
    }
  }
}
