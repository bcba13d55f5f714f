// A page that could not be shown is asked for again where nobody stands who would: on a wall. A desk is not taken from under somebody's hands.

const AGAIN_MS = 15_000;

if ("unattended" in document.body.dataset) setTimeout(() => location.reload(), AGAIN_MS);
