// The command line of `npm run conformance`.

import { parseArgs } from 'node:util'

const LEG_NAMES = ['client', 'server', 'gateway'] as const
/** One side of the protocol, with our code on it. */
export type LegName = (typeof LEG_NAMES)[number]

export const USAGE = `Usage: npm run conformance -- mcp [--leg ${LEG_NAMES.join('|')}] [--only SCENARIO] [--json]
       npm run conformance -- peers [--json]`

/** What was asked for. */
export interface Options {
  /** The official suite over this code, or our own checks over the proxies of others. */
  readonly what: 'mcp' | 'peers'
  readonly legs: readonly LegName[]
  /** Only scenarios whose name has this in it. */
  readonly only: string
  readonly isJson: boolean
}

/** Reads the arguments. Undefined where they make no sense. */
export function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        leg: { type: 'string', multiple: true },
        only: { type: 'string', default: '' },
        json: { type: 'boolean', default: false },
      },
    })
    const legs = LEG_NAMES.filter((leg) => values.leg?.includes(leg) ?? true)
    const isKnown = (values.leg ?? []).every((leg) => LEG_NAMES.some((known) => known === leg))
    const what = (['mcp', 'peers'] as const).find((name) => name === positionals.join())
    if (what === undefined || !isKnown) return undefined
    if (what === 'peers' && (values.leg !== undefined || values.only !== '')) return undefined
    return { what, legs, only: values.only, isJson: values.json }
  } catch {
    return undefined
  }
}
