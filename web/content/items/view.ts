// One kind of item on the page: the contract of item-view.ts, narrowed to that kind.

/** A kind of item on the page, kept in step with its state. */
export interface View<T> {
  readonly element: HTMLElement
  update(item: T): void
}
