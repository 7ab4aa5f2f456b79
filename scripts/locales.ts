// Prints which words each language of the chat component lacks. A missing word is English, so this
// refuses nothing but what is wrong: a word that English does not have, or one that leaves out what
// is to be filled in. `node scripts/locales.ts`

import { readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { WORDS } from '../web/settings/words.ts'

const FOLDER = new URL('../web/locales/', import.meta.url)

/** What a language lacks and has wrong. */
export interface LocaleReport {
  readonly language: string
  readonly missing: readonly string[]
  readonly wrong: readonly string[]
}

/** Compares the words of each language with the English ones. */
export async function compareLocales(): Promise<readonly LocaleReport[]> {
  const files = readdirSync(FOLDER).sort()
  return await Promise.all(
    files.map(async (file) => {
      const { words } = (await import(new URL(file, FOLDER).href)) as {
        readonly words: Readonly<Record<string, string>>
      }
      return {
        language: file.replace('.ts', ''),
        missing: Object.keys(WORDS).filter((key) => !words[key]),
        wrong: Object.entries(words).flatMap(([key, said]) => wrongIn(key, said)),
      }
    }),
  )
}

function wrongIn(key: string, said: string): readonly string[] {
  const english = Object.entries(WORDS).find(([name]) => name === key)?.[1]
  if (english === undefined) return [`${key} is no word`]
  return gapsIn(english) === gapsIn(said) ? [] : [`${key} has other {…} than the English word`]
}

function gapsIn(text: string): string {
  return [...text.matchAll(/\{\w+\}/g)].map(String).sort().join()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const reports = await compareLocales()
  for (const { language, missing, wrong } of reports) {
    console.log(`${language}: ${missing.length === 0 ? 'complete' : `lacks ${missing.join(', ')}`}`)
    for (const what of wrong) console.error(`${language}: ${what}`)
  }
  if (reports.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1
}
