/* Requests to the server of the room. */
"use strict";
(function (EF) {
  const word = EF.word;

  /** Why a request came to nothing: the status of the answer, 0 where there was none, and what the answer says. */
  class RoomError extends Error {
    /** @param {number} status @param {object} data */
    constructor(status, data) {
      super(data.error || (status ? word("The server answered with an error ({0}). Try again; if it persists, tell whoever runs the room.", status)
        : word("The server cannot be reached. Check the network, or ask whether the server is running.")));
      this.status = status;
      this.data = data;
    }
  }
  EF.RoomError = RoomError;
  let token = "";

  /** The token that each change carries. @param {string} text */
  EF.setToken = (text) => { token = text || ""; };

  /** Milliseconds in which an answer is expected; closing a room takes as long as it takes. */
  const PATIENCE = 30000;
  const unanswered = (error) => error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");

  async function once(method, path, body, keepalive) {
    const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang };
    if (method !== "GET") headers["X-CSRF"] = token;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "same-origin", cache: "no-store", redirect: "error", keepalive: Boolean(keepalive),
        signal: path === "/api/close" ? undefined : AbortSignal.timeout(PATIENCE) });
    } catch (error) {
      if (!unanswered(error)) throw error;
      throw new RoomError(0, {});
    }
    const kind = answer.headers.get("Content-Type") || "";
    if (answer.ok && kind.startsWith("audio/")) return answer.blob();
    const data = kind.includes("json") ? await answer.json().catch(() => ({})) : {};
    if (!answer.ok) throw new RoomError(answer.status, data);
    return data;
  }

  /**
   * Ask the server for something, or have it change something.
   * @param {string} method @param {string} path @param {object} [body]
   * @param {boolean} [keepalive] whether the request outlives the page
   * @returns {Promise<object>} what was answered
   * @throws {RoomError}
   */
  EF.call = async function (method, path, body, keepalive) {
    try {
      return await once(method, path, body, keepalive);
    } catch (error) {
      if (!(error instanceof RoomError)) throw error;
      if (error.status === 403 && error.data.csrf && EF.me) {
        // The session was begun anew in another tab: this one takes its token over, and tries once more.
        const me = await once("GET", "/api/me");
        if (me.name !== EF.me.name) throw error;
        token = me.csrf;
        return once(method, path, body, keepalive);
      }
      if (error.status === 401 && error.data.sign_in && EF.signedOut) EF.signedOut();
      throw error;
    }
  };
  EF.get = (path) => EF.call("GET", path);
  EF.post = (path, body) => EF.call("POST", path, body || {});

  /** A query of an address; what is empty is left out. @param {object} asked */
  EF.query = function (asked) {
    const filled = Object.entries(asked).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false);
    const text = new URLSearchParams(filled.map(([name, value]) => [name, value === true ? "1" : String(value)])).toString();
    return text ? "?" + text : "";
  };

  /**
   * Run something that asks the server; what goes wrong is said on the page.
   * @param {() => Promise<void>} run @param {HTMLElement} [place] where it is said; else it is said for a while
   */
  EF.attempt = async function (run, place) {
    if (place) place.replaceChildren();
    try { await run(); return true; }
    catch (error) {
      if (!(error instanceof RoomError)) throw error;
      if (place) EF.warn(place, error.message);
      else EF.say(error.message);
      return false;
    }
  };
})(window.EF);
