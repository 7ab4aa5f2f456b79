// What a new conversation shows: a greeting, and messages to start with.

import { button, el, write } from '../dom/dom.ts'
import { icon } from '../dom/icon.ts'
import type { StarterPrompt } from '../settings/options.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'

/** The start on the page. */
export interface Start {
  readonly element: HTMLElement
  /** Draws it again, after the settings have changed. */
  redraw(): void
}

/** Makes the greeting and a button for each message. */
export function createStart(
  settings: ChatSettings,
  words: Words,
  onChosen: (prompt: NonNullable<StarterPrompt['prompt']>) => void,
): Start {
  const heading = el('h2')
  const prompts = el('div', { class: 'prompts' })
  function redraw(): void {
    write(heading, settings.startGreeting ?? words('greeting'))
    const buttons = settings.prompts.map(({ label, prompt, icon: name }) =>
      button(
        { class: 'prompt', dir: 'auto' },
        () => onChosen(prompt ?? label),
        name === undefined ? undefined : icon(name),
        label,
      ),
    )
    prompts.replaceChildren(...buttons)
  }
  redraw()
  return { element: el('div', { class: 'empty' }, heading, prompts), redraw }
}
