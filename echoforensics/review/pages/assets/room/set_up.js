/* Setting an account up by the link that a supervisor gave: a password, then an app for codes or a security key. */
"use strict";
(function (EF) {
  const word = EF.word, content = document.getElementById("content");
  const address = "/api/set-up/" + encodeURIComponent(decodeURIComponent(window.location.pathname.split("/")[2] || ""));
  const LEAST = 12;

  function picture(svg) {
    const bytes = new TextEncoder().encode(svg);
    const plain = Array.from(bytes, (one) => String.fromCharCode(one)).join("");
    return EF.make("img.qr", { src: "data:image/svg+xml;base64," + btoa(plain), alt: word("A picture of the secret, for the camera of your phone") });
  }

  function appPart(totp) {
    const code = EF.make("input", { name: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "10" });
    return { code, element: EF.make("section", { "aria-labelledby": "by-app" }, EF.make("h2", { id: "by-app" }, word("Authenticator app")),
      EF.make("p", {}, word("Scan this with an authenticator app on your phone, or type the secret into it. Then type the six digits that it shows.")),
      picture(totp.svg), EF.make("p", {}, word("Secret:") + " ", EF.make("code", {}, totp.secret)),
      EF.field(word("The six digits that your app shows"), code)) };
  }

  async function done() {
    content.replaceChildren(EF.make("h1", { tabindex: "-1" }, word("Your account is set up")),
      EF.make("p", {}, EF.make("a", { href: "/sign-in" }, word("Sign in"))));
    content.firstChild.focus();
  }

  function show(found) {
    const wrong = EF.make("div.wrong"), first = EF.make("input", { name: "password", type: "password", autocomplete: "new-password", maxlength: "1000" });
    const again = EF.make("input", { name: "again", type: "password", autocomplete: "new-password", maxlength: "1000" });
    const app = appPart(found.totp);

    /** The password, or null where it cannot be one. */
    function password() {
      const text = first.value;
      const fault = [...text].length < LEAST ? word("The password needs at least {0} characters.", LEAST)
        : text !== again.value ? word("The two passwords are not the same.") : "";
      EF.warn(wrong, fault);
      if (!fault) return text;
      first.focus();
      return null;
    }
    async function send(make) {
      const text = password();
      if (text === null) return;
      try {
        await EF.attempt(async () => { await EF.post(address, { password: text, ...await make() }); await done(); }, wrong);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        EF.warn(wrong, error.message);
      }
    }
    const key = EF.make("section", { "aria-labelledby": "by-key" }, EF.make("h2", { id: "by-key" }, word("Or a security key")),
      EF.hasWebAuthn() ? EF.make("p", {}, EF.button(word("Finish with a security key"), () => send(async () => ({ credential: await EF.makeCredential(found.webauthn.publicKey || found.webauthn) }))))
        : EF.make("p.hint", {}, word("This browser cannot use a security key here. Open the room as https or as http://localhost.")));
    const finish = EF.make("button.primary", {}, word("Finish with the code"));
    finish.type = "submit";
    const form = EF.make("form.narrow", { novalidate: true }, EF.make("h2", {}, word("A password")),
      EF.make("p.hint", {}, word("At least {0} characters. A few words that only you would put together are good.", LEAST)),
      EF.field(word("Password"), first), EF.field(word("Repeat the password"), again), wrong, app.element, EF.make("p.buttons", {}, finish), key);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(async () => ({ totp_code: app.code.value.replace(/\s/g, "") }));
    });
    content.replaceChildren(EF.make("h1", {}, word("Set up your account")),
      EF.make("p", {}, word("For {0}, as {1}.", found.display, EF.roleName(found.role)) + " " + word("This link works once.")), form);
    first.focus();
  }

  async function begin() {
    try {
      const found = await EF.get(address);
      if (found.csrf) EF.setToken(found.csrf);
      show(found);
    }
    catch (error) {
      if (!(error instanceof EF.RoomError)) throw error;
      content.replaceChildren(EF.make("h1", {}, word("This link cannot be used")), EF.make("p.notice", { role: "alert" }, error.message),
        EF.make("p", {}, word("Ask a supervisor for a new one.")));
    }
    document.documentElement.dataset.ready = "yes";
  }
  begin();
})(window.EF);
