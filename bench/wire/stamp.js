// The first 16 bytes of a stamped payload: a sequence number and a time in digits of 6 bits, so that it stays text, which
// every protocol here can carry.

import process from "node:process";

export const STAMP_BYTES = 16;

const DIGITS = Buffer.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_", "latin1");
const DIGIT_BITS = 6;
const SEQUENCE_DIGITS = 6;
const TIME_DIGITS = 10;
/** Five digits are 30 bits, as much as the bit operators of the language keep positive. */
const HALF_DIGITS = TIME_DIGITS / 2;
const HALF_RANGE = 2 ** (HALF_DIGITS * DIGIT_BITS);

const digitValues = new Uint8Array(256);
for (const [value, letter] of DIGITS.entries()) digitValues[letter] = value;

/** @returns {number} nanoseconds on a clock that all processes of the machine share and that never goes back */
export function readNowNs() {
  return Number(process.hrtime.bigint());
}

/** @param {Uint8Array} buffer @param {number} at @param {number} digits @param {number} value below 2^30 */
function writeDigits(buffer, at, digits, value) {
  let rest = value;
  for (let index = at + digits - 1; index >= at; index--) {
    buffer[index] = /** @type {number} */ (DIGITS[rest & 63]);
    rest >>>= DIGIT_BITS;
  }
}

/** @param {Uint8Array} buffer @param {number} at @param {number} digits @returns {number} */
function readDigits(buffer, at, digits) {
  let value = 0;
  for (let index = at; index < at + digits; index++) {
    const letter = /** @type {number} */ (buffer[index]);
    value = (value << DIGIT_BITS) | /** @type {number} */ (digitValues[letter]);
  }
  return value;
}

/**
 * @param {Uint8Array} buffer @param {number} at @param {number} sequence  from 0; its low 30 bits are kept
 * @param {number} timeNs  of readNowNs
 */
export function writeStamp(buffer, at, sequence, timeNs) {
  writeDigits(buffer, at, SEQUENCE_DIGITS, sequence % HALF_RANGE);
  writeDigits(buffer, at + SEQUENCE_DIGITS, HALF_DIGITS, Math.floor(timeNs / HALF_RANGE));
  writeDigits(buffer, at + SEQUENCE_DIGITS + HALF_DIGITS, HALF_DIGITS, timeNs % HALF_RANGE);
}

/** @param {Uint8Array} buffer @param {number} at @returns {number} */
export function readStampSequence(buffer, at) {
  return readDigits(buffer, at, SEQUENCE_DIGITS);
}

/** @param {Uint8Array} buffer @param {number} at @returns {number} nanoseconds */
export function readStampTimeNs(buffer, at) {
  const high = readDigits(buffer, at + SEQUENCE_DIGITS, HALF_DIGITS);
  return high * HALF_RANGE + readDigits(buffer, at + SEQUENCE_DIGITS + HALF_DIGITS, HALF_DIGITS);
}
