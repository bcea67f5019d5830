/** What Rust's tests need of this machine. */
import type { Missing, Tools } from '../../model/launch.js';

/** The canaries use `black_box`, which exists since this version, against the optimiser. */
const OLDEST = 66;

/** Cargo, if it is absent or too old. */
export const missing = (tools: Tools): Missing | undefined => {
  const remedy = 'install Rust from https://rustup.rs';
  if (!tools['cargo'] && !tools['rustup'])
    return { what: 'cargo', why: 'it compiles and starts the tests', remedy };
  const version = tools['cargo']?.version ?? '';
  const [major, minor = 0] = version.split('.').map(Number);
  if (major !== 1 || minor >= OLDEST) return undefined;
  return { what: 'cargo', why: `needs Rust 1.${OLDEST} or newer, found ${version}`, remedy };
};
