// Writes the settings as TypeScript to paste. Every text in it is a literal, whatever it contains.

import { literal, member } from '../inspect/typescript.ts'
import { resourceOf } from './choose-source.ts'
import type { PlacedPreset, PresetName } from './presets.ts'
import type { Settings } from './try-door.ts'

/** What is written. */
export interface Written {
  readonly preset: PresetName
  readonly placed: PlacedPreset
  readonly settings: Settings
  readonly clientId: string | undefined
  /** The environment variable with the client's secret. */
  readonly secretVariable: string | undefined
  /** The preset, or a source, needs a client. */
  readonly needsClient: boolean
  /** Undefined when no MCP server was named. */
  readonly binding:
    | {
        readonly url: string
        readonly source: Readonly<Record<string, unknown>>
        /** It is exchanged by a token service of the app. */
        readonly service: boolean
        /** For the source `connection`: the authorization server that the server names. */
        readonly connectAt: string | undefined
        readonly scopes: readonly string[]
      }
    | undefined
}

/** Writes them. */
export function settingsCode(written: Written): string {
  const { preset, binding, needsClient } = written
  const client = needsClient || written.clientId !== undefined ? clientLines(written) : []
  const connects = binding?.source.type === 'connection'
  const main = [
    ...(client.length > 1 ? ['Credential'] : []),
    'createOnBehalf',
    ...(connects || binding?.service ? ['memorySecretStore'] : []),
  ]
  const issuer = issuerCode(written, client)
  const service = binding?.service ? serviceLines(binding, issuer) : []
  const more = [connects ? 'connections' : '', binding?.service ? 'tokenService' : '']
  return [
    `import { ${main.join(', ')} } from 'onbehalf'`,
    ...(connects ? ["import { guardedFetch } from 'onbehalf/egress'"] : []),
    `import { ${preset} } from 'onbehalf/issuers'`,
    ...more.filter(Boolean).map((name) => `import { ${name} } from 'onbehalf/oauth'`),
    '',
    ...service,
    'export const onbehalf = createOnBehalf({',
    ...(binding?.service
      ? ['  issuer: signIn,', "  exchanger: service.exchanger('app'),"]
      : [`  issuer: ${issuer},`]),
    ...(binding ? serverLines(binding) : ['  servers: {},']),
    ...(binding && connects ? connectionLines(binding) : []),
    '})',
  ].join('\n')
}

/** The call of the preset, as it stands behind `  issuer: `. */
function issuerCode({ preset, placed, settings }: Written, client: readonly string[]): string {
  const members = Object.entries({ ...placed.place, ...settings }).filter(
    ([name]) => !(name === 'clientId' && client.length > 0),
  )
  const lines = members.map(([name, value]) => `    ${member(name)}: ${literal(value, '    ')},`)
  const all = [...lines, ...client]
  return all.length === 0 ? `${preset}({})` : [`${preset}({`, ...all, '  })'].join('\n')
}

/** A token service for the app, which exchanges what people sign in with. */
function serviceLines(
  { url, source, scopes }: NonNullable<Written['binding']>,
  issuer: string,
): readonly string[] {
  const audience = typeof source.audience === 'string' ? source.audience : resourceOf(url)
  const clients = { app: { subject: 'sign-in', audiences: { [audience]: scopes } } }
  return [
    // The same code, two columns further to the left.
    `const signIn = ${issuer.replace(/^ {2}/gm, '')}`,
    '',
    'export const service = tokenService({',
    "  issuer: 'https://your-app.example/tokens', // where its fetch is served; the server trusts it",
    '  signIn,',
    '  keys: memorySecretStore(), // in production, one of onbehalf/store',
    `  clients: ${literal(clients, '  ')},`,
    `  scopesOf: () => ${literal(scopes, '  ')}, // by the token: what this person may do`,
    '  audit: { record: (event) => console.log(JSON.stringify(event)) },',
    '})',
    '',
  ]
}

function clientLines({
  clientId,
  placed,
  secretVariable,
  needsClient,
}: Written): readonly string[] {
  const id = clientId ?? placed.place.clientId ?? 'the id of your client'
  const variable = secretVariable ?? (needsClient ? 'CLIENT_SECRET' : undefined)
  return [
    `    clientId: ${literal(id)},`,
    ...(variable === undefined
      ? []
      : [`    clientSecret: new Credential(process.env.${variable} ?? ''),`]),
  ]
}

function serverLines({ url, source }: NonNullable<Written['binding']>): readonly string[] {
  const { origin, pathname, search } = new URL(url)
  const binding = {
    url,
    ...(search === '' ? {} : { resource: `${origin}${pathname}` }),
    source,
  }
  return ['  servers: {', `    ${nameOf(url)}: ${literal(binding, '    ', true)},`, '  },']
}

function connectionLines({
  url,
  connectAt = 'https://login.of-the-server.example',
  scopes,
}: NonNullable<Written['binding']>): readonly string[] {
  const { origin, pathname } = new URL(url)
  const server = {
    resource: `${origin}${pathname}`,
    issuer: connectAt,
    scopes,
    client: { type: 'registered', id: 'the id of your client there' },
  }
  return [
    '  connections: connections({',
    '    store: memorySecretStore(), // in production, one of onbehalf/store',
    "    redirectUri: 'https://your-app.example/connected',",
    '    fetch: guardedFetch(),',
    '    audit: { record: (event) => console.log(JSON.stringify(event)) },',
    `    servers: ${literal({ [nameOf(url)]: server }, '    ', true)},`,
    '  }),',
  ]
}

/** A name for the server, of letters and digits. */
function nameOf(url: string): string {
  const { hostname } = new URL(url)
  const labels = hostname.split('.').map((label) => label.replace(/[^A-Za-z0-9]/g, ''))
  const label = labels.find((one) => /^[A-Za-z]{2}/.test(one) && one !== 'www') ?? 'Server'
  return (label.charAt(0).toUpperCase() + label.slice(1)).slice(0, 40)
}
