/** How a structure has to be packed so that its fields lie where the library has them. Pure. */
import { POINTER_SIZE, sizeOf } from '../compare/context.js';
import type { CType, RecordType, Records } from '../../model/declaration.js';

/** Alignment of a type on 64-bit platforms with the ABI of System V. */
const alignOf = (t: CType, records: Records): number => {
  if (t.kind === 'array') return alignOf(t.of, records);
  if (t.kind === 'record')
    return Math.max(1, ...(records[t.name]?.fields ?? []).map((f) => alignOf(f.type, records)));
  return t.kind === 'pointer' ? POINTER_SIZE : (sizeOf(t, records) ?? 1);
};

const up = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Whether the fields lie at their offsets, and the structure has its size, with alignments of at most `most` bytes. */
const fits = (r: RecordType, records: Records, most: number): boolean => {
  let end = 0;
  let widest = 1;
  for (const f of r.fields) {
    const align = Math.min(most, alignOf(f.type, records));
    widest = Math.max(widest, align);
    if (f.bits !== undefined) {
      end = Math.max(end, Math.ceil((f.bit + f.bits) / 8));
      continue;
    }
    if (!r.union && f.bit / 8 !== up(end, align)) return false;
    end = Math.max(end, f.bit / 8 + (sizeOf(f.type, records) ?? 0));
  }
  return r.size === undefined || up(end, widest) === r.size;
};

/** The packing in bytes. Undefined if there is none. */
export const packingOf = (r: RecordType, records: Records): number | 'natural' | undefined => {
  if (fits(r, records, Infinity)) return 'natural';
  return [1, 2, 4, 8].find((most) => fits(r, records, most));
};
