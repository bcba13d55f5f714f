// Forms of filters: what is chosen is asked for at once, and fields find ids by name, initials or id as one types.
// Without this script one presses the button, and the server says what a text may mean.

const WAIT_MS = 120;

/** Fills the list of a field with what its text finds, newest question last. */
function finding(field) {
  let asked = 0;
  let timer = 0;
  const list = field.list;
  const ask = async () => {
    const turn = (asked += 1);
    const url = new URL("/api/v1/ids", location.href);
    url.searchParams.set("of", field.dataset.find);
    url.searchParams.set("find", field.value.trim());
    let items;
    try {
      const answer = await fetch(url);
      if (!answer.ok) return;
      ({ items } = await answer.json());
    } catch {
      return; // the button still works
    }
    if (turn !== asked) return;
    const first = document.documentElement.lang.startsWith("zh") ? ["zh", "en"] : ["en", "zh"];
    list.replaceChildren(
      ...items.map((it) => {
        const option = document.createElement("option");
        option.value = it.id;
        option.label = it[first[0]] ?? it[first[1]] ?? it.id;
        return option;
      }),
    );
  };
  field.addEventListener("focus", () => void ask(), { once: true });
  field.addEventListener("input", (event) => {
    // Chosen from the list, not typed.
    const chosen = !event.inputType || event.inputType === "insertReplacementText";
    if (chosen && [...list.options].some((it) => it.value === field.value)) return field.form.requestSubmit();
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
}

for (const form of document.querySelectorAll("form[data-filters]")) {
  form.querySelectorAll("input[data-find]").forEach(finding);
  form.addEventListener("change", ({ target }) => {
    if (target.matches("[type=checkbox], [type=radio]")) form.requestSubmit();
  });
  // Fields that are empty say nothing: the URL stays short.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}
