// The work that one answer may cause: it is counted over all its messages, and others get their
// turns in between.

import { describe, expect, it } from 'vitest'
import { redactingRules } from '../../src/mcp/answers.ts'
import { workBudget } from '../../src/mcp/redact/budget.ts'
import { sentSecrets } from '../../src/mcp/redact/sent-secrets.ts'
import { issuedToken } from '../core/parts.ts'
import { SECRET } from './parts.ts'

/** It looks encoded, so it has to be decoded. */
const CODED = '%41'.repeat(2_000)
const WITHHELD = '[content withheld: too much to search]'

function makeRules() {
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
    }),
  }
}

describe('the messages of one answer', () => {
  it('share one budget: past it, what looks encoded is withheld, and the audit says so', async () => {
    const { rules, noted } = makeRules()
    const budget = workBudget({ steps: 50_000 })
    const passed: unknown[] = []
    for (let count = 0; count < 10; count++)
      passed.push(await rules.message({ text: CODED }, budget))
    expect(passed[0]).toEqual({ text: CODED })
    expect(passed.at(-1)).toEqual({ text: WITHHELD })
    expect(new Set(noted)).toEqual(new Set(['credential_reflected']))
  })

  it('are searched in turns with other people’s calls', async () => {
    let turns = 0
    const budget = workBudget({
      stepsInTurn: 10_000,
      wait: async () => {
        turns++
      },
    })
    await makeRules().rules.message(
      Array.from({ length: 400 }, () => CODED),
      budget,
    )
    expect(turns).toBeGreaterThan(20)
  })

  it('are not waited for by a long text beside them, which is dropped', () => {
    const { rules } = makeRules()
    expect(rules.text('x'.repeat(16_384))).toHaveLength(16_384)
    expect(rules.text('x'.repeat(16_385))).toBe('')
  })
})
