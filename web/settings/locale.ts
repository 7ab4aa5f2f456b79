// Which language the words are in. The words of each language are a module of their own, which is
// loaded when a page wants them.

import type { Dictionary, Sentences } from './words.ts'

/** The words in use, and the language that they are in; undefined for the built-in English ones. */
export interface Locale {
  readonly language: string | undefined
  readonly words: Dictionary
  /** The sentences of the server by their names. */
  readonly sentences: Sentences
}

/** The words without a dictionary. */
export const ENGLISH: Locale = { language: undefined, words: {}, sentences: {} }

const DICTIONARIES: Readonly<Record<string, () => Promise<Omit<Locale, 'language'>>>> = {
  ar: () => import('../locales/ar.ts'),
  de: () => import('../locales/de.ts'),
  es: () => import('../locales/es.ts'),
  fr: () => import('../locales/fr.ts'),
  he: () => import('../locales/he.ts'),
  it: () => import('../locales/it.ts'),
  ja: () => import('../locales/ja.ts'),
  ko: () => import('../locales/ko.ts'),
  nl: () => import('../locales/nl.ts'),
  pt: () => import('../locales/pt.ts'),
  ru: () => import('../locales/ru.ts'),
  zh: () => import('../locales/zh.ts'),
}

/**
 * Loads the words of a language tag, such as `de-AT`. A language without words is English, and so is
 * one whose file is not beside the component.
 */
export async function loadLocale(tag: string): Promise<Locale> {
  const [language = ''] = tag.toLowerCase().split(/[-_]/)
  const load = Object.hasOwn(DICTIONARIES, language) ? DICTIONARIES[language] : undefined
  const loaded = await load?.().catch(() => undefined)
  return loaded ? { ...loaded, language } : ENGLISH
}

/** Whether a language is written from right to left. */
export function isRightToLeft(language: string): boolean {
  return language === 'ar' || language === 'he'
}
