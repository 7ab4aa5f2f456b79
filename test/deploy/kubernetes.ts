// Judges manifests of Kubernetes by the schemas of its kinds. A property that a kind does not have is an
// error, as `kubectl apply --validate=strict` has it. It holds no test.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { parseAllDocuments } from 'yaml'

/** A manifest, as parsed. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly [member: string]: unknown
}

interface Schemas {
  readonly kinds: Readonly<Record<string, string>>
  readonly definitions: Readonly<Record<string, object>>
}

const { kinds, definitions }: Schemas = JSON.parse(
  readFileSync(join(import.meta.dirname, 'kubernetes-schemas.json'), 'utf8'),
)
const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema({
  $id: 'kubernetes',
  definitions,
})

/** The manifests in a text of YAML. */
export function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors[0]) throw document.errors[0]
      return document.toJS() as Manifest | null
    })
    .filter((manifest) => manifest !== null)
}

/** What is wrong with a manifest; nothing where it is good. */
export function problemsOf(manifest: Manifest): string[] {
  const kind = `${manifest.apiVersion} ${manifest.kind}`
  const definition = kinds[kind]
  if (definition === undefined) return [`there is no schema for ${kind}`]
  const validate = ajv.getSchema(`kubernetes#/definitions/${definition}`)
  if (!validate) throw new Error(`no definition of ${definition}`)
  if (validate(manifest)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}
