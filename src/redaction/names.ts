/** Which names are those of secrets. */

/** Words that tell wherever they stand in a name: `GITHUB_TOKEN`, `pgpassword`, `clientSecret`. */
const TELLING = /token|secret|passw(?:or)?d|passphrase|passcode|credential|apikey/;
/** Words that tell on their own: `API_KEY`, `DB_PASS`, `_auth`. */
const WORDS = new Set(
  'pass pw pwd key keys auth cookie cookies cred creds pat psk jwt sig signature dsn otp bearer'.split(' '),
);
/** Endings of a word that tell: `SSHKEY`, `dbpass`. */
const ENDING = /[a-z0-9]{2}(?:key|pass|pwd|auth)$/;
const HARMLESS = /^(?:mon|don|tur|hot|whis|joc|hoc|tab|by|com|sur|tres|public)(?:key|pass)$/;
/** Last words of names whose values say where something is, or how it is handled. */
const PLACES = new Set('file path dir directory folder sock socket home'.split(' '));
/** The shell's current and previous directory. */
const DIRECTORIES = new Set(['PWD', 'OLDPWD']);

/** `clientSecret-id` → client, secret, id. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

/** Whether a variable, a setting or a definition of this name holds a secret. */
export const isSecretName = (name: string): boolean => {
  if (DIRECTORIES.has(name)) return false;
  const words = wordsOf(name);
  if (PLACES.has(words.at(-1) ?? '') || words.includes('public')) return false;
  return (
    TELLING.test(words.join('')) || words.some((w) => WORDS.has(w) || (ENDING.test(w) && !HARMLESS.test(w)))
  );
};

const LABEL =
  /(?:token|secret|passw(?:or)?d|passphrase|passcode|credentials?|signature|authorization|cookie|(?:api|access|secret|private|auth|signing|encryption|account|shared|master|deploy|license)key)$/;
const LAST_WORDS = new Set(['pass', 'pw', 'pwd', 'pat', 'psk', 'jwt', 'creds']);

/**
 * The same for a name in running text, where `key` and `auth` mean many things: only names in capitals, and those that
 * end in an unmistakable word.
 */
export const isSecretLabel = (name: string): boolean => {
  if (!isSecretName(name)) return false;
  if (/^[A-Z][A-Z0-9_]*$/.test(name)) return true;
  const words = wordsOf(name);
  return LABEL.test(words.join('')) || LAST_WORDS.has(words.at(-1) ?? '') || name === '_auth';
};

/** What stands in place of a secret without a name. */
export const NAMELESS = 'REDACTED';

/** The variable that stands in place of a secret of this name. */
export const variableOf = (name: string): string => {
  if (/^[A-Za-z_]\w*$/.test(name) && /[A-Z]/.test(name)) return name;
  const variable = name.replace(/^\W+/, '').replace(/\W+/g, '_').toUpperCase();
  // `pwd` must not become the shell's directory.
  return /^[A-Z_]\w*$/.test(variable) && !DIRECTORIES.has(variable) ? variable : NAMELESS;
};

/** Values that say nothing, whatever the name. */
const ORDINARY =
  /^(?:|-?\d{1,3}|0x[0-9a-f]{1,16}|true|false|yes|no|on|off|none|null|nil|undefined|auto|always|never|default|enabled?|disabled?|password|passwd|secret|token|key|basic|bearer|\*+|\.+|(?:\$\{?[A-Z_]\w*\}?)+)$/i;

/** Whether a value is too common to be a secret. */
export const isOrdinary = (value: string): boolean => ORDINARY.test(value);
