// Exports say how far they are: the link is given a name, under which the server tells. Without this script the browser's own list of
// downloads is all there is to see.

const EVERY_MS = 400;
/** An export that the server has not heard of after so many looks will not come. */
const MOST_MISSES = 50;

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

async function follow(place, name) {
  const status = place.querySelector("[role=status]");
  const say = (template, { rows = 0, all = 0 }) => {
    const words = template.replace("{rows}", grouped(rows)).replace("{all}", grouped(all));
    if (place.dataset.name === name) status.textContent = words;
  };
  say(place.dataset.running, {});
  for (let misses = 0; misses < MOST_MISSES && place.dataset.name === name; ) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    let told;
    try {
      const answer = await fetch(`/exports/${name}`);
      told = answer.ok ? await answer.json() : undefined;
    } catch {
      told = undefined;
    }
    if (!told) misses += 1;
    else if (told.state === "running") say(told.all === null ? place.dataset.running : place.dataset.runningOf, told);
    else return say(told.state === "done" ? place.dataset.done : place.dataset.failed, told);
  }
  say(place.dataset.failed, {});
}

for (const place of document.querySelectorAll(".export")) {
  for (const link of place.querySelectorAll("a[data-export]")) {
    link.addEventListener("click", () => {
      const name = crypto.randomUUID().replaceAll("-", "");
      const url = new URL(link.href);
      url.searchParams.set("export", name);
      link.href = url.href;
      place.dataset.name = name;
      void follow(place, name);
    });
  }
}
