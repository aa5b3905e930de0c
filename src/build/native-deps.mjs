/** Pinned sources of the native libraries, built static with -fPIC into the cache. */

/**
 * Prefix of the libraries for a compiler; '' stands for the system's own shared libraries.
 * @param {{id: string, cc: string, cxx: string, ar: string, ranlib: string} | undefined} _compiler
 * @returns {string}
 */
export function nativeDependencies(_compiler) {
  return '';
}
