// A button that writes down what the person says. It records between two presses; the server turns
// the recording into words.

import { asFields, text } from '../client/json.ts'
import { Refused } from '../client/refused.ts'
import type { Wire } from '../client/wire.ts'
import { attribute } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'

/** The button on the page. */
export interface Dictation {
  readonly element: HTMLButtonElement
  /** Draws it again, after the settings have changed. */
  redraw(): void
}

/** Called with the words, or with a problem. */
export interface DictationListener {
  said(words: string): void
  problem(message: string): void
}

/** Makes the button. It records nothing before the person presses it. */
export function createDictation(
  settings: ChatSettings,
  wire: Wire,
  words: Words,
  { said, problem }: DictationListener,
): Dictation {
  const button = iconButton('mic', words('dictate'), () => void press())
  let stop: (() => void) | undefined

  function show(): void {
    attribute(button, 'aria-pressed', String(stop !== undefined))
    button.title = words(stop ? 'stopDictating' : 'dictate')
    attribute(button, 'aria-label', button.title)
  }

  async function press(): Promise<void> {
    if (stop) return stop()
    problem('')
    button.disabled = true
    const loaded = await import('./record.ts').catch(() => undefined)
    try {
      // A button that left the page has nobody to write for.
      const isWanted = () => button.isConnected
      stop = await loaded?.record(isWanted, (recording) => {
        stop = undefined
        show()
        if (isWanted() && recording.size > 0)
          void loaded.base64(recording).then((bytes) => writeDown(bytes, recording.type))
      })
      if (!loaded) problem(words('unreachable'))
    } catch {
      problem(words('noMicrophone'))
    }
    button.disabled = false
    show()
  }

  async function writeDown(audio_base64: string, mime_type: string): Promise<void> {
    button.disabled = true
    try {
      const params = { audio_base64, mime_type }
      said(text(asFields(await wire.ask('input.transcribe', params)).text) ?? '')
    } catch (error) {
      problem((error instanceof Refused && error.message) || words('unreachable'))
    }
    button.disabled = false
  }

  function redraw(): void {
    button.hidden = !settings.dictation || !('MediaRecorder' in globalThis)
  }

  show()
  redraw()
  return { element: button, redraw }
}
