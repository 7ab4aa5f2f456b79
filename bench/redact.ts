// Goal G9: measures the redaction of a tool result of one megabyte with 100 live secrets, compared
// with `JSON.parse` of the same text. The text first has none of the secrets, and then one.

import { createHash } from 'node:crypto'
import { Credential } from 'onbehalf'
import { createRedactor } from '../src/mcp/redact/redactor.ts'
import { cpuMicros } from './cpu.ts'

const SECRETS = 100
const CHARACTERS = 1_000_000
const RUNS = 100
/**
 * The scans in one run. A single scan is very short, so the garbage collection of the run before
 * would take most of its time.
 */
const SCANS = 10

/** Measures and gives `redactVsJsonParse`. It measures more, but only reports it. */
export async function redact(
  report: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  const texts = Array.from({ length: SECRETS }, (_, index) =>
    index % 2 === 0 ? accessToken(index) : random(`opaque ${index}`, 43),
  )
  const redactor = createRedactor(texts.map((text) => new Credential(text)))
  const clean = toolResult()
  const echo = toolResult(texts[0])
  const value: unknown = JSON.parse(clean)
  if (
    redactor.text(clean).hits !== 0 ||
    redactor.text(echo).hits !== 2 ||
    redactor.json(value).hits !== 0
  ) {
    throw new Error('The redactor found what is not there, or did not find what is')
  }
  const scan = (text: string) => {
    for (let left = SCANS; left > 0; left--) redactor.text(text)
  }
  const micros = await cpuMicros(
    {
      parse: async () => JSON.parse(clean),
      none: async () => scan(clean),
      one: async () => scan(echo),
      json: async () => redactor.json(value),
    },
    { runs: RUNS },
  )
  const { parse = Number.NaN, json = Number.NaN } = micros
  const [none, one] = [(micros.none ?? Number.NaN) / SCANS, (micros.one ?? Number.NaN) / SCANS]
  report(`JSON.parse of ${clean.length} characters       ${parse.toFixed(0)} µs CPU`)
  report(
    `redacted, none of ${SECRETS} secrets in it   ${none.toFixed(0)} µs CPU, ${percent(none / parse)}`,
  )
  report(`redacted, one in it                  ${one.toFixed(0)} µs CPU, ${percent(one / parse)}`)
  report(`value, pieces and nested encodings   ${json.toFixed(0)} µs CPU, ${percent(json / parse)}`)
  return { redactVsJsonParse: Math.round((Math.max(none, one) / parse) * 1000) / 1000 }
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}

/**
 * Makes a list of tasks, as text and as structured content. A tool answers like this since the
 * revision 2025-06-18.
 */
function toolResult(echoed = ''): string {
  const tasks: object[] = []
  for (let length = 0; length < CHARACTERS / 2; ) {
    const id = tasks.length
    const task = {
      id: `task-${id}`,
      title: `Prepare the quarterly report for customer ${id % 97}`,
      notes: `They asked for "numbers" of the last quarter, and a short comparison\nwith the one before.${id === 500 ? echoed : ''}`,
      done: id % 3 === 0,
      priority: id % 5,
      due: `2026-12-${String((id % 28) + 1).padStart(2, '0')}T09:00:00Z`,
      assignee: { name: 'Alice', email: 'alice@example.com' },
      url: `https://tasks.example/api/tasks/${id}?view=full&sort=due%20date`,
      etag: random(`etag ${id}`, 27),
    }
    tasks.push(task)
    length += JSON.stringify(task).length + 20
  }
  const content = [{ type: 'text', text: JSON.stringify(tasks) }]
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 7,
    result: { resultType: 'complete', content, structuredContent: { tasks } },
  })
}

function accessToken(index: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    iss: 'https://issuer.example',
    sub: `person-${index}`,
    aud: 'https://tasks.example/api',
    client_id: 'taskflow-chat',
    scope: 'tasks:read tasks:write',
    jti: random(`id ${index}`, 21),
    exp: 1_800_000_000 + index,
  }
  return `${part({ alg: 'ES256', kid: 'a1b2c3d4', typ: 'at+jwt' })}.${part(claims)}.${random(`signature ${index}`, 86)}`
}

/** Makes characters that look random and are the same in every run. */
function random(seed: string, length: number): string {
  return createHash('shake256', { outputLength: length })
    .update(seed)
    .digest('base64url')
    .slice(0, length)
}
