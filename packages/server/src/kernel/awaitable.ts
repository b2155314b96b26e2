// A value that may be there already: lets the embedded engine answer in the same turn and a remote one later.

export type Awaitable<T> = T | Promise<T>;

/** Goes on with a value: in the same turn when it is there, later when it is a promise. */
export function andThen<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
