// Chooses the placing that a binding names.

import { type Binding, MAIN } from '../../core/binding.ts'
import { headerFill, headerPlacing } from '../../core/carry/placing.ts'
import { granted } from '../../core/errors.ts'
import type { Placement, PlacementOf } from '../../core/placement/placement.ts'
import type { LiveSecrets } from '../redact/sent-secrets.ts'
import { leftToModel } from '../tools/left-to-model.ts'
import { type ArgumentPartOptions, argumentPart } from './argument.ts'
import { metaPart } from './meta.ts'
import { type Part, type PlannedPart, partsPlacing } from './part.ts'
import { type OnStart, processPart } from './process.ts'
import { chooseReferenced } from './prompt.ts'
import type { References } from './references.ts'
import type { McpPlacing } from './request.ts'
import { sessionPart } from './session.ts'
import { signer } from './sign.ts'
import { cookiePart, headerPart, pathPart, queryPart } from './template-parts.ts'

/** What placings are made of, beside the binding. */
export interface PlacingParts extends Omit<ArgumentPartOptions, 'choose' | 'leftToModel' | 'from'> {
  readonly references: References
  readonly live: LiveSecrets
  /** Needed for the placements `env` and `args`. */
  readonly onStart?: OnStart
}

/** Makes the placing of one binding, for one principal. */
export function placingFor(binding: Binding, parts: PlacingParts): McpPlacing {
  const { placements } = binding
  const [first] = placements
  if (placements.length === 1 && first?.type === 'header' && first.value === undefined) {
    // Most bindings have this one alone, and nothing to put together.
    const place = headerPlacing(first.name, first.from)
    return ({ sent }, attempt) => place(sent, attempt)
  }
  const sign = placements.find((one): one is PlacementOf<'sign'> => one.type === 'sign')
  const inOrder = [...placements].sort((a, b) => ORDER[a.type] - ORDER[b.type])
  const inProcess = processPart(placements, parts.values, parts.onStart ?? noProcess)
  return partsPlacing(
    [
      ...inOrder.flatMap((one) => partFor(one, binding, parts) ?? []),
      ...(inProcess ? [inProcess] : []),
    ],
    sign &&
      signer(sign, parts.values, (piece) =>
        parts.live.addPresented(piece, Math.floor(Date.now() / 1000) + SIGNATURE_LIFE_SECONDS),
      ),
  )
}

/** Servers take a signed request no longer, because of its date. */
const SIGNATURE_LIFE_SECONDS = 900

/** The messages are filled first, and what is signed is complete by then. */
const ORDER: Readonly<Record<Placement['type'], number>> = {
  argument: 0,
  prompt: 0,
  meta: 1,
  header: 2,
  session: 2,
  cookie: 2,
  query: 3,
  path: 3,
  env: 4,
  args: 4,
  sign: 5,
}

/** Undefined for a placement that is no part of a request that is filled here. */
function partFor(placement: Placement, binding: Binding, parts: PlacingParts): Part | undefined {
  switch (placement.type) {
    case 'header':
      return placement.value === undefined
        ? bareHeader(placement)
        : headerPart({ ...placement, value: placement.value }, parts.values)
    case 'query':
      return queryPart(placement, parts.values)
    case 'path':
      return pathPart(placement, parts.values)
    case 'cookie':
      return cookiePart(placement, parts.values)
    case 'session':
      return sessionPart((handle) => parts.live.addSession(handle))
    case 'meta':
      return metaPart({
        key: placement.key,
        source: placement.from,
        onHandle: (handle) => parts.live.addSession(handle),
      })
    case 'argument':
      return argumentPart({ ...parts, ...leftBy(binding), from: placement.from ?? MAIN })
    case 'prompt':
      return argumentPart({
        ...parts,
        ...leftBy(binding),
        from: MAIN,
        choose: chooseReferenced(parts.references, binding.name),
      })
    case 'sign':
    case 'env':
    case 'args':
      return undefined
  }
}

/** A message to a process that somebody else started would go out without its credential. */
function noProcess(): never {
  throw new TypeError('This process was not started with the credential')
}

/** A header that holds the credential alone takes a token that is bound to a key, too. */
function bareHeader({ name, from }: PlacementOf<'header'>): Part {
  const { uses, fill } = headerFill(name, from)
  const planned = granted({
    uses,
    fill: ({ headers }, { tokens, request }) => fill(headers, tokens, request),
  } satisfies PlannedPart)
  return () => planned
}

function leftBy(binding: Binding): Pick<ArgumentPartOptions, 'leftToModel'> {
  return { leftToModel: (tool) => leftToModel(binding, tool).pointers }
}
