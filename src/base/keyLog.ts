/** Recognising a TLS key log ("NSS key log format", what SSLKEYLOGFILE names). */

/** A connection takes about 1 KB: more than this is no log that belongs to a capture. */
export const kMostKeyLogBytes = 64 * 1024 * 1024;

const kLine = /^(?:CLIENT_RANDOM|(?:CLIENT|SERVER)_(?:EARLY_|HANDSHAKE_)?TRAFFIC_SECRET(?:_0)?) [\da-f]{64} [\da-f]{32,128}\s*$/im;
const kSession = /^RSA Session-ID:[\da-f]+ Master-Key:[\da-f]{96}\s*$/im;

/** True when the text has at least one line with a secret. */
export function isKeyLog(text: string): boolean {
  return kLine.test(text) || kSession.test(text);
}
