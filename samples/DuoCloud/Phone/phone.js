"use strict";
const list = document.getElementById("pushes");
const quiet = document.getElementById("quiet");
const template = document.getElementById("push");

async function answer(id, word, card) {
  for (const button of card.querySelectorAll("button")) {
    button.disabled = true;
  }
  await fetch(`/phone/${id}/${word}`, { method: "POST", headers: { "X-Phone": "1" } });
  await refresh();
}

function show(push) {
  const card = template.content.firstElementChild.cloneNode(true);
  card.dataset.id = push.id;
  card.querySelector(".application").textContent = push.application;
  card.querySelector(".user").textContent = push.user;
  card.querySelector(".address").textContent = push.address || "unknown";
  card.querySelector(".time").textContent = new Date(push.at).toLocaleTimeString();
  card.querySelector(".approve").addEventListener("click", () => answer(push.id, "approve", card));
  card.querySelector(".deny").addEventListener("click", () => answer(push.id, "deny", card));
  return card;
}

async function refresh() {
  const pushes = await (await fetch("/phone/waiting")).json();
  const known = new Map([...list.children].map((card) => [card.dataset.id, card]));
  list.replaceChildren(...pushes.map((push) => known.get(push.id) ?? show(push)));
  quiet.hidden = pushes.length > 0;
}

refresh();
setInterval(() => refresh().catch(() => {}), 1000);
