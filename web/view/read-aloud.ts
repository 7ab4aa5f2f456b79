// Reads an answer aloud with a voice of the browser. The component loads this module at the first press.

import type { Words } from '../settings/words.ts'
import { piecesOf, spokenText } from './spoken-text.ts'

/** The button of the answer that is being read. */
let reading: HTMLElement | undefined

/** Begins to read, in place of another answer; or ends it when this one is being read. */
export function toggleReading(
  markdown: string,
  button: HTMLElement,
  words: Words,
  icon: (name: string) => Element,
): void {
  const isRead = reading === button
  const show = (name: 'play' | 'stop', label: string) => {
    button.replaceChildren(icon(name))
    button.ariaLabel = label
    button.title = label
  }
  // What is read ends with an event, which shows that.
  speechSynthesis.cancel()
  if (isRead) return
  const pieces = piecesOf(spokenText(markdown))
  const last = pieces.at(-1)
  if (last === undefined) return
  reading = button
  show('stop', words('stopReading'))
  const ended = () => {
    if (reading === button) reading = undefined
    show('play', words('readAloud'))
  }
  for (const piece of pieces) {
    const utterance = new SpeechSynthesisUtterance(piece)
    utterance.addEventListener('error', ended)
    if (piece === last) utterance.addEventListener('end', ended)
    speechSynthesis.speak(utterance)
  }
}
