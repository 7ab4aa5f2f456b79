// Prints which words each language of the chat component lacks, and which sentences of the server. A missing word is English, so this
// refuses nothing but what is wrong: a word that English does not have, or one that leaves out what
// is to be filled in. `node scripts/locales.ts`

import { readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { APPROVAL_WORDS, wholeApprovalWords } from '../src/chatkit/agent/approval-words.ts'
import { NOTICE_WORDS } from '../src/chatkit/agent/notice-words.ts'
import {
  QUESTION_WORDS,
  wholeQuestionWords,
} from '../src/chatkit/agent/questions/question-words.ts'
import { ERROR_WORDS } from '../src/chatkit/protocol/named-text.ts'
import { WORDS } from '../web/settings/words.ts'

const FOLDER = new URL('../web/locales/', import.meta.url)

/** What stands in no sentence of its own: the parts of others, and what is sent without a name. */
const UNNAMED = [/^approval\.(about|arguments)$/, /^question\.problems\./]

/** The server's sentences by their names. */
const SENTENCES = Object.fromEntries(
  Object.entries({
    approval: wholeApprovalWords(APPROVAL_WORDS),
    question: wholeQuestionWords(QUESTION_WORDS),
    error: ERROR_WORDS,
    notice: NOTICE_WORDS,
  })
    .flatMap(([prefix, words]) => named(prefix, words))
    .filter(([name]) => !UNNAMED.some((pattern) => pattern.test(name))),
)

const ENGLISH: Readonly<Record<string, string>> = { ...WORDS, ...SENTENCES }

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
      const { words, sentences } = (await import(new URL(file, FOLDER).href)) as {
        readonly words: Readonly<Record<string, string>>
        readonly sentences: Readonly<Record<string, string>>
      }
      const said = { ...words, ...sentences }
      return {
        language: file.replace('.ts', ''),
        missing: Object.keys(ENGLISH).filter((key) => !said[key]),
        wrong: Object.entries(said).flatMap(([key, text]) => wrongIn(key, text)),
      }
    }),
  )
}

function wrongIn(key: string, said: string): readonly string[] {
  const english = Object.hasOwn(ENGLISH, key) ? ENGLISH[key] : undefined
  if (english === undefined) return [`${key} is no word`]
  return gapsIn(english) === gapsIn(said) ? [] : [`${key} has other {…} than the English word`]
}

/** Lists the texts of an object, those in groups with the name of their group before them. */
function named(prefix: string, words: object): readonly (readonly [string, string])[] {
  return Object.entries(words).flatMap(([key, text]) =>
    typeof text === 'string'
      ? [[`${prefix}.${key}`, text] as const]
      : named(`${prefix}.${key}`, text),
  )
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
