/* Signing in: name and password, then a code of an app or a security key. */
"use strict";
(function (EF) {
  const word = EF.word, content = document.getElementById("content");
  const heading = (text) => EF.make("h1", { tabindex: "-1" }, text);

  /** Where to go afterwards: a page of this room, whatever the address says. */
  function next() {
    const asked = new URLSearchParams(window.location.search).get("next") || "";
    const target = new URL(/^\/(?![/\\])/.test(asked) ? asked : "/work", window.location.origin);
    // Where the server led here, the browser has kept what stood behind the # of the page that was asked for.
    if (!target.hash) target.hash = window.location.hash;
    return target.origin === window.location.origin ? target.pathname + target.search + target.hash : "/work";
  }

  /** Show a step; the focus goes to its first field, or to its heading. */
  function step(...shown) {
    content.replaceChildren(...shown);
    (content.querySelector("input") || content.querySelector("h1")).focus();
    document.documentElement.dataset.ready = "yes";
  }

  /** A form that is sent once at a time; what goes wrong is said in it. */
  function form(run, button, ...fields) {
    const wrong = EF.make("div.wrong"), send = EF.make("button.primary", {}, button);
    send.type = "submit";
    const made = EF.make("form.narrow", { novalidate: true }, wrong, ...fields, EF.make("p.buttons", {}, send));
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      try { await EF.attempt(run, wrong); } catch (error) {
        if (!(error instanceof Error)) throw error;
        EF.warn(wrong, error.message);
      } finally { send.disabled = false; }
    });
    return made;
  }

  const done = () => window.location.assign(next());

  function keyButton() {
    const wrong = EF.make("div.wrong");
    const use = async () => {
      try {
        await EF.attempt(async () => {
          const options = await EF.post("/api/sign-in/webauthn/options");
          await EF.post("/api/sign-in/webauthn", { credential: await EF.useCredential(options.options || options) });
          done();
        }, wrong);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        EF.warn(wrong, error.message);
      }
    };
    return EF.make("div.narrow", {}, EF.make("p", {}, EF.button(word("Use your security key"), use, { primary: true })), wrong);
  }

  /** The second step. @param {string[]} ways */
  function second(ways) {
    const shown = [heading(word("Second step"))];
    if (ways.includes("totp")) {
      const code = EF.make("input", { name: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "10", required: true });
      shown.push(form(async () => {
        await EF.post("/api/sign-in/totp", { code: code.value.replace(/\s/g, "") });
        done();
      }, word("Sign in"), EF.field(word("The six digits that your app shows"), code)));
    }
    if (ways.includes("webauthn")) {
      shown.push(EF.hasWebAuthn() ? keyButton() : EF.make("p.hint", {}, word("This browser cannot use a security key here. Open the room as https or as http://localhost.")));
    }
    step(...shown);
  }

  function first() {
    const name = EF.make("input", { name: "name", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true, maxlength: "200" });
    const password = EF.make("input", { name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: "1000" });
    step(heading(word("Sign in")), EF.make("p", {}, word("This room holds evidence. What you open, play and change is recorded.")),
      form(async () => {
        const answer = await EF.post("/api/sign-in", { name: name.value.trim(), password: password.value });
        EF.setToken(answer.csrf);
        if (answer.second && answer.second.length) second(answer.second);
        else done();
      }, word("Go on"), EF.field(word("Name"), name), EF.field(word("Password"), password)),
      EF.make("p.hint", {}, word("No account yet, or no password any more? A supervisor gives you a link with which you set it yourself.")));
  }

  first();
})(window.EF);
