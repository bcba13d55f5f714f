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
  // What went on is over: from now on the page stands still.
  if (!found) location.reload();
  return found;
}

function put(found) {
  // Only what is different, so that a selection, a focus and what scrolls sideways stay where they are.
  const [ours, theirs] = [[...part.children], [...found.children]];
  if (ours.length !== theirs.length) return part.replaceChildren(...found.childNodes);
  ours.forEach((it, n) => {
    if (it.outerHTML === theirs[n].outerHTML) return;
    const scrolled = it.querySelector("[role=region]")?.scrollLeft ?? 0;
    it.replaceWith(theirs[n]);
    const region = theirs[n].querySelector("[role=region]");
    if (region) region.scrollLeft = scrolled;
  });
}

function mark(old) {
  if (notice) notice.hidden = !old;
  part.querySelectorAll(".panel").forEach((it) => it.toggleAttribute("data-stale", old));
}

async function ask() {
  if (document.hidden) return;
  try {
    const found = await newest();
    if (!found) return;
    put(found);
    mark(false);
  } catch {
    mark(true);
  }
}

// What was hidden for a while is old until the server has answered.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  mark(true);
  ask();
});

for (;;) {
  await new Promise((done) => setTimeout(done, Number(part.dataset.refresh)));
  await ask();
}
