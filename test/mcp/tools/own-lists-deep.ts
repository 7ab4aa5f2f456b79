// Tool lists whose parameters are deep inside, or in schemas that contain themselves. No test lives
// here.

import { list, type ToolList } from './write-lists.ts'

const text = { type: 'string' }
const object = (
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = [],
) => ({
  type: 'object',
  properties,
  required,
})
const array = (items: object) => ({ type: 'array', items })

/** A tree of permissions that holds trees of permissions, as generated API wrappers have. */
const RECURSIVE = {
  ...object({ body: { $ref: '#/$defs/List' } }, ['body']),
  $defs: {
    List: object({
      displayName: text,
      columns: array(object({ name: text, readers: array({ $ref: '#/$defs/Identity' }) })),
      items: array({ $ref: '#/$defs/List' }),
    }),
    Identity: object({ principalId: text, userId: text, tenantId: text }),
  },
}

const plain = (names: string): ToolList['tools'] =>
  list(
    '',
    names.split(' ').map((name) => [name, 'id! limit:integer']),
  ).tools

export const deep: readonly ToolList[] = [
  {
    name: 'recursive-bodies',
    tools: [
      { name: 'create-list', inputSchema: RECURSIVE },
      { name: 'update-list', inputSchema: RECURSIVE },
      ...plain('get-list delete-list list-items get-item'),
    ],
  },
  {
    name: 'workflows',
    tools: [
      {
        name: 'create_workflow',
        inputSchema: object({
          name: text,
          nodes: array(object({ type: text, credentials: object({}), parameters: object({}) })),
        }),
      },
      {
        name: 'create_connection',
        inputSchema: object({
          name: text,
          config: object({ kafka: object({ auth_type: text, password: text, api_key: text }) }),
        }),
      },
      ...plain('list_workflows get_workflow run_workflow list_runs get_run'),
    ],
  },
  {
    name: 'context-objects',
    tools: ['list_cases', 'open_case', 'close_case', 'add_note'].map((name) => ({
      name,
      inputSchema: object(
        { text, context: object({ auth: object({ bearerToken: text }), tenantId: text }) },
        ['context'],
      ),
    })),
  },
  {
    name: 'recursive-credential',
    tools: [
      {
        name: 'sync',
        inputSchema: {
          ...object({ root: { $ref: '#/$defs/Node' } }, ['root']),
          $defs: {
            Node: object({ access_token: text, children: array({ $ref: '#/$defs/Node' }) }, [
              'access_token',
            ]),
          },
        },
      },
      ...plain('list_nodes get_node'),
    ],
  },
]
