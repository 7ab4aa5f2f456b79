// Searches sinks for secrets, and plants one in a sink to see that the search would find it.

import type { Secret } from '../../src/cli/leaktest/search/parts.ts'
import { createScan } from '../../src/cli/leaktest/search/scanner.ts'
import { bytesOf, type Sink } from './sinks.ts'

/** Every secret in a place that is not entitled to it, as a line for people. */
export function leaksIn(sinks: readonly Sink[], secrets: readonly Secret[]): readonly string[] {
  const scan = createScan(secrets)
  return sinks.flatMap(({ name, bytes, entitled = () => false }) =>
    scan(Buffer.from(bytes, 'latin1'))
      .filter((found) => !entitled(found))
      .map(
        ({ secret: { owner = 'nobody', kind }, part, encoding, characters }) =>
          `${name}: ${kind} of ${owner} (${part}, ${encoding}, ${characters} characters)`,
      ),
  )
}

/** Bytes around a planted leak: enough for the search to be misled by what is really there. */
const AROUND = 4096

/** A sink with a text on a line of its own in the middle of it. */
export function planted({ name, bytes, entitled }: Sink, text: string): Sink {
  const at = Math.floor(bytes.length / 2)
  const around = `${bytes.slice(Math.max(0, at - AROUND), at)}\n${bytesOf(text)}\n${bytes.slice(at, at + AROUND)}`
  return { name, bytes: around, ...(entitled ? { entitled } : {}) }
}
