/* Who has signed in: their name at the head of the page, what their role is for, and what is done when a session ends. */
"use strict";
(function (EF) {
  const word = EF.word, here = () => window.location.pathname + window.location.search + window.location.hash;
  const toSignIn = () => "/sign-in?next=" + encodeURIComponent(here());
  const SUPERVISING = ["supervisor", "examiner"];
  EF.me = null;

  EF.supervises = () => SUPERVISING.includes(EF.me.role);
  /** Whether this person may code, and not only read. */
  EF.mayCode = () => EF.me.role !== "reader";

  /** The label of a code in the language of the page. @param {string} id */
  EF.codeLabel = function (id) {
    const code = EF.me.codes.find((one) => one.id === id);
    return !code ? id : EF.head().language === "de" && code.label_de || code.label;
  };

  /** Say that the session has ended. What was typed stays on the page and in the browser. */
  EF.signedOut = function () {
    const place = document.getElementById("notices");
    if (place.querySelector(".signed-out")) return;
    place.append(EF.make("p.notice.signed-out", { role: "alert" }, word("Your session has ended. What you wrote is kept here."), " ",
      EF.make("a", { href: toSignIn() }, word("Sign in again"))));
  };
  EF.signedIn = () => { for (const note of document.querySelectorAll(".signed-out")) note.remove(); };

  async function signOut() {
    if (EF.saving && EF.saving.count() && !window.confirm(word("Something is not saved yet. It is kept in this browser for when you sign in again. Sign out all the same?"))) return;
    if (await EF.attempt(() => EF.post("/api/sign-out"))) window.location.assign("/sign-in");
  }

  async function changeLanguage(language) {
    if (await EF.attempt(() => EF.post("/api/me/language", { language }))) window.location.reload();
  }

  function person() {
    const language = EF.choice(Object.entries(EF.head().languages), { "aria-label": word("Language") });
    language.value = EF.head().language;
    language.addEventListener("change", () => changeLanguage(language.value));
    document.getElementById("person").append(language, " ", EF.make("strong", { title: EF.me.name }, EF.me.display),
      " (" + EF.roleName(EF.me.role) + ") ", EF.button(word("Sign out"), signOut));
    for (const link of document.querySelectorAll("[data-for]")) link.hidden = !link.dataset.for.split(" ").includes(EF.me.role);
    document.body.dataset.role = EF.me.role;
  }

  async function load() {
    try { return await EF.get("/api/me"); }
    catch (error) {
      if (!(error instanceof EF.RoomError)) throw error;
      if (error.status === 401) { window.location.replace(toSignIn()); return null; }
      const notices = document.getElementById("notices");
      EF.warn(notices, error.message);
      notices.firstChild.append(" ", EF.button(word("Try again"), () => window.location.reload()));
      document.documentElement.dataset.ready = "failed";
      return null;
    }
  }

  /** Begin a page of somebody who has signed in. @param {() => void} run */
  EF.beginRoom = async function (run) {
    const me = await load();
    if (!me) return;
    EF.me = me;
    EF.setToken(me.csrf);
    EF.beginZones();
    person();
    run();
  };

  /* What a card and a player link to in the report are numbers here: a reviewer sees what is in the queue. */
  EF.link = (number) => EF.make("span.number", {}, number);
})(window.EF);
