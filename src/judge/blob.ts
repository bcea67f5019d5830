/** What a shard leaves for `merge`: one record a line. The first is the header, the last one says how many there are. Pure. */
import type { Host } from '../host/probe.js';
import type { Provenance } from '../host/provenance.js';
import type { Report } from '../model/report.js';
import type { CellRecord } from './record.js';

export const BLOB_VERSION = 1;

export type BlobHeader = {
  kind: 'blob';
  version: typeof BLOB_VERSION;
  /** The id of the plan. */
  plan: string;
  shard: { index: number; count: number };
  /** Counted from 1. Of several attempts of a shard the newest counts, cell by cell. */
  attempt: number;
  provenance: Provenance;
  host: Host;
  started: string;
  /** Load average of the last minute. */
  load: number;
};

export type BlobRecord =
  | BlobHeader
  | { kind: 'cell'; cell: CellRecord }
  /** A part of a log, gzipped, in base64. The parts of a file follow one another. `path` is relative to the report. */
  | { kind: 'log'; path: string; data: string }
  | { kind: 'build'; build: Report['builds'][number] }
  /** A planned cell that cannot run on this machine. */
  | { kind: 'skip'; id: string; why: string }
  /** `records`: the number of lines before this one. */
  | { kind: 'end'; records: number; ms: number; load: number };

/** A blob without its logs, as it was read. `cut`: why it is incomplete. */
export type Blob = {
  file: string;
  header: BlobHeader;
  cells: ReadonlyMap<string, CellRecord>;
  skips: ReadonlyMap<string, string>;
  builds: Report['builds'];
  end?: { ms: number; load: number };
  cut?: string;
};
