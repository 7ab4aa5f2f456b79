// A result as SARIF 2.1.0, which code hosts show beside the code.

import type { Leak } from '../judge/leaks.ts'
import type { LeaktestResult } from './result.ts'
import { commandOf, sentenceOf } from './sentences.ts'

/** The log, to be written as JSON. */
export function sarifOf(result: LeaktestResult): object {
  const { leaks, known, unknown } = result
  const all = [...leaks, ...known]
  const sinks = [...new Set(all.map(({ sink }) => sink))]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'onbehalf leaktest', rules: sinks.map(ruleOf) } },
        invocations: [
          {
            executionSuccessful: unknown.length === 0,
            toolExecutionNotifications: unknown.map((text) => ({
              level: 'error',
              message: { text },
            })),
          },
        ],
        results: all.map((leak) => resultOf(leak, result)),
      },
    ],
  }
}

function ruleId(sink: string): string {
  return `credential-in-${sink.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}`
}

function ruleOf(sink: string): object {
  const text = `A credential came to ${sink}, which must not hold it.`
  return { id: ruleId(sink), shortDescription: { text } }
}

function resultOf(leak: Leak, result: LeaktestResult): object {
  const { sink, place, secret, owner = 'nobody' } = leak
  return {
    ruleId: ruleId(sink),
    level: leak.isKnown ? 'note' : 'error',
    message: { text: `${sentenceOf(leak)}. Again: ${commandOf(leak, result)}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: result.file }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: `${sink}: ${place}` }],
      },
    ],
    partialFingerprints: {
      leak: `${result.target}/${sink}/${secret}/${owner}${leak.isKnown ? '/known' : ''}`,
    },
  }
}
