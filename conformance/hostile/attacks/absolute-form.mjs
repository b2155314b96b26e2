// A target that names one host while Host names another: the target counts, so that a page of a stranger gains nothing.

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9112 3.2.2",
  does: "names a stranger in the target and localhost in Host",
  limit: "the authority of the target",
  meets: "status 403, closed",
  counter: "",
  memoryMb: 64,
  async run(target) {
    return [
      await target.exchangeHttp1(
        "GET http://evil.example/topics/default/x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
      ),
    ];
  },
};
