"use strict";

// Names and reasons come from whoever tries to log in: they are only ever set as text.
const most = 500;
const lines = document.getElementById("lines");
const empty = document.getElementById("empty");
const filter = document.getElementById("filter");
const connection = document.getElementById("connection");

const events = new EventSource("/events");
events.onopen = () => { connection.textContent = "Connected"; connection.className = ""; };
events.onerror = () => { connection.textContent = "Connection lost, trying again…"; connection.className = "lost"; };
events.onmessage = event => show(JSON.parse(event.data));
filter.addEventListener("input", () => { for (const row of lines.rows) { choose(row); } });

function show(line) {
  const row = document.createElement("tr");
  add(row, new Date(line.time).toLocaleTimeString(), "time");
  add(row, line.result, "result", line.result);
  for (const text of [line.user, line.protocol, line.device, line.from, line.detail]) {
    add(row, text);
  }
  choose(row);
  lines.prepend(row);
  while (lines.rows.length > most) {
    lines.lastElementChild.remove();
  }
  empty.hidden = true;
}

function add(row, text, ...classes) {
  const cell = document.createElement("td");
  cell.textContent = text;
  cell.classList.add(...classes.filter(name => /^[a-z]+$/.test(name)));
  row.append(cell);
}

function choose(row) {
  row.hidden = !row.textContent.toLowerCase().includes(filter.value.trim().toLowerCase());
}
