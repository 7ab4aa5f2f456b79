// The setting `policy` of a gateway's file: that it is taken, and what is wrong with it is told with its
// line.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'

const FILE = `url: https://gateway.example
issuer: { preset: oidc, issuer: https://login.example, audience: api, clientId: app, clientSecret: env:SECRET }
servers: { Tasks: { url: https://tasks.example/mcp, source: { type: own, audience: api } } }
policy:
  rules:
`

async function read(rule: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-gateway-policy-'))
  try {
    const file = join(folder, 'onbehalf.yaml')
    writeFileSync(file, `${FILE}    ${rule}\n`)
    const env = { SECRET: 'canary0f-the-secret-of-the-client' }
    await (await readConfiguration(file, { env, warn() {} })).close()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the policy in the file of a gateway', () => {
  it('is taken', async () => {
    await read("- { tools: 'Tasks/*', unless: { groups: admins }, effect: deny }")
  })

  it.each([
    ['- tools: delete_task', 'policy.rules[0].tools must be SERVER/TOOL'],
    ['- { tools: Task/x, effect: deny }', 'there is no server Task: did you mean Tasks?'],
    [
      '- { tools: Tasks/x, effect: forbid }',
      'policy.rules[0].effect must be one of allow, ask, deny',
    ],
    ['- { tools: Tasks/x, effect: ask }', 'ask needs the setting session'],
    ['- { tools: Tasks/x, limit: { day: 1 } }', 'policy.rules[0].limit: did you mean limits?'],
  ])('%s is refused with its line', async (rule, words) => {
    const failure = await read(rule).catch((error: unknown) => error)
    expect(failure).toMatchObject({ message: expect.stringContaining(words), place: { line: 6 } })
  })
})
