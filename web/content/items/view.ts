// The contract of item-view.ts for one kind of item.

/** One kind of item on the page. `update` draws it again. */
export interface View<T> {
  readonly element: HTMLElement
  update(item: T): void
}
