// Keeps a part of a page that the server makes up to date: asks for the page again, and takes that part of it.
// A page that is hidden asks for nothing. What could not be asked for is shown as old, never as new.

const LIMIT_MS = 10_000;
const part = document.querySelector("[data-refresh]");
const notice = document.querySelector(".old");

async function newest() {
  const answer = await fetch(location.href, { signal: AbortSignal.timeout(LIMIT_MS), headers: { accept: "text/html" } });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector("[data-refresh]");
  if (!found) throw new Error("the page has no such part");
  return found;
}

function put(found) {
  // What scrolls sideways stays where it was; so does the focus.
  const scrolled = [...part.querySelectorAll("[role=region]")].map((it) => it.scrollLeft);
  const focused = document.activeElement?.getAttribute("aria-label");
  part.replaceChildren(...found.childNodes);
  part.querySelectorAll("[role=region]").forEach((it, n) => (it.scrollLeft = scrolled[n] ?? 0));
  if (focused) part.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function mark(old) {
  if (notice) notice.hidden = !old;
  part.querySelectorAll(".panel").forEach((it) => it.toggleAttribute("data-stale", old));
}

async function ask() {
  if (document.hidden) return;
  try {
    put(await newest());
    mark(false);
  } catch {
    mark(true);
  }
}

for (;;) {
  await new Promise((done) => setTimeout(done, Number(part.dataset.refresh)));
  await ask();
}
