/* Players: made when they come into sight where there are many, one sounding at a time, and a word where the browser
   cannot play a recording. Without JavaScript the page has players and links of its own. */
"use strict";
window.PLAYERS = (function () {
  function make(source) {
    const audio = document.createElement("audio");
    audio.controls = true;
    audio.preload = "none";
    audio.src = source;
    return audio;
  }

  /* What stands where a recording cannot be played. */
  function silent(source) {
    const words = document.createElement("p"), link = document.createElement("a");
    words.className = "silent";
    words.textContent = "This browser cannot play it. ";
    link.textContent = "Save the file";
    link.href = source;
    link.download = "";
    words.append(link);
    return words;
  }

  document.addEventListener("error", (event) => {
    const audio = event.target;
    if (audio.tagName !== "AUDIO" || (audio.nextSibling && audio.nextSibling.className === "silent")) return;
    audio.after(silent(audio.getAttribute("src")));
  }, true);

  document.addEventListener("play", (event) => {
    for (const audio of document.querySelectorAll("audio")) if (audio !== event.target) audio.pause();
  }, true);

  const sight = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      const audio = make(target.getAttribute("href"));
      audio.setAttribute("aria-label", target.getAttribute("aria-label"));
      target.replaceWith(audio);
    }
  }, { rootMargin: "600px" });
  for (const link of document.querySelectorAll("a.play")) sight.observe(link);

  window.addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("main details")) folded.open = true;
  });
  return { make, silent };
})();
