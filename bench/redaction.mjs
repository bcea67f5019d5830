/**
 * The cost of redaction on long lines that look like secrets everywhere: four times the length may cost at most eight
 * times as much, where quadratic work would cost sixteen times.
 *
 *     node bench/redaction.mjs [kilobytes=500]
 *
 * Exit code 1 if a limit is exceeded. `dist` must be built.
 */
import { secretsByForm } from '../dist/redaction/forms.js';
import { bar, median } from './measure.mjs';

const [kilobytes = 500] = process.argv.slice(2).map(Number);

const UNITS = [
  'key=',
  '://a:',
  '-eyJ',
  '--pass ',
  '-u a:',
  'x-x-',
  'key: "',
  'cookie: a=',
  'password: ',
  'A=',
  ';',
];
UNITS.push('-----BEGIN PRIVATE KEY-----');

const seconds = (text) => {
  const before = process.cpuUsage();
  secretsByForm(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

for (const unit of UNITS) {
  const line = (size) => `key ${unit.repeat((size * 1024) / unit.length)}!`;
  const ratios = Array.from(
    { length: 5 },
    () => seconds(line(4 * kilobytes)) / Math.max(seconds(line(kilobytes)), 0.001),
  );
  bar(`a line of ${JSON.stringify(unit)}, four times as long`, median(ratios), 8, ' times');
}
