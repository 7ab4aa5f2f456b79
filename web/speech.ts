// The words that the component speaks in: those of the host page, then those of the language that is
// wanted, then the English ones.

import { ENGLISH, isRightToLeft, loadLocale } from './settings/locale.ts'
import { type Translate, translateWith } from './settings/named-text.ts'
import type { ChatSettings } from './settings/settings.ts'
import { type Words, word } from './settings/words.ts'

/** The words in use. */
export interface Speech {
  readonly words: Words
  /** Puts the language in place of the server's English. */
  readonly translate: Translate
  /** Takes new words of the page. */
  refresh(): void
  /** Loads the language that is wanted. Returns whether the words are others now. */
  load(): Promise<boolean>
  /** Says of an element which language its words are in. */
  mark(element: HTMLElement): void
}

/** Makes the words for an element, English at first. */
export function createSpeech(settings: ChatSettings, host: Element): Speech {
  let locale = ENGLISH
  let own = settings.words
  return {
    words: (key, values) => word(own, key, values),
    translate: (value) => translateWith(locale.sentences)(value),
    refresh() {
      own = { ...locale.words, ...settings.words }
    },
    async load() {
      const wanted = languageOf(settings, host)
      const loaded = await loadLocale(wanted)
      // Another one may be wanted by now.
      if (loaded.language === locale.language || wanted !== languageOf(settings, host)) return false
      locale = loaded
      return true
    },
    mark(element) {
      const { language } = locale
      element.lang = language ?? ''
      element.dir = language === undefined ? '' : isRightToLeft(language) ? 'rtl' : 'ltr'
    },
  }
}

/** The language that is wanted: as it is set, or that of the page, or the browser's. */
function languageOf({ locale }: ChatSettings, host: Element): string {
  const { lang } = host.closest<HTMLElement>('[lang]') ?? { lang: '' }
  return locale || lang || navigator.language
}
