// Takes over the islands of a page: starts the WASM beside this file and calls each island's function on its element, parents before
// children. What Leptos writes into the page for this, as a file: a page with a Content-Security-Policy runs no inline script.

// What the WASM looks for on the page: data of resources, which our pages have none of.
for (const name of ["__RESOLVED_RESOURCES", "__SERIALIZED_ERRORS", "__PENDING_RESOURCES", "__RESOURCE_RESOLVERS", "__INCOMPLETE_CHUNKS"]) {
  globalThis[name] = [];
}

const path = (name) => new URL(name, import.meta.url).href;

async function start() {
  const wasm = await import(path("tallyhouse.js"));
  await wasm.default({ module_or_path: path("tallyhouse_bg.wasm") });
  wasm.hydrate();
  await takeOver(document.body, wasm, []);
}

/** `around`: elements of children that an island was given, the nearest last; they are told before an island in them begins. */
async function takeOver(element, wasm, around) {
  const tag = element.tagName.toLowerCase();
  if (tag === "leptos-island") await island(element, wasm, around.at(-1));
  const inner = tag === "leptos-children" ? [...around, element] : around;
  for (const child of element.children) await takeOver(child, wasm, inner);
}

async function island(element, wasm, children) {
  const begin = wasm[element.dataset.component];
  if (!begin) return console.warn(`There is no island ${element.dataset.component}.`);
  children?.$$on_hydrate?.();
  await begin(element);
}

await start();
