/** What a fatal signal means, as crash handlers name it. */
import type { HazardId } from '../../model/hazard.js';

/** Addresses below this belong to the page that is never mapped. */
const ZERO_PAGE = 4096;

/** Linux' numbers; macOS has SIGBUS at 10, where Linux has a signal that nobody dies of by a fault. */
const NAMES: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  10: 'SIGBUS',
  11: 'SIGSEGV',
  31: 'SIGSYS',
};

/** The name of a signal that a fault raises; undefined for others, which somebody else sends. */
export const faultName = (number: number): string | undefined => NAMES[number];

/** Whether a signal of this name is raised by a fault of the process itself. */
export const isFault = (name: string): boolean => Object.values(NAMES).includes(name);

/** Whether an address as printed (hexadecimal, `(nil)`) lies in the page that is never mapped. */
export const isZeroPage = (address: string | undefined): boolean =>
  address !== undefined &&
  (/^(?:\(nil\)|nil|NULL)$/i.test(address) || Number.parseInt(address, 16) < ZERO_PAGE);

/** The hazard of an end by a signal at an address, where one is told. */
export function signalHazard(name: string, address: string | undefined): HazardId {
  if (name === 'SIGABRT') return 'crash/abort';
  return /^SIG(?:SEGV|BUS)$/.test(name) && isZeroPage(address) ? 'null/dereference' : 'crash/signal';
}
