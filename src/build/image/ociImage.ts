/** Container images as OCI archives, from files of this machine: no docker, no registry. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { tarPieces, type TarEntry } from './tar.ts';

/** One thing in an image. Folders above it are made by themselves. */
export type ImageEntry =
  | { readonly path: string; readonly from: string; readonly mode?: number }
  | { readonly path: string; readonly text: string; readonly mode?: number }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly folder: true; readonly mode?: number; readonly uid?: number };

export interface Image {
  /** `localhost/lab/redis:1`. */
  readonly name: string;
  /** From the lowest up; equal layers of several images are stored once. */
  readonly layers: readonly (readonly ImageEntry[])[];
  readonly entrypoint: readonly string[];
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

function tarEntry(entry: ImageEntry): TarEntry {
  const path = entry.path.replace(/^\//, '');
  if ('link' in entry) return { path, mode: 0o777, link: entry.link };
  if ('folder' in entry) return { path, mode: entry.mode ?? 0o755, ...(entry.uid === undefined ? {} : { uid: entry.uid }) };
  if ('text' in entry) return { path, mode: entry.mode ?? 0o644, data: Buffer.from(entry.text) };
  return { path, mode: entry.mode ?? 0o755, data: readFileSync(entry.from) };
}

/** Entries with the folders above each, each folder once, before what lies in it. */
function withFolders(entries: readonly ImageEntry[]): readonly TarEntry[] {
  const out = new Map<string, TarEntry>();
  for (const entry of entries.map(tarEntry)) {
    const above: string[] = [];
    for (let dir = dirname(entry.path); dir !== '.' && dir !== '/'; dir = dirname(dir)) above.unshift(dir);
    for (const dir of above) if (!out.has(dir)) out.set(dir, { path: dir, mode: 0o755 });
    out.set(entry.path, entry);
  }
  return [...out.values()];
}

/** A layer as it goes into an image: an uncompressed tar archive. */
export function layerOf(entries: readonly ImageEntry[]): Uint8Array {
  return Buffer.concat([...tarPieces(withFolders(entries))]);
}

/** Writes the archive of an image: layout file, blobs by digest, index with the image's name. */
export function writeImage(image: Image, file: string): void {
  const layers = image.layers.map(layerOf);
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const part = (mediaType: string, data: Uint8Array): object => ({ mediaType, digest: `sha256:${sha256(data)}`, size: data.length });
  const config = json({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Entrypoint: image.entrypoint, Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: part('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((layer) => part('application/vnd.oci.image.layer.v1.tar', layer)),
  });
  const names = { 'io.containerd.image.name': image.name, 'org.opencontainers.image.ref.name': image.name.slice(image.name.lastIndexOf(':') + 1) };
  const index = json({ schemaVersion: 2, manifests: [{ ...part('application/vnd.oci.image.manifest.v1+json', manifest), annotations: names }] });
  const blob = (data: Uint8Array): TarEntry => ({ path: `blobs/sha256/${sha256(data)}`, mode: 0o644, data });
  const entries: TarEntry[] = [
    { path: 'oci-layout', mode: 0o644, data: json({ imageLayoutVersion: '1.0.0' }) },
    ...[...layers, config, manifest].map(blob),
    { path: 'index.json', mode: 0o644, data: index },
  ];
  const out = openSync(file, 'w');
  try {
    for (const piece of tarPieces(entries)) writeSync(out, piece);
  } finally {
    closeSync(out);
  }
}
