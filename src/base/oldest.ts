/** Forgets what was put in first until no more than `most` are left: for maps whose entries are put anew when they are used. */
export function dropOldest<K>(map: Map<K, unknown>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
