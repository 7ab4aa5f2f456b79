// Records the scenes of an issuer into a file, which `npm test` plays again. The keys of the tokens
// were made for this run, and nobody has them any more.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { people, type RealIssuer } from '../kind.ts'
import {
  type RecordedAnswer,
  type RecordedScene,
  type Recording,
  SCENES,
  scenesOf,
} from '../scenes.ts'
import { revokeAsPage, signIn } from '../sign-in.ts'
import { must, type Tally } from '../tally.ts'

const FOLDER = join(import.meta.dirname, '../../issuers/recorded')

/** Records all scenes of an issuer. */
export async function recordingSteps(real: RealIssuer, tally: Tally, name: string): Promise<void> {
  await tally.step(`${name}: record`, async () => {
    const tokens = await tokensOf(real)
    const scenes: RecordedScene[] = []
    const documents = new Map<string, RecordedAnswer>()
    for (const scene of scenesOf(real)) {
      const { answers, ...rest } = await record(real, scene, tokens)
      for (const one of answers) if (one.method === 'GET') documents.set(one.url, one)
      scenes.push({ ...rest, answers: answers.filter(({ method }) => method !== 'GET') })
    }
    const { issuer, app, introspect } = real
    const recording: Recording = {
      kind: name,
      issuer,
      clients: { app, introspect },
      documents: [...documents.values()],
      scenes,
    }
    const file = join(FOLDER, `${name.toLowerCase().replaceAll(' ', '-')}.json`)
    writeFileSync(file, `${JSON.stringify(recording, null, 1)}\n`)
    return `${scenes.length} scenes`
  })
}

/** The page's tokens: of a person who stays, and of those who left. */
async function tokensOf(real: RealIssuer): Promise<Readonly<Record<string, string>>> {
  const [stayer, leaver, other] = people
  must(stayer && leaver && other, 'there are people')
  const { accessToken, idToken = '' } = await signIn(real, stayer)
  const tokens: Record<string, string> = { access: accessToken, id: idToken }
  if (typeof real.exchange !== 'string' && typeof real.logOut !== 'string') {
    const ended = await signIn(real, leaver)
    await real.logOut(ended)
    tokens.ended = ended.accessToken
  }
  if (typeof real.introspect !== 'string') {
    const { parameters } = real.introspect
    tokens.asked = (await signIn(real, stayer, parameters)).accessToken
    tokens.revoked = (await signIn(real, other, parameters)).accessToken
    await revokeAsPage(real, tokens.revoked)
  }
  return tokens
}

async function record(
  real: RealIssuer,
  name: string,
  tokens: Readonly<Record<string, string>>,
): Promise<RecordedScene> {
  const at = Date.now()
  const answers: RecordedAnswer[] = []
  const recordingFetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const { method, url } = request
    const response = await fetch(request)
    const text = await response.clone().text()
    const type = response.headers.get('content-type') ?? ''
    const body = type.includes('json') ? JSON.parse(text) : text
    answers.push({ method, url, status: response.status, type, body })
    return response
  }
  const play = { declared: real, tokens, now: () => at, fetch: recordingFetch }
  const outcome = await SCENES[name]?.(play)
  must(outcome, `there is no scene ${name}`)
  const used = Object.entries(tokens).filter(([token]) => usedBy(name).includes(token))
  return { name, at, tokens: Object.fromEntries(used), answers, outcome }
}

/** The tokens that a scene uses. */
function usedBy(name: string): readonly string[] {
  if (name.includes('ID token')) return ['id']
  if (name.includes('sign-out')) return ['ended']
  if (name.includes('introspection')) return [name.includes('live') ? 'asked' : 'revoked']
  return ['access']
}
