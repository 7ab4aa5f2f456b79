// A text as bytes, because to look at bytes is faster than to ask a text for its characters.

/** The bytes of a text; until the next text is read. */
export interface TextBytes {
  /**
   * The code of each character; {@link OTHER} for one beyond Latin-1. Behind the text there is a
   * zero.
   */
  readonly bytes: Uint8Array
  readonly length: number
  /** Whether all characters are ASCII. */
  readonly isAscii: boolean
}

/** Stands for any character beyond Latin-1. */
const OTHER = 0xff
/** What is read behind the end of a text is zero for so long. */
const MARGIN_BYTES = 32
/** To call the encoder takes longer than to copy so many characters. */
const MAX_COPIED_CHARS = 48

let room = new Uint8Array(65_536 + MARGIN_BYTES)
const encoder = new TextEncoder()

/** Reads a text into room that all texts share. */
export function bytesOf(text: string): TextBytes {
  const { length } = text
  if (length + MARGIN_BYTES > room.length) room = new Uint8Array(2 * length + MARGIN_BYTES)
  const bytes = room
  bytes.fill(0, length, length + MARGIN_BYTES)
  if (length > MAX_COPIED_CHARS) {
    const { read, written } = encoder.encodeInto(text, bytes)
    // Otherwise what did not fit is not read.
    if (written === length && read === length) return { bytes, length, isAscii: true }
    bytes.fill(0, length, length + MARGIN_BYTES)
  }
  let isAscii = true
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at)
    if (unit > 0x7f) isAscii = false
    bytes[at] = unit > OTHER ? OTHER : unit
  }
  return { bytes, length, isAscii }
}

/** A table that says of each byte whether it is in a class of characters. */
export function tableOf(characters: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) =>
    characters.test(String.fromCharCode(code)) ? 1 : 0,
  )
}
