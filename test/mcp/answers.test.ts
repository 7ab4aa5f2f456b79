// The work that one answer may cause: it is counted over all its messages, and others get their
// turns in between.

import { describe, expect, it } from 'vitest'
import { redactingRules } from '../../src/mcp/answers.ts'
import { type BudgetOptions, workBudget } from '../../src/mcp/redact/budget.ts'
import { sentSecrets } from '../../src/mcp/redact/sent-secrets.ts'
import { issuedToken } from '../core/parts.ts'
import { LONG } from '../long.ts'
import { CALL_ID, callOf, carrier, post, SECRET } from './parts.ts'

/** It looks encoded, so it has to be decoded. */
const CODED = '%41'.repeat(2_000)
const WITHHELD = '[content withheld: too much to search]'

function rulesWith(budget?: BudgetOptions) {
  const live = sentSecrets({ now: Date.now })
    .run('alice')
    .at({ resource: 'https://tasks.example', source: { type: 'own' } })
  live.add(issuedToken(SECRET))
  const noted: string[] = []
  return {
    noted,
    rules: redactingRules({
      server: 'tasks',
      live,
      note: (reason) => void noted.push(reason),
      maxChars: 1e6,
      budget: budget && workBudget(budget),
    }),
  }
}

describe('the messages of one answer', () => {
  it('share one budget: past it, what looks encoded is withheld, and the audit says so', async () => {
    const { rules, noted } = rulesWith({ steps: 50_000 })
    const passed: unknown[] = []
    for (let count = 0; count < 10; count++) passed.push(await rules.message({ text: CODED }))
    expect(passed[0]).toEqual({ text: CODED })
    expect(passed.at(-1)).toEqual({ text: WITHHELD })
    expect(new Set(noted)).toEqual(new Set(['credential_reflected']))
  })

  it('have a budget each in a stream without an end', async () => {
    const { rules, noted } = rulesWith()
    for (let count = 0; count < 10; count++)
      expect(await rules.message({ text: CODED })).toEqual({ text: CODED })
    expect(noted).toEqual([])
  })

  it('are searched in turns with other people’s calls', async () => {
    let turns = 0
    const { rules } = rulesWith({
      stepsInTurn: 10_000,
      wait: async () => {
        turns++
      },
    })
    await rules.message(Array.from({ length: 50 }, () => CODED))
    expect(turns).toBeGreaterThan(20)
  })

  it('are not waited for by a long text beside them, which is dropped', () => {
    const { rules } = rulesWith()
    expect(rules.text('x'.repeat(16_384))).toHaveLength(16_384)
    expect(rules.text('x'.repeat(16_385))).toBe('')
  })
})

describe.runIf(LONG)('through the fetch', () => {
  /** Answers with more than one answer may cause work for, in events. */
  const endless: typeof globalThis.fetch = async () => {
    let count = 0
    const body = new ReadableStream<Uint8Array>({
      pull(output) {
        const params = { text: count < 12 ? 'x'.repeat(4_000_000) : CODED }
        output.enqueue(
          Buffer.from(`data: ${JSON.stringify({ method: 'notifications/x', params })}\n\n`),
        )
        if (++count < 13) return
        output.enqueue(Buffer.from(`data: {"id":"${CALL_ID}","result":{"content":[]}}\n\n`))
        output.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  const URL = 'https://tasks.example/mcp'

  it('an answer has one budget, and a stream that is only listened to has none', async () => {
    const { fetch, reasons } = carrier(URL, {}, { fetch: endless })
    expect(await (await fetch(URL, post(callOf('add')))).text()).toContain(WITHHELD)
    expect(reasons()).toEqual(['credential_reflected'])
    expect(await (await fetch(URL, { method: 'GET' })).text()).not.toContain(WITHHELD)
    expect(reasons()).toEqual(['credential_reflected'])
  }, 120_000)
})
