/* WebAuthn: the options of the server as the browser wants them, and what the browser gives as the server wants it. */
"use strict";
(function (EF) {
  const word = EF.word;

  /** @param {string} text in base64url @returns {ArrayBuffer} */
  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (one) => one.charCodeAt(0)).buffer;
  }
  /** @param {ArrayBuffer} content @returns {string} base64url */
  function text(content) {
    return btoa(String.fromCharCode(...new Uint8Array(content))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  EF.hasWebAuthn = () => Boolean(window.PublicKeyCredential && navigator.credentials);

  function failed(error) {
    if (error instanceof DOMException) return new Error(word("The security key was not used. Try again, or use a code."));
    return error;
  }

  /** Make a credential. @param {object} options as the server gave them @returns {Promise<object>} for the server */
  EF.makeCredential = async function (options) {
    const asked = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials) };
    let made;
    try { made = await navigator.credentials.create({ publicKey: asked }); } catch (error) { throw failed(error); }
    const answer = made.response;
    return {
      id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: made.getClientExtensionResults(),
      authenticatorAttachment: made.authenticatorAttachment || undefined,
      response: { clientDataJSON: text(answer.clientDataJSON), attestationObject: text(answer.attestationObject),
        transports: answer.getTransports ? answer.getTransports() : [] },
    };
  };

  /** Use a credential. @param {object} options as the server gave them @returns {Promise<object>} for the server */
  EF.useCredential = async function (options) {
    const asked = { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) };
    let used;
    try { used = await navigator.credentials.get({ publicKey: asked }); } catch (error) { throw failed(error); }
    const answer = used.response;
    return {
      id: used.id, rawId: text(used.rawId), type: used.type, clientExtensionResults: used.getClientExtensionResults(),
      response: { clientDataJSON: text(answer.clientDataJSON), authenticatorData: text(answer.authenticatorData),
        signature: text(answer.signature), userHandle: answer.userHandle ? text(answer.userHandle) : null },
    };
  };
})(window.EF);
