/* Help: the keys, and what the words of the room mean. */
"use strict";
(function (EF) {
  const word = EF.word;
  const WORDS = () => [
    [word("clip"), word("One recording, or one interaction with its recordings. Identical sounds are decided together.")],
    [word("taken"), word("Somebody is working on it. Nobody else is given it meanwhile.")],
    [word("Saved"), word("The server has it on record. Until then the head of the page says so, and the browser keeps what you wrote.")],
    [word("Somebody else saved first. Nothing was overwritten."), word("Both versions are shown, and you choose.")],
    [word("second opinion"), word("A second person hears the clip without seeing what the first one decided. Where they differ, a supervisor settles it.")],
    [word("unsure"), word("A word in a transcript that you are not sure of. Select it and press Ctrl+/.")],
    [word("Redaction"), word("A copy with a range replaced. The original stays as it is. Somebody else has to approve it.")],
    [word("May be distressing. The text is hidden until you open the clip."), word("Somebody who heard it coded it as distressing. You do not have to open it: leave it to somebody else, take a break, talk to your supervisor.")],
  ];

  /** A further way of the second step: a security key. */
  function account() {
    const wrong = EF.make("div.wrong"), have = EF.make("p");
    const names = () => EF.me.second.map((way) => way === "totp" ? word("codes") : word("security key")).join(", ");
    have.textContent = word("Your second step: {0}", names());
    const add = EF.button(word("Add a security key"), async () => {
      try {
        await EF.attempt(async () => {
          const options = await EF.post("/api/me/webauthn/options");
          await EF.post("/api/me/webauthn", { credential: await EF.makeCredential(options.publicKey || options) });
          if (!EF.me.second.includes("webauthn")) EF.me.second.push("webauthn");
          have.textContent = word("Your second step: {0}", names());
          EF.say(word("The security key was added"));
        }, wrong);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        EF.warn(wrong, error.message);
      }
    });
    return [EF.make("h2", {}, word("Your account")), have, wrong, EF.hasWebAuthn() ? EF.make("p", {}, add) : null];
  }

  function show() {
    const element = document.getElementById("view-help");
    element.replaceChildren(...[EF.make("h1", {}, word("Help")),
      EF.make("p", {}, word("Take a clip from a queue, listen, press the keys of the codes, finish: the next one is there.")),
      EF.make("h2", {}, word("Keys")), EF.table(word("Keys"), [word("Key"), word("What it does")],
        [...EF.roomKeys(), ["?", word("Show the keys")]].map(([key, what]) => [EF.make("kbd", {}, key === " " ? word("Space") : key), what])),
      EF.make("p.hint", {}, EF.keyHint()),
      EF.make("h2", {}, word("Words")), EF.make("dl", {}, WORDS().flatMap(([name, what]) => [EF.make("dt", {}, name), EF.make("dd", {}, what)])),
      ...account(),
      EF.make("h2", {}, word("What is on record")),
      EF.make("p", {}, word("Every sign-in, each clip that you open, what you play from where to where, and each change, with your name and the time. Your supervisors can read it; nobody can take anything out of it.")),
      EF.make("p.hint", {}, word("Version {0} of the program.", EF.me.server.version))].filter(Boolean));
  }

  EF.addView("help", { begin: () => null, show: async () => show(), keys: {} });
  EF.beginRoom(() => EF.openView());
})(window.EF);
