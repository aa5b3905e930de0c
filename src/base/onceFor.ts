/** What belongs to an object: made when it is first asked for, and the same from then on, as long as the object is there. */
export function onceFor<K extends object, T>(known: WeakMap<K, T>, key: K, make: (key: K) => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const now = make(key);
  known.set(key, now);
  return now;
}
