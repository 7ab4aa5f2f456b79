// Turns the official options into the settings of the element.

import type { ChatSettings, Entity } from '../index.ts'
import type { OfficialApi, OfficialEntity, OfficialOptions } from './options.ts'
import { partsOf } from './options.ts'

/** The settings that the options decide. The page sets the others as properties. */
export type MappedSettings = Pick<
  ChatSettings,
  | 'endpoint'
  | 'fetch'
  | 'locale'
  | 'theme'
  | 'onClientTool'
  | 'header'
  | 'history'
  | 'deletable'
  | 'renamable'
  | 'startGreeting'
  | 'prompts'
  | 'feedback'
  | 'placeholder'
  | 'attachments'
  | 'tools'
  | 'models'
  | 'dictation'
  | 'disclaimer'
  | 'entities'
  | 'commands'
  | 'onWidgetAction'
  | 'autoScroll'
>

/**
 * Returns a function that maps options. The functions in what it returns stay the same and call
 * those of `current`, because a page that draws itself again gives new ones each time.
 *
 * @throws TypeError from that function, for a server of OpenAI's
 */
export function createMapping(
  current: () => OfficialOptions | undefined,
): (options: OfficialOptions) => MappedSettings {
  const calls = createCalls(current)
  return (options) => {
    const { api, theme = 'light', header, history, startScreen, composer = {} } = options
    const own = ownApi(api)
    return {
      endpoint: own.url,
      fetch: own.fetch && calls.fetch,
      locale: options.locale,
      theme: typeof theme === 'string' ? theme : (theme.colorScheme ?? 'light'),
      onClientTool: options.onClientTool && calls.clientTool,
      header: headerOf(header, calls),
      history: history?.enabled ?? true,
      deletable: history?.showDelete ?? true,
      renamable: history?.showRename ?? true,
      startGreeting: startScreen?.greeting,
      prompts: (startScreen?.prompts ?? []).map(({ prompt, ...more }) => ({
        ...more,
        prompt: typeof prompt === 'string' ? prompt : partsOf(prompt),
      })),
      feedback: options.threadItemActions?.feedback ?? false,
      regenerate: options.threadItemActions?.retry ?? false,
      // The official element has no such button.
      threadActions: false,
      placeholder: composer.placeholder,
      attachments: attachmentsOf(composer.attachments, own),
      tools: (composer.tools ?? []).map(({ placeholderOverride, persistent = false, ...more }) => ({
        ...more,
        persistent,
        ...(placeholderOverride === undefined ? {} : { placeholder: placeholderOverride }),
      })),
      models: composer.models ?? [],
      dictation: composer.dictation?.enabled ?? false,
      disclaimer: options.disclaimer,
      entities: options.entities && entitiesOf(options.entities, calls),
      commands: options.commands?.enabled ? calls.commands : undefined,
      onWidgetAction: options.widgets?.onAction && calls.action,
      autoScroll: options.thread?.autoScroll ?? false,
    }
  }
}

type OwnApi = Extract<OfficialApi, { readonly url: string }>

function ownApi(api: OfficialApi | undefined): OwnApi {
  if (api && 'url' in api) return api
  throw new TypeError(
    'setOptions: api.url is missing: give it the URL of your ChatKit server. api.getClientSecret belongs to OpenAI’s own server, which answers only the official interface.',
  )
}

type Calls = ReturnType<typeof createCalls>

/** Makes the functions that call those of the latest options. */
function createCalls(current: () => OfficialOptions | undefined) {
  const entities = () => current()?.entities
  const header = () => current()?.header
  return {
    fetch: ((input, init) => {
      const api = current()?.api
      const own = api && 'fetch' in api ? api.fetch : undefined
      return (own ?? globalThis.fetch)(input, init)
    }) satisfies typeof globalThis.fetch,
    clientTool: (async ({ name, params }) =>
      // What a page returns is written as JSON.
      (await current()?.onClientTool?.({
        name,
        params: { ...params },
      })) as never) satisfies ChatSettings['onClientTool'],
    left: () => header()?.leftAction?.onClick(),
    right: () => header()?.rightAction?.onClick(),
    search: async (query: string) => (await entities()?.onTagSearch?.(query)) ?? [],
    click: (entity: Entity) => entities()?.onClick?.(officialEntity(entity)),
    preview: async (entity: Entity) =>
      (await entities()?.onRequestPreview?.(officialEntity(entity)))?.preview ?? null,
    action: (async ({ type, payload }, { id, widget }) => {
      const official = { type, payload: payload as Record<string, unknown> }
      await current()?.widgets?.onAction?.(official, { id, widget })
    }) satisfies ChatSettings['onWidgetAction'],
    commands: {
      search: async (query) => (await current()?.commands?.onSearch?.(query)) ?? [],
      async select(command) {
        const next = await current()?.commands?.onSelect?.({ ...command })
        if (!next) return undefined
        return next.type === 'entity' ? { entity: next.entity } : { commands: next.commands }
      },
    } satisfies ChatSettings['commands'],
  }
}

function officialEntity({ data, ...entity }: Entity): OfficialEntity {
  return data ? { ...entity, data: { ...data } } : entity
}

function headerOf(header: OfficialOptions['header'], calls: Calls): ChatSettings['header'] {
  if (!header) return undefined
  const { enabled = true, title = {}, leftAction, rightAction } = header
  return {
    hidden: !enabled,
    ...(title.enabled === false ? { title: false } : {}),
    ...(title.enabled !== false && title.text !== undefined ? { title: title.text } : {}),
    ...(leftAction ? { left: { ...labelled(leftAction.icon), onClick: calls.left } } : {}),
    ...(rightAction ? { right: { ...labelled(rightAction.icon), onClick: calls.right } } : {}),
  }
}

/** The official options have no label, so the name of the icon is read: `settings-cog`. */
function labelled(icon: string): { readonly icon: string; readonly label: string } {
  const words = icon.replaceAll('-', ' ')
  return { icon, label: words.charAt(0).toUpperCase() + words.slice(1) }
}

function attachmentsOf(
  given: NonNullable<OfficialOptions['composer']>['attachments'],
  { uploadStrategy }: OwnApi,
): ChatSettings['attachments'] {
  if (!given?.enabled) return undefined
  const { maxSize, maxCount, accept } = given
  const types = Object.entries(accept ?? {}).flatMap(([type, endings]) => [type, ...endings])
  return {
    ...(uploadStrategy?.type === 'direct'
      ? { strategy: 'direct', url: uploadStrategy.uploadUrl }
      : { strategy: 'two-phase' }),
    ...(types.length === 0 ? {} : { accept: types.join(',') }),
    ...(maxSize === undefined ? {} : { maxBytes: maxSize }),
    ...(maxCount === undefined ? {} : { maxCount }),
  }
}

function entitiesOf(
  given: NonNullable<OfficialOptions['entities']>,
  calls: Calls,
): ChatSettings['entities'] {
  return {
    ...(given.onTagSearch ? { search: calls.search } : {}),
    ...(given.showComposerMenu ? { button: true } : {}),
    ...(given.onClick ? { onClick: calls.click } : {}),
    ...(given.onRequestPreview ? { preview: calls.preview } : {}),
  }
}
