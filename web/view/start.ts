// What a new conversation shows: a greeting, and messages to start with.

import { button, el } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'

/** Makes the greeting and a button for each message. */
export function createStart(
  { startGreeting, prompts }: ChatSettings,
  words: Words,
  onChosen: (prompt: string) => void,
): HTMLElement {
  const buttons = prompts.map(({ label, prompt }) =>
    button({ class: 'prompt' }, () => onChosen(prompt ?? label), label),
  )
  return el(
    'div',
    { class: 'empty' },
    el('h2', {}, startGreeting ?? words('greeting')),
    el('div', { class: 'prompts' }, ...buttons),
  )
}
