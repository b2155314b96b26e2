// The few packets of MQTT 3.1.1 that a client of QoS 0 sends.

const CONNECT = 0x10;
const PUBLISH = 0x30;
const SUBSCRIBE = 0x82;
const PROTOCOL_LEVEL = 4;
const CLEAN_SESSION = 0x02;

/** @param {string} text @returns {Buffer} */
function toMqttText(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** @param {number} first  type and flags @param {Uint8Array[]} parts @returns {Buffer} */
function toPacket(first, parts) {
  const body = Buffer.concat(parts);
  const length = [];
  let rest = body.length;
  for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
  length.push(rest);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

/** An empty client identifier lets the server choose one; keep alive 0 asks for no pings. @returns {Buffer} */
export function toMqttConnect() {
  const options = Buffer.from([PROTOCOL_LEVEL, CLEAN_SESSION, 0, 0]);
  return toPacket(CONNECT, [toMqttText("MQTT"), options, toMqttText("")]);
}

/** @param {number} packetId @param {string} topic @returns {Buffer} */
export function toMqttSubscribe(packetId, topic) {
  const id = Buffer.from([packetId >> 8, packetId & 255]);
  return toPacket(SUBSCRIBE, [id, toMqttText(topic), Buffer.from([0])]);
}

/** @param {string} topic @param {Uint8Array} payload @returns {Buffer} */
export function toMqttPublish(topic, payload) {
  return toPacket(PUBLISH, [toMqttText(topic), payload]);
}
