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

/** A recording is at most so many seconds long. Then it is sent. */
const MAX_SECONDS = 120

/** Makes the button. It records nothing before the person presses it. */
export function createDictation(
  settings: ChatSettings,
  wire: Wire,
  words: Words,
  { said, problem }: DictationListener,
): Dictation {
  const button = iconButton('mic', words('dictate'), () => void press())
  let recorder: MediaRecorder | undefined

  function show(): void {
    attribute(button, 'aria-pressed', String(recorder !== undefined))
    button.title = words(recorder ? 'stopDictating' : 'dictate')
    attribute(button, 'aria-label', button.title)
  }

  async function press(): Promise<void> {
    if (recorder) return recorder.stop()
    problem('')
    button.disabled = true
    try {
      begin(await navigator.mediaDevices.getUserMedia({ audio: true }))
    } catch {
      problem(words('noMicrophone'))
    }
    button.disabled = false
    show()
  }

  function begin(stream: MediaStream): void {
    const pieces: Blob[] = []
    const made = new MediaRecorder(stream)
    recorder = made
    made.addEventListener('dataavailable', ({ data }) => {
      pieces.push(data)
      // A button that left the page has nobody to write for.
      if (made.state === 'recording' && (pieces.length >= MAX_SECONDS || !button.isConnected))
        made.stop()
    })
    made.addEventListener('stop', () => {
      for (const track of stream.getTracks()) track.stop()
      recorder = undefined
      show()
      const recording = new Blob(pieces, { type: made.mimeType })
      if (button.isConnected && recording.size > 0) void writeDown(recording)
    })
    made.start(1000)
  }

  async function writeDown(recording: Blob): Promise<void> {
    button.disabled = true
    try {
      const params = { audio_base64: await base64(recording), mime_type: recording.type }
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

async function base64(recording: Blob): Promise<string> {
  const reader = new FileReader()
  const read = new Promise((resolve) => reader.addEventListener('loadend', resolve))
  reader.readAsDataURL(recording)
  await read
  return String(reader.result).replace(/^.*,/, '')
}
