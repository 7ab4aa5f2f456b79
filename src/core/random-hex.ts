// Random texts that name things and keep nothing secret: trace ids and span ids.

/** One draw of random bytes costs as much as a header does, whatever its size. */
const DRAWN_BYTES = 1_024

let drawn: Uint8Array<ArrayBuffer> | undefined
let used = 0

/** Bytes as hexadecimal digits. At most 1,024. */
export function randomHex(bytes: number): string {
  if (!drawn || used + bytes > DRAWN_BYTES) {
    drawn = crypto.getRandomValues(drawn ?? new Uint8Array(DRAWN_BYTES))
    used = 0
  }
  let text = ''
  for (const end = used + bytes; used < end; used++) text += HEX[drawn[used] ?? 0]
  return text
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)
