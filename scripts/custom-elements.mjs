// Describes the element for editors and catalogues: a custom elements manifest (schema 1.0.0), made
// from the comments of its settings, events and methods.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Returns the manifest's text. `root`: the repository's folder. */
export function manifest(root) {
  const read = (name) => readFileSync(join(root, 'web', name), 'utf8')
  const element = read('element.ts')
  const observed = /ATTRIBUTES[^[]*\[\]\s*=\s*\[([^\]]*)\]/.exec(element)?.[1] ?? ''
  const fields = described(interfaceOf(read('settings/settings.ts'), 'ChatSettings'), '  ')
  const events = described(interfaceOf(read('settings/events.ts'), 'ChatEventMap'), '  ')
  const methods = [...element.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(?:async )?(\w+)\(/g)]
  return `${JSON.stringify(
    {
      schemaVersion: '1.0.0',
      modules: [
        {
          kind: 'javascript-module',
          path: 'dist/web/onbehalf-chat.js',
          declarations: [
            {
              kind: 'class',
              name: 'OnbehalfChat',
              tagName: 'onbehalf-chat',
              customElement: true,
              superclass: { name: 'HTMLElement' },
              attributes: [...observed.matchAll(/'(\w+)'/g)].map(([, fieldName]) => ({
                name: fieldName.replace(/[A-Z]/g, '-$&').toLowerCase(),
                fieldName,
              })),
              members: [
                ...fields.map((field) => ({ kind: 'field', ...field })),
                ...methods
                  .filter(([, said]) => !said.includes('@internal'))
                  .map(([, said, name]) => ({ kind: 'method', name, description: plain(said) })),
              ],
              events: events.map(({ name, description, type }) => ({
                name,
                description,
                type: { text: `CustomEvent<${type.text}>` },
              })),
            },
          ],
          exports: [
            {
              kind: 'custom-element-definition',
              name: 'onbehalf-chat',
              declaration: { name: 'OnbehalfChat', module: 'dist/web/onbehalf-chat.js' },
            },
          ],
        },
      ],
    },
    null,
    1,
  )}\n`
}

function interfaceOf(source, name) {
  const body = new RegExp(`interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(source)?.[1]
  if (body === undefined) throw new Error(`The interface ${name} was not found`)
  return body
}

/** The members of an interface that have a comment, with their types. */
function described(body, indent) {
  const member = new RegExp(
    `\\/\\*\\*((?:(?!\\*\\/)[\\s\\S])*)\\*\\/\\n${indent}(?:readonly )?'?([\\w-]+)'?: ([\\s\\S]*?)(?=\\n${indent}(?:\\/\\*\\*|\\w)|$)`,
    'g',
  )
  return [...body.matchAll(member)].map(([, said, name, type]) => ({
    name,
    description: plain(said),
    type: {
      text: type
        .replace(/\/\*\*[\s\S]*?\*\//g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    },
  }))
}

function plain(comment) {
  return comment
    .replace(/^\s*\* ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
}
