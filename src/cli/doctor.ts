/** `ffi-gates doctor`: shows what works on this machine, and how to get the rest. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { diagnose, renderDoctor } from '../setup/doctor.js';
import { readProven } from '../config/shipped-tables.js';
import { probeHost } from '../host/probe.js';
import { say, sayJson } from './say.js';

/** Prints the diagnosis. It never fails. */
export const doctor = async (a: { json: boolean }): Promise<ExitCode> => {
  const found = diagnose(await probeHost(), await readProven());
  if (a.json) sayJson(found);
  else for (const line of renderDoctor(found)) say(line);
  return EXIT.OK;
};
