// Which addresses never leave this machine.

const IPV4_LOOPBACK = /^127(?:\.(?:0|[1-9]\d{0,2})){3}$/;
const IPV6_LOOPBACK = /^(?:::1|(?:0{1,4}:){7}0{0,3}1)$/;

/**
 * True for `localhost`, 127.0.0.0/8 in dotted form and ::1 (without brackets). Other spellings that some resolvers take for
 * loopback (127.1, 127.0.010.1, 0x7f000001, 0.0.0.0) are not: who may come in without a key depends on it.
 */
export function isLoopbackAddress(address: string): boolean {
  return (
    address.toLowerCase() === "localhost" ||
    (IPV4_LOOPBACK.test(address) && address.split(".").every((part) => Number(part) <= 255)) ||
    IPV6_LOOPBACK.test(address)
  );
}
