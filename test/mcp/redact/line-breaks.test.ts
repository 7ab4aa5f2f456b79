// A credential that a server breaks into lines, with something before it, as in a URL or a cookie.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { workBudget } from '../../../src/mcp/redact/budget.ts'
import { sentSecrets } from '../../../src/mcp/redact/sent-secrets.ts'

const KEY =
  'sk-2thyuTT9mPMmnIoi03z6ZRcU-KKsZ4N1BdoXpb51Sp4KmP8aPbupwJuAZ0cPveGDTHfISpy0ETVBbUZtTvifq8'

async function redacted(text: string): Promise<string> {
  const run = sentSecrets({ now: () => 0 }).run('alice')
  const live = run.at({ resource: 'https://a.example', source: { type: 'connection' } })
  live.add({ credential: new Credential(KEY), expiresAt: Number.POSITIVE_INFINITY, scopes: [] })
  const value = (await live.redactor().jsonInTurns({ text }, workBudget())).value
  return (value as { readonly text: string }).text
}

describe('a credential that is broken into lines', () => {
  it.each([
    [20, '\n'],
    [24, '\r\n'],
    [13, '\r'],
    [64, '\n'],
  ])(
    'a credential that is broken into lines of %i characters leaves nothing of it',
    async (width, end) => {
      for (let before = 0; before < width; before++) {
        const text = `${'='.repeat(before)}${KEY}=`.replace(
          new RegExp(`.{${width}}`, 'g'),
          `$&${end}`,
        )
        const left = await redacted(text)
        const pieces = [...KEY.matchAll(/(?=(.{3}))/g)].map(([, piece = '']) => piece)
        expect(
          pieces.filter((piece) => left.includes(piece)),
          `${before}: ${left}`,
        ).toEqual([])
      }
    },
  )

  // Its last characters look like a word, so that they are no piece by themselves.
  it('a credential that is broken into lines leaves no end that looks like a word', async () => {
    const key = 'sk-p4yLo8xIRilwordsWordsq9Zt3Kd8Lw2VmYPEjRJlIwordswords'
    const run = sentSecrets({ now: () => 0 }).run('alice')
    const live = run.at({ resource: 'https://a.example', source: { type: 'static', of: 'person' } })
    live.add({ credential: new Credential(key), expiresAt: Number.POSITIVE_INFINITY, scopes: [] })
    for (const text of [
      key.slice(18),
      key.slice(0, 40),
      `/mcp?key=${key}`.replace(/.{20}/g, '$&\n'),
    ]) {
      const { value } = await live.redactor().jsonInTurns(text, workBudget())
      expect(String(value)).not.toMatch(/words|Ril/i)
    }
  })

  it.each(['n', 'r'])('a letter %s before a break is not that of the break', async (letter) => {
    for (let size = 6; size < 20; size++) {
      const key = `${KEY.slice(0, size - 1)}${letter}${KEY.slice(size)}`
      const run = sentSecrets({ now: () => 0 }).run('alice')
      const live = run.at({ resource: 'https://a.example', source: { type: 'connection' } })
      const expiresAt = Number.POSITIVE_INFINITY
      live.add({ credential: new Credential(key), expiresAt, scopes: [] })
      const text = `It is ${key.slice(0, size)}\\${letter}${key.slice(size)}, so it is`
      const { value } = await live.redactor().jsonInTurns(text, workBudget())
      expect(value).toBe('It is [credential removed], so it is')
    }
  })

  it('a credential that is broken into lines takes nothing with it that is not of it', async () => {
    const [first = '', second = ''] = [KEY.slice(0, 30), KEY.slice(30)]
    expect(await redacted(`${first}\nother lines\n${second}\nand so on`)).toBe(
      '[credential removed]\nother lines\n[credential removed]\nand so on',
    )
  })
})
